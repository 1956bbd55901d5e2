package dev.einkorn.compiler.cli.bench;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import java.util.function.LongUnaryOperator;

/** Makes a problem small enough for an evaluation that takes its time. */
final class Reduction {
  private static final double SHRINK = 0.75;
  private static final long SMALLEST = 4;

  private Reduction() {}

  /**
   * The problem at sizes capped so that the program, as written, takes no more than so many
   * operations; the same workload if it does not anyway.
   *
   * @param cap no index is longer, to begin with
   */
  static Workload fit(Workload workload, long cap, long operations) {
    long most = cap;
    while (true) {
      long bound = most;
      LongUnaryOperator capped = size -> Math.min(size, bound);
      Workload reduced = workload.resized(capped);
      if (bound <= SMALLEST || operations(reduced) <= operations) {
        return reduced.sizes().equals(workload.sizes()) ? workload : reduced;
      }
      long largest = reduced.sizes().values().stream().mapToLong(size -> size).max().orElse(1);
      most = Math.max(SMALLEST, (long) (Math.min(bound, largest) * SHRINK));
    }
  }

  /** The operations of a program as it is written. */
  static long operations(Workload workload) {
    Einkorn strict = Einkorn.builder().mode(Mode.STRICT).threads(1).build();
    return Subject.of(strict).prepare(Problem.shapes(workload)).plan().flops();
  }
}
