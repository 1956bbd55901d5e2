package dev.einkorn.compiler.ast;

/** The prefix operators. */
public enum UnaryOperator {
  /** Minus. */
  NEGATE("-", BinaryOperator.SIGN_PRECEDENCE),
  /** Plus: the operand itself. */
  PLUS("+", BinaryOperator.SIGN_PRECEDENCE),
  /** Logical not. */
  NOT("not", BinaryOperator.NOT_PRECEDENCE);

  private final String symbol;
  private final int precedence;

  UnaryOperator(String symbol, int precedence) {
    this.symbol = symbol;
    this.precedence = precedence;
  }

  /** The operator as written. */
  public String symbol() {
    return symbol;
  }

  /** How tightly it binds, on the scale of {@link BinaryOperator#precedence()}. */
  public int precedence() {
    return precedence;
  }
}
