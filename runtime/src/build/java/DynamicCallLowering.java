import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.NestHostAttribute;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes lambdas, switches over types and the methods that records have by themselves ordinary code,
 * after javac and before the tests. A JVM links each of them when it first comes by, and writes
 * classes for that: in the first call of a program that was half of all work, most of it the
 * compilation of {@code java.lang.invoke}.
 *
 * <p>All lambdas of a source file become one class {@code Outer$Lowered}, which implements their
 * interfaces. Its instances have the number of a lambda and what that captures, and each method of
 * an interface is a switch over numbers:
 *
 * <pre>
 * names.map(name -> prefix + name)      // invokedynamic apply(String)Function
 * names.map(Outer$Lowered.make0(prefix))
 *
 * public Object apply(Object argument) {
 *   return switch (number) {
 *     case 0 -> Outer.lambda$0((String) captured0, (String) argument);
 *     default -> throw new AbstractMethodError();
 *   };
 * }
 * </pre>
 *
 * <p>A switch over types becomes a method there that tries one type after the other, and {@code
 * equals}, {@code hashCode} and {@code toString} of a record methods that go through its
 * components. What is none of these (serializable lambdas, switches over strings and types, a
 * second interface with a method that the class has) stays as it is. Concatenations have an option
 * of javac.
 *
 * <p>Usage: {@code java DynamicCallLowering.java CLASSES CLASS_PATH}. Classes that are lowered
 * already are left alone.
 */
public final class DynamicCallLowering {
  private static final String LAMBDA = "Ljava/lang/invoke/LambdaMetafactory;";
  private static final String SWITCH = "Ljava/lang/runtime/SwitchBootstraps;";
  private static final String RECORD = "Ljava/lang/runtime/ObjectMethods;";
  private static final String NUMBER = "number";
  private static final ClassDesc OBJECTS = ClassDesc.of("java.util.Objects");
  private static final ClassDesc BUILDER = ClassDesc.of("java.lang.StringBuilder");

  /** A lambda or a method reference. */
  private record Lambda(
      int number,
      String name,
      MethodTypeDesc factory,
      MethodTypeDesc erased,
      DirectMethodHandleDesc body,
      MethodTypeDesc type) {}

  /** A switch over types. */
  private record TypeSwitch(int number, MethodTypeDesc type, List<ClassDesc> labels) {}

  /** A method that a record has by itself. */
  private record RecordMethod(
      int number, String name, MethodTypeDesc type, List<DirectMethodHandleDesc> components) {}

  /** A method that lambdas implement. */
  private record Signature(String name, MethodTypeDesc type) {}

  private final ClassFile classFile;
  private final ClassLoader loader;
  private final Path classes;

