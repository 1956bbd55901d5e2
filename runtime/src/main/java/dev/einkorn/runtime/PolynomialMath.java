package dev.einkorn.runtime;

/**
 * Functions as short sequences of the basic operations, without a branch: what {@code
 * dev.einkorn.runtime.simd.VectorMath} computes in each lane, to the last bit. Kernels use either
 * where the arithmetic contract allows it; the functions that define the language are those of
 * {@link KernelMath}.
 *
 * <p>Results are within 2 units in the last place, zeros, infinities, NaN and subnormal results
 * included. f32 functions compute in f32.
 *
 * <p>Algorithms: with n whole and |r| at most log(2) / 2, exp(x) = 2^n exp(r); exp(r) - 1 - r is
 * r^2 times a polynomial that interpolates at Chebyshev's points. tanh is a polynomial next to 0,
 * and 1 - 2 / (exp(2x) + 1) elsewhere. The logarithm takes x = 2^e (1 + f) and the series of atanh,
 * interpolated likewise.
 */
public final class PolynomialMath {
  private PolynomialMath() {}

  /** The constants of the f32 functions. */
  public static final class F32 {
    private F32() {}

    /** 1 / log(2). */
    public static final float LOG2_E = 1.442695f;

    /**
     * Added to a number of moderate size, it rounds to a whole number, which is then in the low
     * bits.
     */
    public static final float ROUNDER = 0x1.8p23f;

    /** Taken from the bits of a sum with {@link #ROUNDER}, it leaves the whole number plus 256. */
    public static final int ROUNDER_BITS = 0x4B400000 - 256;

    /** log(2) to so few bits that its product with an exponent is exact. */
    public static final float LN2 = 0.6933594f;

    /** The bits of the sign and the exponent: two powers of two whose product is 2^n need them. */
    public static final int EXPONENT = 0xFF800000;

    /** The bits of 1. */
    public static final int ONE_BITS = 0x3F800000;

    /** log(2) - {@link #LN2}. */
    public static final float LN2_REST = -2.1219444e-4f;

    /** Above, the exponential overflows. */
    public static final float EXP_MOST = 89.0f;

    /** Below, the exponential is closer to 0 than to any other number. */
    public static final float EXP_LEAST = -104.0f;

    /** Up to here in magnitude, the exponential is a normal number times a normal power of two. */
    public static final float EXP_PLAIN = 86.0f;

    /** Above, the hyperbolic tangent is 1 to the last bit. */
    public static final float TANH_MOST = 10.0f;

    /** Of r^0 in (exp(r) - 1 - r) / r^2. */
    public static final float E0 = 0.5f;

    /** Of r^1 in (exp(r) - 1 - r) / r^2. */
    public static final float E1 = 0.16666576f;

    /** Of r^2 in (exp(r) - 1 - r) / r^2. */
    public static final float E2 = 0.041666556f;

    /** Of r^3 in (exp(r) - 1 - r) / r^2. */
    public static final float E3 = 0.008363179f;

    /** Of r^4 in (exp(r) - 1 - r) / r^2. */
    public static final float E4 = 0.0013926184f;

    /** Below, the hyperbolic tangent is a polynomial. */
    public static final float TANH_SMALL = 0.625f;

    /** Of x^0 in (tanh(x) - x) / x^3. */
    public static final float T0 = -0.33333334f;

    /** Of x^2 in (tanh(x) - x) / x^3. */
    public static final float T1 = 0.13333304f;

    /** Of x^4 in (tanh(x) - x) / x^3. */
    public static final float T2 = -0.053959258f;

    /** Of x^6 in (tanh(x) - x) / x^3. */
    public static final float T3 = 0.021768892f;

    /** Of x^8 in (tanh(x) - x) / x^3. */
    public static final float T4 = -0.00834386f;

    /** Of x^10 in (tanh(x) - x) / x^3. */
    public static final float T5 = 0.0022926473f;

    /** Of s^0 in (2 atanh(s) / s - 2) / s^2. */
    public static final float L0 = 0.66666687f;

    /** Of s^2 in (2 atanh(s) / s - 2) / s^2. */
    public static final float L1 = 0.39988777f;

    /** Of s^4 in (2 atanh(s) / s - 2) / s^2. */
    public static final float L2 = 0.29580054f;

