package dev.einkorn.runtime.tier;

/** Measures by the clock alone, where the JVM does not say what a thread allocates. */
final class ClockMeter implements Meter {
  private final boolean alone = Runtime.getRuntime().availableProcessors() == 1;

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long allocatedBytes() {
    return 0;
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
}
