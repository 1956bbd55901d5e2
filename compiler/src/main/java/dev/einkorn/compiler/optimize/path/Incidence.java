package dev.einkorn.compiler.optimize.path;

import java.util.Arrays;

/**
 * Which operand holds which label, as arrays for the searches. Products stop at the largest double.
 */
final class Incidence {
  /** By operand: the labels that it holds, ascending. */
  private final int[][] held;

  /** By label: how many operands hold it. */
  private final int[] degrees;

  private final boolean[] kept;
  private final double[] extents;
  private final double[] logarithms;

  private final Partial[] operands;

  /** With all labels. */
  static Incidence of(Network network) {
    return new Incidence(network, 1);
  }

  /** Without labels of extent 1, which tie operands together although no size depends on them. */
  static Incidence forSearch(Network network) {
    return new Incidence(network, Math.nextUp(1));
  }

  private Incidence(Network network, double leastExtent) {
    int labels = network.extents().size();
    extents = network.extents().stream().mapToDouble(Double::doubleValue).toArray();
    logarithms = new double[labels];
    for (int label = 0; label < labels; label++) {
      logarithms[label] = Math.log(extents[label]) / Math.log(2);
    }
    kept = new boolean[labels];
    network.result().forEach(label -> kept[label] = true);
    degrees = new int[labels];
    int count = network.operands().size();
    held = new int[count][];
    for (int i = 0; i < count; i++) {
      held[i] =
          network.operands().get(i).axes().stream()
              .mapToInt(Integer::intValue)
              .filter(label -> extents[label] >= leastExtent)
              .sorted()
              .distinct()
              .toArray();
      for (int label : held[i]) {
        degrees[label]++;
      }
    }
    operands = new Partial[count];
    for (int i = 0; i < count; i++) {
      operands[i] = operand(held[i]);
    }
  }

  int operands() {
    return operands.length;
  }

  int labels() {
    return extents.length;
  }

  Partial operand(int number) {
    return operands[number];
  }

  /** The labels that an operand holds, ascending. */
  int[] held(int operand) {
    return held[operand];
  }

  double extent(int label) {
    return extents[label];
  }

  /** Whether nothing but {@code count} of the operands that hold the label needs it. */
  boolean closes(int label, int count) {
    return count == degrees[label] && !kept[label];
  }

  private Partial operand(int[] held) {
    int[] labels = Arrays.stream(held).filter(label -> !closes(label, 1)).toArray();
    int[] counts = new int[labels.length];
    Arrays.fill(counts, 1);
    double lonely = 1;
    for (int label : held) {
      if (closes(label, 1)) {
        lonely = times(lonely, extents[label]);
      }
    }
    return partial(labels, counts, labels.length, lonely);
  }

  /** The product of two partial products. */
  Partial product(Partial a, Partial b) {
    var labels = new int[a.labels.length + b.labels.length];
    var counts = new int[labels.length];
    int left = 0;
    for (int i = 0, j = 0; i < a.labels.length || j < b.labels.length; ) {
      int first = i < a.labels.length ? a.labels[i] : Integer.MAX_VALUE;
      int second = j < b.labels.length ? b.labels[j] : Integer.MAX_VALUE;
      int label = Math.min(first, second);
      int count = 0;
      if (first == label) {
        count += a.counts[i++];
      }
      if (second == label) {
        count += b.counts[j++];
      }
      if (!closes(label, count)) {
        labels[left] = label;
        counts[left++] = count;
      }
    }
    return partial(labels, counts, left, 1);
  }

  Partial product(Partial[] parts) {
    Partial product = parts[0];
    for (int i = 1; i < parts.length; i++) {
      product = product(product, parts[i]);
    }
    return product;
  }

  /** Binary logarithm of the size of the product of two, without making it. */
  double productLog2(Partial a, Partial b) {
    double log2 = a.log2 + b.log2;
    for (int i = 0, j = 0; i < a.labels.length && j < b.labels.length; ) {
      int first = a.labels[i];
      int second = b.labels[j];
      if (first == second) {
        int count = a.counts[i++] + b.counts[j++];
        log2 -= closes(first, count) ? 2 * logarithms[first] : logarithms[first];
      } else if (first < second) {
        i++;
      } else {
        j++;
      }
    }
    return log2;
  }

  /** The size of the product of two, without making it. */
  double productSize(Partial a, Partial b) {
    double size = 1;
    for (int i = 0, j = 0; i < a.labels.length || j < b.labels.length; ) {
      int first = i < a.labels.length ? a.labels[i] : Integer.MAX_VALUE;
      int second = j < b.labels.length ? b.labels[j] : Integer.MAX_VALUE;
      if (first != second) {
        size *= extents[Math.min(first, second)];
        i += first < second ? 1 : 0;
        j += first < second ? 0 : 1;
      } else if (!closes(first, a.counts[i++] + b.counts[j++])) {
        size *= extents[first];
      }
    }
    return Math.min(size, Double.MAX_VALUE);
  }

  /** Product of the extents of all labels that some of the parts still have. */
  double loop(Partial... parts) {
    int[] labels = Arrays.stream(parts).flatMapToInt(part -> Arrays.stream(part.labels)).toArray();
    Arrays.sort(labels);
    double loop = 1;
    for (int i = 0; i < labels.length; i++) {
      if (i == 0 || labels[i] != labels[i - 1]) {
        loop = times(loop, extents[labels[i]]);
      }
    }
    return loop;
  }

  /** Whether all labels of one are among those of the other. */
  static boolean within(Partial inner, Partial outer) {
    int j = 0;
    for (int label : inner.labels) {
      while (j < outer.labels.length && outer.labels[j] < label) {
        j++;
      }
      if (j == outer.labels.length || outer.labels[j] != label) {
        return false;
      }
    }
    return true;
  }

  /** A product that stops at the largest double. */
  static double times(double a, double b) {
    return Math.min(a * b, Double.MAX_VALUE);
  }

  /** A sum that stops at the largest double. */
  static double plus(double a, double b) {
    return Math.min(a + b, Double.MAX_VALUE);
  }

  private Partial partial(int[] labels, int[] counts, int length, double lonely) {
    double size = 1;
    double log2 = 0;
    for (int i = 0; i < length; i++) {
      size = times(size, extents[labels[i]]);
      log2 += logarithms[labels[i]];
    }
    return new Partial(
        Arrays.copyOf(labels, length), Arrays.copyOf(counts, length), size, log2, lonely);
  }
}
