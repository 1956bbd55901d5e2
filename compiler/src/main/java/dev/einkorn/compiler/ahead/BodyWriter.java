package dev.einkorn.compiler.ahead;

import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.TypeName;
import dev.einkorn.compiler.ahead.KernelMethod.Kind;
import dev.einkorn.compiler.ahead.KernelMethod.Parameter;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.kernel.Arguments;
import dev.einkorn.runtime.kernel.TeamSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The statements of a generated method: checks of its arguments, its sizes, its outputs, and the
 * call of its kernels.
 */
final class BodyWriter {
  private final PlannedMethod planned;
  private final KernelMethod method;
  private final IndexProgram program;
  private final SizeNames names;
  private final Fields fields;
  private final CodeBlock.Builder code = CodeBlock.builder();

  /** The variable of each tensor that is passed or made. */
  private final Map<String, String> tensors = new LinkedHashMap<>();

  /**
   * What a method uses of its class.
   *
   * @param kernels the field that holds its kernels
   * @param pool the field that keeps the memory of its temporaries
   * @param advice the field that compares its plan with others
   * @param temporaries the class that knows the shapes of its temporaries
   */
  record Fields(String kernels, String pool, String advice, String temporaries) {}

  private BodyWriter(PlannedMethod planned, Fields fields) {
    this.planned = planned;
    this.method = planned.checked().method();
    this.program = planned.checked().program();
    this.names = new SizeNames(method);
    this.fields = fields;
  }

  /** Writes the statements. */
  static CodeBlock write(PlannedMethod planned, Fields fields) {
    return new BodyWriter(planned, fields).write();
  }

  private CodeBlock write() {
    inputTypes();
    sizes();
    wrapInputs();
    extentChecks();
    for (DerivedSize size : program.derived()) {
      code.addStatement("long $L = $L", names.size(size.name()), DerivedSizes.write(size, names));
    }
    AccessGuards.write(program, names).forEach(code::addStatement);
    outputs();
    run();
    result();
    return code.build();
  }

  private boolean isRead(Parameter parameter) {
    return !parameter.output() || program.isAccumulatedFromCaller(parameter.name());
  }

  private boolean isTensor(String name) {
    return program.inputs().stream().anyMatch(each -> each.name().equals(name))
        || program.targets().stream().anyMatch(each -> each.name().equals(name));
  }

  private void inputTypes() {
    for (Parameter parameter : method.parameters()) {
      if (parameter.kind() == Kind.TENSOR && isRead(parameter)) {
        TensorType type = program.typeOf(parameter.name());
        tensors.put(parameter.name(), parameter.name());
        code.addStatement(
            "$T.input($S, $N, $T.$L, $L)",
            Arguments.class,
            parameter.name(),
            parameter.name(),
            ElementType.class,
            type.elementType().name(),
            type.rank());
      }
    }
  }

  private void sizes() {
    for (SizeSource source : planned.checked().sizes()) {
      CodeBlock value =
          switch (source.origin()) {
            case SizeSource.Origin.Argument(String parameter) -> CodeBlock.of("$N", parameter);
            case SizeSource.Origin.Axis(String tensor, int axis) ->
                CodeBlock.of("$N.extent($L)", tensor, axis);
            case SizeSource.Origin.Constant(long number) ->
                CodeBlock.of("$L", SizeNames.number(number));
            case SizeSource.Origin.Elements(String parameter, List<String> others) ->
                fromElements(parameter, others);
          };
      code.addStatement("long $L = $L", names.size(source.size()), value);
    }
  }

  private CodeBlock fromElements(String name, List<String> others) {
    Parameter parameter = planned.checked().parameter(name).orElseThrow();
    CodeBlock length = length(parameter);
    if (others.isEmpty()) {
      return length;
    }
    return CodeBlock.of(
        "$T.extentOf($S, $L, $T.elements($L))",
        Arguments.class,
        name,
        length,
        Arguments.class,
        others.stream().map(names::extent).collect(Collectors.joining(", ")));
  }

  /** How many elements an array or a segment has. */
  private CodeBlock length(Parameter parameter) {
    return parameter.kind() == Kind.ARRAY
        ? CodeBlock.of("$N.length", parameter.name())
        : CodeBlock.of(
            "$N.byteSize() / $L",
            parameter.name(),
            program.typeOf(parameter.name()).elementType().byteSize());
  }

