package dev.einkorn.runtime.tier;

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

  /** The meter of this JVM; without the module {@code jdk.management} it counts no bytes. */
  static Meter system() {
    try {
      return new ThreadMeter();
    } catch (LinkageError | UnsupportedOperationException | ClassCastException e) {
      return new ClockMeter();
    }
  }
}
