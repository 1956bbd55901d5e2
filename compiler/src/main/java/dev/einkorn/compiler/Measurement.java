package dev.einkorn.compiler;

import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * How long a call of a program takes, all of it: checks, all steps, on as many threads as it gets.
 *
 * @param nanos the median of the calls
 * @param calls how many were timed
 * @param steps the same for each step by itself, in order; empty where there are no steps. In a
 *     call they share kernels, and find in the cache what the step before has left there
 * @param allocatedBytes what a call allocates beside its results if nothing is kept from calls
 *     before: its temporaries, what its workers work in, and a few objects; empty if unknown
 */
public record Measurement(long nanos, int calls, List<Steps> steps, OptionalLong allocatedBytes) {
  private static final Duration WARM_UP = Duration.ofSeconds(60);

  /** For so long calls are not timed: until then the JVM compiles what is called often. */
  private static final long SETTLING_NANOS = 500_000_000;

  private static final long MOST_NANOS = 500_000_000;
  private static final int LEAST_CALLS = 3;
  private static final int MOST_CALLS = 1001;

  public Measurement {
    steps = List.copyOf(steps);
  }

  /**
   * Consecutive steps that are timed together: one, or those that run slab by slab.
   *
   * @param first from 1
   * @param last of them
   * @param nanos the median
   */
  public record Steps(int first, int last, long nanos) {
    boolean has(int number) {
      return first <= number && number <= last;
    }
  }

  /** A measurement of whole calls. */
  public Measurement(long nanos, int calls) {
    this(nanos, calls, List.of(), OptionalLong.empty());
  }

  /**
   * Calls a program for about a second, into the same outputs, once its kernels are warm, and times
   * the later half; then its steps one by one for as long.
   *
   * @throws InterruptedException if the thread is interrupted while it waits for kernels
   */
  public static Measurement of(CompiledProgram program, Map<String, Tensor> inputs)
      throws InterruptedException {
    Measurement calls = ofCalls(program, inputs);
    if (!program.hasSteps()) {
      return calls;
    }
    StepTimer timer = program.stepTimer(inputs);
    return new Measurement(
        calls.nanos(), calls.calls(), timer.time(WARM_UP), OptionalLong.of(timer.allocatedBytes()));
  }

  private static Measurement ofCalls(CompiledProgram program, Map<String, Tensor> inputs)
      throws InterruptedException {
    Map<String, Tensor> outputs = program.call(inputs);
    program.awaitWarm(WARM_UP);
    List<Long> times =
        repeated(
            () -> {
              long before = System.nanoTime();
              program.call(inputs, outputs);
              return System.nanoTime() - before;
            });
    long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
    return new Measurement(sorted[sorted.length / 2], sorted.length);
  }

  /** What repeated runs answer, without those before the JVM has had time to compile them. */
  static <T> List<T> repeated(Supplier<T> run) {
    long begin = System.nanoTime();
    List<T> answers = new ArrayList<>();
    do {
      answers.clear();
      answers.add(run.get());
    } while (System.nanoTime() - begin < SETTLING_NANOS);
    answers.clear();
    begin = System.nanoTime();
    while (answers.size() < LEAST_CALLS
        || (System.nanoTime() - begin < MOST_NANOS && answers.size() < MOST_CALLS)) {
      answers.add(run.get());
    }
    return answers;
  }

  /** What a step was timed in. */
  Optional<Steps> of(int number) {
    return steps.stream().filter(group -> group.has(number)).findFirst();
  }
}
