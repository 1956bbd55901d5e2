package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Chooses the loop that the workers of a team share out. It changes no bits. */
final class ParallelSchedule {
  // Innermost iterations from which on waking a team costs less than it saves.
  private static final double BREAK_EVEN = 1 << 17;
  // What a function call costs over an iteration of loads and arithmetic.
  private static final double CALL = 16;
  // Iterations a worker, so that the shares are about even.
  static final int EVEN = 4;

  private ParallelSchedule() {}

  /** The directive, to follow those that made the nest; empty if one worker is best. */
  static Optional<Directive> choose(LoopNest nest, CallShape shape, Target target) {
    if (nest.isParallel() || !pays(nest, shape, target)) {
      return Optional.empty();
    }
    for (int each : List.of(EVEN, 1)) {
      Set<IndexVariable> variables = new LinkedHashSet<>();
      LoopWalk.statements(
          nest.body(),
          s -> {
            if (s instanceof Stmt.Loop loop
                && iterations(loop, shape) >= (long) each * target.threads()) {
              variables.add(loop.variable());
            }
          });
      for (IndexVariable variable : variables) {
        Directive directive = new Directive.Parallel(variable);
        if (Scheduler.isLegal(nest, directive)
            && !meetsOften(Scheduler.apply(nest, new Schedule(List.of(directive))).body())) {
          return Optional.of(directive);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The loop to share of a nest whose inner loops are tiled: an outer one with enough to share, or
   * else the first tiled one. Empty for one worker.
   */
  static Optional<Directive> ofTiles(
      ContractionForm form, List<ContractionIndex> tiled, CallShape shape, Target target) {
    if (target.threads() == 1) {
      return Optional.empty();
    }
    Set<IndexVariable> inner = Set.copyOf(ContractionIndex.variables(tiled));
    return Optional.of(
        new Directive.Parallel(
            form.outer().stream()
                .filter(loop -> !inner.contains(loop.variable()))
                .filter(loop -> shape.value(loop.binding().extent()) >= 2L * target.threads())
                .map(Stmt.Loop::variable)
                .findFirst()
                .orElse(tiled.getFirst().variable())));
  }

  /** Whether there is work for more than one worker. */
  static boolean pays(LoopNest nest, CallShape shape, Target target) {
    return target.threads() > 1 && work(nest.body(), shape) >= BREAK_EVEN;
  }

  /** How often the body of a loop over its whole range runs. */
  private static long iterations(Stmt.Loop loop, CallShape shape) {
    return Math.ceilDiv(shape.value(loop.binding().extent()), loop.step().size());
  }

  /** Whether workers wait for each other inside of a loop. */
  private static boolean meetsOften(Stmt stmt) {
    boolean[] found = {false};
    LoopWalk.statements(
        stmt,
        s -> {
          if (s instanceof Stmt.Loop loop) {
            LoopWalk.statements(loop.body(), inner -> found[0] |= inner instanceof Stmt.Barrier);
          }
        });
    return found[0];
  }

  /** About how many innermost iterations a statement has. */
  static double work(Stmt stmt, CallShape shape) {
    return switch (stmt) {
      case Stmt.Block(List<Stmt> statements) ->
          statements.stream().mapToDouble(s -> work(s, shape)).sum();
      case Stmt.Loop loop ->
          loop.kind() == LoopKind.BORDER
              ? 0
              : shape.value(loop.binding().extent()) * work(loop.body(), shape);
      case Stmt.Outline(_, Stmt body) -> work(body, shape);
      case Stmt.Guard(_, Stmt whenTrue, Stmt whenFalse) ->
          1 + Math.max(work(whenTrue, shape), work(whenFalse, shape));
      case Stmt.Store(_, Expr value) -> work(value);
      case Stmt.Accumulate(_, _, Expr value) -> work(value);
      case Stmt.Update(_, _, Expr value) -> work(value);
      case Stmt.Declare(_, _, Expr value) -> work(value) - 1;
      case Stmt.Assign(_, Expr value) -> work(value) - 1;
      case Stmt.Barrier _ -> 0;
    };
  }

  private static double work(Expr value) {
    double[] work = {1};
    LoopWalk.subexpressions(value, e -> work[0] += e instanceof Expr.Call ? CALL : 0);
    return work[0];
  }
}
