package dev.einkorn.compiler.ast;

/** The named constants. */
public enum Constant {
  /** Positive infinity. */
  INFINITY("inf"),
  /** Not a number. */
  NOT_A_NUMBER("nan"),
  /** The ratio of a circle's circumference to its diameter. */
  PI("pi"),
  /** The condition that holds. */
  TRUE("true"),
  /** The condition that does not hold. */
  FALSE("false");

  private final String symbol;

  Constant(String symbol) {
    this.symbol = symbol;
  }

  /** The constant as written. */
  public String symbol() {
    return symbol;
  }

  /** Whether it is a condition. */
  public boolean isCondition() {
    return this == TRUE || this == FALSE;
  }
}
