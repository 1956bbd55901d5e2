package dev.einkorn.compiler.index;

/** Prefix operators. */
public enum UnaryOperator {
  /** Arithmetic negation; wraps on integers. */
  NEGATE("-"),
  /** Logical negation. */
  NOT("not ");

  private final String symbol;

  UnaryOperator(String symbol) {
    this.symbol = symbol;
  }

  /** As written in the language, with the space it needs. */
  public String symbol() {
    return symbol;
  }
}
