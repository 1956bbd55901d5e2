package dev.einkorn.compiler.optimize.path;

import java.util.List;

/**
 * A contraction order and what it costs.
 *
 * @param tree the order
 * @param steps its nests in the order in which they should run: where two subtrees are independent,
 *     the one that needs more room beyond its result runs first
 * @param cost of the whole
 * @param origin how the order was found
 * @param withinMemoryLimit whether no intermediate is larger than the limit; only a pinned order
 *     can be beyond it
 */
public record ContractionPath(
    ContractionTree tree,
    List<Step> steps,
    PathCost cost,
    Origin origin,
    boolean withinMemoryLimit) {

  /** How an order was found. */
  public enum Origin {
    /** It was given. */
    PINNED,
    /** No order costs less. Never said where a tensor occurs more than once. */
    OPTIMAL,
    /** The best that a search found which does not see all orders. */
    SEARCHED,
    /** The best that was found until the time limit. */
    TIMED_OUT
  }

  public ContractionPath {
    steps = List.copyOf(steps);
  }

  /**
   * The steps and costs of an order that is given.
   *
   * @throws IllegalArgumentException if the tree does not hold each operand once, or sums an
   *     operand that has no label of its own
   */
  public static ContractionPath of(Network network, ContractionTree tree, StepCost cost) {
    return of(network, tree, cost, Origin.PINNED, Double.POSITIVE_INFINITY);
  }

  static ContractionPath of(
      Network network, ContractionTree tree, StepCost cost, Origin origin, double memoryLimit) {
    List<Step> steps = Evaluation.steps(network, tree);
    PathCost total = PathCosts.total(network, steps, cost);
    return new ContractionPath(
        tree, steps, total, origin, total.largestIntermediate() <= memoryLimit);
  }

  /** The same order, said to be found in another way. */
  public ContractionPath from(Origin way) {
    return new ContractionPath(tree, steps, cost, way, withinMemoryLimit);
  }
}
