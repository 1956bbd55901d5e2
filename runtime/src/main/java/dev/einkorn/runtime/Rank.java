package dev.einkorn.runtime;

/**
 * Floats as integers that compare as {@link Math#max} and {@link Math#min} take them, so that the
 * largest of many is found by comparing integers: {@code -0} is below {@code 0}, and NaNs of either
 * sign are at the end that wins. A float's place is its bits, all but the sign flipped where it is
 * negative, plus a constant that wraps around, so that places of negative NaNs, which would be
 * below that of {@code -inf}, come to the right end.
 *
 * {@snippet lang=java :
 * float largest = Rank.atMax(Math.max(Rank.ofMax(x), Rank.ofMax(y))); // Math.max(x, y)
 * }
 */
public final class Rank {
  /** What takes {@code -inf} to the least {@code int}, and NaNs beyond {@code inf}. */
  public static final int F32_MAX = 0xFF800001;

  /** What takes {@code inf} to the greatest {@code int}, and NaNs below {@code -inf}. */
  public static final int F32_MIN = 0x007FFFFF;

  /** What takes {@code -inf} to the least {@code long}, and NaNs beyond {@code inf}. */
  public static final long F64_MAX = 0xFFF0000000000001L;

  /** What takes {@code inf} to the greatest {@code long}, and NaNs below {@code -inf}. */
  public static final long F64_MIN = 0x000FFFFFFFFFFFFFL;

  private Rank() {}

  /** The place of a float in the order of {@code max}. */
  public static int ofMax(float value) {
    return flipped(Float.floatToRawIntBits(value)) + F32_MAX;
  }

  /** The place of a float in the order of {@code min}. */
  public static int ofMin(float value) {
    return flipped(Float.floatToRawIntBits(value)) + F32_MIN;
  }

  /** The place of a double in the order of {@code max}. */
  public static long ofMax(double value) {
    return flipped(Double.doubleToRawLongBits(value)) + F64_MAX;
  }

  /** The place of a double in the order of {@code min}. */
  public static long ofMin(double value) {
    return flipped(Double.doubleToRawLongBits(value)) + F64_MIN;
  }

  /** The float at a place in the order of {@code max}. */
  public static float atMax(int place) {
    return Float.intBitsToFloat(flipped(place - F32_MAX));
  }

  /** The float at a place in the order of {@code min}. */
  public static float atMin(int place) {
    return Float.intBitsToFloat(flipped(place - F32_MIN));
  }

  /** The double at a place in the order of {@code max}. */
  public static double atMax(long place) {
    return Double.longBitsToDouble(flipped(place - F64_MAX));
  }

  /** The double at a place in the order of {@code min}. */
  public static double atMin(long place) {
    return Double.longBitsToDouble(flipped(place - F64_MIN));
  }

  private static int flipped(int bits) {
    return bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
  }

  private static long flipped(long bits) {
    return bits ^ ((bits >> (Long.SIZE - 1)) & Long.MAX_VALUE);
  }
}
