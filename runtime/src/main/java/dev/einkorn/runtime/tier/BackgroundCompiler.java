package dev.einkorn.runtime.tier;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread of the process on which kernels are warmed up: a daemon of low priority that ends
 * when there is nothing to do.
 */
public final class BackgroundCompiler implements Executor {
  private static final int MOST_WAITING = 1024;
  private static final long IDLE_SECONDS = 10;

  /** Started on first use, as every class. */
  private static final class Shared {
    private static final BackgroundCompiler INSTANCE = new BackgroundCompiler();
  }

  private final ThreadPoolExecutor thread;

  @SuppressWarnings("ThreadPriorityCheck") // Nothing but speed depends on it.
  private BackgroundCompiler() {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            task ->
                Thread.ofPlatform()
                    .daemon()
                    .name("einkorn-warm-up")
                    .priority(Thread.MIN_PRIORITY)
                    .inheritInheritableThreadLocals(false)
                    .unstarted(task));
    thread.allowCoreThreadTimeOut(true);
  }

  /** The instance of the process. */
  public static BackgroundCompiler shared() {
    return Shared.INSTANCE;
  }

  /**
   * Queues a task.
   *
   * @throws RejectedExecutionException if too many wait already
   */
  @Override
  public void execute(Runnable task) {
    thread.execute(task);
  }
}
