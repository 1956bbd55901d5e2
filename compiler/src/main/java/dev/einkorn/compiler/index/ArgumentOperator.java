package dev.einkorn.compiler.index;

/** Which position a search over index variables finds. */
public enum ArgumentOperator {
  /** That of the first largest value; a NaN is larger than every number. */
  ARGMAX("argmax"),
  /** That of the first smallest value; a NaN is smaller than every number. */
  ARGMIN("argmin");

  private final String symbol;

  ArgumentOperator(String symbol) {
    this.symbol = symbol;
  }

  /** As written in the language. */
  public String symbol() {
    return symbol;
  }
}
