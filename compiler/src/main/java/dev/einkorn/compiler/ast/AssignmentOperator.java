package dev.einkorn.compiler.ast;

/** How a statement's value goes into its target. */
public enum AssignmentOperator {
  /** The target is overwritten. */
  ASSIGN("="),
  /** The value is added to the target. */
  ADD("+="),
  /** The target is multiplied by the value. */
  MULTIPLY("*="),
  /** The target becomes the larger of itself and the value. */
  MAX("max="),
  /** The target becomes the smaller of itself and the value. */
  MIN("min=");

  private final String symbol;

  AssignmentOperator(String symbol) {
    this.symbol = symbol;
  }

  /** The operator as written. */
  public String symbol() {
    return symbol;
  }

  /** Whether the target's former value counts. */
  public boolean accumulates() {
    return this != ASSIGN;
  }
}
