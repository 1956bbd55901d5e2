package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import java.util.List;
import java.util.function.Function;

/** {@link Directive.Contract}: sums of products become sums of exact products. */
final class Contraction {
  private final LocalNames names;
  private boolean found;

  private Contraction(LocalNames names) {
    this.names = names;
  }

  static Stmt apply(Stmt body, Directive.Contract directive) {
    var contraction = new Contraction(LocalNames.of(body));
    Stmt result = contraction.rewrite(body);
    if (!contraction.found) {
      throw Scheduler.refusal(directive, "no sum of floating-point products is accumulated");
    }
    return result;
  }

  private Stmt rewrite(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Update(String local, ReductionOperator operator, Expr value)
          when operator == ReductionOperator.SUM && value.elementType().isFloating() ->
          sum(stmt, value, product -> new Stmt.Update(local, operator, product));
      case Stmt.Accumulate(var target, ReductionOperator operator, Expr value)
          when operator == ReductionOperator.SUM && value.elementType().isFloating() ->
          sum(stmt, value, product -> new Stmt.Accumulate(target, operator, product));
      case Stmt.Block(List<Stmt> statements) ->
          Stmt.sequence(statements.stream().map(this::rewrite).toList());
      case Stmt.Loop _,
          Stmt.Guard _,
          Stmt.Outline _,
          Stmt.Store _,
          Stmt.Accumulate _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Update _,
          Stmt.Barrier _ ->
          LoopWalk.mapChildren(stmt, this::rewrite);
    };
  }

  private Stmt sum(Stmt stmt, Expr value, Function<Expr, Stmt> of) {
    if (!(value instanceof Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right))) {
      return stmt;
    }
    if (operator == BinaryOperator.MULTIPLY && !left.equals(right)) {
      found = true;
      return of.apply(new Expr.ExactProduct(left, right));
    }
    boolean square =
        operator == BinaryOperator.MULTIPLY
            || (operator == BinaryOperator.POWER
                && right instanceof Expr.Constant(Object exponent, _)
                && exponent.equals(2.0));
    if (!square) {
      return stmt;
    }
    found = true;
    if (left instanceof Expr.Local) {
      return of.apply(new Expr.ExactProduct(left, left));
    }
    var root = new Expr.Local(names.unused("root"), left.elementType());
    return Stmt.sequence(
        List.of(
            new Stmt.Declare(root.name(), root.elementType(), left),
            of.apply(new Expr.ExactProduct(root, root))));
  }
}
