package dev.einkorn.compiler.random;

/** What a program may do wrong at run time; at most one thing, so that its error is known. */
public enum Risk {
  /** Nothing: every operation that could fail is guarded. */
  NONE,
  /** An integer division by zero. */
  DIVISION_BY_ZERO,
  /** An integer to a negative power. */
  NEGATIVE_POWER,
  /** A gathered position out of range, or a border around an empty axis. */
  OUT_OF_RANGE
}
