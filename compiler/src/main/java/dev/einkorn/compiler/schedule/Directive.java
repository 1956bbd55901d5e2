package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One rewrite of a loop nest. {@link Scheduler} holds the legality rules and says why it refuses.
 */
public sealed interface Directive
    permits DeviceDirective,
        Directive.Merge,
        Directive.Reorder,
        Directive.Fuse,
        Directive.Promote,
        Directive.Hoist,
        Directive.Polynomial,
        Directive.Reciprocal,
        Directive.Block,
        Directive.Distribute,
        Directive.Search,
        Directive.Resume,
        Directive.Unroll,
        Directive.Stage,
        Directive.SplitBorders,
        Directive.Contract,
        Directive.Continue,
        Directive.Partial,
        Directive.Rank,
        Directive.SplitReduction,
        Directive.Mirror,
        Directive.Parallel,
        Directive.Tile,
        Directive.Pack {

  /**
   * Walks neighbouring loops as one.
   *
   * {@snippet lang=text :
   * for h:                               for hwc < h*w*c:
   *   for w:                               R[0,0,hwc] = A[0,0,hwc] + B[0,0,hwc]
   *     for c:                      =>
   *       R[h,w,c] = A[h,w,c] + B[h,w,c]
   * }
   *
   * <p>Legal before all that divides loops, where the loops stand directly inside each other in
   * this order, and what reads or writes along one of them does so along all, on neighbouring axes
   * of which each goes on in the next one.
   *
   * @param merged the loop's new variable
   * @param parts the loops, outermost first
   */
  record Merge(IndexVariable merged, List<IndexVariable> parts) implements Directive {
    public Merge {
      parts = List.copyOf(parts);
      if (parts.size() < 2 || parts.stream().distinct().count() < parts.size()) {
        throw new IllegalArgumentException("two loops are merged, or more: " + parts);
      }
    }

    @Override
    public String toString() {
      return "merge(" + merged + ": " + join(parts) + ")";
    }
  }

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
   * Moves what does not depend on a loop out of it: loads, function calls, whole inner reductions,
   * and a choice between two values, which becomes one between two loops.
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
   * Computes {@code exp}, {@code log}, {@code tanh} and {@code sigmoid} of floating-point numbers,
   * and powers of -1, 1.5, 3 and 4, by short sequences of basic operations, which vectors have too.
   *
   * {@snippet lang=text :
   * y[i] = exp(x[i])               y[i] = polynomial_exp(x[i])
   * z[i] = x[i]^3.0                z[i] = x[i] * x[i] * x[i]
   * }
   *
   * <p>Always legal, but it changes roundings: arithmetic must allow it. Scalars and vectors round
   * alike, so every schedule gives the same bits once it has been applied.
   */
  record Polynomial() implements Directive {
    @Override
    public boolean keepsBits() {
      return false;
    }

    @Override
    public String toString() {
      return "polynomial()";
    }
  }

  /**
   * Multiplies by the reciprocal of a divisor that does not depend on an index: one division for
   * all that is divided by it, where the reciprocal is a normal number.
   *
   * {@snippet lang=text :
   *                                  P[i,j] = min(|s|, |1 / s|) >= 2^-126
   * P[i,j] = E[i,j] / s       =>               ? E[i,j] * (1 / s)
   *                                            : E[i,j] / s
   * }
   *
   * <p>Always legal, but the quotient is rounded twice, so it is within 1.5 units in the last place
   * where it was within 0.5: arithmetic must allow it. {@link Hoist} takes the choice out of the
   * loop.
   *
   * @param along the index
   */
  record Reciprocal(IndexVariable along) implements Directive {
    @Override
    public boolean keepsBits() {
      return false;
    }

    @Override
    public String toString() {
      return "reciprocal(" + along + ")";
    }
  }

  /**
   * Walks blocks of loops, so that what a block touches stays in a cache.
   *
   * {@snippet lang=text :
   * for j:                             for j:
   *   for i:                 =>          for i_block step 32:
   *     for k:                             for k_block step 32:
   *       T[k,j,i] = A[i,j,k]                for i in i_block .. min(i_block + 32, extent(i)):
   *                                            for k in k_block .. min(k_block + 32, extent(k)):
   *                                              T[k,j,i] = A[i,j,k]
   * }
   *
   * <p>The loops over blocks stand where the first blocked loop stood, in the order of the
   * directive. Legal on the loops of the main nest; of reduction loops, on the outermost one, so
   * that each element still sums its terms in the written order.
   *
   * @param loops the blocked loops with the sizes of their blocks
   */
  record Block(List<TileLoop> loops) implements Directive {
    public Block {
      loops = List.copyOf(loops);
      if (loops.isEmpty()
          || loops.stream().anyMatch(loop -> loop.lanes() > 1)
          || loops.stream().map(TileLoop::variable).distinct().count() < loops.size()) {
        throw new IllegalArgumentException("a block has loops, each once, without lanes: " + loops);
      }
    }

    @Override
    public String toString() {
      return "block(" + String.join(", ", loops.stream().map(TileLoop::toString).toList()) + ")";
    }
  }

  /**
   * Runs own loops for each function call of a loop's body, block by block: one for its argument,
   * which waits in scratch memory, and one for the function, which is one call for the whole run. A
   * call that is all that is stored waits where it is stored.
   *
   * {@snippet lang=text :
   * for i:                             for i_block step 1024:
   *   y[i] = 2.0 * exp(a[i])             for i in i_block .. min(i_block + 1024, extent(i)):
   *                               =>       exp_value[i - i_block] = a[i]
   *                                      for i in i_block .. min(i_block + 1024, extent(i)):
   *                                        exp_value[i - i_block] = exp(exp_value[i - i_block])
   *                                      for i in i_block .. min(i_block + 1024, extent(i)):
   *                                        y[i] = 2.0 * exp_value[i - i_block]
   * }
   *
   * <p>Legal where a loop's body is stores, or folds into locals around it, with calls of
   * polynomial functions that are always evaluated.
   *
   * <p>Short rows are one run together: {@code distribute(r: 64 over c: 12)} makes blocks of 64
   * rows, and calls each function once for all rows of a block. A call that is all that is stored
   * in rows that go on in each other waits there; other ones wait in rows of 12 elements, as do
   * locals that are needed after them, and longer rows are left as they are.
   *
   * {@snippet lang=text :
   * for r:                             for r_block step 64:
   *   f32 m = max(..)                    for r in r_block .. min(r_block + 64, extent(r)):
   *   for c:                               f32 m = max(..)
   *     y[r,c] = exp(a[r,c] - m)    =>     for c:
   *                                          y[r,c] = a[r,c] - m
   *                                      for r in r_block .. min(r_block + 64, extent(r)):
   *                                        for c:
   *                                          y[r,c] = exp(y[r,c])
   * }
   *
   * @param size of a block
   * @param over the loop along the rows of a block and how many elements they may have; empty for
   *     blocks of the loop itself
   */
  record Distribute(IndexVariable variable, int size, Optional<TileLoop> over)
      implements Directive {
    /** Blocks of a loop that has functions. */
    public Distribute(IndexVariable variable, int size) {
      this(variable, size, Optional.empty());
    }

    public Distribute {
      if (size < 1) {
        throw new IllegalArgumentException("blocks of " + size);
      }
    }

    @Override
    public String toString() {
      return "distribute("
          + variable
          + ": "
          + size
          + over.map(loop -> " over " + loop).orElse("")
          + ")";
    }
  }

  /**
   * Looks for the position of the least or largest value by blocks: folds each block, and looks
   * into the best one.
   *
   * {@snippet lang=text :
   * f32 best = 0.0                     f32 best = 0.0
   * i64 argmin_j = -1                  i64 argmin_j = -1
   * for j:                             f32 min_j = 0.0
   *   f32 value = a[j]                 i64 min_j_block = -1
   *   if value < best:                 for j_block step 64:
   *     best = value                     f32 min_j_of_block = inf
   *     argmin_j = j             =>      for j in j_block .. min(j_block + 64, extent(j)):
   *                                        min_j_of_block min= a[j]
   *                                      if min_j_of_block < min_j:
   *                                        min_j = min_j_of_block
   *                                        min_j_block = j_block
   *                                    for j in min_j_block .. min(min_j_block + 64, extent(j)):
   *                                      f32 value = a[j] ..
   * }
   *
   * <p>Of equal values the first one is found in either case, and the first NaN. {@link Partial}
   * folds blocks with vectors.
   *
   * @param size of a block
   */
  record Search(IndexVariable variable, int size) implements Directive {
    public Search {
      if (size < 1) {
        throw new IllegalArgumentException("blocks of " + size);
      }
    }

    @Override
    public String toString() {
      return "search(" + variable + ": " + size + ")";
    }
  }

  /**
   * Reduces block by block: partial results wait in the target.
   *
   * {@snippet lang=text :
   * for k:                         for i_block in 0 .. max(1, extent(i)) step 8:
   *   f32 s = 0.0                    for k:
   *   for i:                           f32 s = 0.0
   *     s += A[i,k]          =>        if i_block > 0:
   *   c[k] = s                           s = c[k]
   *                                    for i in i_block .. min(i_block + 8, extent(i)):
   *                                      s += A[i,k]
   *                                    c[k] = s
   * }
   *
   * <p>The loop over blocks stands around the innermost loop over the target's indices, or around
   * more of them: {@code resume(i: 8 around j)}. Legal on a nest of one promoted reduction, for its
   * outermost loop: each element takes in its terms in the written order.
   *
   * @param size of a block
   * @param around the outermost loop that the loop over blocks stands around; empty for the
   *     innermost one
   */
  record Resume(IndexVariable variable, int size, Optional<IndexVariable> around)
      implements Directive {
    /** Blocks around the innermost loop. */
    public Resume(IndexVariable variable, int size) {
      this(variable, size, Optional.empty());
    }

    public Resume {
      if (size < 1) {
        throw new IllegalArgumentException("blocks of " + size);
      }
    }

    @Override
    public String toString() {
      return "resume("
          + variable
          + ": "
          + size
          + around.map(loop -> " around " + loop).orElse("")
          + ")";
    }
  }

  /**
   * Writes out the terms of whole blocks of a sum, so that the loop around them is the innermost.
   *
   * {@snippet lang=text :
   * for i_block step 2:                        for i_block in 0 .. extent(i) // 2 * 2 step 2:
   *   for k:                                     for k:
   *     f32 s = i_block > 0 ? c[k] : 0.0           f32 s = i_block > 0 ? c[k] : 0.0
   *     for i in i_block .. i_block + 2:   =>      s += A[i_block,k]
   *       s += A[i,k]                              s += A[i_block + 1,k]
   *     c[k] = s                                   c[k] = s
   *                                            the loop as it was for what is left
   * }
   *
   * <p>Legal after {@link Resume} or {@link Block}, for blocks of at most 32 terms that are added
   * up and nothing else. Terms keep their order.
   *
   * <p>{@code unroll(i: 5)} writes out all iterations of whole loops of five without loops inside,
   * and leaves the nest as it was for loops of another length.
   *
   * @param terms iterations of the whole loop; 0 for the terms of blocks
   */
  record Unroll(IndexVariable variable, int terms) implements Directive {
    public Unroll {
      if (terms < 0) {
        throw new IllegalArgumentException(terms + " terms");
      }
    }

    /** Blocks of a sum. */
    public Unroll(IndexVariable variable) {
      this(variable, 0);
    }

    @Override
    public String toString() {
      return "unroll(" + variable + (terms == 0 ? "" : ": " + terms) + ")";
    }
  }

  /**
   * Copies blocks of an operand to scratch memory before they are used, in an order of axes that
   * lets vectors run along the last one.
   *
   * {@snippet lang=text :
   * for k:                         for i_block step 64:
   *   f32 s = 0.0                    for k_block step 64:
   *   for i:                 =>        copy B[i_block.., k_block..] to B_block
   *     s += A[i,k] * B[i,k]           for k in k_block .. min(k_block + 64, extent(k)):
   *   c[k] = s                           f32 s = i_block > 0 ? c[k] : 0.0
   *                                      for i in i_block .. min(i_block + 64, extent(i)):
   *                                        s += A[i,k] * B_block[i - i_block,k - k_block]
   *                                      c[k] = s
   * }
   *
   * <p>A reduction is taken up from the target, as in {@link Resume}, unless a block holds it
   * whole; then the nest stays as it was for longer ones. Legal on a nest of one store or one
   * promoted reduction that reads the operand at one affine element, which changes with no other
   * loop inside the blocks. Of several elements, as in {@code A[i,k] * A[k,i]}, it copies the one
   * that does not run along the last axis of the copy in memory.
   *
   * @param loops the axes of the copy with the sizes of the blocks; loops over blocks stand in this
   *     order too
   * @param whole those of them that one block holds: {@code stage(B, i: 64 whole, k: 64)}
   */
  record Stage(String tensor, List<TileLoop> loops, Set<IndexVariable> whole) implements Directive {
    public Stage {
      loops = List.copyOf(loops);
      whole = Set.copyOf(whole);
      List<IndexVariable> variables = loops.stream().map(TileLoop::variable).toList();
      if (loops.isEmpty()
          || loops.stream().anyMatch(loop -> loop.lanes() > 1)
          || variables.stream().distinct().count() < loops.size()
          || !variables.containsAll(whole)) {
        throw new IllegalArgumentException("a block has loops, each once, without lanes: " + loops);
      }
    }

    /** A copy of which no axis is held whole. */
    public Stage(String tensor, List<TileLoop> loops) {
      this(tensor, loops, Set.of());
    }

    @Override
    public String toString() {
      List<String> axes = new ArrayList<>();
      for (TileLoop loop : loops) {
        axes.add(loop + (whole.contains(loop.variable()) ? " whole" : ""));
      }
      return "stage(" + tensor + ", " + String.join(", ", axes) + ")";
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
   * Begins a sum with the element that it is added to.
   *
   * {@snippet lang=text :
   * f32 s = 0.0                    f32 s = z[i,j]
   * for k:                         for k:
   *   s += A[i,k] * B[k,j]   =>      s += -2.0 * A[i,k] * B[k,j]
   * z[i,j] += -2.0 * s             z[i,j] = s
   * }
   *
   * <p>A sum that goes on can be taken up in blocks from the target, without memory of its own.
   * Changes roundings: allowed where {@link Arithmetic#regrouped()} says so. Legal where a whole
   * sum is added to an element, with another sign or times a constant.
   */
  record Continue() implements Directive {
    @Override
    public boolean keepsBits() {
      return false;
    }

    @Override
    public String toString() {
      return "continue()";
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
   * other. Loops that stand directly around the one over the variable have the same partial results
   * for all of their iterations. Legal where each loop over the variable folds numbers into locals
   * declared outside of it, and what it reads does not change along the variable or lies side by
   * side in memory; other loops over the variable stay as they are.
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
   * Folds maxima and minima of floats as integers that are ordered as they are, which vectors do in
   * a quarter of the time: a maximum of floats has to look for NaNs and for zeros of two signs.
   *
   * {@snippet lang=text :
   * f32x16 m_0 = -inf                             i32x16 m_0_rank = -2147483648
   * for j in 0 .. extent(j) - 15 step 16:         for j in 0 .. extent(j) - 15 step 16:
   *   m_0 max= X[j]<16>                     =>      f32x16 term = X[j]<16>
   * m max= max_lanes(m_0)                           m_0_rank max= max_rank(term)
   *                                               m max= max_of_rank(max_lanes(m_0_rank))
   * }
   *
   * <p>Legal after loops have been divided into vectors, where a loop over the variable folds such
   * vectors into locals that begin without a value. Values do not change, NaNs may be others.
   *
   * @param variable of the loops that fold
   */
  record Rank(IndexVariable variable) implements Directive {
    @Override
    public String toString() {
      return "rank(" + variable + ")";
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
   * Computes half of a target that stays the same when two of its indices are exchanged, and copies
   * the other half.
   *
   * {@snippet lang=text :
   * for i:                            for i:
   *   for j:                            for j in 0 .. i + 1:
   *     f32 s = 0.0                       f32 s = 0.0
   *     for k:                =>          for k:
   *       s += A[i,k] * A[j,k]              s += A[i,k] * A[j,k]
   *     G[i,j] = s                        G[i,j] = s
   *                                   for i_copy < i step 32:
   *                                     for j_copy in 0 .. i_copy step 32:
   *                                       copy G[i_copy.., j_copy..] to G[j_copy.., i_copy..]
   *                                     for i in i_copy .. min(i_copy + 32, extent(i)):
   *                                       for j in i_copy .. i:
   *                                         G[j,i] = G[i,j]
   * }
   *
   * <p>Legal where the nest has that {@link dev.einkorn.compiler.index.Symmetry} and writes its
   * target inside of whole loops over both indices. A following {@link Pack} leaves out the tiles
   * beyond the diagonal. The bits stay the same if the symmetry is exact; otherwise the directive
   * must say that it regroups products, and arithmetic must allow it.
   *
   * @param regroups whether the copied values may round otherwise than computed ones would
   */
  record Mirror(IndexVariable first, IndexVariable second, boolean regroups) implements Directive {
    @Override
    public boolean keepsBits() {
      return !regroups;
    }

    @Override
    public String toString() {
      return "mirror(" + first + ", " + second + (regroups ? ", regrouped)" : ")");
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

  /**
   * Computes a tile of the target at once, in registers: one loop inside runs for all of its
   * elements, which take turns.
   *
   * {@snippet lang=text :
   * for i:                                  for i step 2 clamped:
   *   for j:                                  for j step 16 clamped:
   *     f32 s = 0.0                             f32x16 s_0 = 0.0
   *     for k:                   =>             f32x16 s_1 = 0.0
   *       s += A[i,k] * B[k,j]                  for k:
   *     C[i,j] = s                                f32x16 B_0 = B[k,j]<16>
   *                                               s_0 += A[i,k] * B_0
   *                                               s_1 += A[i + 1,k] * B_0
   *                                             C[i,j] = s_0
   *                                             C[i + 1,j] = s_1
   * }
   *
   * <p>The last tile along an index is moved back so that it fits; extents below a tile run the
   * nest as it was. Legal where the nest stores each element of the target once, its loops are not
   * reductions, their bounds do not depend on each other, and neighbours along the vector index are
   * neighbours in memory wherever they are read or written.
   *
   * <p>Where a last tile that is moved back would compute much twice, a vector alone may take what
   * whole tiles leave, moved back in its turn: {@code tile(i: 2, j: 2 x 16 + 4)} computes 35
   * columns as 32 and 4. Where an element is summed up from what the target holds, and so must be
   * computed once, these vectors do not reach back, and what they leave has none.
   *
   * <p>A tile may also hold an index whole, its last vector moved back to the end: {@code tile(i:
   * 4, j: 3 x 8 whole)} computes 20 columns as 8, 8 and 8, four of them twice.
   *
   * @param loops the tile's indices, outermost first; at most one has lanes
   */
  record Tile(List<TileLoop> loops) implements Directive {
    public Tile {
      loops = List.copyOf(loops);
      if (loops.isEmpty() || loops.stream().filter(loop -> loop.lanes() > 1).count() > 1) {
        throw new IllegalArgumentException("a tile has loops, at most one with lanes: " + loops);
      }
    }

    @Override
    public String toString() {
      return "tile(" + String.join(", ", loops.stream().map(TileLoop::toString).toList()) + ")";
    }
  }

  /**
   * One index of a {@link Tile}: {@code i: 12}, {@code j: 2 x 16}, {@code j: 2 x 16 + 4} or {@code
   * j: 3 x 8 whole}.
   *
   * @param count how many elements or vectors side by side
   * @param lanes of each vector, a power of two; 1 for elements
   * @param end what becomes of elements that whole tiles leave
   */
  record TileLoop(IndexVariable variable, int count, int lanes, End end) {
    public TileLoop {
      boolean fits =
          switch (end) {
            case End.Tile _ -> true;
            case End.Vectors(int rest) -> rest > 1 && rest <= lanes && Integer.bitCount(rest) == 1;
            case End.Whole _ -> lanes > 1 && count > 1;
          };
      if (count < 1 || lanes < 1 || Integer.bitCount(lanes) != 1 || !fits) {
        throw new IllegalArgumentException(
            "a tile of " + text(count, lanes, end) + " along " + variable);
      }
    }

    /** Without vectors of their own for what whole tiles leave. */
    public TileLoop(IndexVariable variable, int count, int lanes) {
      this(variable, count, lanes, new End.Tile());
    }

    private static String text(int count, int lanes, End end) {
      return count
          + (lanes == 1 ? "" : " x " + lanes)
          + switch (end) {
            case End.Tile _ -> "";
            case End.Vectors(int rest) -> " + " + rest;
            case End.Whole _ -> " whole";
          };
    }

    /** Elements along the index. */
    public int width() {
      return count * lanes;
    }

    @Override
    public String toString() {
      return variable + ": " + text(count, lanes, end);
    }
  }

  /** How a {@link TileLoop} reaches the end of its index. */
  sealed interface End {
    /** The last tile is moved back. */
    record Tile() implements End {}

    /**
     * Vectors take what whole tiles leave.
     *
     * @param lanes of each, a power of two not above those of the tile
     */
    record Vectors(int lanes) implements End {}

    /** The tile holds the index whole, and its last vector is moved back. */
    record Whole() implements End {}
  }

  /**
   * Contracts two operands block by block, as Goto and van de Geijn do in "Anatomy of
   * High-Performance Matrix Multiplication" (ACM TOMS 34, 2008): blocks of both operands are copied
   * to panels in the order in which a register tile reads them, from whatever strides they have.
   *
   * {@snippet lang=text :
   * for m:                          for n_block step 2048:
   *   for n:                          for k_block step 512:
   *     f32 s = 0.0                     copy B[k_block.., n_block..] to B_panel
   *     for k:                =>        for m_block step 192:
   *       s += A[m,k] * B[k,n]            copy A[m_block.., k_block..] to A_panel
   *     C[m,n] = s                        for n_tile:
   *                                         for m_tile:
   *                                           tile of 12 x 32 sums, over the block's k
   * }
   *
   * <p>Legal on a promoted nest of one sum of products in which one factor does not depend on the
   * columns and the other one not on the rows. Each element still sums its terms in the written
   * order, so that no bit changes: a sum that goes on over several blocks is taken up from the
   * target. Indices of one group are walked together, as one merged index.
   *
   * <p>Rows {@code in place} are not copied: the tile reads each element where it lies, by a table
   * of the rows' offsets. What hangs over the end of the rows reads the last row again, for sums
   * that are not stored.
   *
   * {@snippet lang=text :
   * pack(x+y: 6 of 60 in place, f: 4 x 16 of 64, r+s: 1 of 9)
   *
   * for y:                          for f_block step 64:
   *   for x:                          for rs_block step 9:
   *     for f:                          copy K[f_block.., rs_block..] to K_panel
   *       f32 s = 0.0                   for xy_block step 60:
   *       for r:              =>          for f_tile:
   *         for s:                          for xy_tile:
   *           s += X[y+r,x+s]                 tile of 6 x 64 sums of
   *              * K[f,r,s]                     X[y(xy) + r(rs),x(xy) + s(rs)] * K_panel[..]
   *       O[y,x,f] = s
   * }
   *
   * <p>This is for operands whose elements stand in many terms, as a convolution's do, and for few
   * columns, where a copied element would be used too few times.
   *
   * @param rows indices of the first factor, with the tile's height
   * @param columns indices of the second factor, with the tile's width
   * @param depth the indices of the sum, in their order; the count is 1
   * @param batch an index of both factors that the vectors lie along, in place of the columns
   * @param share which loop the workers share out
   */
  record Pack(
      PackLoop rows, PackLoop columns, PackLoop depth, Optional<TileLoop> batch, Share share)
      implements Directive {
    public Pack {
      if (rows.lanes() > 1 || depth.lanes() > 1 || depth.count() > 1) {
        throw new IllegalArgumentException("vectors lie along columns or along a batch index");
      }
      if (batch.isPresent() && columns.lanes() > 1) {
        throw new IllegalArgumentException("vectors lie along columns and along a batch index");
      }
      if (columns.inPlace() || depth.inPlace() || (rows.inPlace() && batch.isPresent())) {
        throw new IllegalArgumentException(
            "only rows are read in place, and only beside vectors along columns");
      }
    }

    @Override
    public String toString() {
      return "pack("
          + rows
          + ", "
          + columns
          + ", "
          + depth
          + batch.map(loop -> ", " + loop).orElse("")
          + (share == Share.NONE ? "" : ", share " + share.name().toLowerCase(Locale.ROOT))
          + ")";
    }
  }

  /** Which loop of a {@link Pack} the workers share out. */
  enum Share {
    /** None: each call of the nest has one worker, or they share out a loop around it. */
    NONE,
    /** Blocks of rows; the panels of the columns are everybody's. */
    ROWS,
    /** Blocks of columns; each worker packs for itself. */
    COLUMNS
  }

  /**
   * The indices of one role in a {@link Pack}: {@code i+j: 12 of 192}.
   *
   * @param variables walked together, the last one fastest
   * @param count of elements or vectors in a tile
   * @param lanes of each vector
   * @param block how many elements are packed at once
   * @param inPlace whether the operand is read where it lies: {@code i+j: 6 of 60 in place}
   */
  record PackLoop(List<IndexVariable> variables, int count, int lanes, int block, boolean inPlace) {
    /** A role that is packed. */
    public PackLoop(List<IndexVariable> variables, int count, int lanes, int block) {
      this(variables, count, lanes, block, false);
    }

    public PackLoop {
      variables = List.copyOf(variables);
      if (variables.isEmpty()
          || count < 1
          || lanes < 1
          || Integer.bitCount(lanes) != 1
          || block % (count * lanes) != 0
          || block < 1) {
        throw new IllegalArgumentException(
            "%s: %s x %s of %s".formatted(variables, count, lanes, block));
      }
    }

    /** Elements of a tile. */
    public int width() {
      return count * lanes;
    }

    @Override
    public String toString() {
      return String.join("+", variables.stream().map(IndexVariable::name).toList())
          + ": "
          + count
          + (lanes == 1 ? "" : " x " + lanes)
          + " of "
          + block
          + (inPlace ? " in place" : "");
    }
  }

  private static String join(List<IndexVariable> variables) {
    return String.join(", ", variables.stream().map(IndexVariable::name).toList());
  }
}
