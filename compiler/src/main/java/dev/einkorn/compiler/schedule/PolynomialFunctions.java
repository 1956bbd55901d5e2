package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import java.util.List;

/** {@link Directive.Polynomial}. */
final class PolynomialFunctions {
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
    return value instanceof Expr.Call(Function function, List<Expr> arguments, _)
            && value.elementType().isFloating()
            && hasPolynomial(function)
        ? new Expr.Call(function, arguments, true)
        : value;
  }

  private static boolean hasPolynomial(Function function) {
    return function == Function.EXP
        || function == Function.LOG
        || function == Function.TANH
        || function == Function.SIGMOID;
  }
}
