package dev.einkorn.compiler.cli.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Times a call: warm-up until it is stable, then runs whose median counts. Short calls are timed in
 * batches, so that the resolution of the clock does not matter.
 *
 * @param seconds of the timed runs of a call, and at least of its warm-up
 */
record Stopwatch(double seconds) {
  private static final int FEWEST_RUNS = 10;
  private static final int FEWEST_SLOW_RUNS = 3;
  private static final int MOST_RUNS = 100_000;
  private static final double SHORTEST_SAMPLE = 200e-6;

  /** A warm-up is over when its last third is no faster than what was before it. */
  private static final double STABLE = 0.97;

  /** How much longer than asked for an unstable or slow call may take. */
  private static final double PATIENCE = 4;

  /**
   * Times of one call.
   *
   * @param median seconds
   * @param minimum seconds
   * @param runs how many samples there are
   */
  record Times(double median, double minimum, int runs) {}

  /** Warms up and times a call. */
  Times time(Runnable call) {
    double once = warmUp(call);
    int batch = (int) Math.clamp(Math.ceil(SHORTEST_SAMPLE / Math.max(once, 1e-9)), 1, 1_000_000);
    List<Double> samples = new ArrayList<>();
    long start = System.nanoTime();
    double elapsed;
    do {
      samples.add(sample(call, batch));
      elapsed = (System.nanoTime() - start) / 1e9;
    } while (samples.size() < MOST_RUNS
        && (elapsed < seconds || samples.size() < FEWEST_RUNS)
        && (elapsed < PATIENCE * seconds || samples.size() < FEWEST_SLOW_RUNS));
    List<Double> sorted = samples.stream().sorted().toList();
    return new Times(sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.size());
  }

  /** Calls until the time is up and calls get no faster; the time of one call. */
  private double warmUp(Runnable call) {
    List<Double> samples = new ArrayList<>();
    long start = System.nanoTime();
    double best = Double.POSITIVE_INFINITY;
    while (true) {
      int batch = (int) Math.clamp(SHORTEST_SAMPLE / Math.max(best, 1e-9), 1, 1_000_000);
      double sample = sample(call, batch);
      samples.add(sample);
      best = Math.min(best, sample);
      double elapsed = (System.nanoTime() - start) / 1e9;
      if (elapsed >= PATIENCE * seconds || (elapsed >= seconds && isStable(samples))) {
        return best;
      }
    }
  }

  private static boolean isStable(List<Double> samples) {
    int early = samples.size() * 2 / 3;
    if (early < 1) {
      return false;
    }
    double before = samples.subList(0, early).stream().min(Double::compare).orElseThrow();
    double late =
        samples.subList(early, samples.size()).stream().min(Double::compare).orElseThrow();
    return late >= STABLE * before;
  }

  private static double sample(Runnable call, int batch) {
    long start = System.nanoTime();
    for (int n = 0; n < batch; n++) {
      call.run();
    }
    return (System.nanoTime() - start) / 1e9 / batch;
  }
}
