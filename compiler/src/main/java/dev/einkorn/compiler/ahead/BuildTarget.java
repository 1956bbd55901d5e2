package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.schedule.Target;
import java.util.List;

/**
 * The machines that kernels are generated for.
 *
 * @param widths of vectors in bits, the widest first; empty for scalar kernels alone
 * @param threads that schedules are shared out for; a call may have more or fewer
 * @param l1 bytes of the first-level data cache of a core
 * @param l2 bytes of the second-level cache of a core
 * @param l3 bytes of the last-level cache that all cores share
 */
public record BuildTarget(List<Integer> widths, int threads, long l1, long l2, long l3) {
  /** Scalar kernels for machines of today. */
  public static final BuildTarget SCALAR =
      new BuildTarget(List.of(), 4, 32 << 10, 1 << 20, 16 << 20);

  /** Copies the list. */
  public BuildTarget {
    widths = List.copyOf(widths);
  }

  /** The same for vectors of these widths. */
  public BuildTarget withWidths(List<Integer> newWidths) {
    return new BuildTarget(newWidths, threads, l1, l2, l3);
  }

  /** The machine with vectors of one width, or with none if it is 0. */
  Target target(int bits) {
    return new Target(bits, threads, l1, l2, l3);
  }
}
