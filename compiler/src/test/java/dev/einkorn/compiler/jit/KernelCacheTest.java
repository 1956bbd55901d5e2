package dev.einkorn.compiler.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelCacheTest {
  @Test
  void makesAValueOnce() {
    var cache = new KernelCache<String, Object>(4);
    Object made = cache.get("a", Object::new);
    assertThat(cache.get("a", Object::new)).isSameAs(made);
    assertThat(cache.size()).isEqualTo(1);
  }

  @Test
  void neverHoldsMoreThanItsCapacity() {
    var cache = new KernelCache<Integer, Integer>(3);
    for (int key = 0; key < 100; key++) {
      int value = key;
      assertThat(cache.get(key, () -> value)).isEqualTo(key);
      assertThat(cache.size()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void dropsWhatWasUsedLongestAgo() {
    var cache = new KernelCache<String, Integer>(2);
    var made = new ArrayList<String>();
    List<String> asked = List.of("a", "b", "a", "c", "a", "b");
    for (String key : asked) {
      cache.get(key, () -> made.add(key) ? 1 : 0);
    }
    assertThat(made).containsExactly("a", "b", "c", "b");
  }

  @Test
  void refusesAnEmptyCapacity() {
    assertThatThrownBy(() -> new KernelCache<String, String>(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity must be at least 1, found 0");
  }

  @Test
  void aFailureLeavesNoEntry() {
    var cache = new KernelCache<String, Integer>(2);
    assertThatThrownBy(
            () ->
                cache.get(
                    "a",
                    () -> {
                      throw new IllegalStateException("first");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("first");
    assertThat(cache.size()).isZero();
    assertThat(cache.get("a", () -> 7)).isEqualTo(7);
  }

  @Test
  void errorsReachTheCallerAsTheyAre() {
    var cache = new KernelCache<String, Integer>(2);
    assertThatThrownBy(
            () ->
                cache.get(
                    "a",
                    () -> {
                      throw new AssertionError("broken");
                    }))
        .isExactlyInstanceOf(AssertionError.class)
        .hasMessage("broken");
    assertThat(cache.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16})
  void threadsThatAskForOneKeyShareOneValue(int threads) throws Exception {
    var cache = new KernelCache<String, Object>(4);
    var made = new AtomicInteger();
    List<Object> values =
        together(
            threads,
            () ->
                cache.get(
                    "key",
                    () -> {
                      made.incrementAndGet();
                      return new Object();
                    }));
    assertThat(made).hasValue(1);
    assertThat(values).hasSize(threads).allMatch(value -> value == values.getFirst());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16})
  void threadsThatWaitForOneKeyShareItsFailure(int threads) throws Exception {
    var cache = new KernelCache<String, Object>(4);
    var inside = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    Callable<Object> call =
        () -> {
          try {
            return cache.get(
                "key",
                () -> {
                  inside.countDown();
                  await(release);
                  throw new IllegalStateException("cannot compile");
                });
          } catch (IllegalStateException e) {
            return e.getMessage();
          }
        };
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Object>> results = new ArrayList<>();
      for (int n = 0; n < threads; n++) {
        results.add(pool.submit(call));
      }
      await(inside);
      release.countDown();
      for (Future<Object> result : results) {
        assertThat(result.get(30, TimeUnit.SECONDS)).isEqualTo("cannot compile");
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(cache.size()).isZero();
  }

  @Test
  void differentKeysAreMadeAtTheSameTime() throws Exception {
    var cache = new KernelCache<Integer, Integer>(4);
    var bothInside = new CyclicBarrier(2);
    var next = new AtomicInteger();
    List<Object> values =
        together(
            2,
            () -> {
              int key = next.incrementAndGet();
              return cache.get(
                  key,
                  () -> {
                    meet(bothInside);
                    return key;
                  });
            });
    assertThat(values).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void anInterruptedThreadGetsItsValueAndStaysInterrupted() throws Exception {
    var cache = new KernelCache<String, Integer>(2);
    List<Object> results =
        together(
            1,
            () -> {
              Thread.currentThread().interrupt();
              Integer value = cache.get("a", () -> 7);
              return List.of(value, Thread.interrupted());
            });
    assertThat(results).containsExactly(List.of(7, true));
  }

  private static List<Object> together(int threads, Callable<Object> call) throws Exception {
    var start = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Object>> results = new ArrayList<>();
      for (int n = 0; n < threads; n++) {
        results.add(
            pool.submit(
                () -> {
                  meet(start);
                  return call.call();
                }));
      }
      List<Object> values = new ArrayList<>();
      for (Future<Object> result : results) {
        values.add(result.get(30, TimeUnit.SECONDS));
      }
      return values;
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    } finally {
      pool.shutdownNow();
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
