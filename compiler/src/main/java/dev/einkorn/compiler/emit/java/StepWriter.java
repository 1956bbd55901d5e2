package dev.einkorn.compiler.emit.java;

import com.palantir.javapoet.CodeBlock;
import dev.einkorn.compiler.emit.KernelUnit;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelIndex;
import dev.einkorn.runtime.KernelMath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The body of one step's method: unpacks the operands, then runs the loops. */
final class StepWriter {
  private static final Map<String, Object> IMPORTED =
      Map.of(
          "math",
          KernelMath.class,
          "position",
          KernelIndex.class,
          "layout",
          ValueLayout.class,
          "segment",
          MemorySegment.class);

  private final KernelUnit unit;
  private final LoopNest nest;
  private final OperandNames names;
  private final ExpressionWriter expressions;
  private final StringBuilder text = new StringBuilder();

  StepWriter(KernelUnit unit, LoopNest nest) {
    this.unit = unit;
    this.nest = nest;
    this.names = new OperandNames(unit.wide(), nest.tensors());
    this.expressions = new ExpressionWriter(nest, names, unit.wide());
  }

  CodeBlock write() {
    for (TensorParameter tensor : nest.tensors()) {
      unpack(tensor);
    }
    String integer = unit.wide() ? "long " : "int ";
    for (String size : unit.sizes()) {
      if (!nest.sizes().contains(size)) {
        continue;
      }
      String value = "sizes[" + unit.sizes().indexOf(size) + "]";
      line(0, integer + names.size(size) + " = " + (unit.wide() ? "" : "(int) ") + value + ";");
    }
    text.append('\n');
    statement(nest.body(), 0);
    return CodeBlock.builder().addNamed(text.toString(), IMPORTED).build();
  }

  private void unpack(TensorParameter tensor) {
    int operand =
        unit.operands().stream().map(TensorParameter::name).toList().indexOf(tensor.name());
    String source = "operands[" + operand + "]";
    String stored = JavaWords.storedType(tensor.type().elementType());
    line(
        0,
        tensor.layout().storage() == Layout.Storage.ARRAY
            ? stored
                + "[] "
                + names.data(tensor.name())
                + " = "
                + source
                + "."
                + stored
                + "Array();"
            : "$segment:T " + names.data(tensor.name()) + " = " + source + ".segment();");
    String integer = unit.wide() ? "long " : "int ";
    String narrowing = unit.wide() ? "" : "(int) ";
    line(0, integer + names.start(tensor.name()) + " = " + narrowing + source + ".offset();");
    for (int axis : OperandNames.stridedAxes(tensor, elements(tensor.name()))) {
      String name = names.stride(tensor, axis);
      line(0, integer + name + " = " + narrowing + source + ".stride(" + axis + ");");
    }
  }

  private List<Element> elements(String tensor) {
    List<Element> elements = new ArrayList<>();
    LoopWalk.values(
        nest.body(),
        value -> {
          if (value instanceof Expr.Load(Element element, _)) {
            elements.add(element);
          }
        });
    LoopWalk.statements(
        nest.body(),
        stmt -> {
          switch (stmt) {
            case Stmt.Store(Element element, _) -> elements.add(element);
            case Stmt.Accumulate(Element element, _, _) -> elements.add(element);
            case Stmt.Block _,
                Stmt.Loop _,
                Stmt.Declare _,
                Stmt.Assign _,
                Stmt.Update _,
                Stmt.Guard _ -> {}
          }
        });
    return elements.stream().filter(element -> element.tensor().equals(tensor)).toList();
  }

  private void statement(Stmt stmt, int level) {
    switch (stmt) {
      case Stmt.Block(List<Stmt> statements) -> statements.forEach(s -> statement(s, level));
      case Stmt.Loop loop -> {
        String variable = names.loop(loop.variable());
        String first = expressions.bound(loop.lower());
        String end = expressions.bound(loop.upper());
        String type = unit.wide() ? "long" : "int";
        String note = loop.kind() == LoopKind.BORDER ? " // border" : "";
        line(
            level,
            "for (%s %s = %s; %s < %s; %s++) {%s"
                .formatted(type, variable, first, variable, end, variable, note));
        statement(loop.body(), level + 1);
        line(level, "}");
      }
      case Stmt.Store(Element target, Expr value) ->
          line(level, expressions.store(target, expressions.toStored(value)) + ";");
      case Stmt.Accumulate(Element target, ReductionOperator operator, Expr value) ->
          line(level, accumulate(target, operator, value) + ";");
      case Stmt.Declare(String local, ElementType type, Expr value) ->
          line(
              level,
              "%s %s = %s;"
                  .formatted(
                      JavaWords.valueType(type), names.local(local), expressions.write(value)));
      case Stmt.Assign(String local, Expr value) ->
          line(level, names.local(local) + " = " + expressions.write(value) + ";");
      case Stmt.Update(String local, ReductionOperator operator, Expr value) ->
          line(level, update(names.local(local), operator, expressions.write(value)) + ";");
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
        line(level, "if (" + expressions.write(condition) + ") {");
        statement(whenTrue, level + 1);
        if (!whenFalse.equals(Stmt.NOTHING)) {
          line(level, "} else {");
          statement(whenFalse, level + 1);
        }
        line(level, "}");
      }
    }
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
      return update(element, operator, expressions.write(value));
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
  private static String update(String place, ReductionOperator operator, String value) {
    return switch (operator) {
      case SUM -> place + " += " + value;
      case PRODUCT -> place + " *= " + value;
      case MAX, MIN -> place + " = $math:T." + operator.symbol() + "(" + place + ", " + value + ")";
      case ANY -> place + " |= " + value;
      case ALL -> place + " &= " + value;
    };
  }

  private void line(int level, String line) {
    text.append("  ".repeat(level)).append(line).append('\n');
  }
}
