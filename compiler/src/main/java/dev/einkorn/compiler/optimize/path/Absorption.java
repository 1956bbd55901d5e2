package dev.einkorn.compiler.optimize.path;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Products whose size is that of one factor or less, taken before the search: first of values with
 * the same labels (Hadamard products), then of a value into the smallest that holds all its labels.
 * What is left has fewer, larger values, between which the greedy search need choose.
 *
 * <p>Values without labels are left alone: they can be multiplied into anything, last.
 *
 * <p>These are the preprocessing steps of J. Gray and S. Kourtis, Hyper-optimized tensor network
 * contraction, Quantum 5, 410 (2021), without those that need the elements.
 */
final class Absorption {
  private Absorption() {}

  static void run(Pool pool) {
    absorb(pool, true);
    absorb(pool, false);
  }

  private static void absorb(Pool pool, boolean equalOnly) {
    Deque<Integer> waiting = new ArrayDeque<>();
    Arrays.stream(pool.valuesLeft()).forEach(waiting::add);
    while (!waiting.isEmpty()) {
      int value = waiting.remove();
      int host = pool.isLeft(value) ? host(pool, value, equalOnly) : -1;
      if (host >= 0 && pool.mayStore(pool.productSize(value, host))) {
        waiting.add(pool.multiply(value, host));
      }
    }
  }

  /** The smallest other value that holds all labels of this one, or -1. */
  private static int host(Pool pool, int number, boolean equalOnly) {
    Partial value = pool.value(number);
    if (value.labels.length == 0) {
      return -1;
    }
    int rarest = value.labels[0];
    for (int label : value.labels) {
      if (pool.holderCount(label) < pool.holderCount(rarest)) {
        rarest = label;
      }
    }
    int best = -1;
    for (int i = 0; i < pool.holderCount(rarest); i++) {
      int other = pool.holder(rarest, i);
      Partial host = pool.value(other);
      if (other != number
          && host.labels.length >= value.labels.length
          && (!equalOnly || host.labels.length == value.labels.length)
          && (best < 0 || host.size < pool.value(best).size)
          && Incidence.within(value, host)) {
        best = other;
      }
    }
    return best;
  }
}
