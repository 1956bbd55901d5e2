package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.runtime.tier.TierPolicy;

/**
 * What runs a request within a memory budget. Preferred are the schedules that are best for speed,
 * then those with smaller panels, or with fewer workers, whose own panels are fewer; then scalar
 * schedules, which pack nothing, and at last plain loops.
 *
 * @param choice the schedules, chosen when they are needed if the budget does not depend on them
 * @param thrift what they give up
 * @param mostWorkers how many may share a call, at least 1
 * @param leastBytes what a call of one worker takes; more than the budget if nothing fits
 */
record BudgetFit(
    Deferred<Executable.Chosen> choice, Thrift thrift, int mostWorkers, long leastBytes)
    implements Fit {
  /** A budget that never keeps anything from being run. */
  static final long UNBOUNDED = Long.MAX_VALUE;

  /**
   * The first fast alternative that fits with all workers, or else the one with the most; if none
   * fits, the first other one, or what takes least. Recursive: for a {@link CompilerThread}.
   *
   * @param workspaceBytes of the temporaries
   * @param threads the most workers that a call may have
   */
  static BudgetFit of(
      Executable.Request request,
      TierPolicy policy,
      Sizes sizes,
      long workspaceBytes,
      long budget,
      int threads) {
    if (budget == UNBOUNDED) {
      var later = new Deferred<>(() -> Executable.choose(request));
      return new BudgetFit(later, Thrift.NONE, threads, 0);
    }
    Executable.Chosen best = Executable.choose(request);
    return Fit.of(
        budget,
        threads,
        thrift -> {
          Executable.Chosen chosen = thrift.apply(best);
          WorkingMemory memory = chosen.memory(policy);
          long bytes = Quantity.sum(workspaceBytes, memory.bytes(sizes::value, 1));
          long another = memory.otherWorkerBytes(sizes::value);
          long more = another == 0 ? threads : Math.max(0, budget - bytes) / another;
          return new BudgetFit(
              new Deferred<>(() -> chosen), thrift, (int) Math.min(threads, more + 1), bytes);
        });
  }

  /** The schedules. */
  Executable.Chosen chosen() {
    return choice.get();
  }
}
