package dev.einkorn.compiler;

import dev.einkorn.compiler.schedule.Target;

/**
 * How much of its speed a call gives up for working in less memory, from nothing to everything.
 * None of it changes a bit of a result.
 */
enum Thrift {
  NONE,
  /** The schedules for a machine with smaller caches, whose packed panels are smaller. */
  QUARTER,
  SIXTEENTH,
  SIXTY_FOURTH,
  TWO_HUNDRED_FIFTY_SIXTH,
  /** Scalar schedules, which pack nothing. */
  SCALAR,
  /** Plain loops of one thread. */
  PLAIN;

  /** Smaller first-level caches would make tiles, not panels, smaller. */
  private static final long LEAST_CACHE = 4 << 10;

  /** Whether schedules are still of the fast kind. */
  boolean isFast() {
    return compareTo(SCALAR) < 0;
  }

  /** What runs a request, with other schedules. Recursive: for a {@link CompilerThread}. */
  Executable.Chosen apply(Executable.Chosen best) {
    return switch (this) {
      case NONE -> best;
      case QUARTER -> ofCaches(best, 4);
      case SIXTEENTH -> ofCaches(best, 16);
      case SIXTY_FOURTH -> ofCaches(best, 64);
      case TWO_HUNDRED_FIFTY_SIXTH -> ofCaches(best, 256);
      case SCALAR -> best.withoutSimd();
      case PLAIN -> best.plain();
    };
  }

  private static Executable.Chosen ofCaches(Executable.Chosen best, int divisor) {
    Target target = best.key().target();
    return best.withTarget(
        target.withCaches(
            part(target.l1(), divisor), part(target.l2(), divisor), part(target.l3(), divisor)));
  }

  private static long part(long bytes, int divisor) {
    return Math.max(LEAST_CACHE, bytes / divisor);
  }
}
