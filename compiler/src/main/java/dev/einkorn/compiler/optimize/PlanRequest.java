package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.optimize.path.ContractionTree;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
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
 * @param orders of products that are not looked for, by the names of the targets
 */
public record PlanRequest(
    ToLongFunction<Extent> sizes,
    boolean regroups,
    boolean expandsDifferences,
    CostModel model,
    long intermediateBytes,
    Duration timeLimit,
    Map<String, ContractionTree> orders) {
  /** What an extent is where nobody knows it. */
  public static final long TYPICAL_EXTENT = 256;

  /** A plan in the written order, for any sizes. */
  public static final PlanRequest WRITTEN =
      new PlanRequest(
          PlanRequest::typical,
          false,
          false,
          CostModel.TYPICAL,
          Long.MAX_VALUE,
          Duration.ofSeconds(1));

  public PlanRequest {
    orders = Collections.unmodifiableMap(new LinkedHashMap<>(orders));
  }

  /** A request that pins no order. */
  public PlanRequest(
      ToLongFunction<Extent> sizes,
      boolean regroups,
      boolean expandsDifferences,
      CostModel model,
      long intermediateBytes,
      Duration timeLimit) {
    this(sizes, regroups, expandsDifferences, model, intermediateBytes, timeLimit, Map.of());
  }

  /** The value of an extent where sizes are not known. */
  public static long typical(Extent extent) {
    return extent instanceof Extent.Fixed(long value) ? value : TYPICAL_EXTENT;
  }

  /** The bytes of a dense tensor at these sizes. */
  double bytes(TensorType type) {
    double bytes = type.elementType().byteSize();
    for (Extent extent : type.extents()) {
      bytes *= sizes.applyAsLong(extent);
    }
    return bytes;
  }

  /** This request without regrouping: the plan in the written order, but for pinned ones. */
  public PlanRequest asWritten() {
    return new PlanRequest(sizes, false, false, model, -1, timeLimit, orders);
  }

  /** This request with another largest temporary. */
  public PlanRequest withIntermediateBytes(long bytes) {
    return new PlanRequest(sizes, regroups, expandsDifferences, model, bytes, timeLimit, orders);
  }

  /** This request with orders of products that are not looked for. */
  public PlanRequest withOrders(Map<String, ContractionTree> pinned) {
    return new PlanRequest(
        sizes, regroups, expandsDifferences, model, intermediateBytes, timeLimit, pinned);
  }
}
