package dev.einkorn.runtime;

/**
 * The functions of the language, as generated code and the reference interpreter both call them.
 *
 * <p>Where not said otherwise: the result of a {@code float} function is that of the {@code double}
 * function, rounded once; the {@code double} functions are those of {@link Math}, whose accuracy
 * (mostly 1 ulp) and special cases hold, and NaN in gives NaN out. Integer arithmetic wraps.
 *
 * <p>Casts between element types are Java casts: from floating point to integer they round toward
 * zero and saturate, and NaN becomes 0; from i64 to i32 the low 32 bits stay.
 */
public final class KernelMath {
  private KernelMath() {}

  /** e to the power x. */
  public static float exp(float x) {
    return (float) Math.exp(x);
  }

  /** e to the power x. */
  public static double exp(double x) {
    return Math.exp(x);
  }

  /** e to the power x, minus 1, without cancellation for small x. */
  public static float expm1(float x) {
    return (float) Math.expm1(x);
  }

  /** e to the power x, minus 1, without cancellation for small x. */
  public static double expm1(double x) {
    return Math.expm1(x);
  }

  /** The natural logarithm: -infinity of 0, NaN of a negative number. */
  public static float log(float x) {
    return (float) Math.log(x);
  }

  /** The natural logarithm: -infinity of 0, NaN of a negative number. */
  public static double log(double x) {
    return Math.log(x);
  }

  /** The natural logarithm of 1 + x, without cancellation for small x. */
  public static float log1p(float x) {
    return (float) Math.log1p(x);
  }

  /** The natural logarithm of 1 + x, without cancellation for small x. */
  public static double log1p(double x) {
    return Math.log1p(x);
  }

  /** The square root, correctly rounded. */
  public static float sqrt(float x) {
    return (float) Math.sqrt(x);
  }

  /** The square root, correctly rounded. */
  public static double sqrt(double x) {
    return Math.sqrt(x);
  }

  /** 1 / sqrt(x). */
  public static float rsqrt(float x) {
    return (float) (1 / Math.sqrt(x));
  }

  /** 1 / sqrt(x), rounded twice. */
  public static double rsqrt(double x) {
    return 1 / Math.sqrt(x);
  }

  /** The sine of an angle in radians. */
  public static float sin(float x) {
    return (float) Math.sin(x);
  }

  /** The sine of an angle in radians. */
  public static double sin(double x) {
    return Math.sin(x);
  }

  /** The cosine of an angle in radians. */
  public static float cos(float x) {
    return (float) Math.cos(x);
  }

  /** The cosine of an angle in radians. */
  public static double cos(double x) {
    return Math.cos(x);
  }

  /** The tangent of an angle in radians. */
  public static float tan(float x) {
    return (float) Math.tan(x);
  }

  /** The tangent of an angle in radians. */
  public static double tan(double x) {
    return Math.tan(x);
  }

  /** The arc sine in radians. */
  public static float asin(float x) {
    return (float) Math.asin(x);
  }

  /** The arc sine in radians. */
  public static double asin(double x) {
    return Math.asin(x);
  }

  /** The arc cosine in radians. */
  public static float acos(float x) {
    return (float) Math.acos(x);
  }

  /** The arc cosine in radians. */
  public static double acos(double x) {
    return Math.acos(x);
  }

  /** The arc tangent in radians. */
  public static float atan(float x) {
    return (float) Math.atan(x);
  }

  /** The arc tangent in radians. */
  public static double atan(double x) {
    return Math.atan(x);
  }

  /** The angle of the point (x, y) in radians, from -pi to pi. */
  public static float atan2(float y, float x) {
    return (float) Math.atan2(y, x);
  }

  /** The angle of the point (x, y) in radians, from -pi to pi. */
  public static double atan2(double y, double x) {
    return Math.atan2(y, x);
  }

  /** The hyperbolic sine. */
  public static float sinh(float x) {
    return (float) Math.sinh(x);
  }