    /** Takes subnormal numbers to normal ones. */
    public static final float NORMALIZER = 0x1.0p25f;

    /** The bits of 1 less those of sqrt(1/2). */
    public static final int ONE_OVER_ROOT = 0x3F800000 - 0x3F3504F3;

    /** The bits of sqrt(1/2). */
    public static final int ROOT_BITS = 0x3F3504F3;

    /** The bits of the significand. */
    public static final int SIGNIFICAND = 0x007FFFFF;

    /** The bits of the number whose low bits are a whole number. */
    public static final int WHOLE_BITS = 0x4B000000;

    /** The number of {@link #WHOLE_BITS} and the bias of an exponent. */
    public static final float BIAS = 8388608.0f + 127;

    /** {@link #BIAS} for numbers that were normalized. */
    public static final float TINY_BIAS = 8388608.0f + 127 + 25;

    /** {@link #ROUNDER_BITS} leaves a number that exceeds the bits of its exponent by this. */
    public static final int POWER_BIAS = 256 - 127;

    /** The bit of the sign. */
    public static final int SIGN = Integer.MIN_VALUE;
  }

  /** The constants of the f64 functions. */
  public static final class F64 {
    private F64() {}

    /** 1 / log(2). */
    public static final double LOG2_E = 1.4426950408889634;

    /**
     * Added to a number of moderate size, it rounds to a whole number, which is then in the low
     * bits.
     */
    public static final double ROUNDER = 0x1.8p52;

    /** Taken from the bits of a sum with {@link #ROUNDER}, it leaves the whole number plus 2048. */
    public static final long ROUNDER_BITS = 0x4338000000000000L - 2048;

    /** log(2) to so few bits that its product with an exponent is exact. */
    public static final double LN2 = 0.693147180559663;

    /** The bits of the sign and the exponent: two powers of two whose product is 2^n need them. */
    public static final long EXPONENT = 0xFFF0000000000000L;

    /** The bits of 1. */
    public static final long ONE_BITS = 0x3FF0000000000000L;

    /** log(2) - {@link #LN2}. */
    public static final double LN2_REST = 2.8235290563031577e-13;

    /** Above, the exponential overflows. */
    public static final double EXP_MOST = 710.0;

    /** Below, the exponential is closer to 0 than to any other number. */
    public static final double EXP_LEAST = -746.0;

    /** Up to here in magnitude, the exponential is a normal number times a normal power of two. */
    public static final double EXP_PLAIN = 700.0;

    /** Above, the hyperbolic tangent is 1 to the last bit. */
    public static final double TANH_MOST = 22.0;

    /** Of r^0 in (exp(r) - 1 - r) / r^2. */
    public static final double E0 = 0.5000000000000001;

    /** Of r^1 in (exp(r) - 1 - r) / r^2. */
    public static final double E1 = 0.16666666666666669;

    /** Of r^2 in (exp(r) - 1 - r) / r^2. */
    public static final double E2 = 0.04166666666662413;

    /** Of r^3 in (exp(r) - 1 - r) / r^2. */
    public static final double E3 = 0.008333333333330062;

    /** Of r^4 in (exp(r) - 1 - r) / r^2. */
    public static final double E4 = 0.0013888888917213717;

    /** Of r^5 in (exp(r) - 1 - r) / r^2. */
    public static final double E5 = 1.9841269863053618e-4;

    /** Of r^6 in (exp(r) - 1 - r) / r^2. */
    public static final double E6 = 2.4801521295954376e-5;

    /** Of r^7 in (exp(r) - 1 - r) / r^2. */
    public static final double E7 = 2.7557268459997064e-6;

    /** Of r^8 in (exp(r) - 1 - r) / r^2. */
    public static final double E8 = 2.7620088445409746e-7;

    /** Of r^9 in (exp(r) - 1 - r) / r^2. */
    public static final double E9 = 2.510038549551032e-8;

    /** Below, the hyperbolic tangent is a polynomial. */
    public static final double TANH_SMALL = 0.625;

    /** Of x^0 in (tanh(x) - x) / x^3. */
    public static final double T0 = -0.3333333333333333;

    /** Of x^2 in (tanh(x) - x) / x^3. */
    public static final double T1 = 0.13333333333333042;

