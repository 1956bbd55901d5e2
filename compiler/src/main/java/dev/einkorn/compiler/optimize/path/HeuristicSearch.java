package dev.einkorn.compiler.optimize.path;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Greedy and swept trees from different starts, the best of which are improved piece by piece. */
final class HeuristicSearch {
  /** Rounds over random pieces without progress after which a tree is left. */
  private static final int PATIENCE = 2;

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
    return GreedySearch.run(start, 1, 0, random);
  }

  /** So many greedy trees, each different if that is possible, from the operands as they are. */
  List<Shape> some(int trees) {
    var pool = new Pool(incidence, costs);
    return IntStream.range(0, trees).mapToObj(_ -> noisy(pool)).toList();
  }

  /**
   * The best tree that is found.
   *
   * @param known trees to begin with
   */
  Shape run(List<Shape> known) {
    List<Costed> best = new ArrayList<>(known.stream().map(this::costed).toList());
    best.add(costed(first()));
    List<Costed> greedy = trees(effort.greedy(), trial -> trial == 0 ? first() : noisy(start));
    int[] values = start.valuesLeft();
    List<Costed> swept =
        trees(
            effort.sweeps(),
            trial -> SweepSearch.run(start, values[trial * values.length / effort.sweeps()]));
    double work = effort.work();
    double share = work / (4 * effort.kept());
    for (List<Costed> kind : List.of(greedy, swept)) {
      for (Costed tree : kind) {
        Refinement refinement = refinement(tree.shape(), Effort.FIRST_PIECE, share);
        refinement.descend();
        work -= share - refinement.work();
        best.add(costed(refinement.shape()));
      }
    }
    best.sort(Comparator.comparingDouble(Costed::cost));
    return polished(best.getFirst(), work).shape();
  }

  private Costed polished(Costed tree, double work) {
    Refinement refinement = refinement(tree.shape(), effort.piece(), work);
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

  /** The best of some trees with different costs; trees of equal costs are equal as a rule. */
  private List<Costed> trees(int trials, IntFunction<Shape> make) {
    List<Costed> trees = new ArrayList<>();
    for (int trial = 0; trial < trials && !deadline.passed(); trial++) {
      Costed tree = costed(make.apply(trial));
      if (trees.stream().noneMatch(other -> other.cost() == tree.cost())) {
        trees.add(tree);
      }
    }
    trees.sort(Comparator.comparingDouble(Costed::cost));
    return trees.subList(0, Math.min(effort.kept(), trees.size()));
  }

  private Shape noisy(Pool pool) {
    double alpha = Math.pow(10, random.nextDouble(-1, 0.6));
    double temperature = Math.pow(10, random.nextDouble(-3, 0));
    return GreedySearch.run(pool, alpha, temperature, random);
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
