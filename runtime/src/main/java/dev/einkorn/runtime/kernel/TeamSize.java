package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.WorkerPool;

/** How many workers a call is worth. */
public final class TeamSize {
  // Waking a worker and waiting for it costs a few microseconds, and it works at half speed until
  // it has the data: below this, or with less than this for each, more workers are not faster.
  private static final double BREAK_EVEN_NANOS = 60_000;
  private static final double NANOS_PER_WORKER = 30_000;

  // What one core does in a nanosecond, of scalar work on data from a cache.
  private static final double OPERATIONS_PER_NANO = 2;
  private static final double BYTES_PER_NANO = 12;

  private TeamSize() {}

  /**
   * How long one worker takes for so much work, in nanoseconds, roughly.
   *
   * @param operations of arithmetic
   * @param bytes read and written
   */
  public static double nanos(double operations, double bytes) {
    return Math.max(operations / OPERATIONS_PER_NANO, bytes / BYTES_PER_NANO);
  }

  /** Whether this machine has at most so many processors. */
  public static boolean isWithin(int processors) {
    return WorkerPool.shared().threads() <= processors;
  }

  /**
   * The number of workers for a call that takes one of them so long.
   *
   * @param threads that there are
   */
  public static int of(double nanos, int threads) {
    return nanos < BREAK_EVEN_NANOS ? 1 : (int) Math.clamp(nanos / NANOS_PER_WORKER, 1, threads);
  }
}
