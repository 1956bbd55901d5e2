package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.SlabGroup;
import dev.einkorn.compiler.optimize.Slabs;
import dev.einkorn.runtime.tier.TierPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * A plan in slabs, within a memory budget or as near to it as slabs come.
 *
 * @param staged the plan
 * @param thrift what its schedules give up
 * @param mostWorkers how many may share a call, at least 1
 * @param leastBytes what a call of one worker takes; more than the budget if nothing fits
 */
record SlabFit(StagedPlan staged, Thrift thrift, int mostWorkers, long leastBytes) implements Fit {
  /** Looks for slabs of one plan. */
  static final class Search {
    private final Einkorn einkorn;
    private final ExecutionPlan plan;
    private final Sizes sizes;
    private final Map<String, Geometry> known;
    private final Slabs slabs;
    private final TierPolicy policy;

    Search(Einkorn einkorn, ExecutionPlan plan, Sizes sizes, Map<String, Geometry> known) {
      this.einkorn = einkorn;
      this.plan = plan;
      this.sizes = sizes;
      this.known = known;
      Map<String, Integer> unitAxes = new HashMap<>();
      known.forEach((name, geometry) -> unitAxes.put(name, geometry.layout().unitAxis()));
      this.slabs = new Slabs(plan, sizes::value, unitAxes);
      this.policy = einkorn.tierPolicy();
    }

    /** Slabs that stay in the cache, if they make the plan faster and fit the budget. */
    Optional<SlabFit> forSpeed() {
      long cache = einkorn.slabCache();
      int threads = einkorn.threads();
      List<SlabGroup> groups = slabs.forCache(cache, threads, einkorn.mode() != Mode.STRICT);
      if (groups.isEmpty()) {
        return Optional.empty();
      }
      SlabFit fit = fit(groups, group -> slabs.slab(group, cache, threads));
      return Optional.of(fit).filter(found -> einkorn.isWithinBudget(found.leastBytes()));
    }

    /**
     * The largest slabs of some that fit the budget with fast schedules; or else with any, or slabs
     * of one position.
     */
    Optional<SlabFit> forMemory() {
      List<SlabGroup> groups = slabs.forMemory();
      if (groups.isEmpty()) {
        return Optional.empty();
      }
      long most = groups.stream().mapToLong(SlabGroup::positions).max().orElse(1);
      SlabFit best = null;
      for (long part = 2; part / 2 < most; part *= 2) {
        long divisor = part;
        ToLongFunction<SlabGroup> slab = group -> Math.max(1, group.positions() / divisor);
        if (part >= most || einkorn.isWithinBudget(temporaryBytes(groups, slab))) {
          SlabFit fit = fit(groups, slab);
          boolean fits = einkorn.isWithinBudget(fit.leastBytes());
          if (fits && fit.thrift().isFast()) {
            return Optional.of(fit);
          }
          if (best == null || !einkorn.isWithinBudget(best.leastBytes())) {
            best = fit;
          }
        }
      }
      return Optional.of(best == null ? fit(groups, _ -> 1) : best);
    }

    private long temporaryBytes(List<SlabGroup> groups, ToLongFunction<SlabGroup> slab) {
      return StagedPlan.layout(plan, sizes, groups, slab).bytes();
    }

    private SlabFit fit(List<SlabGroup> groups, ToLongFunction<SlabGroup> slab) {
      return CompilerThread.call(
          () -> fit(StagedPlan.of(einkorn, plan, sizes, groups, slab, known)));
    }

    /** The fastest schedules within the budget, and as many workers as fit. */
    private SlabFit fit(StagedPlan best) {
      if (einkorn.memoryBudget() == BudgetFit.UNBOUNDED) {
        return new SlabFit(best, Thrift.NONE, einkorn.threads(), 0);
      }
      return Fit.of(
          einkorn.memoryBudget(),
          einkorn.threads(),
          thrift -> {
            StagedPlan staged = best.with(thrift::apply);
            int workers = 1;
            while (workers < einkorn.threads()
                && einkorn.isWithinBudget(staged.bytes(policy, workers + 1))) {
              workers++;
            }
            return new SlabFit(staged, thrift, workers, staged.bytes(policy, 1));
          });
    }
  }
}
