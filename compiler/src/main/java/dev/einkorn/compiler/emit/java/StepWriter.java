package dev.einkorn.compiler.emit.java;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import dev.einkorn.compiler.emit.KernelUnit;
import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.FunctionRun;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.MergedIndex;
import dev.einkorn.compiler.loop.Scratch;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelIndex;
import dev.einkorn.runtime.KernelMath;
import dev.einkorn.runtime.PolynomialMath;
import dev.einkorn.runtime.Rank;
import dev.einkorn.runtime.Worker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.lang.model.element.Modifier;

/**
 * The methods of one step: the first unpacks the operands and runs the loops; each outlined part is
 * a method of its own, called with what it needs of the variables around it.
 */
final class StepWriter {
  private static final String VECTORS = "jdk.incubator.vector";

  /** The types that methods mention, by their names in formats. */
  static final Map<String, Object> IMPORTED =
      Map.ofEntries(
          Map.entry("math", KernelMath.class),
          Map.entry("polynomials", PolynomialMath.class),
          Map.entry("ranks", Rank.class),
          // By name: loading the class needs the module of vectors.
          Map.entry("vectors", ClassName.get("dev.einkorn.runtime.simd", "VectorMath")),
          Map.entry("runs", ClassName.get("dev.einkorn.runtime.simd", "VectorRuns")),
          Map.entry("moves", ClassName.get("dev.einkorn.runtime.simd", "VectorMoves")),
          Map.entry("position", KernelIndex.class),
          Map.entry("layout", ValueLayout.class),
          Map.entry("segment", MemorySegment.class),
          Map.entry("f32", ClassName.get(VECTORS, "FloatVector")),
          Map.entry("f64", ClassName.get(VECTORS, "DoubleVector")),
          Map.entry("i32", ClassName.get(VECTORS, "IntVector")),
          Map.entry("i64", ClassName.get(VECTORS, "LongVector")),
          Map.entry("operators", ClassName.get(VECTORS, "VectorOperators")));

  /** The text of one method while it is written. */
  private static final class Body {
    final StringBuilder text = new StringBuilder();
    // Arrays that hold the lanes of vector locals, with their declarations.
    final Map<String, String> laneArrays = new LinkedHashMap<>();
  }

  private final KernelUnit unit;
  private final LoopNest nest;
  private final OperandNames names;
  private final ExpressionWriter expressions;
  private final VectorWriter vectors;
  private final RuntimeCalls calls;
  private final VectorForm form;
  private final NameAllocator methodNames;
  private final List<MethodSpec> outlined = new ArrayList<>();
  // The variables in scope, in the order of their declaration.
  private final Map<String, TypeName> scope = new LinkedHashMap<>();
  // Those whose values are known, which methods have of their own instead of as parameters.
  private final Map<String, String> constants = new HashMap<>();
  private Body body = new Body();

  StepWriter(KernelUnit unit, LoopNest nest, VectorForm form, NameAllocator methodNames) {
    this.unit = unit;
    this.nest = nest;
    this.form = form;
    this.methodNames = methodNames;
    this.names = new OperandNames(unit.wide(), nest);
    this.expressions = new ExpressionWriter(nest, names, unit.wide(), form);
    this.vectors = new VectorWriter(expressions, names);
    this.calls = new RuntimeCalls(nest, names, expressions);
  }

  /** The species that the methods use. */
  Set<VectorWriter.Species> species() {
    return vectors.used();
  }

  /** The methods that were outlined. */
  List<MethodSpec> outlined() {
    return outlined;
  }

