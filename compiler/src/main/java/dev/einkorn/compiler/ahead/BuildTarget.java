package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.schedule.Target;
import java.util.List;

/**
 * The machines that kernels are generated for.
 *
 * @param widths of vectors in bits, the widest first; empty for scalar kernels alone
 * @param threads that schedules are shared out for, ascending: a machine with at most so many
 *     processors gets those kernels, one with more the last ones; a call may have fewer
 * @param l1 bytes of the first-level data cache of a core
 * @param l2 bytes of the second-level cache of a core
 * @param l3 bytes of the last-level cache that all cores share
 */
public record BuildTarget(List<Integer> widths, List<Integer> threads, long l1, long l2, long l3) {
  /** Scalar kernels for machines of today. */
  public static final BuildTarget SCALAR =
      new BuildTarget(List.of(), List.of(1, 2, 8), 32 << 10, 1 << 20, 16 << 20);

  /** Copies the lists. */
  public BuildTarget {
    widths = List.copyOf(widths);
    threads = threads.stream().distinct().sorted().toList();
  }

  /** The same for vectors of these widths. */
  public BuildTarget withWidths(List<Integer> newWidths) {
    return new BuildTarget(newWidths, threads, l1, l2, l3);
  }

  /** The threads of machines larger than all others that kernels are made for. */
  int mostThreads() {
    return threads.getLast();
  }

  /** A machine with vectors of one width, or with none if it is 0. */
  Target target(int bits, int processors) {
    return new Target(bits, processors, l1, l2, l3);
  }
}
