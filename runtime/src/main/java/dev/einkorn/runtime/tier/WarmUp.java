package dev.einkorn.runtime.tier;

import java.util.List;

/**
 * Calls a kernel until the JVM has compiled it well: rounds of calls until the time per call is
 * flat and no call allocates. A vector that C2 has not turned into a register is an object, so a
 * kernel that keeps allocating is one that C2 has failed on.
 */
final class WarmUp {
  /** A round has as many calls as fit into this. */
  private static final long ROUND_NANOS = 4_000_000;

  /** Before this, even, a flat time may be that of the interpreter. */
  private static final long LEAST_NANOS = 60_000_000;

  /** How long calls may go on allocating before this is taken for their final state ... */
  private static final long ENOUGH_NANOS = 1_500_000_000;

  /** ... and how long if they are still getting faster. */
  private static final long MOST_NANOS = 3 * ENOUGH_NANOS;

  /** Without progress for so long, nothing more is to be expected. */
  private static final long STUCK_NANOS = 500_000_000;

  /** Less time or fewer bytes than this part of the last best is progress. */
  private static final double PROGRESS = 0.9;

  private static final int FLAT_ROUNDS = 3;
  private static final double FLAT = 1.15;

  /** A call may allocate this for what is no vector: none does, but measuring may. */
  private static final long FEW_BYTES = 256;

  /**
   * A call may also allocate this for the time that it takes, up to a limit: a vector on the way
   * into a loop costs nothing, while one in the loop is 80 bytes for every few nanoseconds.
   */
  private static final double FEW_BYTES_PER_NANO = 0.1;

  private static final double MOST_BYTES = 1 << 16;

  /**
   * How it ended.
   *
   * @param hot whether calls no longer allocate, or next to nothing
   * @param nanos of the fastest round, per call
   * @param bytes allocated in the last round, per call
   */
  record Result(boolean hot, long nanos, long bytes) {}

  private final Meter meter;

  WarmUp(Meter meter) {
    this.meter = meter;
  }

  /**
   * Warms calls up one after the other.
   *
   * @param patience how many times as long as usual they may take, at least 1
   * @return how the first ended if all are hot, else how the first that is not ended
   */
  Result run(List<Runnable> calls, int patience) {
    Result first = run(calls.getFirst(), LEAST_NANOS, patience);
    for (Runnable call : calls.subList(1, calls.size())) {
      if (!first.hot()) {
        return first;
      }
      Result next = run(call, 0, patience);
      if (!next.hot()) {
        return next;
      }
    }
    return first;
  }

  /**
   * Warms {@code call} up for at least {@code least} nanoseconds and for 1.5 seconds at most, or
   * 4.5 if it is still getting faster then, both times the patience.
   */
  private Result run(Runnable call, long least, int patience) {
    long start = meter.nanos();
    long calls = 1;
    double best = Double.MAX_VALUE;
    int flat = 0;
    double fast = Double.MAX_VALUE;
    double few = Double.MAX_VALUE;
    long progress = start;
    while (true) {
      long bytesBefore = meter.allocatedBytes();
      long before = meter.nanos();
      for (long n = 0; n < calls; n++) {
        call.run();
      }
      long now = meter.nanos();
      long bytes = (meter.allocatedBytes() - bytesBefore) / calls;
      double perCall = Math.max(1.0, (double) (now - before) / calls);
      boolean still = perCall <= best * FLAT && perCall >= best / FLAT;
      flat = still && areFew(bytes, perCall) ? flat + 1 : 0;
      best = Math.min(best, perCall);
      if (perCall < PROGRESS * fast || bytes < PROGRESS * few) {
        fast = Math.min(fast, perCall);
        few = Math.min(few, (double) bytes);
        progress = now;
      }
      boolean ready = flat >= FLAT_ROUNDS && now - start >= least;
      boolean stuck =
          now - start >= patience * ENOUGH_NANOS && now - progress >= patience * STUCK_NANOS;
      boolean late = now - start >= patience * MOST_NANOS;
      if (ready || stuck || late || Thread.currentThread().isInterrupted()) {
        return new Result(areFew(bytes, best), (long) best, bytes);
      }
      calls = Math.clamp((long) (ROUND_NANOS / perCall), 1, 4 * calls);
      meter.pause(now - before);
    }
  }

  /** What a call takes, in nanoseconds: that of the fastest round, after a short time. */
  long time(Runnable call) {
    long start = meter.nanos();
    double best = Double.MAX_VALUE;
    long calls = 1;
    long now = start;
    while (now - start < LEAST_NANOS && !Thread.currentThread().isInterrupted()) {
      long before = meter.nanos();
      for (long n = 0; n < calls; n++) {
        call.run();
      }
      now = meter.nanos();
      double perCall = Math.max(1.0, (double) (now - before) / calls);
      best = Math.min(best, perCall);
      calls = Math.clamp((long) (ROUND_NANOS / perCall), 1, 4 * calls);
    }
    return (long) best;
  }

  private static boolean areFew(long bytes, double nanos) {
    return bytes <= Math.max(FEW_BYTES, Math.min(FEW_BYTES_PER_NANO * nanos, MOST_BYTES));
  }
}
