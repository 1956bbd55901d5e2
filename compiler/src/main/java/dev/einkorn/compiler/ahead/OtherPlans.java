package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The plans that would have been chosen if one size were much larger or smaller than it typically
 * is, or than all others: what a call compares its operations with, as far as they are other plans.
 *
 * @param planned the operations of the plan
 * @param others those of the other plans
 */
record OtherPlans(OperationCount planned, List<OperationCount> others) {
  private static final long SCALE = 32;

  /** Sizes that are all alike favour no order. */
  private static final long EVEN = 256;

  private static final int MOST_SIZES = 6;
  private static final int MOST_STATEMENTS = 16;
  private static final int MOST_PLANS = 3;

  OtherPlans {
    others = List.copyOf(others);
  }

  /**
   * Plans for other sizes.
   *
   * @param request for given sizes
   */
  static OtherPlans of(ExecutionPlan plan, Sizes typical, Function<Sizes, PlanRequest> request) {
    IndexProgram program = plan.written();
    Set<OperationCount> others = new LinkedHashSet<>();
    OperationCount own = operations(plan);
    boolean searched =
        request.apply(typical).regroups()
            && program.sizes().size() <= MOST_SIZES
            && program.assignments().size() <= MOST_STATEMENTS;
    for (Sizes sizes : searched ? scaled(program, typical) : List.<Sizes>of()) {
      if (others.size() == MOST_PLANS) {
        break;
      }
      ExecutionPlan other = Planner.plan(program, request.apply(sizes)).plan();
      if (!other.optimized().equals(plan.optimized())) {
        OperationCount count = operations(other);
        if (!count.equals(own)) {
          others.add(count);
        }
      }
    }
    return new OtherPlans(own, List.copyOf(others));
  }

  /** Typical sizes and even ones, with one of them larger, and with one of them smaller. */
  private static List<Sizes> scaled(IndexProgram program, Sizes typical) {
    Map<String, Long> even = new LinkedHashMap<>();
    program.sizes().forEach(size -> even.put(size.name(), EVEN));
    Set<Map<String, Long>> all = new LinkedHashSet<>();
    for (Map<String, Long> base : List.of(typical.byName(), even)) {
      for (SizeParameter scaled : program.sizes()) {
        long value = base.getOrDefault(scaled.name(), 1L);
        for (long other : new long[] {value * SCALE, Math.max(1, value / SCALE)}) {
          Map<String, Long> values = new LinkedHashMap<>();
          program
              .sizes()
              .forEach(each -> values.put(each.name(), base.getOrDefault(each.name(), 1L)));
          values.put(scaled.name(), other);
          all.add(values);
        }
      }
    }
    return all.stream().map(values -> new Sizes(program, values)).toList();
  }

  private static OperationCount operations(ExecutionPlan plan) {
    List<LoopNest> nests = Pipeline.lower(plan, PipelineOptions.rowMajor("")).nests();
    return OperationCount.sum(nests.stream().map(OperationCount::of).toList());
  }
}
