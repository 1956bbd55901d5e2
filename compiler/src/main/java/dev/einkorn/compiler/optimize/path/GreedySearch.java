package dev.einkorn.compiler.optimize.path;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A tree made by always multiplying the pair that looks cheapest: the one with the least {@code
 * size(result) - alpha * (size(left) + size(right))}, of the pairs that share a label.
 *
 * <p>Restarts with noise on that score find other trees. The noise is Gumbel distributed, so that
 * the choice follows Boltzmann's distribution over the scores' logarithms at the temperature given.
 *
 * <p>Sources: D. G. A. Smith and J. Gray, opt_einsum, JOSS 3(26), 753 (2018), for the score; J.
 * Gray and S. Kourtis, Hyper-optimized tensor network contraction, Quantum 5, 410 (2021), for alpha
 * and the temperature as parameters that are searched over.
 */
final class GreedySearch {
  /** Through one label a value is paired with this many that hold it too, the youngest. */
  private static final int CROWD = 16;

  /** Sizes from which scores are compared by their logarithms alone. */
  private static final double HUGE = 1e290;

  private static final double LN2 = Math.log(2);

  private record Candidate(double score, int order, int left, int right) {}

  private final Pool pool;
  private final double alpha;
  private final double temperature;
  private final SplittableRandom random;
  private final TrialLimit limit;
  private final PriorityQueue<Candidate> candidates =
      new PriorityQueue<>(
          Comparator.comparingDouble(Candidate::score).thenComparingInt(Candidate::order));

  private int proposed;

  /** By value: the last value that it has been paired with. */
  private final int[] pairedWith;

  private GreedySearch(
      Pool pool, double alpha, double temperature, SplittableRandom random, TrialLimit limit) {
    this.pool = pool;
    this.alpha = alpha;
    this.temperature = temperature;
    this.random = random;
    this.limit = limit;
    pairedWith = new int[2 * pool.incidence().operands()];
  }

  /**
   * One run, from a pool that is not changed.
   *
   * @param alpha how much it counts that a step frees its operands
   * @param temperature of the noise; 0 for none
   */
  static Shape run(
      Pool start, double alpha, double temperature, SplittableRandom random, TrialLimit limit) {
    return new GreedySearch(new Pool(start), alpha, temperature, random, limit).run();
  }

  private Shape run() {
    for (int value : pool.valuesLeft()) {
      propose(value);
    }
    for (Candidate next = candidates.poll(); next != null; next = candidates.poll()) {
      if (pool.isLeft(next.left()) && pool.isLeft(next.right())) {
        int product = pool.multiply(next.left(), next.right());
        if (!limit.allows(pool.value(product))) {
          break;
        }
        propose(product);
      }
    }
    return pool.finish();
  }

  /** Adds the pairs of a value with older ones. */
  private void propose(int value) {
    for (int label : pool.value(value).labels) {
      int end = pool.position(label, value);
      for (int i = Math.max(0, end - CROWD); i < end; i++) {
        int other = pool.holder(label, i);
        if (pairedWith[other] != value) {
          pairedWith[other] = value;
          double size = pool.productSize(other, value);
          if (pool.mayStore(size)) {
            candidates.add(new Candidate(score(other, value, size), proposed++, other, value));
          }
        }
      }
    }
  }

  private double score(int left, int right, double size) {
    Partial a = pool.value(left);
    Partial b = pool.value(right);
    double freed = alpha * Incidence.plus(a.size, b.size);
    double score;
    if (size < HUGE && freed < HUGE) {
      double difference = size - freed;
      score = Math.signum(difference) * Math.log1p(Math.abs(difference));
    } else {
      double made = LN2 * pool.incidence().productLog2(a, b);
      double lost = Math.log(alpha) + LN2 * Math.max(a.log2, b.log2);
      score = made >= lost ? made : -lost;
    }
    return temperature == 0 ? score : score - temperature * gumbel();
  }

  private double gumbel() {
    return -Math.log(-Math.log(random.nextDouble(Double.MIN_NORMAL, 1)));
  }
}