  private void wrapInputs() {
    for (Parameter parameter : method.parameters()) {
      if (parameter.kind() != Kind.TENSOR && isTensor(parameter.name()) && isRead(parameter)) {
        wrap(parameter);
      }
    }
  }

  private void wrap(Parameter parameter) {
    TensorType type = program.typeOf(parameter.name());
    String variable = names.tensor(parameter.name() + "_tensor");
    tensors.put(parameter.name(), variable);
    if (parameter.kind() == Kind.NUMBER) {
      code.addStatement(
          "$T $L = $T.scalar($N)", Tensor.class, variable, Tensor.class, parameter.name());
      return;
    }
    String shape = names.further(type.extents());
    code.addStatement(
        "$T.elementCount($S, $L$L)", Arguments.class, parameter.name(), length(parameter), shape);
    if (parameter.kind() == Kind.ARRAY) {
      code.addStatement(
          "$T $L = $T.of($N$L)", Tensor.class, variable, Tensor.class, parameter.name(), shape);
    } else {
      code.addStatement(
          "$T $L = $T.of($T.$L, $N$L)",
          Tensor.class,
          variable,
          Tensor.class,
          ElementType.class,
          type.elementType().name(),
          parameter.name(),
          shape);
    }
  }

  private void extentChecks() {
    Map<String, SizeSource.Origin> origins = new LinkedHashMap<>();
    planned.checked().sizes().forEach(source -> origins.put(source.size(), source.origin()));
    for (SizeParameter size : program.sizes()) {
      SizeSource.Origin origin = origins.get(size.name());
      for (SizeParameter.Axis axis : size.axes()) {
        boolean isOrigin =
            origin instanceof SizeSource.Origin.Axis(String tensor, int position)
                && axis.equals(new SizeParameter.Axis(tensor, position));
        if (!isOrigin && isPassedAsTensor(axis.tensor())) {
          code.addStatement(
              "$T.sameExtent($S, $L, $S, $N.extent($L), $S)",
              Arguments.class,
              size.name(),
              names.size(size.name()),
              describe(origin),
              axis.tensor(),
              axis.position(),
              "axis %s of %s".formatted(axis.position(), axis.tensor()));
        }
        shapeNumber(axis)
            .ifPresent(
                number ->
                    code.addStatement(
                        "$T.fixedExtent($S, $L, $L, $L)",
                        Arguments.class,
                        axis.tensor(),
                        axis.position(),
                        number,
                        names.size(size.name())));
      }
    }
    for (Parameter parameter : method.parameters()) {
      if (isPassedAsTensor(parameter.name()) && isRead(parameter)) {
        fixedExtents(parameter.name());
      }
    }
  }

  private void fixedExtents(String name) {
    List<Extent> extents = program.typeOf(name).extents();
    for (int axis = 0; axis < extents.size(); axis++) {
      if (extents.get(axis) instanceof Extent.Fixed(long value)) {
        code.addStatement(
            "$T.fixedExtent($S, $L, $L, $N.extent($L))",
            Arguments.class,
            name,
            axis,
            SizeNames.number(value),
            name,
            axis);
      }
    }
  }

  private boolean isPassedAsTensor(String name) {
    return planned.checked().parameter(name).filter(p -> p.kind() == Kind.TENSOR).isPresent();
  }

  /** The number that a shape gives an axis. */
  private Optional<String> shapeNumber(SizeParameter.Axis axis) {
    return planned
        .checked()
        .parameter(axis.tensor())
        .flatMap(Parameter::shape)
        .map(shape -> shape.get(axis.position()))
        .filter(MethodChecker::isNumber);
  }

  private static String describe(SizeSource.@org.jspecify.annotations.Nullable Origin origin) {
    return switch (origin) {
      case SizeSource.Origin.Argument(String parameter) -> "parameter " + parameter;
      case SizeSource.Origin.Axis(String tensor, int axis) ->
          "axis %s of %s".formatted(axis, tensor);
      case SizeSource.Origin.Constant _ -> "a shape";
      case SizeSource.Origin.Elements(String parameter, _) -> "the shape of " + parameter;
      case null -> throw new AssertionError("a size without a source");
    };
  }