  /** The hyperbolic sine. */
  public static double sinh(double x) {
    return Math.sinh(x);
  }

  /** The hyperbolic cosine. */
  public static float cosh(float x) {
    return (float) Math.cosh(x);
  }

  /** The hyperbolic cosine. */
  public static double cosh(double x) {
    return Math.cosh(x);
  }

  /** The hyperbolic tangent. */
  public static float tanh(float x) {
    return (float) Math.tanh(x);
  }

  /** The hyperbolic tangent. */
  public static double tanh(double x) {
    return Math.tanh(x);
  }

  /** The error function. */
  public static float erf(float x) {
    return (float) ErrorFunction.erf(x);
  }

  /** The error function, to about 1 ulp. */
  public static double erf(double x) {
    return ErrorFunction.erf(x);
  }

  /** 1 / (1 + exp(-x)), without overflow or loss of relative accuracy for either sign. */
  public static float sigmoid(float x) {
    return (float) sigmoid((double) x);
  }

  /** 1 / (1 + exp(-x)), without overflow or loss of relative accuracy for either sign. */
  public static double sigmoid(double x) {
    if (x >= 0) {
      return 1 / (1 + Math.exp(-x));
    }
    double e = Math.exp(x);
    return e / (1 + e);
  }

  /** x if positive, else +0.0, also for -0.0; NaN stays NaN. */
  public static float relu(float x) {
    return Math.max(x, 0.0f);
  }

  /** x if positive, else +0.0, also for -0.0; NaN stays NaN. */
  public static double relu(double x) {
    return Math.max(x, 0.0);
  }

  /** x if positive, else 0. */
  public static int relu(int x) {
    return Math.max(x, 0);
  }

  /** x if positive, else 0. */
  public static long relu(long x) {
    return Math.max(x, 0L);
  }

  /** The largest whole number that is not greater. */
  public static float floor(float x) {
    return (float) Math.floor(x);
  }

  /** The largest whole number that is not greater. */
  public static double floor(double x) {
    return Math.floor(x);
  }

  /** The smallest whole number that is not less. */
  public static float ceil(float x) {
    return (float) Math.ceil(x);
  }

  /** The smallest whole number that is not less. */
  public static double ceil(double x) {
    return Math.ceil(x);
  }

  /** The nearest whole number; of two, the even one. */
  public static float round(float x) {
    return (float) Math.rint(x);
  }

  /** The nearest whole number; of two, the even one. */
  public static double round(double x) {
    return Math.rint(x);
  }

  /** -1, 0 or 1; +0.0 for either zero, NaN for NaN. */
  public static float sign(float x) {
    return x == 0 ? 0.0f : Math.signum(x);
  }

  /** -1, 0 or 1; +0.0 for either zero, NaN for NaN. */
  public static double sign(double x) {
    return x == 0 ? 0.0 : Math.signum(x);
  }

  /** -1, 0 or 1. */
  public static int sign(int x) {
    return Integer.signum(x);
  }

  /** -1, 0 or 1. */
  public static long sign(long x) {
    return Long.signum(x);
  }

  /** The absolute value. */
  public static float abs(float x) {
    return Math.abs(x);
  }

  /** The absolute value. */
  public static double abs(double x) {
    return Math.abs(x);
  }

  /** The absolute value; that of the smallest int is itself. */
  public static int abs(int x) {
    return Math.abs(x);
  }

  /** The absolute value; that of the smallest long is itself. */
  public static long abs(long x) {
    return Math.abs(x);
  }

  /** The smaller value; NaN if either is, and -0.0 is smaller than 0.0. */
  public static float min(float a, float b) {
    return Math.min(a, b);
  }

  /** The smaller value; NaN if either is, and -0.0 is smaller than 0.0. */
  public static double min(double a, double b) {
    return Math.min(a, b);
  }

  /** The smaller value. */
  public static int min(int a, int b) {
    return Math.min(a, b);
  }

  /** The smaller value. */
  public static long min(long a, long b) {
    return Math.min(a, b);
  }

