package dev.einkorn.compiler.optimize.path;

/**
 * What one loop nest of a path costs, as a function of sizes in elements. Costs are at least 0;
 * those of a path are added up, or their largest is taken. {@link Double#POSITIVE_INFINITY} forbids
 * the step.
 *
 * <p>A nest over two operands is asked for as it is. A nest that only sums one operand has that as
 * {@code left} and 0 as {@code right}. A nest over k operands at once has the total of their sizes
 * as {@code left}, 0 as {@code right}, and k - 1 times its iterations as {@code loop}, because each
 * iteration multiplies k - 1 times.
 */
@FunctionalInterface
public interface StepCost {
  /** Multiplications (with the addition that comes along): the iterations of the nest. */
  StepCost FLOPS = (_, _, _, loop) -> loop;

  /** Elements stored, the final result included. */
  StepCost WRITES = (_, _, result, _) -> result;

  /**
   * The largest tensor that is stored, the final result included. Of all paths with the same
   * largest tensor the one with the fewest flops is looked for.
   */
  StepCost SIZE =
      new StepCost() {
        @Override
        public double cost(double left, double right, double result, double loop) {
          return result;
        }

        @Override
        public boolean takesMaximum() {
          return true;
        }
      };

  /** {@code flops + 64 * writes}: an element stored is as dear as 64 multiplications. */
  StepCost COMBO = combo(64);

  /**
   * The cost of one nest.
   *
   * @param left elements of one operand
   * @param right elements of the other
   * @param result elements that are stored
   * @param loop product of the extents of all labels involved
   */
  double cost(double left, double right, double result, double loop);

  /** Whether a path costs as much as its dearest step; otherwise the sum of all steps. */
  default boolean takesMaximum() {
    return false;
  }

  /**
   * {@code flops + factor * writes}.
   *
   * @param factor multiplications that cost as much as storing one element and reading it again
   */
  static StepCost combo(double factor) {
    return (_, _, result, loop) -> loop + factor * result;
  }
}
