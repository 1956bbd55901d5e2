package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.SlabGroup;
import dev.einkorn.compiler.optimize.Slabs;
import dev.einkorn.runtime.tier.TierPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * A plan in slabs, within a memory budget or as near to it as slabs come.
 *
 * @param staged the plan
 * @param mostWorkers how many may share a call, at least 1
 * @param leastBytes what a call of one worker takes; more than the budget if nothing fits
 */
record SlabFit(StagedPlan staged, int mostWorkers, long leastBytes) {
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
      this.slabs = new Slabs(plan, sizes::value);
      this.policy = einkorn.tierPolicy();
    }

    /** Slabs that stay in the cache, if they make the plan faster and fit the budget. */
    Optional<SlabFit> forSpeed() {
      long cache = einkorn.slabCache();
      int threads = einkorn.threads();
      List<SlabGroup> groups = slabs.forCache(cache, threads);
      if (groups.isEmpty()) {
        return Optional.empty();
      }
      SlabFit fit = fit(groups, group -> slabs.slab(group, cache, threads));
      return Optional.of(fit).filter(found -> einkorn.isWithinBudget(found.leastBytes()));
    }

    /** The largest slabs of some that fit the budget, or slabs of one position. */
    Optional<SlabFit> forMemory() {
      List<SlabGroup> groups = slabs.forMemory();
      if (groups.isEmpty()) {
        return Optional.empty();
      }
      long most = groups.stream().mapToLong(SlabGroup::positions).max().orElse(1);
      for (long part = 2; part / 2 < most; part *= 2) {
        long divisor = part;
        ToLongFunction<SlabGroup> slab = group -> Math.max(1, group.positions() / divisor);
        boolean last = part >= most;
        if (last || einkorn.isWithinBudget(temporaryBytes(groups, slab))) {
          SlabFit fit = fit(groups, slab);
          if (last || einkorn.isWithinBudget(fit.leastBytes())) {
            return Optional.of(fit);
          }
        }
      }
      return Optional.of(fit(groups, _ -> 1));
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
        return new SlabFit(best, einkorn.threads(), 0);
      }
      SlabFit least = null;
      for (int scarcity = 0; scarcity < 3; scarcity++) {
        StagedPlan staged =
            switch (scarcity) {
              case 0 -> best;
              case 1 -> best.with(Executable.Chosen::withoutSimd);
              default -> best.with(Executable.Chosen::plain);
            };
        long bytes = staged.bytes(policy, 1);
        if (einkorn.isWithinBudget(bytes)) {
          int workers = 1;
          while (workers < einkorn.threads()
              && einkorn.isWithinBudget(staged.bytes(policy, workers + 1))) {
            workers++;
          }
          return new SlabFit(staged, workers, bytes);
        }
        if (least == null || bytes < least.leastBytes()) {
          least = new SlabFit(staged, 1, bytes);
        }
      }
      if (least == null) {
        throw new AssertionError("no alternative");
      }
      return least;
    }
  }
}
