package dev.einkorn.runtime.tier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class TieredKernelsTest {
  private final FakeMeter meter = new FakeMeter();
  private final Queue<Runnable> background = new ArrayDeque<>();
  private final Executor later = background::add;
  private final KernelSet first =
      new KernelSet(List.of((operands, sizes, worker) -> worker.barrier()), false);

  private static KernelSet kernels() {
    return new KernelSet(List.of((operands, sizes, worker) -> {}), false);
  }

  /** Kernels whose calls allocate in the first so many classes. */
  private final class Fake implements Candidate {
    private final int badClasses;
    private final long firstNanos;
    private final List<KernelSet> loaded = new ArrayList<>();

    Fake(int badClasses) {
      this(badClasses, 150_000);
    }

    Fake(int badClasses, long firstNanos) {
      this.badClasses = badClasses;
      this.firstNanos = firstNanos;
    }

    @Override
    public Optional<KernelSet> load() {
      loaded.add(kernels());
      return Optional.of(loaded.getLast());
    }

    @Override
    public List<Runnable> rehearsals(KernelSet kernels) {
      if (kernels.equals(first)) {
        return List.of(() -> meter.spend(firstNanos, 0));
      }
      assertThat(kernels).isSameAs(loaded.getLast());
      return List.of(() -> meter.spend(100_000, loaded.size() <= badClasses ? 20_000 : 0));
    }
  }

  private TieredKernels tiers(Candidate candidate) {
    TieredKernels tiers = TieredKernels.replaceable(first, candidate, later, Optional.of(meter));
    tiers.start();
    return tiers;
  }

  private void runBackground() {
    for (Runnable task = background.poll(); task != null; task = background.poll()) {
      task.run();
    }
  }

  @Test
  void theFirstKernelsAnswerUntilTheOthersAreWarm() throws InterruptedException {
    var fake = new Fake(0);
    TieredKernels tiers = tiers(fake);
    assertThat(tiers.current()).isSameAs(first);
    assertThat(tiers.isSettled()).isFalse();
    assertThat(tiers.await(0)).isFalse();
    runBackground();
    assertThat(tiers.current()).isSameAs(fake.loaded.getFirst());
    assertThat(fake.loaded).hasSize(1);
    assertThat(tiers.isSettled()).isTrue();
    assertThat(tiers.await(0)).isTrue();
    assertThat(tiers.note()).isEqualTo("vector kernels, 100000 ns a call on scratch data");
  }

  @Test
  void kernelsThatAllocateAreLoadedAgain() {
    var fake = new Fake(2);
    TieredKernels tiers = tiers(fake);
    runBackground();
    assertThat(fake.loaded).hasSize(3);
    assertThat(tiers.current()).isSameAs(fake.loaded.getLast());
    assertThat(tiers.note()).endsWith("compiled 3 times");
  }

  @Test
  void kernelsThatKeepAllocatingNeverTakeOver() {
    var fake = new Fake(Integer.MAX_VALUE);
    TieredKernels tiers = tiers(fake);
    runBackground();
    assertThat(fake.loaded).hasSize(3);
    assertThat(tiers.current()).isSameAs(first);
    assertThat(tiers.isSettled()).isTrue();
    assertThat(tiers.note())
        .isEqualTo(
            "scalar kernels: the vector kernels still allocate 20000 bytes a call when warm");
  }

  @Test
  void kernelsThatKeepAllocatingTakeOverWhereTheFirstAreMuchSlower() {
    var fake = new Fake(Integer.MAX_VALUE, 250_000);
    TieredKernels tiers = tiers(fake);
    runBackground();
    assertThat(fake.loaded).hasSize(3);
    assertThat(tiers.current()).isSameAs(fake.loaded.getLast());
    assertThat(tiers.isSettled()).isTrue();
    assertThat(tiers.note()).isEqualTo("vector kernels, which still allocate 20000 bytes a call");
  }

  @Test
  void aFailureIsReportedAndLeavesTheFirstKernels() {
    TieredKernels tiers =
        tiers(
            new Candidate() {
              @Override
              public Optional<KernelSet> load() {
                throw new IllegalStateException("no such instruction");
              }

              @Override
              public List<Runnable> rehearsals(KernelSet kernels) {
                return List.of();
              }
            });
    runBackground();
    assertThat(tiers.current()).isSameAs(first);
    assertThat(tiers.isSettled()).isTrue();
    assertThat(tiers.note())
        .isEqualTo(
            "scalar kernels: the vector kernels failed:"
                + " java.lang.IllegalStateException: no such instruction");
  }

  @Test
  void aFailingCallIsReportedToo() {
    TieredKernels tiers =
        tiers(
            new Candidate() {
              @Override
              public Optional<KernelSet> load() {
                return Optional.of(kernels());
              }

              @Override
              public List<Runnable> rehearsals(KernelSet kernels) {
                return List.of(
                    () -> {
                      throw new AssertionError("out of bounds");
                    });
              }
            });
    runBackground();
    assertThat(tiers.current()).isSameAs(first);
    assertThat(tiers.note()).endsWith("java.lang.AssertionError: out of bounds");
  }

  @Test
  void whatCannotBeVectorizedIsLeft() {
    TieredKernels tiers =
        tiers(
            new Candidate() {
              @Override
              public Optional<KernelSet> load() {
                return Optional.empty();
              }

              @Override
              public List<Runnable> rehearsals(KernelSet kernels) {
                throw new AssertionError("nothing was loaded");
              }
            });
    runBackground();
    assertThat(tiers.current()).isSameAs(first);
    assertThat(tiers.note()).isEqualTo("scalar kernels: there is nothing to vectorize");
  }

  @Test
  void aFullQueueLeavesTheFirstKernels() {
    TieredKernels tiers =
        TieredKernels.replaceable(
            first,
            new Fake(0),
            task -> {
              throw new RejectedExecutionException();
            });
    assertThat(tiers.isSettled()).as("before the first answer").isFalse();
    tiers.start();
    assertThat(tiers.current()).isSameAs(first);
    assertThat(tiers.isSettled()).isTrue();
    assertThat(tiers.note()).contains("too many");
  }

  @Test
  void theOthersAloneAreWarmedUpAtOnceAndStayWhateverTheyDo() {
    var good = new Fake(1);
    assertThat(TieredKernels.warmed(good, meter).orElseThrow().current())
        .isSameAs(good.loaded.getLast());
    assertThat(good.loaded).hasSize(2);
    var bad = new Fake(Integer.MAX_VALUE);
    TieredKernels tiers = TieredKernels.warmed(bad, meter).orElseThrow();
    assertThat(tiers.current()).isSameAs(bad.loaded.getLast());
    assertThat(tiers.note()).isEqualTo("vector kernels, which still allocate 20000 bytes a call");
    assertThat(tiers.isSettled()).isTrue();
  }

  @Test
  void theBackgroundThreadRunsTasksAndIsADaemon() throws InterruptedException {
    var ran = new java.util.concurrent.CompletableFuture<Thread>();
    BackgroundCompiler.shared().execute(() -> ran.complete(Thread.currentThread()));
    Thread thread = ran.join();
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getPriority()).isEqualTo(Thread.MIN_PRIORITY);
    assertThat(thread).isNotSameAs(Thread.currentThread());
  }
}
