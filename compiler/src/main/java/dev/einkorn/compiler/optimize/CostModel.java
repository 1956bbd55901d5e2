package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.optimize.path.StepCost;
import dev.einkorn.runtime.ElementType;

/**
 * Predicted time of loop nests, in nanoseconds. The rates are those of the table under
 * "Calibration" in the README of this module; plans are compared by ratios, so that a machine which
 * is faster in everything gets the same plans.
 *
 * @param simdBits the width of a vector; 0 for scalar kernels
 * @param l2 bytes of the second-level cache
 * @param l3 bytes of the last-level cache
 * @param goal what contraction orders keep small
 * @param device whether a GPU runs the plans: functions cost less there than storing what they give
 */
public record CostModel(int simdBits, long l2, long l3, OrderGoal goal, boolean device) {
  /** A machine with vectors of 256 bits and common caches, for plans that are made for nobody. */
  public static final CostModel TYPICAL =
      new CostModel(256, 1 << 20, 16 << 20, OrderGoal.TIME, false);

  /** Vectors of the usual width, so that plans do not depend on a switch for vectors. */
  public static CostModel of(long l2, long l3, OrderGoal goal) {
    return new CostModel(TYPICAL.simdBits, l2, l3, goal, false);
  }

  /** The same where a GPU runs the plans. */
  public CostModel onDevice() {
    return new CostModel(simdBits, l2, l3, goal, true);
  }

  /** What it costs to begin a nest, its share of a call included. */
  static final double NEST_NANOS = 40;

  /** Multiplications with their additions in a nanosecond, for each lane of a vector, in tiles. */
  private static final double TILED_RATE = 6.3;

  /** Operations in a nanosecond, for each lane, of nests that stream. */
  private static final double STREAMED_RATE = 2.0;

  private static final double L2_BYTES_PER_NANO = 110;
  private static final double L3_BYTES_PER_NANO = 55;
  private static final double MEMORY_BYTES_PER_NANO = 18;

  /** The part of the last-level cache that a call finds its data in again: others use it too. */
  private static final double L3_SHARE = 0.5;

  /** A run of the innermost loop of a product. */
  private static final double RUN_NANOS = 1;

  /** The longest of such runs. */
  private static final double LONGEST_RUN = 200;

  /** Beginning and ending the sums of a tile, which has as many as the shorter side. */
  private static final double TILE_NANOS = 6;

  /** Terms of a sum that cost as much as beginning and ending it. */
  private static final double SUM_ENDS = 4;

  /** Half of what a tile is wide and high: so far it reaches over the diagonal. */
  private static final double DIAGONAL_TILES = 24;

  /** Copying an element to its mirrored place, in a cache. */
  private static final double COPY_NANOS = 0.2;

  /** Moving an element to another axis: lines of memory are used a piece at a time. */
  private static final double TURN_NANOS = 0.6;

  /** An operation of a value that is multiplied into a panel on the way, by vectors. */
  private static final double FUSED_NANOS = 0.3;

  /** What each of its short loops costs beside. */
  private static final double FUSED_RUN_NANOS = 32;

  /**
   * The sum of products of two sides, each of which has indices of its own.
   *
   * @param rows positions of the indices that only the left side has
   * @param columns positions of the indices that only the right side has
   * @param depth positions that are summed over
   * @param iterations of the innermost loop
   * @param elements read and written
   */
  double contraction(
      double rows,
      double columns,
      double depth,
      double iterations,
      double elements,
      ElementType type) {
    if (rows < 2 || columns < 2) {
      return stream(iterations, elements, type);
    }
    double filled = Math.min(1, Math.min(rows, columns) / 4) * depth / (depth + SUM_ENDS);
    double compute = iterations / (TILED_RATE * lanes(type) * Math.max(filled, 0.05));
    // Short loops are all beginning and ending.
    double runs = iterations / Math.min(Math.max(rows, columns), LONGEST_RUN);
    double tiles = iterations / depth / Math.min(rows, columns);
    double loops = runs * RUN_NANOS + tiles * TILE_NANOS;
    // Tiles are multiplied while nothing is fetched or stored.
    return Math.max(compute, loops) + memory(elements, type);
  }

  /**
   * A symmetric product of which half is computed and half is copied.
   *
   * @param whole what it would take to compute all of it
   * @param extent of each of the two indices
   * @param stored elements of the target
   */
  double mirrored(double whole, double extent, double stored, ElementType type) {
    double computed = Math.min(1, 0.5 + DIAGONAL_TILES / extent);
    return whole * computed + stored / 2 * COPY_NANOS + memory(stored, type);
  }

  /**
   * What it costs beside the bytes moved to read along one axis and write along another one.
   *
   * @param elements read so
   */
  double turned(double elements) {
    return elements * TURN_NANOS;
  }

  /**
   * A part of a nest that does a few operations on what it reads.
   *
   * @param operations in all
   * @param elements read and written
   */
  double stream(double operations, double elements, ElementType type) {
    return Math.max(operations / (STREAMED_RATE * lanes(type)), memory(elements, type));
  }

  private double memory(double elements, ElementType type) {
    double bytes = elements * type.byteSize();
    double rate =
        bytes <= l2
            ? L2_BYTES_PER_NANO
            : bytes <= L3_SHARE * l3 ? L3_BYTES_PER_NANO : MEMORY_BYTES_PER_NANO;
    return bytes / rate;
  }

  private double lanes(ElementType type) {
    return Math.max(1, simdBits / (8.0 * type.byteSize()));
  }

  /**
   * The cost of a step of a contraction path by the goal. For the time, a product that sums over
   * nothing is not stored: it is multiplied where it is read.
   */
  StepCost steps(ElementType type) {
    return switch (goal) {
      case TIME -> nanos(type);
      case MULTIPLICATIONS -> StepCost.FLOPS;
      case SIZE -> StepCost.SIZE;
    };
  }

  private StepCost nanos(ElementType type) {
    return (left, right, result, loop) -> {
      if (loop <= result * (1 + 1e-9)) {
        return right == 0 ? 0 : loop * (FUSED_NANOS + FUSED_RUN_NANOS / Math.max(left, right));
      }
      double elements = left + right + 2 * result;
      double inside =
          right == 0
              ? stream(loop, elements, type)
              : contraction(loop / right, loop / left, loop / result, loop, elements, type);
      return NEST_NANOS + inside;
    };
  }
}
