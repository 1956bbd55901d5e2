package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;

/**
 * What this machine can do at best, measured with a number of threads.
 *
 * @param threads how many run the loops
 * @param f32 multiply-adds of single precision, operations a second, two for each
 * @param f64 the same of double precision
 * @param read bytes a second from memory
 * @param copy bytes a second, read and written
 */
record Ceilings(int threads, double f32, double f64, double read, double copy) {
  private static final long STEPS = 1_000_000;
  private static final double FLOAT_BYTES = Float.BYTES;

  /**
   * Measures the ceilings.
   *
   * @param floats of each thread's array, more than the caches hold
   * @param rounds whose best counts
   */
  static Ceilings measure(CeilingLoops loops, int threads, int floats, int rounds) {
    List<float[]> arrays = new ArrayList<>();
    for (int n = 0; n < threads; n++) {
      arrays.add(new float[floats]);
    }
    return new Ceilings(
        threads,
        best(threads, rounds, _ -> loops.multiplyAddFloats(STEPS)),
        best(threads, rounds, _ -> loops.multiplyAddDoubles(STEPS)),
        best(threads, rounds, worker -> read(loops, arrays.get(worker))),
        best(
            threads,
            rounds,
            worker -> {
              loops.copy(arrays.get(worker));
              return FLOAT_BYTES * floats;
            }));
  }

  private static double read(CeilingLoops loops, float[] array) {
    return Float.isNaN(loops.read(array)) ? Double.NaN : FLOAT_BYTES * array.length;
  }

  /** The multiply-adds of a type. */
  double multiplyAdds(ElementType type) {
    return type == ElementType.F64 ? f64 : f32;
  }

  /** The best rate of rounds that all threads begin together; the last to end counts. */
  private static double best(int threads, int rounds, IntToDoubleFunction work) {
    double[] done = new double[threads];
    long[] starts = new long[threads];
    long[] ends = new long[threads];
    List<Double> rates = new ArrayList<>();
    var together = new CyclicBarrier(threads, () -> rates.add(rate(done, starts, ends)));
    IntConsumer worker =
        index -> {
          try {
            for (int round = 0; round <= rounds; round++) {
              together.await();
              starts[index] = System.nanoTime();
              done[index] = work.applyAsDouble(index);
              ends[index] = System.nanoTime();
            }
            together.await();
          } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException("the ceilings cannot be measured", e);
          }
        };
    List<Thread> others = new ArrayList<>();
    for (int index = 1; index < threads; index++) {
      int own = index;
      others.add(Thread.ofPlatform().daemon().start(() -> worker.accept(own)));
    }
    worker.accept(0);
    for (Thread other : others) {
      try {
        other.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException("the ceilings cannot be measured", e);
      }
    }
    return rates.stream().mapToDouble(rate -> rate).filter(Double::isFinite).max().orElse(0);
  }

  private static double rate(double[] done, long[] starts, long[] ends) {
    double total = 0;
    long start = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (int n = 0; n < done.length; n++) {
      total += done[n];
      start = Math.min(start, starts[n]);
      end = Math.max(end, ends[n]);
    }
    return end > start ? total / ((end - start) / 1e9) : 0;
  }
}