    /** Of x^4 in (tanh(x) - x) / x^3. */
    public static final double T2 = -0.053968253967896666;

    /** Of x^6 in (tanh(x) - x) / x^3. */
    public static final double T3 = 0.021869488518994312;

    /** Of x^8 in (tanh(x) - x) / x^3. */
    public static final double T4 = -0.008863235102935029;

    /** Of x^10 in (tanh(x) - x) / x^3. */
    public static final double T5 = 0.0035921217472709827;

    /** Of x^12 in (tanh(x) - x) / x^3. */
    public static final double T6 = -0.0014557753814086393;

    /** Of x^14 in (tanh(x) - x) / x^3. */
    public static final double T7 = 0.0005896605030472117;

    /** Of x^16 in (tanh(x) - x) / x^3. */
    public static final double T8 = -0.00023759014908800234;

    /** Of x^18 in (tanh(x) - x) / x^3. */
    public static final double T9 = 9.257015852602979e-5;

    /** Of x^20 in (tanh(x) - x) / x^3. */
    public static final double T10 = -3.119996874178646e-5;

    /** Of x^22 in (tanh(x) - x) / x^3. */
    public static final double T11 = 6.484612156316395e-06;

    /** Of s^0 in (2 atanh(s) / s - 2) / s^2. */
    public static final double L0 = 0.666666666666667;

    /** Of s^2 in (2 atanh(s) / s - 2) / s^2. */
    public static final double L1 = 0.39999999999899444;

    /** Of s^4 in (2 atanh(s) / s - 2) / s^2. */
    public static final double L2 = 0.2857142862600327;

    /** Of s^6 in (2 atanh(s) / s - 2) / s^2. */
    public static final double L3 = 0.22222211130259878;

    /** Of s^8 in (2 atanh(s) / s - 2) / s^2. */
    public static final double L4 = 0.18182889455674947;

    /** Of s^10 in (2 atanh(s) / s - 2) / s^2. */
    public static final double L5 = 0.15331710618210773;

    /** Of s^12 in (2 atanh(s) / s - 2) / s^2. */
    public static final double L6 = 0.14616585424888623;

    /** Takes subnormal numbers to normal ones. */
    public static final double NORMALIZER = 0x1.0p54;

    /** The bits of 1 less those of sqrt(1/2). */
    public static final long ONE_OVER_ROOT = 0x3FF0000000000000L - 0x3FE6A09E667F3BCDL;

    /** The bits of sqrt(1/2). */
    public static final long ROOT_BITS = 0x3FE6A09E667F3BCDL;

    /** The bits of the significand. */
    public static final long SIGNIFICAND = 0x000FFFFFFFFFFFFFL;

    /** The bits of the number whose low bits are a whole number. */
    public static final long WHOLE_BITS = 0x4330000000000000L;

    /** The number of {@link #WHOLE_BITS} and the bias of an exponent. */
    public static final double BIAS = 4503599627370496.0 + 1023;

    /** {@link #BIAS} for numbers that were normalized. */
    public static final double TINY_BIAS = 4503599627370496.0 + 1023 + 54;

    /** {@link #ROUNDER_BITS} leaves a number that exceeds the bits of its exponent by this. */
    public static final long POWER_BIAS = 2048 - 1023;

    /** The bit of the sign. */
    public static final long SIGN = Long.MIN_VALUE;
  }

  /** e to the power x. */
  public static float exp(float x) {
    float t = Math.fma(x, F32.LOG2_E, F32.ROUNDER);
    float n = t - F32.ROUNDER;
    float r = Math.fma(n, -F32.LN2_REST, Math.fma(n, -F32.LN2, x));
    // 2^n in two halves: each is a normal number also where their product is not.
    int k = Float.floatToRawIntBits(t) - F32.ROUNDER_BITS;
    int h = k >>> 1;
    float first = Float.intBitsToFloat((h - 1) << 23);
    float y = Math.fma(expm1OfRest(r), first, first);
    y *= Float.intBitsToFloat((k - h - 1) << 23);
    y = x > F32.EXP_MOST ? Float.POSITIVE_INFINITY : y;
    return x < F32.EXP_LEAST ? 0 : y;
  }

