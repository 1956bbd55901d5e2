package dev.einkorn.compiler.loop;

/** How the iterations of a loop are carried out. */
public enum LoopKind {
  /** One after the other, in ascending order. */
  SEQUENTIAL,
  /**
   * Sequential, over a part of a range where an access may leave its tensor; the rest of the range
   * has no checks.
   */
  BORDER,
  /**
   * Shared out among the workers of a team: each runs a contiguous part of the iterations. No
   * iteration reads what another one writes.
   */
  PARALLEL
}
