package dev.einkorn.samples.gpu;

import java.util.Arrays;

/**
 * Times work that a device does in the background: so many calls that the wait at the end does not
 * count, five times over.
 *
 * @param seconds about how long one of the five takes
 * @param await waits for the device
 */
record Stopwatch(double seconds, Runnable await) {
  private static final int ROUNDS = 5;
  private static final int WARM_UP = 3;
  private static final int MOST_CALLS = 10_000;

  /** The median time of a call in seconds. */
  double time(Runnable call) {
    for (int n = 0; n < WARM_UP; n++) {
      call.run();
    }
    double once = once(call, 1);
    int calls = Math.clamp((long) (seconds / Math.max(once, 1e-9)), 1, MOST_CALLS);
    double[] times = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      times[round] = once(call, calls);
    }
    Arrays.sort(times);
    return times[ROUNDS / 2];
  }

  private double once(Runnable call, int calls) {
    await.run();
    long start = System.nanoTime();
    for (int n = 0; n < calls; n++) {
      call.run();
    }
    await.run();
    return (System.nanoTime() - start) / 1e9 / calls;
  }
}