  /** The greater value; NaN if either is, and -0.0 is smaller than 0.0. */
  public static float max(float a, float b) {
    return Math.max(a, b);
  }

  /** The greater value; NaN if either is, and -0.0 is smaller than 0.0. */
  public static double max(double a, double b) {
    return Math.max(a, b);
  }

  /** The greater value. */
  public static int max(int a, int b) {
    return Math.max(a, b);
  }

  /** The greater value. */
  public static long max(long a, long b) {
    return Math.max(a, b);
  }

  /** sqrt(x^2 + y^2) without intermediate overflow; infinity if either is, even beside NaN. */
  public static float hypot(float x, float y) {
    return (float) Math.hypot(x, y);
  }

  /** sqrt(x^2 + y^2) without intermediate overflow; infinity if either is, even beside NaN. */
  public static double hypot(double x, double y) {
    return Math.hypot(x, y);
  }

  /** a * b + c, rounded once. */
  public static float fma(float a, float b, float c) {
    return Math.fma(a, b, c);
  }

  /** a * b + c, rounded once. */
  public static double fma(double a, double b, double c) {
    return Math.fma(a, b, c);
  }

  /** x to the power y, as {@link Math#pow}; unlike in C, 1 to the power NaN is NaN. */
  public static float power(float x, float y) {
    return (float) Math.pow(x, y);
  }

  /** x to the power y, as {@link Math#pow}; unlike in C, 1 to the power NaN is NaN. */
  public static double power(double x, double y) {
    return Math.pow(x, y);
  }

  /** x to the power y, wrapping; 1 for y = 0. A {@link KernelException} if y is negative. */
  public static int power(int x, int y) {
    return (int) power((long) x, (long) y);
  }

