package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import java.util.List;

/**
 * One rewrite of a loop nest. {@link Scheduler} holds the legality rules and says why it refuses.
 */
public sealed interface Directive {

  /**
   * Orders the loops of every perfect nest.
   *
   * {@snippet lang=text :
   * for k:                         for i:
   *   for i:             =>          for k:
   *     c[k] += A[i,k]                 c[k] += A[i,k]
   * }
   *
   * <p>Legal for any permutation of the loops of the main nest that keeps the relative order of its
   * reduction loops, so that each element still sums its terms in the written order.
   */
  record Reorder(List<IndexVariable> order) implements Directive {
    public Reorder {
      order = List.copyOf(order);
    }

    @Override
    public String toString() {
      return "reorder(" + join(order) + ")";
    }
  }

  /**
   * Runs consecutive nests under common outer loops.
   *
   * {@snippet lang=text :
   * for i:                         for i:
   *   y[i] = 0.0                     y[i] = 0.0
   * for i:               =>          for k:
   *   for k:                           y[i] += A[i,k]
   *     y[i] += A[i,k]
   * }
   *
   * <p>Legal where the nests begin with these loops and each iteration writes its own elements of
   * the target, that is, where every variable stands in the target's subscripts.
   */
  record Fuse(List<IndexVariable> loops) implements Directive {
    public Fuse {
      loops = List.copyOf(loops);
    }

    @Override
    public String toString() {
      return "fuse(" + join(loops) + ")";
    }
  }

  /**
   * Keeps the element that a reduction accumulates in a local.
   *
   * {@snippet lang=text :
   * y[i] = 0.0                     f32 y_sum = 0.0
   * for k:               =>        for k:
   *   y[i] += A[i,k]                 y_sum += A[i,k]
   *                                y[i] = y_sum
   * }
   *
   * <p>Legal where the element does not change with the loops between its first store and its last
   * update.
   */
  record Promote(String tensor) implements Directive {
    @Override
    public String toString() {
      return "promote(" + tensor + ")";
    }
  }

  /**
   * Moves what does not depend on a loop out of it: loads, function calls, whole inner reductions.
   *
   * {@snippet lang=text :
   * for j:                         f32 max_k = -inf
   *   f32 max_k = -inf             for k:
   *   for k:             =>          max_k max= S[i,k]
   *     max_k max= S[i,k]          for j:
   *   P[i,j] = S[i,j] - max_k        P[i,j] = S[i,j] - max_k
   * }
   *
   * <p>Always legal: what may fail (integer division and power) and what a condition guards stays
   * where it is.
   */
  record Hoist() implements Directive {
    @Override
    public String toString() {
      return "hoist()";
    }
  }

  /**
   * Splits loops where a border is read, so that the interior has no checks.
   *
   * {@snippet lang=text :
   * for x:                                  for x in 0 .. min(1, n):  # border
   *   y[x] = I[clamp(x - 1)]      =>          y[x] = I[clamp(x - 1)]
   *                                         for x in min(1, n) .. n:
   *                                           y[x] = I[x - 1]
   * }
   *
   * <p>Always legal, as the last directive. A position is split along the loop of the first target
   * variable in it, or of its first variable.
   */
  record SplitBorders() implements Directive {
    @Override
    public String toString() {
      return "split_borders()";
    }
  }

  /**
   * Fuses each product into the floating-point sum that takes it up, which then rounds once.
   *
   * {@snippet lang=text :
   * for k:                         for k:
   *   s += A[i,k] * x[k]     =>      s += exact(A[i,k] * x[k])
   * for k:                         for k:
   *   t += (x[k] - m) ^ 2.0          f32 root = x[k] - m
   *                                  t += exact(root * root)
   * }
   *
   * <p>Changes roundings: allowed where {@link Arithmetic#contracted()} says so. Legal where a sum
   * of floating-point products is accumulated.
   */
  record Contract() implements Directive {
    @Override
    public boolean keepsBits() {
      return false;
    }

    @Override
    public String toString() {
      return "contract()";
    }
  }

