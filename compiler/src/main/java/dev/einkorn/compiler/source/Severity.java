package dev.einkorn.compiler.source;

/** How bad a diagnostic is. */
public enum Severity {
  /** The program has no meaning; it is not compiled. */
  ERROR,
  /** The program is compiled, but probably does not do what its author meant. */
  WARNING
}