  /** x to the power y, wrapping; 1 for y = 0. A {@link KernelException} if y is negative. */
  public static long power(long x, long y) {
    if (y < 0) {
      throw new KernelException(
          KernelException.Code.NEGATIVE_INTEGER_POWER,
          "integer %s to the negative power %s; cast to f64 if that is meant".formatted(x, y));
    }
    long result = 1;
    long square = x;
    for (long rest = y; rest != 0; rest >>= 1) {
      if ((rest & 1) != 0) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }

  /**
   * The greatest whole number not above a / b, as numpy computes it for f32. Division by zero is
   * that of IEEE 754; a result of zero has the sign of a / b.
   */
  public static float floorDiv(float a, float b) {
    float remainder = a % b;
    if (b == 0) {
      return a / b;
    }
    float quotient = (a - remainder) / b;
    if (remainder != 0 && (b < 0) != (remainder < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0.0f, a / b);
    }
    float floor = (float) Math.floor(quotient);
    return quotient - floor > 0.5f ? floor + 1 : floor;
  }

  /**
   * The greatest whole number not above a / b, as Python computes it. Division by zero is that of
   * IEEE 754; a result of zero has the sign of a / b.
   */
  public static double floorDiv(double a, double b) {
    double remainder = a % b;
    if (b == 0) {
      return a / b;
    }
    double quotient = (a - remainder) / b;
    if (remainder != 0 && (b < 0) != (remainder < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0.0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  /** The quotient rounded down; a {@link KernelException} if b is 0; wraps for MIN / -1. */
  public static int floorDiv(int a, int b) {
    checkDivisor(a, b);
    return Math.floorDiv(a, b);
  }

  /** The quotient rounded down; a {@link KernelException} if b is 0; wraps for MIN / -1. */
  public static long floorDiv(long a, long b) {
    checkDivisor(a, b);
    return Math.floorDiv(a, b);
  }

  /** The remainder of {@link #floorDiv(float, float)}: it has the sign of b; NaN if b is 0. */
  public static float floorMod(float a, float b) {
    float remainder = a % b;
    if (remainder == 0) {
      return Math.copySign(0.0f, b);
    }
    return (b < 0) != (remainder < 0) ? remainder + b : remainder;
  }

  /** The remainder of {@link #floorDiv(double, double)}: it has the sign of b; NaN if b is 0. */
  public static double floorMod(double a, double b) {
    double remainder = a % b;
    if (remainder == 0) {
      return Math.copySign(0.0, b);
    }
    return (b < 0) != (remainder < 0) ? remainder + b : remainder;
  }

  /** The remainder of {@link #floorDiv(int, int)}: it has the sign of b. */
  public static int floorMod(int a, int b) {
    checkDivisor(a, b);
    return Math.floorMod(a, b);
  }

  /** The remainder of {@link #floorDiv(long, long)}: it has the sign of b. */
  public static long floorMod(long a, long b) {
    checkDivisor(a, b);
    return Math.floorMod(a, b);
  }

  private static void checkDivisor(long a, long b) {
    if (b == 0) {
      throw new KernelException(
          KernelException.Code.DIVISION_BY_ZERO, "integer %s divided by zero".formatted(a));
    }
  }

  /**
   * The sum of the first {@code count} values, a power of two: the upper half is folded onto the
   * lower one until one is left. May overwrite the array.
   */
  public static float sumLanes(float[] lanes, int count) {
    if (count == 4 || count == 8 || count == 16) {
      // The same folds, without a loop that waits for memory between them.
      return (everyFourth(lanes, 0, count) + everyFourth(lanes, 2, count))
          + (everyFourth(lanes, 1, count) + everyFourth(lanes, 3, count));
    }
    for (int half = count >> 1; half > 0; half >>= 1) {
      for (int n = 0; n < half; n++) {
        lanes[n] += lanes[n + half];
      }
    }
    return lanes[0];
  }

  /** What is left of every fourth lane, from one of the first four on. */
  private static float everyFourth(float[] lanes, int first, int count) {
    return switch (count) {
      case 4 -> lanes[first];
      case 8 -> lanes[first] + lanes[first + 4];
      default -> (lanes[first] + lanes[first + 8]) + (lanes[first + 4] + lanes[first + 12]);
    };
  }

  /**
   * The product of the first {@code count} values, a power of two: the upper half is folded onto
   * the lower one until one is left. Overwrites the array.
   */
  public static float prodLanes(float[] lanes, int count) {
    for (int half = count >> 1; half > 0; half >>= 1) {
      for (int n = 0; n < half; n++) {
        lanes[n] *= lanes[n + half];
      }
    }
    return lanes[0];
  }

  /** The maximum of the first {@code count} values, of which there is one at least. */
  public static float maxLanes(float[] lanes, int count) {
    int best = Rank.ofMax(lanes[0]);
    for (int n = 1; n < count; n++) {
      best = Math.max(best, Rank.ofMax(lanes[n]));
    }
    return Rank.atMax(best);
  }

  /** The minimum of the first {@code count} values, of which there is one at least. */
  public static float minLanes(float[] lanes, int count) {
    int best = Rank.ofMin(lanes[0]);
    for (int n = 1; n < count; n++) {
      best = Math.min(best, Rank.ofMin(lanes[n]));
    }
    return Rank.atMin(best);
  }

  /**
   * The sum of the first {@code count} values, a power of two: the upper half is folded onto the
   * lower one until one is left. May overwrite the array.
   */
  public static double sumLanes(double[] lanes, int count) {
    if (count == 4 || count == 8 || count == 16) {
      // The same folds, without a loop that waits for memory between them.
      return (everyFourth(lanes, 0, count) + everyFourth(lanes, 2, count))
          + (everyFourth(lanes, 1, count) + everyFourth(lanes, 3, count));
    }
    for (int half = count >> 1; half > 0; half >>= 1) {
      for (int n = 0; n < half; n++) {
        lanes[n] += lanes[n + half];
      }
    }
    return lanes[0];
  }

  /** What is left of every fourth lane, from one of the first four on. */
  private static double everyFourth(double[] lanes, int first, int count) {
    return switch (count) {
      case 4 -> lanes[first];
      case 8 -> lanes[first] + lanes[first + 4];
      default -> (lanes[first] + lanes[first + 8]) + (lanes[first + 4] + lanes[first + 12]);
    };
  }

  /**
   * The product of the first {@code count} values, a power of two: the upper half is folded onto
   * the lower one until one is left. Overwrites the array.
   */
  public static double prodLanes(double[] lanes, int count) {
    for (int half = count >> 1; half > 0; half >>= 1) {
      for (int n = 0; n < half; n++) {
        lanes[n] *= lanes[n + half];
      }
    }
    return lanes[0];
  }

  /** The maximum of the first {@code count} values, of which there is one at least. */
  public static double maxLanes(double[] lanes, int count) {
    long best = Rank.ofMax(lanes[0]);
    for (int n = 1; n < count; n++) {
      best = Math.max(best, Rank.ofMax(lanes[n]));
    }
    return Rank.atMax(best);
  }

  /** The minimum of the first {@code count} values, of which there is one at least. */
  public static double minLanes(double[] lanes, int count) {
    long best = Rank.ofMin(lanes[0]);
    for (int n = 1; n < count; n++) {
      best = Math.min(best, Rank.ofMin(lanes[n]));
    }
    return Rank.atMin(best);
  }

  /**
   * The sum of the first {@code count} values, a power of two: the upper half is folded onto the
   * lower one until one is left. May overwrite the array.
   */
  public static int sumLanes(int[] lanes, int count) {
    for (int half = count >> 1; half > 0; half >>= 1) {
      for (int n = 0; n < half; n++) {
        lanes[n] += lanes[n + half];
      }
    }
    return lanes[0];
  }

  /**
   * The product of the first {@code count} values, a power of two: the upper half is folded onto
   * the lower one until one is left. Overwrites the array.
   */
  public static int prodLanes(int[] lanes, int count) {
    for (int half = count >> 1; half > 0; half >>= 1) {
      for (int n = 0; n < half; n++) {
        lanes[n] *= lanes[n + half];
      }
    }
    return lanes[0];
  }

  /** The maximum of the first {@code count} values, of which there is one at least. */
  public static int maxLanes(int[] lanes, int count) {
    int best = lanes[0];
    for (int n = 1; n < count; n++) {
      best = Math.max(best, lanes[n]);
    }
    return best;
  }

  /** The minimum of the first {@code count} values, of which there is one at least. */
  public static int minLanes(int[] lanes, int count) {
    int best = lanes[0];
    for (int n = 1; n < count; n++) {
      best = Math.min(best, lanes[n]);
    }
    return best;
  }

  /**
   * The sum of the first {@code count} values, a power of two: the upper half is folded onto the
   * lower one until one is left. May overwrite the array.
   */
  public static long sumLanes(long[] lanes, int count) {
    for (int half = count >> 1; half > 0; half >>= 1) {
      for (int n = 0; n < half; n++) {
        lanes[n] += lanes[n + half];
      }
    }
    return lanes[0];
  }

  /**
   * The product of the first {@code count} values, a power of two: the upper half is folded onto
   * the lower one until one is left. Overwrites the array.
   */
  public static long prodLanes(long[] lanes, int count) {
    for (int half = count >> 1; half > 0; half >>= 1) {
      for (int n = 0; n < half; n++) {
        lanes[n] *= lanes[n + half];
      }
    }
    return lanes[0];
  }

  /** The maximum of the first {@code count} values, of which there is one at least. */
  public static long maxLanes(long[] lanes, int count) {
    long best = lanes[0];
    for (int n = 1; n < count; n++) {
      best = Math.max(best, lanes[n]);
    }
    return best;
  }

  /** The minimum of the first {@code count} values, of which there is one at least. */
  public static long minLanes(long[] lanes, int count) {
    long best = lanes[0];
    for (int n = 1; n < count; n++) {
      best = Math.min(best, lanes[n]);
    }
    return best;
  }
}
