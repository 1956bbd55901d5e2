package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.runtime.tier.TierPolicy;
import java.util.List;
import java.util.function.Supplier;

/**
 * What runs a request within a memory budget. Preferred are the schedules that are best for speed,
 * then those with fewer workers, whose own panels are fewer; then scalar schedules, which pack
 * nothing, and at last plain loops.
 *
 * @param chosen the schedules
 * @param mostWorkers how many may share a call, at least 1
 * @param leastBytes what a call of one worker takes; more than the budget if nothing fits
 */
record BudgetFit(Executable.Chosen chosen, int mostWorkers, long leastBytes) {
  /** A budget that never keeps anything from being run. */
  static final long UNBOUNDED = Long.MAX_VALUE;

  /**
   * The first alternative that fits, or what takes least if none does. Recursive: for a {@link
   * CompilerThread}.
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
    Executable.Chosen best = Executable.choose(request);
    if (budget == UNBOUNDED) {
      return new BudgetFit(best, threads, 0);
    }
    List<Supplier<Executable.Chosen>> alternatives =
        List.of(() -> best, best::withoutSimd, best::plain);
    BudgetFit least = null;
    for (Supplier<Executable.Chosen> alternative : alternatives) {
      Executable.Chosen chosen = alternative.get();
      WorkingMemory memory = chosen.memory(policy);
      long bytes = Math.addExact(workspaceBytes, memory.bytes(sizes::value, 1));
      if (bytes <= budget) {
        long another = memory.otherWorkerBytes(sizes::value);
        long more = another == 0 ? threads : (budget - bytes) / another;
        return new BudgetFit(chosen, (int) Math.min(threads, more + 1), bytes);
      }
      if (least == null || bytes < least.leastBytes()) {
        least = new BudgetFit(chosen, 1, bytes);
      }
    }
    if (least == null) {
      throw new AssertionError("no alternative");
    }
    return least;
  }
}
