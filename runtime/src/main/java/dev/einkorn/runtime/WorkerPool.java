package dev.einkorn.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads that run kernels together with the thread that calls.
 *
 * {@snippet :
 * try (WorkerPool pool = new WorkerPool(4)) {
 *   pool.run(kernel, operands, sizes, 4);
 * }
 * }
 *
 * <p>The pool serves one caller at a time. Who finds it in use, be it another thread or a kernel
 * that the pool is just running, runs alone instead of waiting, as a team of one. Threads are
 * daemons, start when first needed, stay awake for a moment after a run and sleep then.
 * Thread-safe.
 */
public final class WorkerPool implements AutoCloseable {
  private static final Kernel NOTHING = (operands, sizes, worker) -> {};
  private static final Tensor[] NO_OPERANDS = {};
  private static final long[] NO_SIZES = {};

  private enum State {
    IDLE,
    RUNNING,
    /** Running, and to be closed by whoever runs. */
    CLOSING,
    CLOSED
  }

  /** Started on first use, as every class. */
  private static final class Shared {
    private static final WorkerPool POOL = new WorkerPool(Team.PROCESSORS);
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private final Team team = new Team();
  private final Worker caller = new Worker(team, 0);
  private final Member[] members;

  // What the team runs: written while RUNNING by the caller, before the members' tickets.
  private Kernel kernel = NOTHING;
  private Tensor[] operands = NO_OPERANDS;
  private long[] sizes = NO_SIZES;
  private int started;

  /**
   * A pool of its own.
   *
   * @param threads the most workers that can run together, the caller included; at least 1
   */
  public WorkerPool(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("a pool needs at least 1 thread, not " + threads);
    }
    members = new Member[threads - 1];
    for (int n = 0; n < members.length; n++) {
      members[n] = new Member(n + 1);
    }
  }

  /**
   * The pool of the process, with a thread for each available processor. Closing it does nothing.
   */
  public static WorkerPool shared() {
    return Shared.POOL;
  }

  /** The most workers that can run together, the caller included. */
  public int threads() {
    return members.length + 1;
  }

  /**
   * Runs a kernel with a team and returns when all of it is done. The calling thread is worker 0.
   * If the pool is in use or closed, or the system grants no threads, the team is smaller.
   *
   * @param workers the size of the team wanted; more than {@link #threads()} counts as that many
   * @throws RuntimeException what the first failing worker has thrown, once all have stopped
   */
  public void run(Kernel kernel, Tensor[] operands, long[] sizes, int workers) {
    int wanted = Math.min(workers, members.length + 1);
    if (wanted <= 1 || !state.compareAndSet(State.IDLE, State.RUNNING)) {
      runAlone(kernel, operands, sizes);
      return;
    }
    try {
      runTogether(kernel, operands, sizes, Math.min(wanted, startThreads(wanted - 1) + 1));
    } finally {
      this.kernel = NOTHING;
      this.operands = NO_OPERANDS;
      this.sizes = NO_SIZES;
      if (!state.compareAndSet(State.RUNNING, State.IDLE)) {
        state.set(State.CLOSED);
        wakeAll();
      }
    }
  }

  private static void runAlone(Kernel kernel, Tensor[] operands, long[] sizes) {
    Worker solo = Worker.solo();
    // A kernel that is run by a kernel must not find its arrays in use.
    Worker worker = solo.acquire() ? solo : Worker.alone();
    try {
      kernel.run(operands, sizes, worker);
    } finally {
      worker.release();
    }
  }

  private void runTogether(Kernel kernel, Tensor[] operands, long[] sizes, int workers) {
    this.kernel = kernel;
    this.operands = operands;
    this.sizes = sizes;
    team.start(workers);
    for (int n = 0; n < workers - 1; n++) {
      members[n].wake();
    }
    work(kernel, operands, sizes, caller);
    team.finish();
  }

  private void work(Kernel kernel, Tensor[] operands, long[] sizes, Worker worker) {
    try {
      kernel.run(operands, sizes, worker);
    } catch (Throwable thrown) { // The caller throws it again, whatever it is.
      team.fail(thrown);
    } finally {
      team.leave();
    }
  }

  /** Makes sure that so many members have threads, as far as the system allows; how many have. */
  private int startThreads(int wanted) {
    while (started < wanted) {
      try {
        members[started].start();
      } catch (OutOfMemoryError noThread) {
        break; // The system's limit of threads; fewer workers compute the same.
      }
      started++;
    }
    return started;
  }

  /** Ends the threads, after a run in progress. Later runs are those of a team of one. */
  @Override
  public void close() {
    if (this == Shared.POOL) {
      return;
    }
    while (true) {
      switch (state.get()) {
        case IDLE -> {
          if (state.compareAndSet(State.IDLE, State.CLOSED)) {
            wakeAll();
            return;
          }
        }
        case RUNNING -> {
          if (state.compareAndSet(State.RUNNING, State.CLOSING)) {
            return;
          }
        }
        case CLOSING, CLOSED -> {
          return;
        }
      }
    }
  }

  private void wakeAll() {
    for (int n = 0; n < started; n++) {
      members[n].wake();
    }
  }

  /** A thread of the pool and its worker: a ticket lets it take part in one run. */
  private final class Member implements Runnable {
    private final Worker worker;
    private final Thread thread;
    private final AtomicInteger tickets = new AtomicInteger();
    private volatile boolean asleep;

    Member(int index) {
      worker = new Worker(team, index);
      thread =
          Thread.ofPlatform()
              .daemon()
              .name("einkorn-worker-" + index)
              .inheritInheritableThreadLocals(false)
              .unstarted(this);
      // Not the loader of whichever application happened to call first.
      thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
    }

    void start() {
      thread.start();
    }

    void wake() {
      tickets.incrementAndGet();
      if (asleep) {
        LockSupport.unpark(thread);
      }
    }

    @Override
    public void run() {
      int used = 0;
      while (true) {
        awaitTicket(used);
        used++;
        if (state.get() == State.CLOSED) {
          return;
        }
        work(kernel, operands, sizes, worker);
      }
    }

    private void awaitTicket(int used) {
      long start = System.nanoTime();
      while (tickets.get() == used
          && threads() <= Team.PROCESSORS
          && System.nanoTime() - start < Team.SPIN_NANOS) {
        Thread.onSpinWait();
      }
      if (tickets.get() != used) {
        return;
      }
      asleep = true;
      while (tickets.get() == used) {
        LockSupport.park(this);
        Thread.interrupted(); // Left by a kernel; it would keep this thread from sleeping.
      }
      asleep = false;
    }
  }
}
