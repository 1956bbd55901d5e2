package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link Directive.Promote}: an accumulated element of a tensor becomes a local while it is
 * accumulated.
 */
final class AccumulatorPromotion {
  private final LocalNames names;
  private final ElementType type;
  private final String tensor;
  private boolean promoted;

  private AccumulatorPromotion(LoopNest nest, String tensor) {
    this.tensor = tensor;
    this.type = nest.tensor(tensor).type().elementType();
    this.names = LocalNames.of(nest.body());
  }

  static Stmt apply(LoopNest nest, Directive.Promote directive) {
    if (!nest.name().equals(directive.tensor())) {
      throw Scheduler.refusal(directive, "this nest computes " + nest.name());
    }
    var promotion = new AccumulatorPromotion(nest, directive.tensor());
    Stmt result = promotion.rewrite(nest.body());
    if (!promotion.promoted) {
      throw Scheduler.refusal(
          directive, "no element stays the same between its first store and its last update");
    }
    return result;
  }

  private Stmt rewrite(Stmt stmt) {
    if (stmt instanceof Stmt.Block(List<Stmt> statements)) {
      List<Stmt> result = new ArrayList<>();
      for (int n = 0; n < statements.size(); n++) {
        if (n + 1 < statements.size()
            && statements.get(n) instanceof Stmt.Store(Element target, Expr initial)
            && target.tensor().equals(tensor)
            && accumulatesOnly(statements.get(n + 1), target)) {
          Stmt accumulation = statements.get(n + 1);
          String local = names.unused(tensor + "_" + operator(accumulation).symbol());
          result.add(new Stmt.Declare(local, type, initial));
          result.add(updates(accumulation, local));
          result.add(new Stmt.Store(target, new Expr.Local(local, type)));
          promoted = true;
          n++;
        } else {
          result.add(rewrite(statements.get(n)));
        }
      }
      return Stmt.sequence(result);
    }
    return LoopWalk.mapChildren(stmt, this::rewrite);
  }

  /**
   * Whether every write inside accumulates into this very element, whatever the loops inside do.
   */
  private static boolean accumulatesOnly(Stmt stmt, Element target) {
    List<Boolean> verdicts = new ArrayList<>();
    LoopWalk.statements(
        stmt,
        s -> {
          switch (s) {
            case Stmt.Accumulate(Element element, _, _) -> verdicts.add(element.equals(target));
            case Stmt.Store _ -> verdicts.add(false);
            case Stmt.Loop loop -> {
              if (target.dependsOn(loop.variable())) {
                verdicts.add(false);
              }
            }
            case Stmt.Block _,
                Stmt.Declare _,
                Stmt.Assign _,
                Stmt.Update _,
                Stmt.Barrier _,
                Stmt.Outline _,
                Stmt.Guard _ -> {}
          }
        });
    return !verdicts.isEmpty() && !verdicts.contains(false);
  }

  /** The operator of the first accumulation, after which the local is named. */
  private static ReductionOperator operator(Stmt stmt) {
    List<ReductionOperator> operators = new ArrayList<>();
    LoopWalk.statements(
        stmt,
        s -> {
          if (s instanceof Stmt.Accumulate(_, ReductionOperator operator, _)) {
            operators.add(operator);
          }
        });
    return operators.getFirst();
  }

  private static Stmt updates(Stmt stmt, String local) {
    return stmt instanceof Stmt.Accumulate(_, ReductionOperator operator, Expr value)
        ? new Stmt.Update(local, operator, value)
        : LoopWalk.mapChildren(stmt, inner -> updates(inner, local));
  }
}
