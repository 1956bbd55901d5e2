package dev.einkorn.compiler.optimize.path;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A tree made by growing one product over the network: of the values that share a label with it,
 * the one whose product is smallest is multiplied into it, of equals the one that was met first.
 *
 * <p>This sweeps over chains, ladders and lattices front by front, where greedy trees, which look
 * at pairs alone, leave ragged pieces.
 */
final class SweepSearch {
  /** What counts as smaller, in binary logarithms, so that equals are equal whatever was added. */
  private static final double LESS = 1e-9;

  private final Pool pool;
  private final TrialLimit limit;

  private SweepSearch(Pool pool, TrialLimit limit) {
    this.pool = pool;
    this.limit = limit;
  }

  /** One run, from a pool that is not changed, which begins at the value given or far from it. */
  static Shape run(Pool start, int near, TrialLimit limit) {
    var search = new SweepSearch(new Pool(start), limit);
    search.sweep(search.farthest(near));
    for (int value : start.valuesLeft()) {
      if (search.pool.isLeft(value)) {
        search.sweep(search.farthest(value));
      }
    }
    return search.pool.finish();
  }

  private void sweep(int from) {
    int product = from;
    while (limit.allows(pool.value(product))) {
      int next = next(product);
      if (next < 0) {
        return;
      }
      product = pool.multiply(product, next);
    }
  }

  private int next(int product) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int label : pool.value(product).labels) {
      for (int i = 0; i < pool.holderCount(label); i++) {
        int other = pool.holder(label, i);
        if (other != product) {
          double size = pool.incidence().productLog2(pool.value(product), pool.value(other));
          if (size < least - LESS && pool.mayStore(pool.productSize(product, other))) {
            least = size;
            best = other;
          }
        }
      }
    }
    return best;
  }

  /** A value to which no way is shorter from one than to any other; the last one met. */
  private int farthest(int from) {
    var seen = new boolean[pool.count()];
    Deque<Integer> waiting = new ArrayDeque<>();
    waiting.add(from);
    seen[from] = true;
    int last = from;
    while (!waiting.isEmpty()) {
      last = waiting.remove();
      for (int label : pool.value(last).labels) {
        for (int i = 0; i < pool.holderCount(label); i++) {
          int other = pool.holder(label, i);
          if (!seen[other]) {
            seen[other] = true;
            waiting.add(other);
          }
        }
      }
    }
    return last;
  }
}
