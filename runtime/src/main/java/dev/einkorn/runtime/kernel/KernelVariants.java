package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;

/**
 * The kernels of one generated method. There are variants, for operands that lie in memory one way
 * or another, the best first; the last one is right for all operands. A variant has scalar kernels
 * and may have kernels for vectors of several widths, which compute the same bits. Stateless.
 */
public interface KernelVariants {
  /** How many variants there are, at least one. */
  int count();

  /**
   * Whether a variant is right for operands and sizes. Not asked of the last one, whose operands
   * are passed as memory segments.
   *
   * @param operands inputs, then targets, as kernels get them
   */
  boolean fits(int variant, Tensor[] operands, long[] sizes);

  /** The bits of the vectors that kernels of a variant use, the widest first; may be none. */
  int[] widths(int variant);

  /**
   * New kernels of a variant, run one after the other.
   *
   * @param bits of a vector, one of {@link #widths}; 0 for scalar kernels
   */
  Kernel[] kernels(int variant, int bits);

  /** Whether several workers may share a run of the n-th of these kernels. */
  boolean isParallel(int variant, int bits, int kernel);

  /** Small operands with which a variant's vector kernels are warmed up. */
  Tensor[] scratch(int variant);

  /** The sizes of these operands. */
  long[] scratchSizes(int variant);

  /** How many operands are inputs: the first ones. */
  int inputs();

  /** Which operands are outputs. */
  int[] outputs();
}
