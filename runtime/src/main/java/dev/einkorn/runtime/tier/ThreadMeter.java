package dev.einkorn.runtime.tier;

import java.lang.management.ManagementFactory;

/** Measures the calling thread by the JVM's own counters. Loads where those are. */
final class ThreadMeter implements Meter {
  private final com.sun.management.ThreadMXBean threads =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final boolean exact = threads.isCurrentThreadCpuTimeSupported();
  private final ClockMeter clock = new ClockMeter();

  /**
   * The meter of this JVM.
   *
   * @throws UnsupportedOperationException if it counts no allocated bytes
   */
  ThreadMeter() {
    if (!threads.isThreadAllocatedMemorySupported()) {
      throw new UnsupportedOperationException("no count of allocated bytes");
    }
  }

  @Override
  public long nanos() {
    return exact ? threads.getCurrentThreadCpuTime() : clock.nanos();
  }

  @Override
  public long allocatedBytes() {
    return threads.getCurrentThreadAllocatedBytes();
  }

  @Override
  public void pause(long roundNanos) {
    clock.pause(roundNanos);
  }
}
