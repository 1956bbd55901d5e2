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
  PARALLEL,
  /**
   * Shared out like cards, the last iteration first, and back again after each round: {@code 0 1 1
   * 0 0 1} for two workers. So work that grows or shrinks from one iteration to the next comes out
   * even. No iteration reads what another one writes.
   */
  DEALT;

  /** Whether the iterations are shared out among workers. */
  public boolean isShared() {
    return this == PARALLEL || this == DEALT;
  }
}