  private DynamicCallLowering(Path classes, String classPath) throws MalformedURLException {
    this.classes = classes;
    List<URL> urls = new ArrayList<>(List.of(classes.toUri().toURL()));
    for (String entry : classPath.split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    classFile =
        ClassFile.of(
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(this::open).cached()));
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: java DynamicCallLowering.java CLASSES CLASS_PATH");
      System.exit(2);
    }
    new DynamicCallLowering(Path.of(arguments[0]), arguments[1]).run();
  }

  private void run() throws IOException {
    Map<ClassDesc, List<ClassModel>> nests = new TreeMap<>((a, b) -> text(a).compareTo(text(b)));
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(DynamicCallLowering::isClass).sorted().toList()) {
        ClassModel model = classFile.parse(file);
        nests.computeIfAbsent(host(model), _ -> new ArrayList<>()).add(model);
      }
    }
    for (Map.Entry<ClassDesc, List<ClassModel>> nest : nests.entrySet()) {
      new Nest(nest.getKey(), nest.getValue()).lower();
    }
  }

  private static boolean isClass(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".class") && !name.endsWith("-info.class");
  }

  private static ClassDesc host(ClassModel model) {
    return model
        .findAttribute(Attributes.nestHost())
        .map(attribute -> attribute.nestHost().asSymbol())
        .orElse(model.thisClass().asSymbol());
  }

  private static String text(ClassDesc type) {
    return type.descriptorString().substring(1, type.descriptorString().length() - 1);
  }

  private Path file(ClassDesc type) {
    return classes.resolve(text(type) + ".class");
  }

  /** The classes of one source file. */
  private final class Nest {
    private final ClassDesc host;
    private final ClassDesc lowered;
    private final List<ClassModel> members;
    private final List<Lambda> lambdas = new ArrayList<>();
    private final List<TypeSwitch> switches = new ArrayList<>();
    private final List<RecordMethod> records = new ArrayList<>();
    private final Set<Signature> signatures = new LinkedHashSet<>();
    private final Set<ClassDesc> interfaces = new LinkedHashSet<>();
    private int references;
    private int numbers;

    Nest(ClassDesc host, List<ClassModel> members) {
      this.host = host;
      this.lowered = ClassDesc.ofDescriptor("L" + text(host) + "$Lowered;");
      this.members = members;
    }

    void lower() throws IOException {
      if (isLowered()) {
        return;
      }
      Map<ClassDesc, byte[]> rewritten = new LinkedHashMap<>();
      for (ClassModel member : members) {
        int before = count();
        byte[] bytes = rewrite(member);
        if (count() > before || member.thisClass().asSymbol().equals(host)) {
          rewritten.put(member.thisClass().asSymbol(), bytes);
        }
      }
      if (count() == 0) {
        return;
      }
      rewritten.put(lowered, loweredClass());
      for (Map.Entry<ClassDesc, byte[]> file : rewritten.entrySet()) {
        Files.write(file(file.getKey()), file.getValue());
      }
    }

    /** Whether the classes are as an earlier run has left them. */
    private boolean isLowered() {
      return members.stream()
          .filter(member -> member.thisClass().asSymbol().equals(host))
          .flatMap(member -> member.findAttribute(Attributes.nestMembers()).stream())
          .flatMap(attribute -> attribute.nestMembers().stream())
          .anyMatch(member -> member.asSymbol().equals(lowered));
    }

    private int count() {
      return lambdas.size() + switches.size() + records.size();
    }

    private byte[] rewrite(ClassModel member) {
      ClassTransform calls =
          ClassTransform.transformingMethodBodies(
              (builder, element) -> {
                Optional<String> method =
                    element instanceof InvokeDynamicInstruction dynamic
                        ? replacement(dynamic)
                        : Optional.empty();
                if (method.isPresent()) {
                  builder.invokestatic(
                      lowered, method.get(), ((InvokeDynamicInstruction) element).typeSymbol());
                } else {
                  builder.with(element);
                }
              });
      return classFile.transformClass(
          member,
          member.thisClass().asSymbol().equals(host) ? calls.andThen(nestMembers()) : calls);
    }

    /** Names the new class as one that sees what is private here. */
    private ClassTransform nestMembers() {
      List<ClassDesc> names = new ArrayList<>();
      return ClassTransform.ofStateful(
          () ->
              new ClassTransform() {
                @Override
                public void accept(ClassBuilder builder, java.lang.classfile.ClassElement element) {
                  if (element instanceof NestMembersAttribute attribute) {
                    attribute.nestMembers().forEach(member -> names.add(member.asSymbol()));
                  } else {
                    builder.with(element);
                  }
                }

                @Override
                public void atEnd(ClassBuilder builder) {
                  names.remove(lowered);
                  names.add(lowered);
                  builder.with(NestMembersAttribute.ofSymbols(names));
                }
              });
    }

    /** The method that takes the place of a dynamic call, if one does. */
    private Optional<String> replacement(InvokeDynamicInstruction call) {
      DirectMethodHandleDesc bootstrap = call.bootstrapMethod();
      String owner = bootstrap.owner().descriptorString();
      if (owner.equals(LAMBDA) && bootstrap.methodName().equals("metafactory")) {
        return lambda(call).map(lambda -> "make" + lambda.number);
      }
      if (owner.equals(SWITCH) && bootstrap.methodName().equals("typeSwitch")) {
        return typeSwitch(call).map(found -> "type" + found.number);
      }
      if (owner.equals(RECORD)) {
        var components =
            call.bootstrapArgs().stream().skip(2).map(DirectMethodHandleDesc.class::cast).toList();
        String name = call.name().stringValue();
        records.add(new RecordMethod(records.size(), name, call.typeSymbol(), components));
        return Optional.of(name + records.getLast().number);
      }
      return Optional.empty();
    }

    private Optional<Lambda> lambda(InvokeDynamicInstruction call) {
      List<ConstantDesc> arguments = call.bootstrapArgs();
      MethodTypeDesc factory = call.typeSymbol();
      var erased = (MethodTypeDesc) arguments.get(0);
      var body = (DirectMethodHandleDesc) arguments.get(1);
      var signature = new Signature(call.name().stringValue(), erased);
      ClassDesc wanted = factory.returnType();
      if (!isFree(signature, wanted)) {
        return Optional.empty();
      }
      signatures.add(signature);
      interfaces.add(wanted);
      var found =
          new Lambda(
              lambdas.size(),
              signature.name(),
              factory,
              erased,
              body,
              (MethodTypeDesc) arguments.get(2));
      lambdas.add(found);
      int captured = (int) factory.parameterList().stream().filter(ClassDesc::isPrimitive).count();
      numbers = Math.max(numbers, captured);
      references = Math.max(references, factory.parameterCount() - captured);
      return Optional.of(found);
    }

    /** Whether the class can implement another method without replacing one that it inherits. */
    private boolean isFree(Signature signature, ClassDesc wanted) {
      if (interfaces.contains(wanted)) {
        return true;
      }
      Map<Signature, ClassDesc> own = inherited(wanted);
      for (ClassDesc other : interfaces) {
        Map<Signature, ClassDesc> theirs = new HashMap<>(inherited(other));
        if (theirs.containsKey(signature)
            || signatures.stream().anyMatch(own::containsKey)
            || own.entrySet().stream()
                .anyMatch(
                    m -> !m.getValue().equals(theirs.getOrDefault(m.getKey(), m.getValue())))) {
          return false;
        }
      }
      return true;
    }

    private Optional<TypeSwitch> typeSwitch(InvokeDynamicInstruction call) {
      if (!call.bootstrapArgs().stream().allMatch(ClassDesc.class::isInstance)) {
        return Optional.empty();
      }
      List<ClassDesc> labels = call.bootstrapArgs().stream().map(ClassDesc.class::cast).toList();
      var found = new TypeSwitch(switches.size(), call.typeSymbol(), labels);
      switches.add(found);
      return Optional.of(found);
    }

    private byte[] loweredClass() {
      return classFile.build(
          lowered,
          builder -> {
            builder.withVersion(members.getFirst().majorVersion(), 0);
            builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER | ClassFile.ACC_SYNTHETIC);
            builder.withInterfaceSymbols(List.copyOf(interfaces));
            builder.with(NestHostAttribute.of(host));
            if (!lambdas.isEmpty()) {
              builder.withField(NUMBER, CD_int, fieldFlags());
              for (int n = 0; n < references; n++) {
                builder.withField("captured" + n, CD_Object, fieldFlags());
              }
              for (int n = 0; n < numbers; n++) {
                builder.withField("bits" + n, CD_long, fieldFlags());
              }
              builder.withMethodBody("<init>", constructor(), 0, this::construct);
            }
            for (Lambda lambda : lambdas) {
              builder.withMethodBody(
                  "make" + lambda.number,
                  lambda.factory,
                  ClassFile.ACC_STATIC,
                  c -> make(c, lambda));
            }
            for (Signature signature : signatures) {
              List<Lambda> of =
                  lambdas.stream()
                      .filter(l -> new Signature(l.name, l.erased).equals(signature))
                      .toList();
              builder.withMethodBody(
                  signature.name,
                  signature.type,
                  ClassFile.ACC_PUBLIC,
                  code -> dispatch(code, signature, of));
            }
            for (TypeSwitch each : switches) {
              builder.withMethodBody(
                  "type" + each.number, each.type, ClassFile.ACC_STATIC, c -> test(c, each));
            }
            for (RecordMethod each : records) {
              builder.withMethodBody(
                  each.name + each.number, each.type, ClassFile.ACC_STATIC, c -> compute(c, each));
            }
          });
    }

    private static int fieldFlags() {
      return ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL;
    }

    private MethodTypeDesc constructor() {
      List<ClassDesc> parameters = new ArrayList<>(List.of(CD_int));
      for (int n = 0; n < references; n++) {
        parameters.add(CD_Object);
      }
      for (int n = 0; n < numbers; n++) {
        parameters.add(CD_long);
      }
      return MethodTypeDesc.of(CD_void, parameters);
    }

    private void construct(CodeBuilder code) {
      code.aload(0).invokespecial(CD_Object, "<init>", MethodTypeDesc.of(CD_void));
      code.aload(0).iload(1).putfield(lowered, NUMBER, CD_int);
      for (int n = 0; n < references; n++) {
        code.aload(0).aload(2 + n).putfield(lowered, "captured" + n, CD_Object);
      }
      for (int n = 0; n < numbers; n++) {
        code.aload(0).lload(2 + references + 2 * n).putfield(lowered, "bits" + n, CD_long);
      }
      code.return_();
    }

    private void make(CodeBuilder code, Lambda lambda) {
      code.new_(lowered).dup().loadConstant(lambda.number);
      List<ClassDesc> captured = lambda.factory.parameterList();
      int given = 0;
      for (int n = 0; n < captured.size(); n++) {
        if (!captured.get(n).isPrimitive()) {
          code.aload(code.parameterSlot(n));
          given++;
        }
      }
      for (; given < references; given++) {
        code.aconst_null();
      }
      given = 0;
      for (int n = 0; n < captured.size(); n++) {
        if (captured.get(n).isPrimitive()) {
          code.loadLocal(TypeKind.from(captured.get(n)), code.parameterSlot(n));
          toBits(code, captured.get(n));
          given++;
        }
      }
      for (; given < numbers; given++) {
        code.lconst_0();
      }
      code.invokespecial(lowered, "<init>", constructor()).areturn();
    }

    private void dispatch(CodeBuilder code, Signature signature, List<Lambda> of) {
      Label unknown = code.newLabel();
      List<Label> labels = new ArrayList<>();
      List<SwitchCase> cases = new ArrayList<>();
      for (Lambda lambda : of) {
        labels.add(code.newLabel());
        cases.add(SwitchCase.of(lambda.number, labels.getLast()));
      }
      code.aload(0).getfield(lowered, NUMBER, CD_int);
      if (of.size() > 1) {
        code.lookupswitch(unknown, cases);
      } else {
        code.loadConstant(of.getFirst().number).if_icmpne(unknown);
      }
      for (int n = 0; n < of.size(); n++) {
        code.labelBinding(labels.get(n));
        call(code, signature, of.get(n));
      }
      code.labelBinding(unknown);
      ClassDesc error = ClassDesc.of("java.lang.AbstractMethodError");
      code.new_(error).dup().invokespecial(error, "<init>", MethodTypeDesc.of(CD_void)).athrow();
    }

    private void call(CodeBuilder code, Signature signature, Lambda lambda) {
      DirectMethodHandleDesc body = lambda.body;
      boolean makes = body.kind() == DirectMethodHandleDesc.Kind.CONSTRUCTOR;
      if (makes) {
        code.new_(body.owner()).dup();
      }
      // A handle's type has the receiver as its first parameter, and the class as what is made.
      MethodTypeDesc type = body.invocationType();
      int parameter = 0;
      int reference = 0;
      int number = 0;
      for (ClassDesc captured : lambda.factory.parameterList()) {
        code.aload(0);
        if (captured.isPrimitive()) {
          code.getfield(lowered, "bits" + number++, CD_long);
          fromBits(code, captured);
        } else {
          code.getfield(lowered, "captured" + reference++, CD_Object);
          cast(code, CD_Object, captured);
        }
        convert(code, captured, type.parameterType(parameter++));
      }
      for (int n = 0; n < signature.type.parameterCount(); n++) {
        ClassDesc passed = signature.type.parameterType(n);
        ClassDesc expected = lambda.type.parameterType(n);
        code.loadLocal(TypeKind.from(passed), code.parameterSlot(n));
        cast(code, passed, expected);
        convert(code, expected, type.parameterType(parameter++));
      }
      MethodTypeDesc called = MethodTypeDesc.ofDescriptor(body.lookupDescriptor());
      switch (body.kind()) {
        case STATIC -> code.invokestatic(body.owner(), body.methodName(), called, false);
        case INTERFACE_STATIC -> code.invokestatic(body.owner(), body.methodName(), called, true);
        // What is special here is a private method of a nest mate.
        case VIRTUAL, SPECIAL -> code.invokevirtual(body.owner(), body.methodName(), called);
        case INTERFACE_VIRTUAL, INTERFACE_SPECIAL ->
            code.invokeinterface(body.owner(), body.methodName(), called);
        case CONSTRUCTOR -> code.invokespecial(body.owner(), "<init>", called);
        default -> throw new IllegalStateException("a lambda that is " + body);
      }
      ClassDesc result = signature.type.returnType();
      if (result.equals(CD_void)) {
        switch (TypeKind.from(type.returnType()).slotSize()) {
          case 0 -> {}
          case 1 -> code.pop();
          default -> code.pop2();
        }
      } else {
        ClassDesc wanted = lambda.type.returnType();
        convert(code, type.returnType(), wanted);
        cast(code, wanted, result);
      }
      code.return_(TypeKind.from(result));
    }

    private void test(CodeBuilder code, TypeSwitch each) {
      Label present = code.newLabel();
      code.aload(0).ifnonnull(present).loadConstant(-1).ireturn().labelBinding(present);
      for (int n = 0; n < each.labels.size(); n++) {
        Label next = code.newLabel();
        code.iload(1).loadConstant(n).if_icmpgt(next);
        code.aload(0).instanceOf(each.labels.get(n)).ifeq(next).loadConstant(n).ireturn();
        code.labelBinding(next);
      }
      code.loadConstant(each.labels.size()).ireturn();
    }
  }

  private static void compute(CodeBuilder code, RecordMethod method) {
    switch (method.name) {
      case "hashCode" -> hash(code, method);
      case "equals" -> compare(code, method);
      case "toString" -> describe(code, method);
      default -> throw new IllegalStateException("a record has no method " + method.name);
    }
  }

  private static ClassDesc component(CodeBuilder code, DirectMethodHandleDesc component) {
    ClassDesc type = component.invocationType().returnType();
    code.getfield(component.owner(), component.methodName(), type);
    return type;
  }

  private static void hash(CodeBuilder code, RecordMethod method) {
    code.iconst_0();
    for (DirectMethodHandleDesc component : method.components) {
      code.loadConstant(31).imul().aload(0);
      ClassDesc type = component(code, component);
      code.invokestatic(
          type.isPrimitive() ? BOXES.get(type) : OBJECTS,
          "hashCode",
          MethodTypeDesc.of(CD_int, type.isPrimitive() ? type : CD_Object));
      code.iadd();
    }
    code.ireturn();
  }

  private static void compare(CodeBuilder code, RecordMethod method) {
    ClassDesc type = method.type.parameterType(0);
    Label other = code.newLabel();
    Label differs = code.newLabel();
    code.aload(0).aload(1).if_acmpne(other).iconst_1().ireturn().labelBinding(other);
    code.aload(1).instanceOf(type).ifeq(differs);
    for (DirectMethodHandleDesc component : method.components) {
      code.aload(0);
      component(code, component);
      code.aload(1).checkcast(type);
      ClassDesc compared = component(code, component);
      if (compared.isPrimitive()) {
        code.invokestatic(
            BOXES.get(compared), "compare", MethodTypeDesc.of(CD_int, compared, compared));
        code.ifne(differs);
      } else {
        code.invokestatic(OBJECTS, "equals", MethodTypeDesc.of(CD_boolean, CD_Object, CD_Object));
        code.ifeq(differs);
      }
    }
    code.iconst_1().ireturn().labelBinding(differs).iconst_0().ireturn();
  }

  private static void describe(CodeBuilder code, RecordMethod method) {
    code.new_(BUILDER).dup().invokespecial(BUILDER, "<init>", MethodTypeDesc.of(CD_void));
    String name = method.type.parameterType(0).displayName().replaceFirst(".*\\$[0-9]*", "");
    String before = name + "[";
    for (DirectMethodHandleDesc component : method.components) {
      append(code.loadConstant(before + component.methodName() + "="), CD_String);
      code.aload(0);
      ClassDesc type = component(code, component);
      boolean small = type.descriptorString().equals("B") || type.descriptorString().equals("S");
      append(code, small ? CD_int : type.isPrimitive() ? type : CD_Object);
      before = ", ";
    }
    append(code.loadConstant(method.components.isEmpty() ? before + "]" : "]"), CD_String);
    code.invokevirtual(BUILDER, "toString", MethodTypeDesc.of(CD_String)).areturn();
  }

  private static void append(CodeBuilder code, ClassDesc type) {
    code.invokevirtual(BUILDER, "append", MethodTypeDesc.of(BUILDER, type));
  }

  private static void toBits(CodeBuilder code, ClassDesc type) {
    if (type.equals(CD_double)) {
      code.invokestatic(
          ClassDesc.of("java.lang.Double"),
          "doubleToRawLongBits",
          MethodTypeDesc.of(CD_long, CD_double));
    } else if (type.equals(CD_float)) {
      code.invokestatic(
          ClassDesc.of("java.lang.Float"),
          "floatToRawIntBits",
          MethodTypeDesc.of(CD_int, CD_float));
      code.i2l();
    } else if (!type.equals(CD_long)) {
      code.i2l();
    }
  }

  private static void fromBits(CodeBuilder code, ClassDesc type) {
    if (type.equals(CD_double)) {
      code.invokestatic(
          ClassDesc.of("java.lang.Double"),
          "longBitsToDouble",
          MethodTypeDesc.of(CD_double, CD_long));
    } else if (!type.equals(CD_long)) {
      code.l2i();
      if (type.equals(CD_float)) {
        code.invokestatic(
            ClassDesc.of("java.lang.Float"), "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
      }
    }
  }

  /** A reference as one of another type. */
  private static void cast(CodeBuilder code, ClassDesc from, ClassDesc to) {
    if (!to.isPrimitive() && !to.equals(from) && !to.equals(CD_Object)) {
      code.checkcast(to);
    }
  }

  /** What a call converts, as the metafactory would: boxes, takes out of boxes and widens. */
  private static void convert(CodeBuilder code, ClassDesc from, ClassDesc to) {
    if (from.equals(to) || to.equals(CD_void)) {
      return;
    }
    if (from.isPrimitive() && to.isPrimitive()) {
      widen(code, from, to);
    } else if (from.isPrimitive()) {
      ClassDesc box = BOXES.get(from);
      code.invokestatic(box, "valueOf", MethodTypeDesc.of(box, from));
    } else if (to.isPrimitive()) {
      ClassDesc inside =
          BOXES.entrySet().stream()
              .filter(entry -> entry.getValue().equals(from))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse(to);
      ClassDesc box = BOXES.get(inside);
      cast(code, from, box);
      code.invokevirtual(box, inside.displayName() + "Value", MethodTypeDesc.of(inside));
      widen(code, inside, to);
    } else {
      cast(code, from, to);
    }
  }

  private static void widen(CodeBuilder code, ClassDesc from, ClassDesc to) {
    code.conversion(TypeKind.from(from), TypeKind.from(to));
  }

  private static final Map<ClassDesc, ClassDesc> BOXES =
      Map.of(
          CD_int,
          ClassDesc.of("java.lang.Integer"),
          CD_long,
          ClassDesc.of("java.lang.Long"),
          CD_float,
          ClassDesc.of("java.lang.Float"),
          CD_double,
          ClassDesc.of("java.lang.Double"),
          CD_boolean,
          ClassDesc.of("java.lang.Boolean"),
          ClassDesc.ofDescriptor("B"),
          ClassDesc.of("java.lang.Byte"),
          ClassDesc.ofDescriptor("C"),
          ClassDesc.of("java.lang.Character"),
          ClassDesc.ofDescriptor("S"),
          ClassDesc.of("java.lang.Short"));

  private final Map<ClassDesc, Map<Signature, ClassDesc>> known = new HashMap<>();

  /** The methods with bodies that an interface has or inherits, and where they stand. */
  private Map<Signature, ClassDesc> inherited(ClassDesc type) {
    Map<Signature, ClassDesc> found = known.get(type);
    if (found == null) {
      found = new HashMap<>();
      ClassModel model = parse(type);
      for (ClassEntry parent : model.interfaces()) {
        found.putAll(inherited(parent.asSymbol()));
      }
      for (MethodModel method : model.methods()) {
        if (method.code().isPresent() && !method.flags().has(AccessFlag.STATIC)) {
          found.put(
              new Signature(method.methodName().stringValue(), method.methodTypeSymbol()), type);
        }
      }
      known.put(type, found);
    }
    return found;
  }

  private ClassModel parse(ClassDesc type) {
    try (InputStream stream = open(type)) {
      return classFile.parse(stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The class file of a class of the class path or of any module of this JDK. */
  private InputStream open(ClassDesc type) {
    String name = text(type) + ".class";
    InputStream found = loader.getResourceAsStream(name);
    if (found != null) {
      return found;
    }
    FileSystem modules = FileSystems.getFileSystem(URI.create("jrt:/"));
    try (Stream<Path> homes = Files.list(modules.getPath("packages", type.packageName()))) {
      Path file = homes.map(home -> home.resolve(name)).filter(Files::exists).findFirst().get();
      return Files.newInputStream(file);
    } catch (IOException | NoSuchElementException e) {
      throw new IllegalStateException("the class path has no " + type.displayName(), e);
    }
  }
}
