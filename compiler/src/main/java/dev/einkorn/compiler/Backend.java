package dev.einkorn.compiler;

/** Where a program runs. */
public enum Backend {
  /** Generated Java, compiled in memory. */
  CPU,
  /** The reference interpreter: slow, and right by inspection. */
  REFERENCE
}
