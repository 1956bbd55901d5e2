package dev.einkorn.compiler;

/**
 * What the compiler may do to the arithmetic of a program; {@code LANGUAGE.md} section 5 is the
 * contract.
 */
public enum Mode {
  /** Nothing that changes a rounding: the same bits as the reference interpreter. */
  STRICT,
  /**
   * Sums and products may be regrouped; the same bits for any number of threads on one machine. The
   * default.
   */
  DETERMINISTIC,
  /** Also rewrites whose error is bounded by the kernel's own documentation. */
  FAST
}
