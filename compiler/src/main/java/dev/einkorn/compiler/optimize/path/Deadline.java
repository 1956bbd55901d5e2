package dev.einkorn.compiler.optimize.path;

import java.time.Duration;

/** The time at which a search must stop with what it has. */
final class Deadline {
  private final long start = System.nanoTime();
  private final Duration limit;
  private boolean met;

  Deadline(Duration limit) {
    this.limit = limit;
  }

  /** Whether the time is out; asking is what finds out. */
  boolean passed() {
    met = met || Duration.ofNanos(System.nanoTime() - start).compareTo(limit) >= 0;
    return met;
  }

  /** Whether some search was told to stop. */
  boolean met() {
    return met;
  }
}
