package dev.einkorn.compiler.ast;

/** The infix operators, from the loosest to the tightest. */
public enum BinaryOperator {
  /** Logical or. */
  OR("or", 1),
  /** Logical and. */
  AND("and", 2),
  /** Less. */
  LESS("<", 4),
  /** Less or equal. */
  LESS_OR_EQUAL("<=", 4),
  /** Greater. */
  GREATER(">", 4),
  /** Greater or equal. */
  GREATER_OR_EQUAL(">=", 4),
  /** Equal. */
  EQUAL("==", 4),
  /** Not equal. */
  NOT_EQUAL("!=", 4),
  /** Sum. */
  ADD("+", 5),
  /** Difference. */
  SUBTRACT("-", 5),
  /** Product. */
  MULTIPLY("*", 6),
  /** Quotient; of integers an f64. */
  DIVIDE("/", 6),
  /** Floor division. */
  FLOOR_DIVIDE("//", 6),
  /** Remainder of the floor division. */
  REMAINDER("%", 6),
  /** Power. */
  POWER("^", 8);

  static final int NOT_PRECEDENCE = 3;
  static final int SIGN_PRECEDENCE = 7;

  private final String symbol;
  private final int precedence;

  BinaryOperator(String symbol, int precedence) {
    this.symbol = symbol;
    this.precedence = precedence;
  }

  /** The operator as written. */
  public String symbol() {
    return symbol;
  }

  /** How tightly it binds: more is tighter. */
  public int precedence() {
    return precedence;
  }

  /** Whether it compares: {@code < <= > >= == !=}, which do not associate. */
  public boolean isComparison() {
    return precedence == LESS.precedence;
  }

  /** Whether it joins conditions: {@code and or}. */
  public boolean isLogical() {
    return this == AND || this == OR;
  }

  /** Whether it computes numbers from numbers. */
  public boolean isArithmetic() {
    return !isComparison() && !isLogical();
  }
}