  /**
   * Folds a range into interleaved partial results, so that vectors can do it: partial {@code p}
   * folds the positions {@code p, p + partials, ..}.
   *
   * {@snippet lang=text :
   * f32 s = 0.0                    f32 s = 0.0
   * for k:                         f32x16 s_0 = 0.0
   *   s += x[k]                    f32x16 s_1 = 0.0
   *                                for k in 0 .. extent(k) - 31 step 32:
   *                        =>        s_0 += x[k]<16>
   *                                  s_1 += x[k + 16]<16>
   *                                s_0 += s_1
   *                                s += sum_lanes(s_0)
   *                                for k in extent(k) // 32 * 32 .. extent(k):
   *                                  s += x[k]
   * }
   *
   * <p>Changes roundings: allowed where {@link Arithmetic#regrouped()} says so. The bits depend on
   * the number of partials and not on the lanes: the upper half of the partials is folded onto the
   * lower one until one is left, and positions beyond the last whole block are folded one after the
   * other. Legal where each loop over the variable folds numbers into locals declared outside of
   * it, and what it reads does not change along the variable or lies side by side in memory.
   *
   * @param partials a power of two
   * @param lanes of the vectors that hold the partials, a power of two that divides their number; 1
   *     for a target without vectors, where they are an array
   */
  record Partial(IndexVariable variable, int partials, int lanes) implements Directive {
    public Partial {
      if (partials < 2
          || Integer.bitCount(partials) != 1
          || Integer.bitCount(lanes) != 1
          || lanes > partials) {
        throw new IllegalArgumentException(partials + " partial results in lanes of " + lanes);
      }
    }

    @Override
    public boolean keepsBits() {
      return false;
    }

    @Override
    public String toString() {
      return "partial(" + variable + ", " + partials + " x " + lanes + ")";
    }
  }

  /**
   * Cuts a long reduction into chunks that workers share out, and folds the results of the chunks
   * in their order.
   *
   * {@snippet lang=text :
   * f32 s_sum = 0.0                for s_chunk in 0 .. chunks:  # parallel
   * for i:                           f32 s_sum = 0.0
   *   s_sum += x[i]         =>       for i in begin .. end of the chunk:
   * s = s_sum                          s_sum += x[i]
   *                                  s_parts[s_chunk] = s_sum
   *                                barrier
   *                                for s_fold < 1:  # parallel
   *                                  f32 s_total = 0.0
   *                                  for s_part in 0 .. chunks:
   *                                    s_total += s_parts[s_part]
   *                                  s = s_total
   * }
   *
   * <p>Changes roundings: allowed where {@link Arithmetic#regrouped()} says so. The chunks depend
   * on the size of the range only, never on the number of workers. Legal where the nest folds
   * everything into one scalar, inside a loop over the whole range of the variable.
   *
   * @param chunks the most chunks
   * @param grain what the length of a chunk is a multiple of, the last one apart
   */
  record SplitReduction(IndexVariable variable, int chunks, int grain) implements Directive {
    public SplitReduction {
      if (chunks < 2 || grain < 1) {
        throw new IllegalArgumentException(chunks + " chunks of multiples of " + grain);
      }
    }

    @Override
    public boolean keepsBits() {
      return false;
    }

    @Override
    public String toString() {
      return "split(" + variable + ", " + chunks + " x " + grain + ")";
    }
  }

  /**
   * Shares out the iterations of every loop over a variable among the workers of a team.
   *
   * {@snippet lang=text :
   * for i:                         for i:  # parallel
   *   f32 s = 0.0                    f32 s = 0.0
   *   for k:               =>        for k:
   *     s += A[i,k]                    s += A[i,k]
   *   y[i] = s                       y[i] = s
   * }
   *
   * <p>Legal where everything that the nest writes is written inside such loops, and each iteration
   * writes elements of its own. Where a loop may read or write what another worker has written in
   * an earlier one, the workers wait for each other in between.
   */
  record Parallel(IndexVariable variable) implements Directive {
    @Override
    public String toString() {
      return "parallel(" + variable + ")";
    }
  }

  /** Whether a nest computes the same bits as before. */
  default boolean keepsBits() {
    return true;
  }

  private static String join(List<IndexVariable> variables) {
    return String.join(", ", variables.stream().map(IndexVariable::name).toList());
  }
}
