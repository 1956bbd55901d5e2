package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class WorkerPoolTest {
  private static final Tensor[] NO_OPERANDS = {};
  private static final long[] NO_SIZES = {};

  private static void run(WorkerPool pool, int workers, Kernel kernel) {
    pool.run(kernel, NO_OPERANDS, NO_SIZES, workers);
  }

  /** Counts the runs of each worker of a team. */
  private static List<Integer> runs(WorkerPool pool, int workers) {
    var runs = new AtomicIntegerArray(pool.threads());
    run(
        pool,
        workers,
        (operands, sizes, worker) -> {
          runs.incrementAndGet(worker.index());
          if (worker.count() != Math.min(workers, pool.threads())) {
            throw new AssertionError("count " + worker.count());
          }
        });
    List<Integer> counts = new ArrayList<>();
    for (int n = 0; n < runs.length(); n++) {
      counts.add(runs.get(n));
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyWorkerOfATeamRunsTheKernelOnce(int workers) {
    try (var pool = new WorkerPool(8)) {
      for (int round = 0; round < 200; round++) {
        List<Integer> expected = new ArrayList<>(Collections.nCopies(8, 0));
        Collections.fill(expected.subList(0, workers), 1);
        assertThat(runs(pool, workers)).isEqualTo(expected);
      }
    }
  }

  @Test
  void teamsOfOnePoolMayGrowAndShrink() {
    try (var pool = new WorkerPool(4)) {
      for (int workers : new int[] {2, 4, 3, 1, 4, 2, 9}) {
        int team = Math.min(workers, 4);
        assertThat(runs(pool, workers).subList(0, team)).containsOnly(1);
        assertThat(runs(pool, workers).subList(team, 4)).doesNotContain(1);
      }
    }
  }

  @Test
  void theCallerIsWorkerZeroAndPassesItsOperands() {
    Tensor[] operands = {Tensor.of(new float[] {1, 2}, 2)};
    long[] sizes = {2};
    var caller = new AtomicReference<@Nullable Thread>();
    var wrong = new AtomicInteger();
    try (var pool = new WorkerPool(3)) {
      pool.run(
          (given, givenSizes, worker) -> {
            if (worker.index() == 0) {
              caller.set(Thread.currentThread());
            }
            if (given != operands || givenSizes != sizes) {
              wrong.incrementAndGet();
            }
          },
          operands,
          sizes,
          3);
    }
    assertThat(caller.get()).isSameAs(Thread.currentThread());
    assertThat(wrong).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void noWorkerPassesABarrierBeforeAllHaveReachedIt(int workers) {
    int rounds = 10_000;
    long[] cells = new long[workers]; // Plain memory: the barrier alone orders it.
    var wrong = new AtomicInteger();
    try (var pool = new WorkerPool(workers)) {
      run(
          pool,
          workers,
          (operands, sizes, worker) -> {
            for (int round = 1; round <= rounds; round++) {
              cells[worker.index()] = round;
              worker.barrier();
              for (long cell : cells) {
                if (cell != round) {
                  wrong.incrementAndGet();
                }
              }
              worker.barrier();
            }
          });
    }
    assertThat(wrong).hasValue(0);
    assertThat(cells).containsOnly(rounds);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void oneWorkersFailureReachesTheCallerWhileOthersWaitForIt(int failing) {
    try (var pool = new WorkerPool(3)) {
      for (int round = 0; round < 50; round++) {
        var thrown = new IllegalStateException("worker " + failing);
        assertThatThrownBy(
                () ->
                    run(
                        pool,
                        3,
                        (operands, sizes, worker) -> {
                          worker.barrier();
                          if (worker.index() == failing) {
                            throw thrown;
                          }
                          worker.barrier();
                        }))
            .isSameAs(thrown);
        assertThat(runs(pool, 3)).containsOnly(1);
      }
    }
  }

  @Test
  void errorsReachTheCallerToo() {
    try (var pool = new WorkerPool(2)) {
      var thrown = new StackOverflowError("test");
      assertThatThrownBy(
              () ->
                  run(
                      pool,
                      2,
                      (operands, sizes, worker) -> {
                        if (worker.index() == 1) {
                          throw thrown;
                        }
                      }))
          .isSameAs(thrown);
    }
  }

  @Test
  void aWorkerThatReturnsEarlyIsReportedInsteadOfAwaitedForever() {
    try (var pool = new WorkerPool(3)) {
      assertThatThrownBy(
              () ->
                  run(
                      pool,
                      3,
                      (operands, sizes, worker) -> {
                        if (worker.index() != 1) {
                          worker.barrier();
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has returned while others wait");
    }
  }

  @Test
  void aCallerThatFindsThePoolInUseRunsAlone() throws InterruptedException {
    var inside = new CountDownLatch(2);
    var done = new CountDownLatch(1);
    try (var pool = new WorkerPool(2)) {
      var first =
          Thread.ofPlatform()
              .start(
                  () ->
                      run(
                          pool,
                          2,
                          (operands, sizes, worker) -> {
                            inside.countDown();
                            awaitUninterruptibly(done);
                          }));
      inside.await();
      var count = new AtomicInteger();
      run(pool, 2, (operands, sizes, worker) -> count.addAndGet(worker.count()));
      done.countDown();
      first.join();
      assertThat(count).hasValue(1);
      assertThat(runs(pool, 2)).containsOnly(1);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void manyCallersAtOnceEachGetTheirWholeResult() throws InterruptedException {
    int callers = 6;
    var wrong = new AtomicInteger();
    try (var pool = new WorkerPool(3)) {
      List<Thread> threads = new ArrayList<>();
      for (int n = 0; n < callers; n++) {
        threads.add(Thread.ofPlatform().start(() -> sumManyTimes(pool, wrong)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(wrong).hasValue(0);
  }

  private static void sumManyTimes(WorkerPool pool, AtomicInteger wrong) {
    long[] sum = new long[1];
    Kernel kernel =
        (operands, sizes, worker) -> {
          long[] parts = worker.sharedLongs(0, worker.count());
          long part = 0;
          for (int i = worker.begin(1000); i < worker.end(1000); i++) {
            part += i;
          }
          parts[worker.index()] = part;
          worker.barrier();
          if (worker.index() == 0) {
            sum[0] = 0;
            for (int n = 0; n < worker.count(); n++) {
              sum[0] += parts[n];
            }
          }
        };
    for (int round = 0; round < 500; round++) {
      run(pool, 3, kernel);
      if (sum[0] != 499_500) {
        wrong.incrementAndGet();
      }
    }
  }

  @Test
  void aKernelRunByAKernelRunsAloneWithArraysOfItsOwn() {
    var counts = new AtomicIntegerArray(3);
    Set<float[]> arrays =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    try (var pool = new WorkerPool(2)) {
      Kernel innermost =
          (operands, sizes, worker) -> {
            counts.addAndGet(2, worker.count());
            arrays.add(worker.floats(0, 8));
          };
      Kernel inner =
          (operands, sizes, worker) -> {
            counts.addAndGet(1, worker.count());
            arrays.add(worker.floats(0, 8));
            run(pool, 2, innermost);
          };
      run(
          pool,
          2,
          (operands, sizes, worker) -> {
            counts.addAndGet(0, worker.count());
            arrays.add(worker.floats(0, 8));
            run(pool, 2, inner);
          });
    }
    assertThat(counts.get(0)).isEqualTo(4);
    assertThat(counts.get(1)).isEqualTo(2);
    assertThat(counts.get(2)).isEqualTo(2);
    assertThat(arrays).hasSize(6);
  }

  @Test
  void anInterruptStaysWithTheCaller() {
    try (var pool = new WorkerPool(2)) {
      Thread.currentThread().interrupt();
      var runs = new AtomicInteger();
      run(
          pool,
          2,
          (operands, sizes, worker) -> {
            worker.barrier();
            runs.incrementAndGet();
          });
      assertThat(Thread.interrupted()).isTrue();
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void aClosedPoolRunsWithTheCallerAlone() {
    var pool = new WorkerPool(4);
    assertThat(runs(pool, 4)).containsOnly(1);
    pool.close();
    pool.close();
    var count = new AtomicInteger();
    run(pool, 4, (operands, sizes, worker) -> count.addAndGet(worker.count()));
    assertThat(count).hasValue(1);
  }

  @Test
  void aPoolClosedByItsOwnKernelFinishesTheRun() {
    var pool = new WorkerPool(3);
    var runs = new AtomicInteger();
    run(
        pool,
        3,
        (operands, sizes, worker) -> {
          pool.close();
          worker.barrier();
          runs.incrementAndGet();
        });
    run(pool, 3, (operands, sizes, worker) -> runs.addAndGet(10 * worker.count()));
    assertThat(runs).hasValue(13);
  }

  @Test
  void closingEndsTheThreads() throws InterruptedException {
    List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    try (var pool = new WorkerPool(3)) {
      run(
          pool,
          3,
          (operands, sizes, worker) -> {
            if (worker.index() > 0) {
              threads.add(Thread.currentThread());
            }
          });
      assertThat(threads).hasSize(2).allMatch(Thread::isDaemon);
    }
    for (Thread thread : threads) {
      thread.join();
      assertThat(thread.isAlive()).isFalse();
    }
  }

  @Test
  void theSharedPoolIsOneAndStaysOpen() {
    WorkerPool pool = WorkerPool.shared();
    pool.close();
    assertThat(WorkerPool.shared()).isSameAs(pool);
    assertThat(pool.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(runs(pool, pool.threads())).containsOnly(1);
  }

  @Test
  void aPoolWithoutThreadsIsRefused() {
    assertThatThrownBy(() -> new WorkerPool(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1 thread");
  }
}
