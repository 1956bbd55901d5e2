package dev.einkorn.compiler.index;

import java.util.Locale;

/**
 * Built-in functions. All arguments and the result have one element type. {@code runtime}'s {@code
 * KernelMath} has the method of the same name and defines the value, so that interpreter and
 * kernels agree to the last bit.
 */
public enum Function {
  ABS(1, true),
  SIGN(1, true),
  EXP(1, false),
  EXPM1(1, false),
  LOG(1, false),
  LOG1P(1, false),
  SQRT(1, false),
  RSQRT(1, false),
  SIN(1, false),
  COS(1, false),
  TAN(1, false),
  ASIN(1, false),
  ACOS(1, false),
  ATAN(1, false),
  SINH(1, false),
  COSH(1, false),
  TANH(1, false),
  ERF(1, false),
  SIGMOID(1, false),
  RELU(1, true),
  FLOOR(1, false),
  CEIL(1, false),
  ROUND(1, false),
  MIN(2, true),
  MAX(2, true),
  ATAN2(2, false),
  FMA(3, false),
  HYPOT(2, false);

  private final int arity;
  private final boolean onIntegers;

  Function(int arity, boolean onIntegers) {
    this.arity = arity;
    this.onIntegers = onIntegers;
  }

  /** The number of arguments. */
  public int arity() {
    return arity;
  }

  /** Whether the function is defined on integers; the others take floating point only. */
  public boolean onIntegers() {
    return onIntegers;
  }

  /**
   * Whether many instructions approximate the function, which takes as long as storing and reading
   * what it gives; processors have instructions for the others, or a few of them do.
   */
  public boolean isSeries() {
    return switch (this) {
      case ABS, SIGN, RELU, FLOOR, CEIL, ROUND, MIN, MAX, FMA, SQRT, RSQRT -> false;
      case EXP, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, ATAN2 -> true;
      case SINH, COSH, TANH, ERF, SIGMOID, HYPOT -> true;
    };
  }

  /** The name in the language and in {@code KernelMath}. */
  public String symbol() {
    return name().toLowerCase(Locale.ROOT);
  }
}
