package dev.einkorn.compiler.index;

/** Infix operators, each on two operands of one element type. */
public enum BinaryOperator {
  ADD("+", Kind.ARITHMETIC),
  SUBTRACT("-", Kind.ARITHMETIC),
  MULTIPLY("*", Kind.ARITHMETIC),
  /** Division of floating-point operands. */
  DIVIDE("/", Kind.ARITHMETIC),
  /** Division rounded toward negative infinity; an integer zero divisor is a run-time error. */
  FLOOR_DIVIDE("//", Kind.ARITHMETIC),
  /** The remainder of {@link #FLOOR_DIVIDE}; it has the divisor's sign. */
  REMAINDER("%", Kind.ARITHMETIC),
  /** Power; a negative integer exponent of an integer is a run-time error. */
  POWER("^", Kind.ARITHMETIC),
  LESS("<", Kind.COMPARISON),
  LESS_OR_EQUAL("<=", Kind.COMPARISON),
  GREATER(">", Kind.COMPARISON),
  GREATER_OR_EQUAL(">=", Kind.COMPARISON),
  EQUAL("==", Kind.COMPARISON),
  NOT_EQUAL("!=", Kind.COMPARISON),
  AND("and", Kind.LOGICAL),
  OR("or", Kind.LOGICAL);

  /** What goes in and comes out. */
  public enum Kind {
    /** Numbers of a type to a number of that type. */
    ARITHMETIC,
    /** Two of one type to a condition; only equality compares conditions. */
    COMPARISON,
    /** Conditions to a condition. */
    LOGICAL
  }

  private final String symbol;
  private final Kind kind;

  BinaryOperator(String symbol, Kind kind) {
    this.symbol = symbol;
    this.kind = kind;
  }

  /** As written in the language. */
  public String symbol() {
    return symbol;
  }

  /** Whether the operator is an error for some integers: a zero divisor, a negative exponent. */
  public boolean mayFail() {
    return this == FLOOR_DIVIDE || this == REMAINDER || this == POWER;
  }

  /** Which types the operator takes and gives. */
  public Kind kind() {
    return kind;
  }
}
