package dev.einkorn.compiler.index;

/** How a reduction folds its values, starting from the identity. */
public enum ReductionOperator {
  /** Starts at 0 (floating point: positive zero). */
  SUM("sum"),
  /** Starts at 1. */
  PRODUCT("prod"),
  /** Starts at the type's lowest value, {@code -inf} for floating point; NaN wins. */
  MAX("max"),
  /** Starts at the type's highest value, {@code inf} for floating point; NaN wins. */
  MIN("min"),
  /** Logical or, starts at false; conditions only. */
  ANY("any"),
  /** Logical and, starts at true; conditions only. */
  ALL("all");

  private final String symbol;

  ReductionOperator(String symbol) {
    this.symbol = symbol;
  }

  /** As written in the language. */
  public String symbol() {
    return symbol;
  }

  /** Whether this folds conditions rather than numbers. */
  public boolean isLogical() {
    return this == ANY || this == ALL;
  }
}
