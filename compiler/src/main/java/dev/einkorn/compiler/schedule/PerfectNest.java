package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Loops directly inside each other, outermost first, around a body that is not itself a loop. */
record PerfectNest(List<Stmt.Loop> loops, Stmt body) {
  PerfectNest {
    loops = List.copyOf(loops);
  }

  static PerfectNest of(Stmt stmt) {
    List<Stmt.Loop> loops = new ArrayList<>();
    Stmt inner = stmt;
    while (inner instanceof Stmt.Loop loop) {
      loops.add(loop);
      inner = loop.body();
    }
    return new PerfectNest(loops, inner);
  }

  /** The nests that make up a nest's body. */
  static List<PerfectNest> split(Stmt body) {
    List<Stmt> parts = body instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(body);
    return parts.stream().map(PerfectNest::of).toList();
  }

  /**
   * Why the loops cannot take this order: bounds must be known where a loop begins. Empty if they
   * can.
   */
  Optional<String> dependence(List<IndexVariable> order) {
    List<String> reasons = new ArrayList<>();
    for (Stmt.Loop loop : loops) {
      for (Expr bound : List.of(loop.lower(), loop.upper())) {
        LoopWalk.subexpressions(
            bound,
            e -> {
              if (e instanceof Expr.LoopValue(IndexVariable outer)
                  && order.indexOf(outer) > order.indexOf(loop.variable())) {
                reasons.add("the bounds of " + loop.variable() + " depend on " + outer);
              }
            });
      }
    }
    return reasons.stream().findFirst();
  }

  List<IndexVariable> variables() {
    return loops.stream().map(Stmt.Loop::variable).toList();
  }

  /** The nest without its outer {@code count} loops, as a statement. */
  Stmt inside(int count) {
    Stmt stmt = body;
    for (Stmt.Loop loop : loops.subList(count, loops.size()).reversed()) {
      stmt = loop.withBody(stmt);
    }
    return stmt;
  }

  Stmt toStmt() {
    return inside(0);
  }
}
