package dev.einkorn.runtime.annotation;

/** What may be done to the roundings of a program; section 5 of the language. */
public enum Rounding {
  /** Nothing: the bits of the reference interpreter. */
  STRICT,
  /** Sums and products may be regrouped; the same bits for any number of threads on one machine. */
  DETERMINISTIC,
  /** Also rewrites whose error is bounded by the kernel's own documentation. */
  FAST
}
