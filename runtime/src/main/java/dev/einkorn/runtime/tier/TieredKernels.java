package dev.einkorn.runtime.tier;

import dev.einkorn.runtime.simd.SimdSupport;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Kernels that answer at once, and others that take over when they are warm. Both compute the same
 * bits. Thread-safe.
 *
 * <pre>
 *   first kernels answer | candidate compiled, warmed up on scratch data | candidate answers
 *                                                   \ compiled again, while its calls allocate
 *                                                     \ after three times: the first ones stay
 * </pre>
 */
public final class TieredKernels {
  private static final int MOST_LOADS = 3;

  /** Kernels whose calls allocate take over if they need at most this part of the time. */
  private static final double MUCH_FASTER = 0.5;

  private volatile KernelSet current;
  private volatile String note;
  private final AtomicReference<@Nullable Runnable> start = new AtomicReference<>();
  private final CountDownLatch settled = new CountDownLatch(1);

  private TieredKernels(KernelSet first, String note) {
    this.current = first;
    this.note = note;
  }

  /**
   * Kernels that nothing will replace.
   *
   * @param note what there is to say about them
   */
  public static TieredKernels only(KernelSet kernels, String note) {
    var tiers = new TieredKernels(kernels, note);
    tiers.settled.countDown();
    return tiers;
  }

  /**
   * Kernels that a candidate may replace.
   *
   * @param background what compiles and warms up the candidate
   */
  public static TieredKernels replaceable(
      KernelSet first, Candidate candidate, Executor background) {
    return replaceable(first, candidate, background, Optional.empty());
  }

  static TieredKernels replaceable(
      KernelSet first, Candidate candidate, Executor background, Optional<Meter> meter) {
    var tiers = new TieredKernels(first, "scalar kernels, vector kernels are warming up");
    tiers.start.set(
        () -> {
          try {
            background.execute(() -> tiers.warm(candidate, meter.orElseGet(Meter::system)));
          } catch (RejectedExecutionException e) {
            tiers.settle("scalar kernels: too many vector kernels wait to be warmed up");
          }
        });
    return tiers;
  }

  /**
   * Begins to warm the candidate up, once. Called after the first answer, so that the two do not
   * compete for the processor.
   */
  public void start() {
    if (start.get() != null) {
      Runnable starting = start.getAndSet(null);
      if (starting != null) {
        starting.run();
      }
    }
  }

  /**
   * The candidate's kernels alone, warmed up here and now, even if their calls keep allocating.
   *
   * @return empty if the candidate has none
   */
  public static Optional<TieredKernels> warmed(Candidate candidate) {
    return warmed(candidate, Meter.system());
  }

  static Optional<TieredKernels> warmed(Candidate candidate, Meter meter) {
    SimdSupport.prepare(candidate.elementBytes());
    KernelSet loaded = null;
    String note = "";
    for (int load = 0; load < MOST_LOADS; load++) {
      Optional<KernelSet> next = candidate.load();
      if (next.isEmpty()) {
        return Optional.empty();
      }
      KernelSet kernels = next.get();
      loaded = kernels;
      WarmUp.Result result =
          new WarmUp(meter).run(candidate.rehearsals(kernels), candidate.patience());
      if (result.hot()) {
        return Optional.of(only(kernels, tookOver(result, load)));
      }
      note = stillAllocating(result);
    }
    if (loaded == null) {
      throw new AssertionError("no load");
    }
    return Optional.of(only(loaded, note));
  }

  /** The kernels to run now. */
  public KernelSet current() {
    return current;
  }

  /** Which kernels answer, and why not the others. */
  public String note() {
    return note;
  }

  /** Whether the candidate is being warmed up, or waits for it. */
  public boolean isWarming() {
    return start.get() == null && !isSettled();
  }

  /** Whether {@link #current} and {@link #note} are final. */
  public boolean isSettled() {
    return settled.getCount() == 0;
  }

  /**
   * Waits until {@link #current} is final.
   *
   * @return whether it is
   */
  public boolean await(long nanos) throws InterruptedException {
    start();
    return settled.await(nanos, TimeUnit.NANOSECONDS);
  }

  private void warm(Candidate candidate, Meter meter) {
    String outcome = "scalar kernels";
    try {
      SimdSupport.prepareAside(candidate.elementBytes());
      var warmUp = new WarmUp(meter);
      for (int load = 0; load < MOST_LOADS; load++) {
        Optional<KernelSet> loaded = candidate.load();
        SimdSupport.prepare(candidate.elementBytes());
        if (loaded.isEmpty()) {
          outcome = "scalar kernels: there is nothing to vectorize";
          return;
        }
        KernelSet kernels = loaded.get();
        WarmUp.Result result = warmUp.run(candidate.rehearsals(kernels), candidate.patience());
        if (result.hot()) {
          current = kernels;
          outcome = tookOver(result, load);
          return;
        }
        outcome =
            "scalar kernels: the vector kernels still allocate %s bytes a call when warm"
                .formatted(result.bytes());
        boolean isLast = load == MOST_LOADS - 1;
        if (isLast && isMuchFaster(warmUp, candidate, result)) {
          current = kernels;
          outcome = stillAllocating(result);
        }
      }
    } catch (Throwable failure) { // Whatever it is, the first kernels go on answering.
      outcome = "scalar kernels: the vector kernels failed: " + failure;
    } finally {
      settle(outcome);
    }
  }

  /** Whether kernels beat the first ones where all loops are reached. */
  private boolean isMuchFaster(WarmUp warmUp, Candidate candidate, WarmUp.Result result) {
    return result.nanos() <= MUCH_FASTER * warmUp.time(candidate.rehearsals(current).getFirst());
  }

  private static String stillAllocating(WarmUp.Result result) {
    return "vector kernels, which still allocate %s bytes a call".formatted(result.bytes());
  }

  private static String tookOver(WarmUp.Result result, int load) {
    String again = load == 0 ? "" : ", compiled %s times".formatted(load + 1);
    return "vector kernels, %s ns a call on scratch data%s".formatted(result.nanos(), again);
  }

  private void settle(String outcome) {
    note = outcome;
    settled.countDown();
  }
}
