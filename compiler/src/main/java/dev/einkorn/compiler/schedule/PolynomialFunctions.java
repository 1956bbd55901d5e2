package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Optional;

/** {@link Directive.Polynomial}. */
final class PolynomialFunctions {
  /** Nodes of a value that is cheap enough to be computed several times. */
  private static final int MOST_NODES = 5;

  private PolynomialFunctions() {}

  /**
   * The directive if the nest calls a function that it changes and arithmetic allows it; nothing
   * else decides, so that all schedules of a program give the same bits.
   */
  static List<Directive> directives(LoopNest nest, Arithmetic arithmetic) {
    if (!arithmetic.regrouped() || !arithmetic.contracted()) {
      return List.of();
    }
    boolean[] found = {false};
    LoopWalk.values(nest.body(), value -> found[0] |= !rewritten(value).equals(value));
    return found[0] ? List.of(new Directive.Polynomial()) : List.of();
  }

  /** Whether a statement calls polynomials. */
  static boolean areCalled(Stmt stmt) {
    boolean[] found = {false};
    LoopWalk.values(
        stmt, value -> found[0] |= value instanceof Expr.Call call && call.polynomial());
    return found[0];
  }

  static Stmt apply(Stmt stmt) {
    return LoopWalk.mapOwnValues(
        LoopWalk.mapChildren(stmt, PolynomialFunctions::apply), PolynomialFunctions::apply);
  }

  private static Expr apply(Expr value) {
    return rewritten(value.mapChildren(PolynomialFunctions::apply));
  }

  private static Expr rewritten(Expr value) {
    if (value instanceof Expr.BinaryOp(BinaryOperator operator, Expr base, Expr.Constant constant)
        && operator == BinaryOperator.POWER
        && value.elementType().isFloating()
        && isSmall(base)) {
      return power(base, ((Number) constant.value()).doubleValue()).orElse(value);
    }
    return value instanceof Expr.Call(Function function, List<Expr> arguments, _)
            && value.elementType().isFloating()
            && hasPolynomial(function)
        ? new Expr.Call(function, arguments, true)
        : value;
  }

  /** Powers that are a few operations; {@link Math#pow} of -infinity has no root in it. */
  private static Optional<Expr> power(Expr x, double exponent) {
    ElementType type = x.elementType();
    Expr square = binary(BinaryOperator.MULTIPLY, x, x);
    if (exponent == -1) {
      return Optional.of(binary(BinaryOperator.DIVIDE, new Expr.Constant(1.0, type), x));
    }
    if (exponent == 3) {
      return Optional.of(binary(BinaryOperator.MULTIPLY, square, x));
    }
    if (exponent == 4) {
      return Optional.of(binary(BinaryOperator.MULTIPLY, square, square));
    }
    if (exponent == 1.5) {
      Expr root = new Expr.Call(Function.SQRT, List.of(x));
      double least = type == ElementType.F32 ? -Float.MAX_VALUE : -Double.MAX_VALUE;
      return Optional.of(
          new Expr.Select(
              binary(BinaryOperator.LESS, x, new Expr.Constant(least, type)),
              new Expr.Constant(Double.POSITIVE_INFINITY, type),
              binary(BinaryOperator.MULTIPLY, x, root)));
    }
    return Optional.empty();
  }

  private static Expr binary(BinaryOperator operator, Expr left, Expr right) {
    return new Expr.BinaryOp(operator, left, right);
  }

  /** Whether a value may be written several times. */
  private static boolean isSmall(Expr value) {
    int[] nodes = {0};
    boolean[] calls = {false};
    LoopWalk.subexpressions(
        value,
        e -> {
          nodes[0]++;
          calls[0] |= e instanceof Expr.Call || e instanceof Expr.Select;
        });
    return nodes[0] <= MOST_NODES && !calls[0];
  }

  private static boolean hasPolynomial(Function function) {
    return function == Function.EXP
        || function == Function.LOG
        || function == Function.TANH
        || function == Function.SIGMOID;
  }
}
