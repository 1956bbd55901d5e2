package dev.einkorn.compiler.interpret;

import dev.einkorn.compiler.index.Function;
import dev.einkorn.runtime.KernelMath;
import java.util.List;

/** The built-in functions on boxed values: each is the {@link KernelMath} method of its name. */
final class Functions {
  private Functions() {}

  static Object call(Function function, List<Object> arguments) {
    Object first = arguments.getFirst();
    Object second = arguments.size() > 1 ? arguments.get(1) : first;
    Object third = arguments.size() > 2 ? arguments.get(2) : first;
    return switch (first) {
      case Float a -> (Object) floats(function, a, (Float) second, (Float) third);
      case Double a -> doubles(function, a, (Double) second, (Double) third);
      case Integer a -> ints(function, a, (Integer) second);
      case Long a -> longs(function, a, (Long) second);
      default -> throw new IllegalArgumentException(function.symbol() + " of " + first);
    };
  }

  private static float floats(Function function, float a, float b, float c) {
    return switch (function) {
      case ABS -> KernelMath.abs(a);
      case SIGN -> KernelMath.sign(a);
      case EXP -> KernelMath.exp(a);
      case EXPM1 -> KernelMath.expm1(a);
      case LOG -> KernelMath.log(a);
      case LOG1P -> KernelMath.log1p(a);
      case SQRT -> KernelMath.sqrt(a);
      case RSQRT -> KernelMath.rsqrt(a);
      case SIN -> KernelMath.sin(a);
      case COS -> KernelMath.cos(a);
      case TAN -> KernelMath.tan(a);
      case ASIN -> KernelMath.asin(a);
      case ACOS -> KernelMath.acos(a);
      case ATAN -> KernelMath.atan(a);
      case SINH -> KernelMath.sinh(a);
      case COSH -> KernelMath.cosh(a);
      case TANH -> KernelMath.tanh(a);
      case ERF -> KernelMath.erf(a);
      case SIGMOID -> KernelMath.sigmoid(a);
      case FLOOR -> KernelMath.floor(a);
      case CEIL -> KernelMath.ceil(a);
      case ROUND -> KernelMath.round(a);
      case RELU -> KernelMath.relu(a);
      case MIN -> KernelMath.min(a, b);
      case MAX -> KernelMath.max(a, b);
      case ATAN2 -> KernelMath.atan2(a, b);
      case HYPOT -> KernelMath.hypot(a, b);
      case FMA -> KernelMath.fma(a, b, c);
    };
  }

  private static double doubles(Function function, double a, double b, double c) {
    return switch (function) {
      case ABS -> KernelMath.abs(a);
      case SIGN -> KernelMath.sign(a);
      case EXP -> KernelMath.exp(a);
      case EXPM1 -> KernelMath.expm1(a);
      case LOG -> KernelMath.log(a);
      case LOG1P -> KernelMath.log1p(a);
      case SQRT -> KernelMath.sqrt(a);
      case RSQRT -> KernelMath.rsqrt(a);
      case SIN -> KernelMath.sin(a);
      case COS -> KernelMath.cos(a);
      case TAN -> KernelMath.tan(a);
      case ASIN -> KernelMath.asin(a);
      case ACOS -> KernelMath.acos(a);
      case ATAN -> KernelMath.atan(a);
      case SINH -> KernelMath.sinh(a);
      case COSH -> KernelMath.cosh(a);
      case TANH -> KernelMath.tanh(a);
      case ERF -> KernelMath.erf(a);
      case SIGMOID -> KernelMath.sigmoid(a);
      case FLOOR -> KernelMath.floor(a);
      case CEIL -> KernelMath.ceil(a);
      case ROUND -> KernelMath.round(a);
      case RELU -> KernelMath.relu(a);
      case MIN -> KernelMath.min(a, b);
      case MAX -> KernelMath.max(a, b);
      case ATAN2 -> KernelMath.atan2(a, b);
      case HYPOT -> KernelMath.hypot(a, b);
      case FMA -> KernelMath.fma(a, b, c);
    };
  }

  private static int ints(Function function, int a, int b) {
    return switch (function) {
      case ABS -> KernelMath.abs(a);
      case SIGN -> KernelMath.sign(a);
      case RELU -> KernelMath.relu(a);
      case MIN -> KernelMath.min(a, b);
      case MAX -> KernelMath.max(a, b);
      case EXP,
          EXPM1,
          LOG,
          LOG1P,
          SQRT,
          RSQRT,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          SINH,
          COSH,
          TANH,
          ERF,
          SIGMOID,
          FLOOR,
          CEIL,
          ROUND,
          ATAN2,
          FMA,
          HYPOT ->
          throw new IllegalArgumentException(function.symbol() + " of integers");
    };
  }

  private static long longs(Function function, long a, long b) {
    return switch (function) {
      case ABS -> KernelMath.abs(a);
      case SIGN -> KernelMath.sign(a);
      case RELU -> KernelMath.relu(a);
      case MIN -> KernelMath.min(a, b);
      case MAX -> KernelMath.max(a, b);
      case EXP,
          EXPM1,
          LOG,
          LOG1P,
          SQRT,
          RSQRT,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          SINH,
          COSH,
          TANH,
          ERF,
          SIGMOID,
          FLOOR,
          CEIL,
          ROUND,
          ATAN2,
          FMA,
          HYPOT ->
          throw new IllegalArgumentException(function.symbol() + " of integers");
    };
  }
}