  CodeBlock write() {
    Body preamble = body;
    for (TensorParameter tensor : nest.tensors()) {
      unpack(tensor);
    }
    Set<String> used = nest.sizes();
    for (int n = 0; n < unit.sizes().size(); n++) {
      String size = unit.sizes().get(n);
      if (used.contains(size)) {
        declare(integer(), names.size(size), narrowing() + "sizes[" + n + "]");
      }
    }
    for (MergedIndex merged : nest.merged()) {
      declare(
          integer(),
          names.size(merged.variable().name()),
          String.join(
              " * ", merged.parts().stream().map(part -> names.extent(part.extent())).toList()));
    }
    int slot = 0;
    for (ScratchArray array : ScratchArray.of(nest.scratch())) {
      scratch(array, slot++);
    }
    // What tables and arrays the loops need shows when they are written.
    body = new Body();
    StepArrays.findTables(nest, expressions);
    for (var table : names.tables().entrySet()) {
      preamble.text.append(tableText(table.getKey(), table.getValue(), slot++));
      scope.put(table.getValue(), ArrayTypeName.of(TypeName.INT));
    }
    for (ElementType type : StepArrays.foldedLanes(nest, form)) {
      String name = JavaWords.laneArray(type);
      scope.put(name, ArrayTypeName.of(primitive(type)));
      preamble.text.append(
          "%s[] %s = worker.%s(%s, %s);\n"
              .formatted(
                  JavaWords.valueType(type),
                  name,
                  scratchMethod(type),
                  slot++,
                  StepArrays.FOLDED_LANES));
    }
    statement(nest.body(), 0);
    preamble.text.append(laneArrays(body));
    preamble.text.append('\n').append(body.text);
    return CodeBlock.builder().addNamed(preamble.text.toString(), IMPORTED).build();
  }

  private void unpack(TensorParameter tensor) {
    int operand =
        unit.operands().stream().map(TensorParameter::name).toList().indexOf(tensor.name());
    String source = "operands[" + operand + "]";
    String stored = JavaWords.storedType(tensor.type().elementType());
    if (tensor.layout().storage() == Layout.Storage.ARRAY) {
      declare(
          ArrayTypeName.of(storedPrimitive(tensor.type().elementType())),
          names.data(tensor.name()),
          source + "." + stored + "Array()");
    } else {
      scope.put(names.data(tensor.name()), ClassName.get(MemorySegment.class));
      line(0, "$segment:T " + names.data(tensor.name()) + " = " + source + ".segment();");
    }
    declare(integer(), names.start(tensor.name()), narrowing() + source + ".offset()");
    for (int axis : OperandNames.stridedAxes(tensor, StepArrays.elements(nest, tensor.name()))) {
      String stride = narrowing() + source + ".stride(" + axis + ")";
      declare(integer(), names.stride(tensor, axis), stride);
    }
  }

  private void declare(TypeName type, String name, String value) {
    scope.put(name, type);
    line(0, type + " " + name + " = " + value + ";");
  }

  private TypeName integer() {
    return unit.wide() ? TypeName.LONG : TypeName.INT;
  }

  private String narrowing() {
    return unit.wide() ? "" : "(int) ";
  }

  private void scratch(ScratchArray array, int slot) {
    ElementType type = array.elementType();
    String method = scratchMethod(type);
    String call =
        array.shared()
            ? "shared"
                + method.substring(0, 1).toUpperCase(java.util.Locale.ROOT)
                + method.substring(1)
            : method;
    String data = "worker.%s(%s, %s)".formatted(call, slot, array.elements());
    for (Scratch memory : array.memory()) {
      declare(ArrayTypeName.of(storedPrimitive(type)), names.data(memory.name()), data);
      data = names.data(memory.name());
      if (array.atLines()) {
        String line = "Worker.lineStart(%s.BYTES)".formatted(JavaWords.boxedType(type));
        long before = array.before(memory);
        String start = names.start(memory.name());
        constants.put(start, before == 0 ? line : line + " + " + before);
        declare(integer(), start, constants.get(start));
      }
    }
  }

  private static String scratchMethod(ElementType type) {
    return switch (type) {
      case F32 -> "floats";
      case F64 -> "doubles";
      case I32 -> "ints";
      case I64 -> "longs";
      case BOOL -> "bytes";
    };
  }

