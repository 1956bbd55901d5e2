package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.runtime.ElementType;
import java.util.List;

/**
 * Prints loop nests as indented pseudo-code: one statement a line, two spaces a level. A loop whose
 * extent has the name of its variable shows the variable only.
 */
public final class LoopPrinter {
  private final StringBuilder out = new StringBuilder();

  private LoopPrinter() {}

  /** The nest with a first line that names its tensors and their layouts. */
  public static String print(LoopNest nest) {
    var printer = new LoopPrinter();
    printer.out.append("nest ").append(nest.name()).append('\n');
    for (TensorParameter tensor : nest.tensors()) {
      printer.line(1, tensor.name() + ": " + tensor.type() + ", " + tensor.layoutText());
    }
    for (MergedIndex merged : nest.merged()) {
      printer.line(1, merged.toString());
    }
    for (Scratch scratch : nest.scratch()) {
      printer.line(1, scratch.toString());
    }
    printer.statement(nest.body(), 0);
    return printer.out.toString();
  }

  /** One statement and what is inside it. */
  public static String print(Stmt stmt) {
    var printer = new LoopPrinter();
    printer.statement(stmt, 0);
    return printer.out.toString();
  }

  /** One value. */
  public static String print(Expr expr) {
    return value(expr, 0);
  }

  private void statement(Stmt stmt, int level) {
    switch (stmt) {
      case Stmt.Block(List<Stmt> statements) -> statements.forEach(s -> statement(s, level));
      case Stmt.Loop loop -> {
        line(level, header(loop));
        statement(loop.body(), level + 1);
      }
      case Stmt.Store(Element target, Expr value) -> line(level, target + " = " + print(value));
      case Stmt.Accumulate(Element target, var operator, Expr value) ->
          line(level, target + updateSymbol(operator) + print(value));
      case Stmt.Declare(String local, ElementType type, Expr value) ->
          line(level, type(type, value) + " " + local + " = " + print(value));
      case Stmt.Assign(String local, Expr value) -> line(level, local + " = " + print(value));
      case Stmt.Update(String local, var operator, Expr value) ->
          line(level, local + updateSymbol(operator) + print(value));
      case Stmt.Barrier() -> line(level, "barrier");
      case Stmt.Outline(String name, Stmt body) -> {
        line(level, "function " + name + ":");
        statement(body, level + 1);
      }
      case Stmt.Guard(Expr condition, Stmt whenTrue, Stmt whenFalse) -> {
        line(level, "if " + print(condition) + ":");
        statement(whenTrue, level + 1);
        if (!whenFalse.equals(Stmt.NOTHING)) {
          line(level, "else:");
          statement(whenFalse, level + 1);
        }
      }
    }
  }

  private static String header(Stmt.Loop loop) {
    String variable = loop.variable().toString();
    String note =
        switch (loop.kind()) {
          case SEQUENTIAL -> "";
          case BORDER -> "  # border";
          case PARALLEL -> "  # parallel";
          case DEALT -> "  # parallel, dealt out";
        };
    if (!loop.withStep(Stmt.Step.ONE).withKind(LoopKind.SEQUENTIAL).isWhole()
        || loop.kind() == LoopKind.BORDER) {
      return "for %s in %s .. %s%s:%s"
          .formatted(variable, print(loop.lower()), print(loop.upper()), step(loop.step()), note);
    }
    String extent = loop.binding().extent().toString();
    String range = extent.equals(variable) ? "" : " < " + extent;
    return "for " + variable + range + step(loop.step()) + ":" + note;
  }

  private static String step(Stmt.Step step) {
    return step.equals(Stmt.Step.ONE)
        ? ""
        : " step " + step.size() + (step.clamped() ? " clamped" : "");
  }

  private static String type(ElementType type, Expr value) {
    return type + (value.lanes() == 1 ? "" : "x" + value.lanes());
  }

  private void line(int level, String text) {
    out.append("  ".repeat(level)).append(text).append('\n');
  }

  private static String updateSymbol(ReductionOperator operator) {
    return switch (operator) {
      case SUM -> " += ";
      case PRODUCT -> " *= ";
      case MAX -> " max= ";
      case MIN -> " min= ";
      case ANY -> " or= ";
      case ALL -> " and= ";
    };
  }

  private static String value(Expr expr, int enclosing) {
    return switch (expr) {
      case Expr.Load(Element element, _) -> element.toString();
      case Expr.VectorLoad(Element element, _, int lanes) -> element + "<" + lanes + ">";
      case Expr.Broadcast(Expr scalar, _) -> value(scalar, enclosing);
      case Expr.LaneReduction(ReductionOperator operator, Expr vector) ->
          operator.symbol() + "_lanes(" + print(vector) + ")";
      case Expr.Rank rank ->
          rank.operator().symbol()
              + (rank.isPlace() ? "_rank(" : "_of_rank(")
              + print(rank.value())
              + ")";
      case Expr.ExactProduct(Expr left, Expr right) ->
          "exact(" + value(left, 6) + " * " + value(right, 7) + ")";
      case Expr.Contiguous(Element element, var merged, int count) ->
          "contiguous(" + element + ", " + merged + ", " + count + ")";
      case Expr.Local(String name, _, _) -> name;
      case Expr.Constant(Object constant, ElementType type) -> constant(constant, type);
      case Expr.LoopValue(var variable) -> variable.toString();
      case Expr.ExtentValue(Extent.Fixed(long number)) -> Long.toString(number);
      case Expr.ExtentValue(Extent.Symbolic(String size)) -> "extent(" + size + ")";
      case Expr.UnaryOp(var operator, Expr operand) -> operator.symbol() + value(operand, 8);
      case Expr.BinaryOp(var operator, Expr left, Expr right) -> {
        int precedence = precedence(operator);
        String text =
            value(left, precedence) + " " + operator.symbol() + " " + value(right, precedence + 1);
        yield precedence < enclosing ? "(" + text + ")" : text;
      }
      case Expr.Call(var function, List<Expr> arguments, boolean polynomial) ->
          (polynomial ? "polynomial_" : "")
              + function.symbol()
              + "("
              + String.join(", ", arguments.stream().map(LoopPrinter::print).toList())
              + ")";
      case Expr.Cast(Expr operand, ElementType type) -> type + "(" + print(operand) + ")";
      case Expr.Select(Expr condition, Expr whenTrue, Expr whenFalse) ->
          "select(" + print(condition) + ", " + print(whenTrue) + ", " + print(whenFalse) + ")";
    };
  }

  /** As in the language: the shortest text that reads back as this value of this type. */
  private static String constant(Object value, ElementType type) {
    if (!(value instanceof Double number)) {
      return value.toString();
    }
    if (number.isNaN() || number.isInfinite()) {
      return number.isNaN() ? "nan" : number > 0 ? "inf" : "-inf";
    }
    return type == ElementType.F32 ? Float.toString(number.floatValue()) : number.toString();
  }

  private static int precedence(BinaryOperator operator) {
    return switch (operator) {
      case OR -> 1;
      case AND -> 2;
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL -> 4;
      case ADD, SUBTRACT -> 5;
      case MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER -> 6;
      case POWER -> 9;
    };
  }
}
