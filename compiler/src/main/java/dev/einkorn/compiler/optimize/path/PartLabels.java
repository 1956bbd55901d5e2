package dev.einkorn.compiler.optimize.path;

import static dev.einkorn.compiler.optimize.path.Incidence.times;

import java.util.Arrays;

/**
 * The labels of a few parts, for questions about subsets of them. Labels that the same parts hold
 * behave alike and are merged into one, whose extent is the product of theirs.
 */
final class PartLabels {
  private static final int WORD = 64;

  /** By merged label: its extent, and the parts that hold it. */
  private final double[] extents;

  private final int[] holders;

  /** By merged label: whether it is summed as soon as those parts are together. */
  private final boolean[] summed;

  private final int words;

  /** By subset, {@link #words} each: the labels that its product still has. */
  private final long[] open;

  /** By subset: elements of its product. */
  private final double[] size;

  PartLabels(Incidence incidence, Partial[] parts) {
    long[] signatures = signatures(incidence, parts);
    int count = 0;
    extents = new double[signatures.length / 2];
    holders = new int[extents.length];
    summed = new boolean[extents.length];
    for (int i = 0; i < signatures.length; i += 2) {
      double extent = Double.longBitsToDouble(signatures[i + 1]);
      int parties = (int) (signatures[i] >> 1);
      boolean ends = (signatures[i] & 1) != 0;
      if (count > 0 && holders[count - 1] == parties && summed[count - 1] == ends) {
        extents[count - 1] = times(extents[count - 1], extent);
      } else {
        extents[count] = extent;
        holders[count] = parties;
        summed[count++] = ends;
      }
    }
    words = Math.max(1, (count + WORD - 1) / WORD);
    open = new long[words << parts.length];
    size = new double[1 << parts.length];
    fill(count, parts.length);
  }

  /** Pairs of (holders and whether summed, extent), those with the same holders together. */
  private static long[] signatures(Incidence incidence, Partial[] parts) {
    int[] held = Arrays.stream(parts).flatMapToInt(part -> Arrays.stream(part.labels)).toArray();
    held = Arrays.stream(held).sorted().distinct().toArray();
    var signature = new long[held.length];
    var counts = new int[held.length];
    for (int p = 0; p < parts.length; p++) {
      int at = 0;
      for (int i = 0; i < parts[p].labels.length; i++) {
        while (held[at] < parts[p].labels[i]) {
          at++;
        }
        signature[at] |= 2L << p;
        counts[at] += parts[p].counts[i];
      }
    }
    var order = new long[held.length];
    for (int i = 0; i < held.length; i++) {
      signature[i] |= incidence.closes(held[i], counts[i]) ? 1 : 0;
      order[i] = signature[i] << 32 | i;
    }
    Arrays.sort(order);
    var pairs = new long[2 * held.length];
    for (int i = 0; i < held.length; i++) {
      pairs[2 * i] = order[i] >> 32;
      pairs[2 * i + 1] = Double.doubleToLongBits(incidence.extent(held[(int) order[i]]));
    }
    return pairs;
  }

  private void fill(int count, int parts) {
    var of = new long[parts * words];
    for (int label = 0; label < count; label++) {
      for (int part = 0; part < parts; part++) {
        if ((holders[label] & 1 << part) != 0) {
          of[part * words + label / WORD] |= 1L << label;
        }
      }
    }
    size[0] = 1;
    for (int subset = 1; subset < size.length; subset++) {
      int part = Integer.numberOfTrailingZeros(subset);
      int rest = subset & (subset - 1);
      double product = 1;
      for (int w = 0; w < words; w++) {
        long word = open[rest * words + w] | of[part * words + w];
        for (long left = of[part * words + w]; left != 0; left &= left - 1) {
          int label = w * WORD + Long.numberOfTrailingZeros(left);
          if (summed[label] && (holders[label] & ~subset) == 0) {
            word &= ~(1L << label);
          }
        }
        open[subset * words + w] = word;
        product = times(product, product(word, w));
      }
      size[subset] = product;
    }
  }

  private double product(long word, int at) {
    double product = 1;
    for (long left = word; left != 0; left &= left - 1) {
      product *= extents[at * WORD + Long.numberOfTrailingZeros(left)];
    }
    return Math.min(product, Double.MAX_VALUE);
  }

  double size(int subset) {
    return size[subset];
  }

  /** Iterations of the nest that multiplies two disjoint subsets into their union. */
  double loop(int left, int right, int union) {
    double loop = size[union];
    for (int w = 0; w < words; w++) {
      long ending = (open[left * words + w] | open[right * words + w]) & ~open[union * words + w];
      if (ending != 0) {
        loop = times(loop, product(ending, w));
      }
    }
    return loop;
  }

  /** Iterations of the nest that multiplies some disjoint subsets at once. */
  double loop(int[] subsets) {
    double loop = 1;
    for (int w = 0; w < words; w++) {
      long all = 0;
      for (int subset : subsets) {
        all |= open[subset * words + w];
      }
      loop = times(loop, product(all, w));
    }
    return loop;
  }
}
