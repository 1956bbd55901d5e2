package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.List;

/** {@link Directive.Continue}. */
final class SumContinuation {
  private boolean found;

  private SumContinuation() {}

  static LoopNest apply(LoopNest nest, Directive.Continue directive) {
    var continuation = new SumContinuation();
    Stmt body = continuation.rewrite(nest.body());
    if (!continuation.found) {
      throw Scheduler.refusal(directive, "no element has a multiple of a sum added to it");
    }
    return nest.withBody(body);
  }

  private Stmt rewrite(Stmt stmt) {
    if (stmt instanceof Stmt.Block(List<Stmt> statements)
        && statements.size() == 3
        && statements.get(0) instanceof Stmt.Declare(String sum, ElementType type, Expr initial)
        && initial.equals(Expr.Constant.identity(ReductionOperator.SUM, type))
        && statements.get(1) instanceof Stmt.Loop loop
        && statements.get(2)
            instanceof Stmt.Accumulate(Element target, ReductionOperator operator, Expr value)
        && operator == ReductionOperator.SUM
        && value.elementType() == type
        && isMultiple(value, sum)) {
      found = true;
      return Stmt.sequence(
          List.of(
              new Stmt.Declare(sum, type, new Expr.Load(target, type)),
              ofTerms(loop, sum, value),
              new Stmt.Store(target, new Expr.Local(sum, type))));
    }
    return LoopWalk.mapChildren(stmt, this::rewrite);
  }

  /** Whether the value is the sum, with another sign or times a constant. */
  private static boolean isMultiple(Expr value, String sum) {
    return isSum(value, sum)
        || (value instanceof Expr.UnaryOp(UnaryOperator operator, Expr operand)
            && operator == UnaryOperator.NEGATE
            && isMultiple(operand, sum))
        || (value instanceof Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right)
            && operator == BinaryOperator.MULTIPLY
            && (left instanceof Expr.Constant
                ? isMultiple(right, sum)
                : right instanceof Expr.Constant && isMultiple(left, sum)));
  }

  private static boolean isSum(Expr value, String sum) {
    return value instanceof Expr.Local(String name, _, _) && name.equals(sum);
  }

  /** The loop with the multiple of each term, in a product of its first factor. */
  private static Stmt ofTerms(Stmt stmt, String sum, Expr value) {
    return switch (stmt) {
      case Stmt.Update(String local, ReductionOperator operator, Expr term)
          when local.equals(sum) ->
          new Stmt.Update(
              local,
              operator,
              term instanceof Expr.BinaryOp(BinaryOperator times, Expr left, Expr right)
                      && times == BinaryOperator.MULTIPLY
                  ? new Expr.BinaryOp(times, replaced(value, sum, left), right)
                  : replaced(value, sum, term));
      case Stmt.Block _,
          Stmt.Loop _,
          Stmt.Store _,
          Stmt.Accumulate _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Update _,
          Stmt.Guard _,
          Stmt.Barrier _,
          Stmt.Outline _ ->
          LoopWalk.mapChildren(stmt, inner -> ofTerms(inner, sum, value));
    };
  }

  private static Expr replaced(Expr value, String sum, Expr term) {
    return isSum(value, sum) ? term : value.mapChildren(child -> replaced(child, sum, term));
  }
}
