package dev.einkorn.compiler.jit;

import java.lang.management.ManagementFactory;

/** What a warm-up measures its rounds with. */
interface Meter {
  /**
   * How long the calling thread has had a processor: on a busy machine it waits for one, and so do
   * the compiler threads of the JVM.
   */
  long nanos();

  /** Bytes that the calling thread has ever allocated on the heap. */
  long allocatedBytes();

  /** Called after each round with its length: lets other threads have the processor. */
  void pause(long roundNanos);

  /** The meter of this JVM. */
  static Meter system() {
    return new Meter() {
      private final com.sun.management.ThreadMXBean threads =
          (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
      private final boolean alone = Runtime.getRuntime().availableProcessors() == 1;

      private final boolean exact = threads.isCurrentThreadCpuTimeSupported();

      @Override
      public long nanos() {
        return exact ? threads.getCurrentThreadCpuTime() : System.nanoTime();
      }

      @Override
      public long allocatedBytes() {
        return threads.getCurrentThreadAllocatedBytes();
      }

      @Override
      @SuppressWarnings("ThreadPriorityCheck") // A hint is all that is meant.
      public void pause(long roundNanos) {
        if (!alone) {
          Thread.yield();
          return;
        }
        try {
          Thread.sleep(Math.min(20, Math.max(1, roundNanos / 1_000_000)));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }
}
