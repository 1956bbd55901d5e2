package dev.einkorn.compiler;

import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long a call of a program takes, all of it: checks, all steps, on as many threads as it gets.
 * The steps of a program share kernels and are not timed one by one.
 *
 * @param nanos the median of the calls
 * @param calls how many were timed
 */
public record Measurement(long nanos, int calls) {
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final long MOST_NANOS = 500_000_000;
  private static final int LEAST_CALLS = 3;
  private static final int MOST_CALLS = 1001;

  /**
   * Calls a program for about half a second, into the same outputs, once its kernels are warm.
   *
   * @throws InterruptedException if the thread is interrupted while it waits for kernels
   */
  public static Measurement of(CompiledProgram program, Map<String, Tensor> inputs)
      throws InterruptedException {
    Map<String, Tensor> outputs = program.call(inputs);
    program.awaitWarm(WARM_UP);
    List<Long> times = new ArrayList<>();
    long begin = System.nanoTime();
    long now = begin;
    while (times.size() < LEAST_CALLS || (now - begin < MOST_NANOS && times.size() < MOST_CALLS)) {
      long before = System.nanoTime();
      outputs = program.call(inputs, outputs);
      now = System.nanoTime();
      times.add(now - before);
    }
    times.sort(null);
    return new Measurement(times.get(times.size() / 2), times.size());
  }
}
