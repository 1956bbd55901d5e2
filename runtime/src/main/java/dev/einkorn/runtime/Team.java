package dev.einkorn.runtime;

import java.io.Serial;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the workers of a team share during a run: how many they are, their barrier, the first
 * failure and common working memory. A team of one by default; its pool starts each larger run with
 * {@link #start}.
 */
final class Team {
  /** How long a thread waits at full speed before it offers its processor to others. */
  static final long SPIN_NANOS = 50_000;

  /** How long a thread goes on offering its processor before it sleeps. */
  private static final long YIELD_NANOS = 1_000_000;

  private static final long SLEEP_NANOS = 20_000;

  /**
   * With more threads than processors, whoever spins keeps the processor from the one waited for.
   */
  static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final Scratch scratch = new Scratch();
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger(1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  // Counts the barriers that were passed: the sense of a sense-reversing barrier, wider than a bit.
  private volatile int generation;
  // Written by the starting thread only, while no other worker runs.
  private int count = 1;

  /** Ends a worker whose team has already failed. */
  private static final class Abandoned extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    Abandoned() {
      super("another worker of the team has failed", null, false, false);
    }
  }

  int count() {
    return count;
  }

  Scratch scratch() {
    return scratch;
  }

  /** Begins a run; no worker of the run before may still be at work. */
  void start(int workers) {
    count = workers;
    arrived.set(0);
    failure.set(null);
    running.set(workers);
  }

  /** Notes that a worker has failed. The first failure is kept. */
  void fail(Throwable thrown) {
    failure.compareAndSet(null, thrown);
  }

  /** Notes that a worker has returned or failed. */
  void leave() {
    running.decrementAndGet();
  }

  /** Waits until all workers have left, then throws what the first failing one has thrown. */
  void finish() {
    long start = System.nanoTime();
    while (running.get() != 0) {
      pause(start);
    }
    Throwable thrown = failure.getAndSet(null);
    if (thrown instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw new IllegalStateException(thrown);
    }
  }

  void barrier() {
    if (count == 1) {
      return;
    }
    int before = generation;
    if (arrived.incrementAndGet() == count) {
      arrived.set(0);
      generation = before + 1;
      return;
    }
    long start = System.nanoTime();
    while (generation == before) {
      // Whoever left before this barrier opened will never come.
      if (running.get() < count && generation == before) {
        if (failure.get() != null) {
          throw new Abandoned();
        }
        throw new IllegalStateException("a worker has returned while others wait for it");
      }
      pause(start);
    }
  }

  /** Waits a moment: shorter and hotter the less time has passed since the start of the wait. */
  @SuppressWarnings("ThreadPriorityCheck") // Yielding is for speed; nothing depends on it.
  private void pause(long start) {
    long waited = System.nanoTime() - start;
    if (waited < SPIN_NANOS && count <= PROCESSORS) {
      Thread.onSpinWait();
    } else if (waited < YIELD_NANOS || Thread.currentThread().isInterrupted()) {
      Thread.yield(); // An interrupted thread cannot sleep, and keeps its interrupt.
    } else {
      LockSupport.parkNanos(SLEEP_NANOS);
    }
  }
}
