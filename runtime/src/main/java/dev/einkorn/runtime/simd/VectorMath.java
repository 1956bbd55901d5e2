package dev.einkorn.runtime.simd;

import dev.einkorn.runtime.PolynomialMath;
import dev.einkorn.runtime.PolynomialMath.F32;
import dev.einkorn.runtime.PolynomialMath.F64;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The functions of {@link PolynomialMath} on vectors of any length: the same operations in the same
 * order, so each lane has the bits of the scalar function. Loading this class needs the module
 * {@code jdk.incubator.vector}.
 *
 * <p>Vectors are cheap only while the compiler sees the whole of their lives: each method is small
 * enough to be inlined into a hot loop, and must be.
 */
@SuppressWarnings("exports") // Who has vectors to pass has the module.
public final class VectorMath {
  private VectorMath() {}

  /** {@link PolynomialMath#exp(float)} of each lane. */
  public static FloatVector exp(FloatVector x) {
    FloatVector t = x.fma(F32.LOG2_E, F32.ROUNDER);
    FloatVector n = t.sub(F32.ROUNDER);
    FloatVector r = rest(n, x);
    IntVector bits = t.reinterpretAsInts();
    IntVector half = bits.lanewise(VectorOperators.LSHL, 22).and(F32.EXPONENT);
    IntVector other = bits.lanewise(VectorOperators.LSHL, 23).sub(half);
    FloatVector first = half.add(F32.ONE_BITS).reinterpretAsFloats();
    FloatVector y = expm1OfRest(r).fma(first, first);
    y = y.mul(other.add(F32.ONE_BITS).reinterpretAsFloats());
    y = y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, F32.EXP_MOST));
    return y.blend(0, x.compare(VectorOperators.LT, F32.EXP_LEAST));
  }

  /** x - n log(2). */
  private static FloatVector rest(FloatVector n, FloatVector x) {
    FloatVector r = n.fma(n.broadcast(-F32.LN2), x);
    return n.fma(n.broadcast(-F32.LN2_REST), r);
  }

  private static FloatVector expm1OfRest(FloatVector r) {
    FloatVector z = r.mul(r);
    FloatVector p = z.fma(z.broadcast(F32.E4), r.fma(F32.E3, F32.E2));
    p = p.fma(z, r.fma(F32.E1, F32.E0));
    return p.fma(z, r);
  }

  /** {@link PolynomialMath#tanh(float)} of each lane. */
  public static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector y =
        tanhFarFromZero(a).blend(tanhNearZero(a), a.compare(VectorOperators.LT, F32.TANH_SMALL));
    IntVector sign = x.reinterpretAsInts().and(F32.SIGN);
    return y.reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  private static FloatVector tanhNearZero(FloatVector a) {
    FloatVector z = a.mul(a);
    FloatVector p = z.fma(F32.T5, F32.T4);
    p = p.fma(z, z.broadcast(F32.T3));
    p = p.fma(z, z.broadcast(F32.T2));
    p = p.fma(z, z.broadcast(F32.T1));
    p = p.fma(z, z.broadcast(F32.T0));
    return a.mul(z).fma(p, a);
  }

  private static FloatVector tanhFarFromZero(FloatVector a) {
    FloatVector twice = a.blend(F32.TANH_MOST, a.compare(VectorOperators.GT, F32.TANH_MOST)).mul(2);
    FloatVector t = twice.fma(F32.LOG2_E, F32.ROUNDER);
    FloatVector r = rest(t.sub(F32.ROUNDER), twice);
    IntVector bits = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector power = bits.add(F32.ONE_BITS).reinterpretAsFloats();
    FloatVector y = expm1OfRest(r).fma(power, power);
    return y.broadcast(1).sub(y.broadcast(2).div(y.add(1)));
  }

  /** {@link PolynomialMath#sigmoid(float)} of each lane. */
  public static FloatVector sigmoid(FloatVector x) {
    FloatVector y = exp(x.abs().neg());
    FloatVector d = y.add(1);
    FloatVector s = x.broadcast(1).blend(y, x.compare(VectorOperators.LT, 0)).div(d);
    return s.fma(d.sub(1).sub(y), s);
  }

  /** {@link PolynomialMath#log(float)} of each lane. */
  public static FloatVector log(FloatVector x) {
    VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
    IntVector bits =
        x.blend(x.mul(F32.NORMALIZER), tiny).reinterpretAsInts().add(F32.ONE_OVER_ROOT);
    FloatVector e =
        bits.lanewise(VectorOperators.LSHR, 23)
            .or(F32.WHOLE_BITS)
            .reinterpretAsFloats()
            .sub(x.broadcast(F32.BIAS).blend(F32.TINY_BIAS, tiny));
    FloatVector f = bits.and(F32.SIGNIFICAND).add(F32.ROOT_BITS).reinterpretAsFloats().sub(1);
    FloatVector y = x.blend(logOf(e, f), x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY));
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0));
    return y.blend(Float.NaN, x.compare(VectorOperators.LT, 0));
  }

  private static FloatVector logOf(FloatVector e, FloatVector f) {
    FloatVector s = f.div(f.add(2));
    FloatVector z = s.mul(s);
    FloatVector p = z.fma(F32.L2, F32.L1);
    p = p.fma(z, z.broadcast(F32.L0));
    FloatVector rest = e.fma(e.broadcast(-F32.LN2_REST), s.mul(f.sub(z.mul(p))));
    return e.fma(e.broadcast(F32.LN2), f.sub(rest));
  }

  /** {@link PolynomialMath#exp(double)} of each lane. */
  public static DoubleVector exp(DoubleVector x) {
    DoubleVector t = x.fma(F64.LOG2_E, F64.ROUNDER);
    DoubleVector n = t.sub(F64.ROUNDER);
    DoubleVector r = rest(n, x);
    LongVector bits = t.reinterpretAsLongs();
    LongVector half = bits.lanewise(VectorOperators.LSHL, 51).and(F64.EXPONENT);
    LongVector other = bits.lanewise(VectorOperators.LSHL, 52).sub(half);
    DoubleVector first = half.add(F64.ONE_BITS).reinterpretAsDoubles();
    DoubleVector y = expm1OfRest(r).fma(first, first);
    y = y.mul(other.add(F64.ONE_BITS).reinterpretAsDoubles());
    y = y.blend(Double.POSITIVE_INFINITY, x.compare(VectorOperators.GT, F64.EXP_MOST));
    return y.blend(0, x.compare(VectorOperators.LT, F64.EXP_LEAST));
  }

  /** x - n log(2). */
  private static DoubleVector rest(DoubleVector n, DoubleVector x) {
    DoubleVector r = n.fma(n.broadcast(-F64.LN2), x);
    return n.fma(n.broadcast(-F64.LN2_REST), r);
  }

  private static DoubleVector expm1OfRest(DoubleVector r) {
    DoubleVector z = r.mul(r);
    DoubleVector p = r.fma(F64.E9, F64.E8);
    p = p.fma(z, r.fma(F64.E7, F64.E6));
    p = p.fma(z, r.fma(F64.E5, F64.E4));
    p = p.fma(z, r.fma(F64.E3, F64.E2));
    p = p.fma(z, r.fma(F64.E1, F64.E0));
    return p.fma(z, r);
  }

  /** {@link PolynomialMath#tanh(double)} of each lane. */
  public static DoubleVector tanh(DoubleVector x) {
    DoubleVector a = x.abs();
    DoubleVector y =
        tanhFarFromZero(a).blend(tanhNearZero(a), a.compare(VectorOperators.LT, F64.TANH_SMALL));
    LongVector sign = x.reinterpretAsLongs().and(F64.SIGN);
    return y.reinterpretAsLongs().or(sign).reinterpretAsDoubles();
  }

  private static DoubleVector tanhNearZero(DoubleVector a) {
    DoubleVector z = a.mul(a);
    DoubleVector p = z.fma(F64.T11, F64.T10);
    p = p.fma(z, z.broadcast(F64.T9));
    p = p.fma(z, z.broadcast(F64.T8));
    p = p.fma(z, z.broadcast(F64.T7));
    p = p.fma(z, z.broadcast(F64.T6));
    p = p.fma(z, z.broadcast(F64.T5));
    p = p.fma(z, z.broadcast(F64.T4));
    p = p.fma(z, z.broadcast(F64.T3));
    p = p.fma(z, z.broadcast(F64.T2));
    p = p.fma(z, z.broadcast(F64.T1));
    p = p.fma(z, z.broadcast(F64.T0));
    return a.mul(z).fma(p, a);
  }

  private static DoubleVector tanhFarFromZero(DoubleVector a) {
    DoubleVector twice =
        a.blend(F64.TANH_MOST, a.compare(VectorOperators.GT, F64.TANH_MOST)).mul(2);
    DoubleVector t = twice.fma(F64.LOG2_E, F64.ROUNDER);
    DoubleVector r = rest(t.sub(F64.ROUNDER), twice);
    LongVector bits = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
    DoubleVector power = bits.add(F64.ONE_BITS).reinterpretAsDoubles();
    DoubleVector y = expm1OfRest(r).fma(power, power);
    return y.broadcast(1).sub(y.broadcast(2).div(y.add(1)));
  }

  /** {@link PolynomialMath#sigmoid(double)} of each lane. */
  public static DoubleVector sigmoid(DoubleVector x) {
    DoubleVector y = exp(x.abs().neg());
    DoubleVector d = y.add(1);
    DoubleVector s = x.broadcast(1).blend(y, x.compare(VectorOperators.LT, 0)).div(d);
    return s.fma(d.sub(1).sub(y), s);
  }

  /** {@link PolynomialMath#log(double)} of each lane. */
  public static DoubleVector log(DoubleVector x) {
    VectorMask<Double> tiny = x.compare(VectorOperators.LT, Double.MIN_NORMAL);
    LongVector bits =
        x.blend(x.mul(F64.NORMALIZER), tiny).reinterpretAsLongs().add(F64.ONE_OVER_ROOT);
    DoubleVector e =
        bits.lanewise(VectorOperators.LSHR, 52)
            .or(F64.WHOLE_BITS)
            .reinterpretAsDoubles()
            .sub(x.broadcast(F64.BIAS).blend(F64.TINY_BIAS, tiny));
    DoubleVector f = bits.and(F64.SIGNIFICAND).add(F64.ROOT_BITS).reinterpretAsDoubles().sub(1);
    DoubleVector y = x.blend(logOf(e, f), x.compare(VectorOperators.LT, Double.POSITIVE_INFINITY));
    y = y.blend(Double.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0));
    return y.blend(Double.NaN, x.compare(VectorOperators.LT, 0));
  }

  private static DoubleVector logOf(DoubleVector e, DoubleVector f) {
    DoubleVector s = f.div(f.add(2));
    DoubleVector z = s.mul(s);
    DoubleVector p = z.fma(F64.L6, F64.L5);
    p = p.fma(z, z.broadcast(F64.L4));
    p = p.fma(z, z.broadcast(F64.L3));
    p = p.fma(z, z.broadcast(F64.L2));
    p = p.fma(z, z.broadcast(F64.L1));
    p = p.fma(z, z.broadcast(F64.L0));
    DoubleVector rest = e.fma(e.broadcast(-F64.LN2_REST), s.mul(f.sub(z.mul(p))));
    return e.fma(e.broadcast(F64.LN2), f.sub(rest));
  }
}
