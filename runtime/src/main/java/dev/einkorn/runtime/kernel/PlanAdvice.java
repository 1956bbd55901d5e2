package dev.einkorn.runtime.kernel;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says once, in the log, if calls have sizes for which another order of the same sums would take
 * far fewer operations than the one that was planned at build time.
 */
public final class PlanAdvice {
  /** The name of the logger. */
  public static final String LOGGER = "dev.einkorn.kernel";

  /** So many times fewer operations are worth a line ... */
  private static final double MUCH = 4;

  /** ... where a call has at least so many. */
  private static final double WORTH_WHILE = 1e6;

  private final String method;
  private final String planned;
  private final AtomicBoolean said = new AtomicBoolean();

  /**
   * For one method.
   *
   * @param method its name, with that of its interface
   * @param planned the sizes that it was planned for, such as {@code n=256, k=64}
   */
  public PlanAdvice(String method, String planned) {
    this.method = method;
    this.planned = planned;
  }

  /**
   * Compares the plan with the best of the others, for the sizes of a call.
   *
   * @param operations that the plan takes
   * @param others what the best of the others would take
   * @param sizes of the call
   * @return whether a line was written
   */
  public boolean compare(double operations, double others, long[] sizes) {
    if (operations < WORTH_WHILE || operations < MUCH * others || said.getAndSet(true)) {
      return false;
    }
    System.getLogger(LOGGER)
        .log(
            System.Logger.Level.WARNING,
            "%s was planned for %s; for sizes %s another order takes %s times fewer operations."
                    .formatted(
                        method,
                        planned,
                        java.util.Arrays.toString(sizes),
                        Math.round(operations / others))
                + " Give typical sizes by @Extents.");
    return true;
  }
}