  private static TypeName primitive(ElementType type) {
    return switch (type) {
      case F32 -> TypeName.FLOAT;
      case F64 -> TypeName.DOUBLE;
      case I32 -> TypeName.INT;
      case I64 -> TypeName.LONG;
      case BOOL -> TypeName.BOOLEAN;
    };
  }

  private static TypeName storedPrimitive(ElementType type) {
    return type == ElementType.BOOL ? TypeName.BYTE : primitive(type);
  }

  private String tableText(OperandNames.Table table, String name, int slot) {
    MergedIndex merged = StepArrays.merged(nest, table);
    var text = new StringBuilder();
    TensorParameter tensor = nest.tensor(table.tensor());
    String size = names.size(merged.variable().name());
    String length = unit.wide() ? "Math.toIntExact(" + size + ")" : size;
    text.append(
        "int[] %s = worker.ints(%s, %s);\n"
            .formatted(
                name, slot, length + (merged.overhang() == 0 ? "" : " + " + merged.overhang())));
    String filled = "$position:T.begin(" + name + ")";
    for (IndexBinding part : merged.parts()) {
      filled =
          "$position:T.along(%s, %s, %s, %s)"
              .formatted(
                  name,
                  filled,
                  offset(names.extent(part.extent())),
                  offset(stride(table, part, tensor)));
    }
    if (merged.overhang() > 0) {
      filled = "$position:T.repeatLast(%s, %s, %s)".formatted(name, filled, merged.overhang());
    }
    return text.append(filled).append(";\n").toString();
  }

  /** What is added to a table, whose offsets are those of an array. */
  private String offset(String value) {
    return unit.wide() ? "(int) (" + value + ")" : value;
  }

  private String stride(OperandNames.Table table, IndexBinding part, TensorParameter tensor) {
    List<String> summands = new ArrayList<>();
    for (OperandNames.PartStride walked : table.strides()) {
      if (walked.part().equals(part.variable())) {
        String stride =
            walked.axis() == tensor.layout().unitAxis() ? "1" : names.stride(tensor, walked.axis());
        summands.add(walked.coefficient() == 1 ? stride : walked.coefficient() + " * " + stride);
      }
    }
    return summands.isEmpty() ? "0" : String.join(" + ", summands);
  }

  private static String laneArrays(Body of) {
    var text = new StringBuilder();
    of.laneArrays.forEach((name, declaration) -> text.append(declaration).append('\n'));
    return text.toString();
  }

