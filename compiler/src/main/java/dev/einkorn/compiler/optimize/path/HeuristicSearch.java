package dev.einkorn.compiler.optimize.path;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Greedy and swept trees from different starts, the best of which are improved piece by piece. */
final class HeuristicSearch {
  /** Rounds over random pieces without progress after which a tree is left. */
  private static final int PATIENCE = 2;

  /**
   * A tree is given up when a product is so many times larger, in binary logarithms, than the
   * largest of the best tree: improvement gains much, but not more than that.
   */
  private static final double TOLERANCE = 24;

  private static final Comparator<Costed> BY_COST = Comparator.comparingDouble(Costed::cost);

  private final Incidence incidence;
  private final NestCost costs;
  private final Effort effort;
  private final SplittableRandom random;
  private final Deadline deadline;
  private final Pool start;

  HeuristicSearch(Incidence incidence, NestCost costs, long seed, Deadline deadline) {
    this.incidence = incidence;
    this.costs = costs;
    this.deadline = deadline;
    effort = Effort.of(incidence.operands());
    random = new SplittableRandom(seed);
    start = new Pool(incidence, costs);
    Absorption.run(start);
  }

  private record Costed(Shape shape, double cost) {}

  /** The greedy tree without noise. */
  Shape first() {
    return GreedySearch.run(start, 1, 0, random, TrialLimit.NONE);
  }

  /** So many greedy trees, each different if that is possible, from the operands as they are. */
  List<Shape> some(int trees) {
    var pool = new Pool(incidence, costs);
    var limit = new TrialLimit(Double.MAX_VALUE, deadline);
    return IntStream.range(0, trees).mapToObj(_ -> noisy(pool, limit)).toList();
  }

  /**
   * The best tree that is found.
   *
   * @param known trees to begin with
   */
  Shape run(List<Shape> known) {
    List<Costed> best = new ArrayList<>(known.stream().map(this::costed).toList());
    List<Costed> greedy = new ArrayList<>(List.of(costed(first())));
    best.addAll(greedy);
    int[] values = start.valuesLeft();
    List<Costed> swept = new ArrayList<>();
    for (int trial = 0; trial < effort.sweeps() && !deadline.passed(); trial++) {
      int near = values[trial * values.length / effort.sweeps()];
      addNew(swept, costed(SweepSearch.run(start, near, limit(greedy, swept))));
    }
    for (int trial = 1; trial < effort.greedy() && !deadline.passed(); trial++) {
      addNew(greedy, costed(noisy(start, limit(greedy, swept))));
    }
    double share = effort.work() / (4 * effort.kept());
    for (Costed tree : Stream.concat(kept(greedy), kept(swept)).toList()) {
      Refinement refinement = refinement(tree.shape(), Effort.SMALL_PIECE, share);
      refinement.descend();
      best.add(costed(refinement.shape()));
    }
    share = effort.work() / (2 * effort.polished());
    for (Costed tree : best.stream().sorted(BY_COST).limit(effort.polished()).toList()) {
      best.add(polished(tree, share));
    }
    return best.stream().min(BY_COST).orElseThrow().shape();
  }

  /** Adds a tree unless there is one of the same cost, which is as a rule the same tree. */
  private static void addNew(List<Costed> trees, Costed tree) {
    if (trees.stream().noneMatch(other -> other.cost() == tree.cost())) {
      trees.add(tree);
    }
  }

  private Stream<Costed> kept(List<Costed> trees) {
    return trees.stream().sorted(BY_COST).limit(effort.kept());
  }

  private TrialLimit limit(List<Costed> some, List<Costed> others) {
    return Stream.concat(some.stream(), others.stream())
        .min(BY_COST)
        .map(tree -> new TrialLimit(tree.shape().largestLog2(incidence) + TOLERANCE, deadline))
        .orElseThrow();
  }

  private Costed polished(Costed tree, double work) {
    Refinement refinement =
        refinement(tree.shape(), costs.joins() ? Effort.PIECE_WITH_JOINS : Effort.PIECE, work);
    refinement.descend();
    Costed best = better(tree, refinement.shape());
    for (int vain = 0; vain < PATIENCE && refinement.goesOn(); vain++) {
      refinement.shake();
      Costed next = better(best, refinement.shape());
      vain = next.cost() < best.cost() ? -1 : vain;
      best = next;
    }
    return best;
  }

  private Shape noisy(Pool pool, TrialLimit limit) {
    double alpha = Math.pow(10, random.nextDouble(-1, 0.6));
    double temperature = Math.pow(10, random.nextDouble(-3, 0));
    return GreedySearch.run(pool, alpha, temperature, random, limit);
  }

  private Costed costed(Shape shape) {
    return new Costed(shape, shape.cost(incidence, costs));
  }

  private Costed better(Costed best, Shape other) {
    Costed candidate = costed(other);
    return candidate.cost() < best.cost() ? candidate : best;
  }

  private Refinement refinement(Shape shape, int piece, double work) {
    return new Refinement(shape, incidence, costs, piece, work, random, deadline);
  }
}
