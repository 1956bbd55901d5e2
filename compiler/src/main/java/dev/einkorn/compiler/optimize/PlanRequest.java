package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Extent;
import java.time.Duration;
import java.util.function.ToLongFunction;

/**
 * What a plan is made for.
 *
 * @param sizes of the call, or typical ones
 * @param regroups whether sums and products may be taken in another order and grouping
 * @param expandsDifferences whether powers of differences may be multiplied out
 * @param model what nests cost
 * @param intermediateBytes the largest temporary that is wanted
 * @param timeLimit after which the best plan found so far is taken
 */
public record PlanRequest(
    ToLongFunction<Extent> sizes,
    boolean regroups,
    boolean expandsDifferences,
    CostModel model,
    long intermediateBytes,
    Duration timeLimit) {
  /** What an extent is where nobody knows it. */
  private static final long TYPICAL_EXTENT = 256;

  /** A plan in the written order, for any sizes. */
  public static final PlanRequest WRITTEN =
      new PlanRequest(
          PlanRequest::typical,
          false,
          false,
          CostModel.TYPICAL,
          Long.MAX_VALUE,
          Duration.ofSeconds(1));

  /** The value of an extent where sizes are not known. */
  public static long typical(Extent extent) {
    return extent instanceof Extent.Fixed(long value) ? value : TYPICAL_EXTENT;
  }

  /** This request without regrouping: the plan in the written order. */
  public PlanRequest asWritten() {
    return new PlanRequest(sizes, false, false, model, -1, timeLimit);
  }

  /** This request with another largest temporary. */
  public PlanRequest withIntermediateBytes(long bytes) {
    return new PlanRequest(sizes, regroups, expandsDifferences, model, bytes, timeLimit);
  }
}
