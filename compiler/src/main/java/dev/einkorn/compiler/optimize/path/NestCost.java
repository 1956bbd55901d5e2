package dev.einkorn.compiler.optimize.path;

import static dev.einkorn.compiler.optimize.path.Incidence.plus;
import static dev.einkorn.compiler.optimize.path.Incidence.times;

/**
 * The cost of one nest together with the sums of single operands that it is best preceded by.
 *
 * <p>A label that one operand alone holds can be summed by a nest of its own before the product, or
 * in the product's nest. The first costs a pass over the operand and makes the product's nest
 * smaller; which is cheaper depends on nothing else, so it is decided here and no search need know.
 *
 * @param steps the cost of a step
 * @param limit most elements that an intermediate may have
 * @param joins whether a nest may multiply more than two
 */
record NestCost(StepCost steps, double limit, boolean joins) {
  /** Operands of one nest whose sums are decided together; those beyond, one after the other. */
  private static final int DECIDED_TOGETHER = 4;

  /** Between pairs alone, without a limit. */
  static NestCost of(StepCost steps) {
    return new NestCost(steps, Double.POSITIVE_INFINITY, false);
  }

  NestCost withoutJoins() {
    return new NestCost(steps, limit, false);
  }

  /** Whether a tensor of this size may be an intermediate. */
  boolean mayStore(double size) {
    return size <= limit;
  }

  /** The cost of both, either the sum or the larger. */
  double both(double a, double b) {
    if (a == Double.POSITIVE_INFINITY || b == Double.POSITIVE_INFINITY) {
      return Double.POSITIVE_INFINITY;
    }
    return steps.takesMaximum() ? Math.max(a, b) : plus(a, b);
  }

  /** The cost of summing one operand over the labels that it alone holds. */
  double sum(double summed, double lonely) {
    double size = times(summed, lonely);
    return mayStore(summed) ? steps.cost(size, 0, summed, size) : Double.POSITIVE_INFINITY;
  }

  /**
   * The cost of the nest over some parts, the cheapest sums before it included; infinite if it is
   * forbidden.
   *
   * @param sizes of the parts, after sums
   * @param lonely of each part, how much larger it is before
   * @param result size of the product
   * @param loop iterations if all sums have been taken before
   */
  double nest(double[] sizes, double[] lonely, double result, double loop) {
    return nest(sizes, lonely, bestSums(sizes, lonely, result, loop), result, loop);
  }

  /** The parts, as bits, that are best summed before the nest. */
  boolean[] bestSums(double[] sizes, double[] lonely, double result, double loop) {
    var sums = new boolean[sizes.length];
    int undecided = 0;
    for (double factor : lonely) {
      undecided += factor > 1 ? 1 : 0;
    }
    if (undecided == 0) {
      return sums;
    }
    return undecided <= DECIDED_TOGETHER
        ? together(sizes, lonely, result, loop, undecided)
        : oneByOne(sizes, lonely, result, loop);
  }

  private boolean[] together(
      double[] sizes, double[] lonely, double result, double loop, int undecided) {
    double least = Double.POSITIVE_INFINITY;
    var best = new boolean[sizes.length];
    for (int choice = 0; choice < 1 << undecided; choice++) {
      var sums = new boolean[sizes.length];
      int bit = 0;
      for (int i = 0; i < sizes.length; i++) {
        sums[i] = lonely[i] > 1 && (choice >> bit++ & 1) != 0;
      }
      double cost = nest(sizes, lonely, sums, result, loop);
      if (cost < least) {
        least = cost;
        best = sums;
      }
    }
    return best;
  }

  private boolean[] oneByOne(double[] sizes, double[] lonely, double result, double loop) {
    var sums = new boolean[sizes.length];
    double least = nest(sizes, lonely, sums, result, loop);
    for (int i = 0; i < sizes.length; i++) {
      if (lonely[i] > 1) {
        sums[i] = true;
        double cost = nest(sizes, lonely, sums, result, loop);
        if (cost < least) {
          least = cost;
        } else {
          sums[i] = false;
        }
      }
    }
    return sums;
  }

  /** The cost of the nest with the given sums before it. */
  double nest(double[] sizes, double[] lonely, boolean[] sums, double result, double loop) {
    if (sizes.length > 2 && !joins) {
      return Double.POSITIVE_INFINITY;
    }
    double before = 0;
    double all = loop;
    double total = 0;
    for (int i = 0; i < sizes.length; i++) {
      if (sums[i]) {
        before = both(before, sum(sizes[i], lonely[i]));
        total = plus(total, sizes[i]);
      } else {
        all = times(all, lonely[i]);
        total = plus(total, times(sizes[i], lonely[i]));
      }
    }
    if (sizes.length == 2) {
      double left = sums[0] ? sizes[0] : times(sizes[0], lonely[0]);
      double right = sums[1] ? sizes[1] : times(sizes[1], lonely[1]);
      return both(before, steps.cost(left, right, result, all));
    }
    return both(before, steps.cost(total, 0, result, times(all, Math.max(1, sizes.length - 1))));
  }
}
