package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.optimize.algebra.Renaming;
import dev.einkorn.compiler.optimize.rule.InlineRowReduction;
import dev.einkorn.compiler.optimize.rule.InlineSum;
import dev.einkorn.compiler.optimize.rule.InlineTarget;
import dev.einkorn.compiler.optimize.rule.Rewrite;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Plans programs: first what changes no rounding, by rules; then, where sums and products may be
 * regrouped, the search for the cheapest sums of products. Every program on the way is verified.
 */
public final class Planner {
  private static final List<Rewrite> RULES = List.of(new InlineTarget(), new InlineRowReduction());

  /** The sums of longer programs stay where they are written. */
  private static final int MOST_STATEMENTS = 64;

  private Planner() {}

  /** The plan of a checked program that changes no rounding, for any sizes. */
  public static ExecutionPlan plan(IndexProgram program) {
    IndexProgram current = program;
    for (Rewrite rule : RULES) {
      // Until the rule no longer applies: every application removes a target.
      for (Optional<IndexProgram> rewritten = rule.apply(current);
          rewritten.isPresent();
          rewritten = rule.apply(current)) {
        current = rewritten.get();
        IndexVerifier.check(current, rule.name());
      }
    }
    return new ExecutionPlan(program, current);
  }

  /** The plan of a checked program for given sizes. */
  public static PlannedProgram plan(IndexProgram program, PlanRequest request) {
    long begin = System.nanoTime();
    PinnedOrders pinned = PinnedOrders.of(program, request.orders());
    ExecutionPlan written = plan(pinned.kept(program));
    var best = new SumOptimizer.Optimized(written.optimized(), Double.POSITIVE_INFINITY, List.of());
    if (request.regroups() || !request.orders().isEmpty()) {
      best = regrouped(written.optimized(), request, begin + request.timeLimit().toNanos());
    }
    IndexProgram optimized = PinnedOrders.withOutputs(best.program(), program.outputs());
    var costs = new NestCosts(request);
    return new PlannedProgram(
        new ExecutionPlan(program, optimized),
        optimized.assignments().stream().map(costs::nanos).toList(),
        best.decisions(),
        Duration.ofNanos(System.nanoTime() - begin));
  }

  /** The cheapest of the programs in which sums are written where they are read, or are not. */
  private static SumOptimizer.Optimized regrouped(
      IndexProgram program, PlanRequest request, long deadline) {
    var order = new ProductOrder(request);
    var inline = new InlineSum(new Renaming());
    IndexProgram current = program;
    SumOptimizer.Optimized best = SumOptimizer.optimize(program, request, order, deadline);
    if (request.regroups() && program.assignments().size() <= MOST_STATEMENTS) {
      for (String target : inline.candidates(program)) {
        Optional<IndexProgram> inlined = inline.apply(current, target);
        if (inlined.isPresent() && System.nanoTime() < deadline) {
          SumOptimizer.Optimized tried =
              SumOptimizer.optimize(inlined.get(), request, order, deadline);
          if (tried.nanos() < best.nanos()) {
            best = tried;
            current = inlined.get();
          }
        }
      }
    }
    IndexVerifier.check(best.program(), "regrouping sums");
    if (!request.regroups()) {
      return best;
    }
    best = LongSums.split(best, request);
    IndexVerifier.check(best.program(), "splitting sums");
    return best;
  }
}