  /** exp(r) - 1 for |r| at most log(2) / 2, to the last bits also next to 0. */
  private static float expm1OfRest(float r) {
    float z = r * r;
    float p = F32.E4;
    p = Math.fma(p, z, Math.fma(r, F32.E3, F32.E2));
    p = Math.fma(p, z, Math.fma(r, F32.E1, F32.E0));
    return Math.fma(p, z, r);
  }

  /** The hyperbolic tangent. */
  public static float tanh(float x) {
    float a = Math.abs(x);
    float y = a < F32.TANH_SMALL ? tanhNearZero(a) : tanhFarFromZero(a);
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(y) | (Float.floatToRawIntBits(x) & F32.SIGN));
  }

  private static float tanhNearZero(float a) {
    float z = a * a;
    float p = F32.T5;
    p = Math.fma(p, z, F32.T4);
    p = Math.fma(p, z, F32.T3);
    p = Math.fma(p, z, F32.T2);
    p = Math.fma(p, z, F32.T1);
    p = Math.fma(p, z, F32.T0);
    return Math.fma(a * z, p, a);
  }

  private static float tanhFarFromZero(float a) {
    float twice = (a > F32.TANH_MOST ? F32.TANH_MOST : a) * 2;
    float t = Math.fma(twice, F32.LOG2_E, F32.ROUNDER);
    float n = t - F32.ROUNDER;
    float r = Math.fma(n, -F32.LN2_REST, Math.fma(n, -F32.LN2, twice));
    int k = Float.floatToRawIntBits(t) - F32.ROUNDER_BITS;
    float power = Float.intBitsToFloat((k - F32.POWER_BIAS) << 23);
    float y = Math.fma(expm1OfRest(r), power, power);
    return 1 - 2 / (y + 1);
  }

  /** 1 / (1 + exp(-x)), for either sign without overflow or loss of relative accuracy. */
  public static float sigmoid(float x) {
    float y = exp(-Math.abs(x));
    float d = y + 1;
    float s = (x < 0 ? y : 1) / d;
    // What rounding has taken from d.
    return Math.fma(s, d - 1 - y, s);
  }

  /** The natural logarithm: -infinity of 0, NaN of a negative number. */
  public static float log(float x) {
    boolean tiny = x < Float.MIN_NORMAL;
    int bits = Float.floatToRawIntBits(tiny ? x * F32.NORMALIZER : x) + F32.ONE_OVER_ROOT;
    float e =
        Float.intBitsToFloat((bits >>> 23) | F32.WHOLE_BITS) - (tiny ? F32.TINY_BIAS : F32.BIAS);
    // x = 2^e (1 + f), and 1 + f between sqrt(1/2) and sqrt(2).
    float f = Float.intBitsToFloat((bits & F32.SIGNIFICAND) + F32.ROOT_BITS) - 1;
    float y = logOf(e, f);
    y = x < Float.POSITIVE_INFINITY ? y : x;
    y = x == 0 ? Float.NEGATIVE_INFINITY : y;
    return x < 0 ? Float.NaN : y;
  }

  /** e log(2) + log(1 + f), by log(1 + f) = 2 atanh(s) with s = f / (2 + f). */
  private static float logOf(float e, float f) {
    float s = f / (f + 2);
    float z = s * s;
    float p = F32.L2;
    p = Math.fma(p, z, F32.L1);
    p = Math.fma(p, z, F32.L0);
    float rest = Math.fma(e, -F32.LN2_REST, s * (f - z * p));
    return Math.fma(e, F32.LN2, f - rest);
  }

  /** e to the power x. */
  public static double exp(double x) {
    double t = Math.fma(x, F64.LOG2_E, F64.ROUNDER);
    double n = t - F64.ROUNDER;
    double r = Math.fma(n, -F64.LN2_REST, Math.fma(n, -F64.LN2, x));
    // 2^n in two halves: each is a normal number also where their product is not.
    long k = Double.doubleToRawLongBits(t) - F64.ROUNDER_BITS;
    long h = k >>> 1;
    double first = Double.longBitsToDouble((h - 1) << 52);
    double y = Math.fma(expm1OfRest(r), first, first);
    y *= Double.longBitsToDouble((k - h - 1) << 52);
    y = x > F64.EXP_MOST ? Double.POSITIVE_INFINITY : y;
    return x < F64.EXP_LEAST ? 0 : y;
  }

  /** exp(r) - 1 for |r| at most log(2) / 2, to the last bits also next to 0. */
  private static double expm1OfRest(double r) {
    double z = r * r;
    double p = Math.fma(r, F64.E9, F64.E8);
    p = Math.fma(p, z, Math.fma(r, F64.E7, F64.E6));
    p = Math.fma(p, z, Math.fma(r, F64.E5, F64.E4));
    p = Math.fma(p, z, Math.fma(r, F64.E3, F64.E2));
    p = Math.fma(p, z, Math.fma(r, F64.E1, F64.E0));
    return Math.fma(p, z, r);
  }

  /** The hyperbolic tangent. */
  public static double tanh(double x) {
    double a = Math.abs(x);
    double y = a < F64.TANH_SMALL ? tanhNearZero(a) : tanhFarFromZero(a);
    return Double.longBitsToDouble(
        Double.doubleToRawLongBits(y) | (Double.doubleToRawLongBits(x) & F64.SIGN));
  }

  private static double tanhNearZero(double a) {
    double z = a * a;
    double p = F64.T11;
    p = Math.fma(p, z, F64.T10);
    p = Math.fma(p, z, F64.T9);
    p = Math.fma(p, z, F64.T8);
    p = Math.fma(p, z, F64.T7);
    p = Math.fma(p, z, F64.T6);
    p = Math.fma(p, z, F64.T5);
    p = Math.fma(p, z, F64.T4);
    p = Math.fma(p, z, F64.T3);
    p = Math.fma(p, z, F64.T2);
    p = Math.fma(p, z, F64.T1);
    p = Math.fma(p, z, F64.T0);
    return Math.fma(a * z, p, a);
  }

  private static double tanhFarFromZero(double a) {
    double twice = (a > F64.TANH_MOST ? F64.TANH_MOST : a) * 2;
    double t = Math.fma(twice, F64.LOG2_E, F64.ROUNDER);
    double n = t - F64.ROUNDER;
    double r = Math.fma(n, -F64.LN2_REST, Math.fma(n, -F64.LN2, twice));
    long k = Double.doubleToRawLongBits(t) - F64.ROUNDER_BITS;
    double power = Double.longBitsToDouble((k - F64.POWER_BIAS) << 52);
    double y = Math.fma(expm1OfRest(r), power, power);
    return 1 - 2 / (y + 1);
  }

  /** 1 / (1 + exp(-x)), for either sign without overflow or loss of relative accuracy. */
  public static double sigmoid(double x) {
    double y = exp(-Math.abs(x));
    double d = y + 1;
    double s = (x < 0 ? y : 1) / d;
    // What rounding has taken from d.
    return Math.fma(s, d - 1 - y, s);
  }

  /** The natural logarithm: -infinity of 0, NaN of a negative number. */
  public static double log(double x) {
    boolean tiny = x < Double.MIN_NORMAL;
    long bits = Double.doubleToRawLongBits(tiny ? x * F64.NORMALIZER : x) + F64.ONE_OVER_ROOT;
    double e =
        Double.longBitsToDouble((bits >>> 52) | F64.WHOLE_BITS) - (tiny ? F64.TINY_BIAS : F64.BIAS);
    // x = 2^e (1 + f), and 1 + f between sqrt(1/2) and sqrt(2).
    double f = Double.longBitsToDouble((bits & F64.SIGNIFICAND) + F64.ROOT_BITS) - 1;
    double y = logOf(e, f);
    y = x < Double.POSITIVE_INFINITY ? y : x;
    y = x == 0 ? Double.NEGATIVE_INFINITY : y;
    return x < 0 ? Double.NaN : y;
  }

  /** e log(2) + log(1 + f), by log(1 + f) = 2 atanh(s) with s = f / (2 + f). */
  private static double logOf(double e, double f) {
    double s = f / (f + 2);
    double z = s * s;
    double p = F64.L6;
    p = Math.fma(p, z, F64.L5);
    p = Math.fma(p, z, F64.L4);
    p = Math.fma(p, z, F64.L3);
    p = Math.fma(p, z, F64.L2);
    p = Math.fma(p, z, F64.L1);
    p = Math.fma(p, z, F64.L0);
    double rest = Math.fma(e, -F64.LN2_REST, s * (f - z * p));
    return Math.fma(e, F64.LN2, f - rest);
  }
}
