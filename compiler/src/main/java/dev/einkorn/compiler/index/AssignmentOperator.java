package dev.einkorn.compiler.index;

/** How an assignment meets what its target already holds. */
public enum AssignmentOperator {
  /**
   * Overwrites; positions of the target that no index reaches (off a written diagonal) become zero.
   */
  ASSIGN("="),
  ADD("+="),
  MULTIPLY("*="),
  MAX("max="),
  MIN("min=");

  private final String symbol;

  AssignmentOperator(String symbol) {
    this.symbol = symbol;
  }

  /** As written in the language. */
  public String symbol() {
    return symbol;
  }

  /** Whether the old value takes part. */
  public boolean accumulates() {
    return this != ASSIGN;
  }
}