  private void outputs() {
    for (String output : program.outputs()) {
      TensorType type = program.typeOf(output);
      Optional<Parameter> parameter = planned.checked().parameter(output);
      if (planned.checked().returned().filter(output::equals).isPresent()) {
        make(output, type);
      } else if (parameter.isPresent() && parameter.get().kind() == Kind.TENSOR) {
        tensors.put(output, output);
        code.addStatement(
            "$T.output($S, $N, $T.$L$L)",
            Arguments.class,
            output,
            output,
            ElementType.class,
            type.elementType().name(),
            names.further(type.extents()));
      } else if (parameter.isPresent() && !tensors.containsKey(output)) {
        wrap(parameter.get());
      }
    }
  }

  /** The tensor that is returned. */
  private void make(String output, TensorType type) {
    String variable = names.tensor(output);
    if (program.isAccumulatedFromCaller(output)) {
      code.addStatement("$T $L = $L.copy()", Tensor.class, variable, tensors.get(output));
    } else {
      code.addStatement(
          "$T $L = $T.zeros($T.$L$L)",
          Tensor.class,
          variable,
          Tensor.class,
          ElementType.class,
          type.elementType().name(),
          names.further(type.extents()));
    }
    tensors.put(output, variable);
  }

  private void run() {
    var temporaries = new TemporaryWriter(planned, names, fields.pool(), fields.temporaries());
    List<String> sizeNames = planned.sizeNames().stream().map(names::size).toList();
    String sizes = names.local("extents");
    String nanos = names.local("nanos");
    code.addStatement("long[] $L = {$L}", sizes, String.join(", ", sizeNames));
    code.addStatement(
        "double $L = $T.nanos($L, $L)",
        nanos,
        TeamSize.class,
        operations(planned.operations()),
        bytes());
    if (!planned.others().others().isEmpty()) {
      code.addStatement(
          "this.$N.compare($L, $L, $L)",
          fields.advice(),
          operations(planned.others().planned()),
          least(planned.others().others()),
          sizes);
    }
    CodeBlock workers = temporaries.workers(code, sizes);
    temporaries.begin(code);
    String operands = names.local("tensors");
    code.addStatement("$T[] $L = {$L}", Tensor.class, operands, temporaries.operands(tensors));
    code.addStatement(
        "this.$N.run($L, $L, $L$L)", fields.kernels(), operands, sizes, nanos, workers);
    temporaries.end(code);
  }

  private String operations(OperationCount count) {
    return count.products().isEmpty()
        ? "0.0"
        : count.products().stream()
            .map(product -> names.product((double) product.count(), product.extents()))
            .collect(Collectors.joining(" + "));
  }

  /** The least of several numbers of operations. */
  private String least(List<OperationCount> counts) {
    String least = operations(counts.getLast());
    for (OperationCount count : counts.reversed().subList(1, counts.size())) {
      least = "Math.min(" + operations(count) + ", " + least + ")";
    }
    return least;
  }

  private String bytes() {
    List<String> terms = new ArrayList<>();
    for (TensorDeclaration operand : BuildStages.operands(planned.plan().optimized())) {
      TensorType type = operand.type();
      terms.add(names.product(type.elementType().byteSize(), type.extents()));
    }
    return terms.isEmpty() ? "0.0" : String.join(" + ", terms);
  }

  private void result() {
    if (method.result().isEmpty()) {
      return;
    }
    String output = planned.checked().returned().orElseThrow();
    String variable = String.valueOf(tensors.get(output));
    ElementType type = program.typeOf(output).elementType();
    switch (method.result().get().kind()) {
      case TENSOR -> code.addStatement("return $L", variable);
      case ARRAY -> code.addStatement("return $L.$LArray()", variable, javaType(type));
      case NUMBER -> {
        String name = javaType(type).toString();
        String getter = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        code.addStatement("return $L.get$L()", variable, getter);
      }
      case SEGMENT -> throw new AssertionError("a segment is returned");
    }
  }

  private static TypeName javaType(ElementType type) {
    return switch (type) {
      case F32 -> TypeName.FLOAT;
      case F64 -> TypeName.DOUBLE;
      case I32 -> TypeName.INT;
      case I64 -> TypeName.LONG;
      case BOOL -> TypeName.BYTE;
    };
  }
}