  private void statement(Stmt stmt, int level) {
    switch (stmt) {
      case Stmt.Block(List<Stmt> statements) -> statements.forEach(s -> statement(s, level));
      case Stmt.Loop loop -> loop(loop, level);
      case Stmt.Store(Element target, Expr value) when value.lanes() > 1 ->
          vector(
              level,
              value,
              lane -> expressions.stored(target, lane) + " = " + expressions.writeLane(value, lane),
              () ->
                  vectors.write(value)
                      + ".intoArray("
                      + names.data(target.tensor())
                      + ", "
                      + expressions.arrayPosition(target)
                      + ")");
      case Stmt.Store(Element target, Expr value) -> {
        foldLanes(value, level);
        line(level, expressions.store(target, expressions.toStored(value)) + ";");
      }
      case Stmt.Accumulate(Element target, ReductionOperator operator, Expr value) ->
          line(level, accumulate(target, operator, value) + ";");
      case Stmt.Declare(String local, ElementType type, Expr value) when value.lanes() > 1 -> {
        String name = names.local(local);
        String array =
            "%s[] %s = new %s[%s];"
                .formatted(
                    JavaWords.valueType(type), name, JavaWords.valueType(type), value.lanes());
        if (!form.isObject(type, value.lanes())) {
          body.laneArrays.put(name, array);
        }
        vector(
            level,
            value,
            lane -> name + "[" + lane + "] = " + expressions.writeLane(value, lane),
            () -> VectorWriter.type(type) + " " + name + " = " + vectors.write(value));
      }
      case Stmt.Declare(String local, ElementType type, Expr value) -> {
        foldLanes(value, level);
        String name = names.local(local);
        scope.put(name, primitive(type));
        line(
            level,
            "%s %s = %s;".formatted(JavaWords.valueType(type), name, expressions.write(value)));
      }
      case Stmt.Assign(String local, Expr value) when value.lanes() > 1 ->
          vector(
              level,
              value,
              lane -> names.local(local) + "[" + lane + "] = " + expressions.writeLane(value, lane),
              () -> names.local(local) + " = " + vectors.write(value));
      case Stmt.Assign(String local, Expr value) -> {
        foldLanes(value, level);
        line(level, names.local(local) + " = " + expressions.write(value) + ";");
      }
      case Stmt.Update(String local, ReductionOperator operator, Expr value)
          when value.lanes() > 1 ->
          vector(
              level,
              value,
              lane -> update(names.local(local) + "[" + lane + "]", operator, value, lane),
              () -> vectors.update(names.local(local), operator, value));
      case Stmt.Update(String local, ReductionOperator operator, Expr value) -> {
        foldLanes(value, level);
        line(level, update(names.local(local), operator, value, "") + ";");
      }
      case Stmt.Barrier() -> line(level, "worker.barrier();");
      case Stmt.Outline(String name, Stmt inner) -> outline(name, inner, level);
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
        line(level, "if (" + expressions.write(condition) + ") {");
        inner(whenTrue, level + 1);
        if (!whenFalse.equals(Stmt.NOTHING)) {
          line(level, "} else {");
          inner(whenFalse, level + 1);
        }
        line(level, "}");
      }
    }
  }

  private void loop(Stmt.Loop loop, int level) {
    Set<String> around = Set.copyOf(scope.keySet());
    String variable = names.loop(loop.variable());
    scope.put(variable, integer());
    TypeName type = integer();
    String first = expressions.bound(loop.lower());
    String end = expressions.bound(loop.upper());
    long step = loop.step().size();
    if (loop.kind() == LoopKind.DEALT) {
      dealt(loop, variable, level);
    } else if (loop.kind() == LoopKind.PARALLEL) {
      parallel(loop, variable, level);
    } else if (loop.step().clamped() && step > 1) {
      String tile = names.local(loop.variable() + "_tile");
      line(
          level,
          "for (%s %s = %s; %s < %s; %s += %s) {"
              .formatted(type, tile, first, tile, end, tile, step));
      line(
          level + 1,
          "%s %s = Math.min(%s, %s - %s);".formatted(type, variable, tile, atom(end), step));
    } else {
      String next = step == 1 ? variable + "++" : variable + " += " + step;
      String note = loop.kind() == LoopKind.BORDER ? " // border" : "";
      line(
          level,
          "for (%s %s = %s; %s < %s; %s) {%s"
              .formatted(type, variable, first, variable, end, next, note));
    }
    inner(loop.body(), level + 1);
    line(level, "}");
    scope.keySet().retainAll(around);
  }

  /** A statement whose variables nobody sees after it. */
  private void inner(Stmt stmt, int level) {
    Set<String> around = Set.copyOf(scope.keySet());
    statement(stmt, level);
    scope.keySet().retainAll(around);
  }

  /** Each worker's share of the iterations. */
  private void parallel(Stmt.Loop loop, String variable, int level) {
    TypeName type = integer();
    String first = expressions.bound(loop.lower());
    String end = expressions.bound(loop.upper());
    long step = loop.step().size();
    String count = first.equals("0") ? end : atom(end) + " - " + atom(first);
    if (step == 1) {
      String last = names.local(loop.variable() + "_end");
      String offset = first.equals("0") ? "" : first + " + ";
      line(
          level,
          "for (%s %s = %sworker.begin(%s), %s = %sworker.end(%s); %s < %s; %s++) {"
              .formatted(
                  type, variable, offset, count, last, offset, count, variable, last, variable));
      return;
    }
    String tile = names.local(loop.variable() + "_tile");
    String last = names.local(loop.variable() + "_end");
    String tiles = "(" + count + " + " + (step - 1) + ") / " + step;
    line(
        level,
        "for (%s %s = worker.begin(%s), %s = worker.end(%s); %s < %s; %s++) {"
            .formatted(type, tile, tiles, last, tiles, tile, last, tile));
    String start = (first.equals("0") ? "" : first + " + ") + tile + " * " + step;
    line(
        level + 1,
        type
            + " "
            + variable
            + " = "
            + (loop.step().clamped()
                ? "Math.min(" + start + ", " + atom(end) + " - " + step + ")"
                : start)
            + ";");
  }

  /** Every so many iterations one of each worker's. */
  private void dealt(Stmt.Loop loop, String variable, int level) {
    if (loop.step().clamped()) {
      throw new IllegalArgumentException("iterations that overlap cannot be dealt out");
    }
    TypeName type = integer();
    String first = expressions.bound(loop.lower());
    String end = expressions.bound(loop.upper());
    long step = loop.step().size();
    String round = names.local(loop.variable() + "_round");
    String card = names.local(loop.variable() + "_number");
    String span = first.equals("0") ? end : atom(end) + " - " + atom(first);
    String count = step == 1 ? span : "(" + span + " + " + (step - 1) + ") / " + step;
    line(
        level,
        "for (%s %s = 0, %s = worker.dealt(%s, %s); %s >= 0; %s = worker.dealt(++%s, %s)) {"
            .formatted(type, round, card, round, count, card, card, round, count));
    String offset = first.equals("0") ? "" : first + " + ";
    line(
        level + 1,
        type + " " + variable + " = " + offset + card + (step == 1 ? "" : " * " + step) + ";");
  }

  private static String atom(String text) {
    return text.contains(" ") && !text.endsWith(")") ? "(" + text + ")" : text;
  }

  /** A statement on vectors: one call, or a loop over lanes. */
  private void vector(
      int level, Expr value, UnaryOperator<String> ofLane, Supplier<String> ofVector) {
    int lanes = value.lanes();
    if (form.isObject(value.elementType(), lanes)) {
      line(level, ofVector.get() + ";");
      return;
    }
    line(level, "for (int lane = 0; lane < " + lanes + "; lane++) {");
    line(level + 1, ofLane.apply("lane") + ";");
    line(level, "}");
  }

  /** Stores vectors whose lanes a value folds to where the fold reads them. */
  private void foldLanes(Expr value, int level) {
    if (form == VectorForm.VECTOR_API) {
      LoopWalk.subexpressions(
          value,
          e -> {
            if (e
                    instanceof
                    Expr.LaneReduction(_, Expr.Local(String name, ElementType type, int lanes))
                && form.isObject(type, lanes)) {
              String array = JavaWords.laneArray(type);
              line(level, names.local(name) + ".intoArray(" + array + ", 0);");
            }
          });
    }
  }

  /** Writes a part as a method of its own, and the call of it. */
  private void outline(String wish, Stmt inner, int level) {
    Map<String, TypeName> around = new LinkedHashMap<>(scope);
    around.put("worker", ClassName.get(Worker.class));
    Body caller = body;
    body = new Body();
    Optional<TransposedMove> move =
        form == VectorForm.VECTOR_API && !unit.wide()
            ? TransposedMove.of(nest, inner)
            : Optional.empty();
    Optional<FunctionRun> run =
        form == VectorForm.VECTOR_API && !unit.wide()
            ? FunctionRun.of(nest, inner)
            : Optional.empty();
    if (move.isPresent()) {
      call(move.get().loops(), () -> calls.transpose(move.get()));
    } else if (run.isPresent()) {
      call(run.get().loops(), () -> calls.run(run.get()));
    } else {
      inner(inner, 0);
    }
    String text = laneArrays(body) + body.text;
    body = caller;
    Set<String> mentioned = words(text);
    String method = methodNames.name(new Object(), wish);
    MethodSpec.Builder spec =
        MethodSpec.methodBuilder(method).addModifiers(Modifier.PRIVATE, Modifier.STATIC);
    List<String> arguments = new ArrayList<>();
    around.forEach(
        (name, type) -> {
          if (mentioned.contains(name) && constants.containsKey(name)) {
            spec.addStatement("$T $L = $L", type, name, constants.get(name));
          } else if (mentioned.contains(name)) {
            spec.addParameter(type, name);
            arguments.add(name);
          }
        });
    outlined.add(spec.addCode(CodeBlock.builder().addNamed(text, IMPORTED).build()).build());
    line(level, method + "(" + String.join(", ", arguments) + ");");
  }

  /** One call in place of loops; their variables are where they begin. */
  private void call(List<Stmt.Loop> loops, Supplier<String> call) {
    Map<String, TypeName> before = new LinkedHashMap<>(scope);
    for (Stmt.Loop loop : loops) {
      declare(integer(), names.loop(loop.variable()), expressions.bound(loop.lower()));
    }
    line(0, call.get());
    scope.clear();
    scope.putAll(before);
  }

  private String accumulate(Element target, ReductionOperator operator, Expr value) {
    TensorParameter tensor = nest.tensor(target.tensor());
    String element = expressions.stored(target);
    if (tensor.type().elementType() == ElementType.BOOL) {
      String symbol = operator == ReductionOperator.ANY ? " | " : " & ";
      String folded = "(" + element + " != 0)" + symbol + "(" + expressions.write(value) + ")";
      return expressions.store(target, "(byte) (" + folded + " ? 1 : 0)");
    }
    if (tensor.layout().storage() == Layout.Storage.ARRAY) {
      return update(element, operator, value, "");
    }
    if (value instanceof Expr.ExactProduct) {
      return expressions.store(target, exactSum(element, value, ""));
    }
    String written = expressions.write(value);
    return expressions.store(
        target,
        switch (operator) {
          case SUM -> element + " + (" + written + ")";
          case PRODUCT -> element + " * (" + written + ")";
          case MAX, MIN -> "$math:T." + operator.symbol() + "(" + element + ", " + written + ")";
          case ANY, ALL -> throw new IllegalArgumentException(operator + " of numbers");
        });
  }

  /** An assignment that folds the value into a variable or array element. */
  private String update(String place, ReductionOperator operator, Expr value, String lane) {
    if (value instanceof Expr.ExactProduct) {
      return place + " = " + exactSum(place, value, lane);
    }
    String written = expressions.writeLane(value, lane);
    return switch (operator) {
      case SUM -> place + " += " + written;
      case PRODUCT -> place + " *= " + written;
      case MAX, MIN ->
          place + " = $math:T." + operator.symbol() + "(" + place + ", " + written + ")";
      case ANY -> place + " |= " + written;
      case ALL -> place + " &= " + written;
    };
  }

  private String exactSum(String place, Expr value, String lane) {
    List<Expr> factors = value.children();
    return "Math.fma(%s, %s, %s)"
        .formatted(
            expressions.writeLane(factors.get(0), lane),
            expressions.writeLane(factors.get(1), lane),
            place);
  }

  private void line(int level, String line) {
    body.text.append("  ".repeat(level)).append(line).append('\n');
  }

  /** The words of a text, its names among them. */
  private static Set<String> words(String text) {
    Set<String> words = new HashSet<>();
    int begin = 0;
    int end = 0;
    while (end < text.length()) {
      int character = text.codePointAt(end);
      int next = end + Character.charCount(character);
      if (!Character.isLetterOrDigit(character) && character != '_') {
        words.add(text.substring(begin, end));
        begin = next;
      }
      end = next;
    }
    words.add(text.substring(begin));
    return words;
  }
}
