package dev.einkorn.compiler.optimize.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The best tree over a few parts, by dynamic programming over their subsets: what is best for a
 * subset is the best split of it into two, each contracted in its best way.
 *
 * <p>Every split is tried, outer products too: they pay where small operands meet a large one, and
 * to leave them out saves time only, which is short: 16 parts have 21 million splits, most of which
 * are given up after adding two costs. The size of what a subset leaves depends on the subset
 * alone; the iterations of a split are that size times the extents of the labels that end there.
 *
 * <p>Algorithm: DPsub of G. Moerkotte and T. Neumann, Analysis of two existing and one new dynamic
 * programming algorithm for the generation of optimal bushy join trees without cross products, VLDB
 * 2006; for tensor networks R. Pfeifer, J. Haegeman and F. Verstraete, Faster identification of
 * optimal contraction sequences for tensor networks, Phys. Rev. E 90, 033315 (2014), whose bound by
 * the cost of a path already known is the parameter {@code below} here.
 */
final class SubsetSearch {
  /** The most parts if nests multiply two. */
  private static final int MOST = 16;

  /** The most parts if nests over more than two are considered: 678,570 partitions of subsets. */
  private static final int MOST_WITH_JOINS = 10;

  /** Subsets between two looks at the clock. */
  private static final int CLOCK = 256;

  /**
   * A tree over the parts.
   *
   * @param cost of all its nests
   * @param steps parts that each nest multiplies: numbers from the count of parts on are the
   *     results of earlier nests
   */
  record Found(double cost, List<int[]> steps) {}

  private final NestCost costs;
  private final Partial[] parts;
  private final Deadline deadline;

  private final PartLabels labels;

  /** By subset: least cost, infinite where there is no way; what it splits into. */
  private final double[] best;

  private final int[] split;
  private final int[][] partition;

  /** The parts that hold labels which nothing else does. */
  private final int lonely;

  private SubsetSearch(Incidence incidence, Partial[] parts, NestCost costs, Deadline deadline) {
    this.costs = costs;
    this.parts = parts;
    this.deadline = deadline;
    labels = new PartLabels(incidence, parts);
    int subsets = 1 << parts.length;
    best = new double[subsets];
    split = new int[subsets];
    partition = costs.joins() ? new int[subsets][] : new int[0][];
    int alone = 0;
    for (int i = 0; i < parts.length; i++) {
      alone |= parts[i].lonely > 1 ? 1 << i : 0;
    }
    lonely = alone;
  }

  /**
   * The cheapest tree, if it costs less than {@code below}; empty if none does, or time is out.
   *
   * @param parts at least two, at most {@link #most}
   */
  static Optional<Found> find(
      Incidence incidence, Partial[] parts, NestCost costs, double below, Deadline deadline) {
    if (parts.length < 2 || parts.length > most(costs)) {
      throw new IllegalArgumentException("cannot search " + parts.length + " parts");
    }
    return new SubsetSearch(incidence, parts, costs, deadline).find(below);
  }

  /** The most parts that can be searched. */
  static int most(NestCost costs) {
    return costs.joins() ? MOST_WITH_JOINS : MOST;
  }

  private Optional<Found> find(double below) {
    int whole = best.length - 1;
    for (int subset = 1; subset <= whole; subset++) {
      if (subset % CLOCK == 0 && deadline.passed()) {
        return Optional.empty();
      }
      if ((subset & (subset - 1)) == 0) {
        continue;
      }
      best[subset] = below;
      if (subset == whole || costs.mayStore(labels.size(subset))) {
        splitInTwo(subset);
        if (costs.joins() && Integer.bitCount(subset) > 2) {
          splitInMore(subset, subset, 0, new int[parts.length], 0);
        }
      }
      if (split[subset] == 0) {
        best[subset] = Double.POSITIVE_INFINITY;
      }
    }
    if (split[whole] == 0) {
      return Optional.empty();
    }
    List<int[]> steps = new ArrayList<>();
    collect(whole, steps);
    return Optional.of(new Found(best[whole], steps));
  }

  private void splitInTwo(int subset) {
    boolean maximum = costs.steps().takesMaximum();
    int first = subset & -subset;
    int rest = subset ^ first;
    double least = best[subset];
    // the first part stays on the left, so that each split is met once
    for (int more = (rest - 1) & rest; ; more = (more - 1) & rest) {
      int left = first | more;
      int right = subset ^ left;
      double a = best[left];
      double b = best[right];
      double before = maximum ? Math.max(a, b) : a + b;
      if (before < least) {
        double cost = costs.both(before, pair(left, right, subset));
        if (cost < least) {
          least = cost;
          split[subset] = left;
        }
      }
      if (more == 0) {
        break;
      }
    }
    best[subset] = least;
  }

  private double pair(int left, int right, int subset) {
    double result = labels.size(subset);
    double loop = labels.loop(left, right, subset);
    if (lonely != 0 && (isLonely(left) || isLonely(right))) {
      return costs.nest(
          new double[] {labels.size(left), labels.size(right)},
          new double[] {lonely(left), lonely(right)},
          result,
          loop);
    }
    return costs.steps().cost(labels.size(left), labels.size(right), result, loop);
  }

  /** Tries all partitions of what is left, each part taken with its lowest member. */
  private void splitInMore(int subset, int left, int count, int[] chosen, double before) {
    if (left == 0) {
      if (count > 2) {
        int[] split = Arrays.copyOf(chosen, count);
        double cost = costs.both(before, join(split, subset));
        if (cost < best[subset]) {
          best[subset] = cost;
          this.split[subset] = split[0];
          partition[subset] = split;
        }
      }
      return;
    }
    int first = left & -left;
    int rest = left ^ first;
    for (int more = rest; ; more = (more - 1) & rest) {
      int part = first | more;
      // the whole is no part of itself
      if (part != subset) {
        double cost = costs.both(before, best[part]);
        if (cost < best[subset]) {
          chosen[count] = part;
          splitInMore(subset, left ^ part, count + 1, chosen, cost);
        }
      }
      if (more == 0) {
        break;
      }
    }
  }

  private double join(int[] split, int subset) {
    var sizes = new double[split.length];
    var alone = new double[split.length];
    for (int i = 0; i < split.length; i++) {
      sizes[i] = labels.size(split[i]);
      alone[i] = lonely(split[i]);
    }
    return costs.nest(sizes, alone, labels.size(subset), labels.loop(split));
  }

  private boolean isLonely(int subset) {
    return (subset & (subset - 1)) == 0 && (subset & lonely) != 0;
  }

  private double lonely(int subset) {
    return isLonely(subset) ? parts[Integer.numberOfTrailingZeros(subset)].lonely : 1;
  }

  /** Appends the steps of a subset's tree; at most {@link #MOST} deep. */
  private int collect(int subset, List<int[]> steps) {
    if ((subset & (subset - 1)) == 0) {
      return Integer.numberOfTrailingZeros(subset);
    }
    int[] members =
        costs.joins() && partition[subset] != null
            ? partition[subset].clone()
            : new int[] {split[subset], subset ^ split[subset]};
    for (int i = 0; i < members.length; i++) {
      members[i] = collect(members[i], steps);
    }
    steps.add(members);
    return parts.length + steps.size() - 1;
  }
}
