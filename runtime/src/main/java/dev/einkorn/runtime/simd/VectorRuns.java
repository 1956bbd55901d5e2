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
import jdk.incubator.vector.VectorSpecies;

/**
 * The functions of {@link PolynomialMath} on runs of array elements: the same operations in the
 * same order as {@link VectorMath}, so each element has the bits of the scalar function. Loading
 * this class needs the module {@code jdk.incubator.vector}.
 *
 * <p>Each loop is written out, with calls of nothing but the vectors' own operations: a method that
 * the compiler has compiled by itself before is too big to be taken into a loop later, and then
 * each vector that goes in and out is an object. What whole vectors leave is taken with neighbours
 * that are done already, from their arguments again, in a second round of the same loop; where they
 * have been replaced in place, they are put back for it.
 */
public final class VectorRuns {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  private VectorRuns() {}

  /**
   * {@link PolynomialMath#exp(float)} of a run of elements, in place.
   *
   * @param start the position of the first element
   * @param count how many elements
   */
  public static void exp(float[] values, int start, int count) {
    exp(values, start, 1, -0.0f, values, start, count);
  }

  /**
   * {@link PolynomialMath#exp(float)} of {@code source * factor + summand}, rounded once.
   *
   * @param source what is read; where it is the target, the same elements or none of them
   * @param sourceStart the position of the first element that is read
   * @param values the target
   * @param start the position of the first element that is written
   * @param count how many elements
   */
  public static void exp(
      float[] source,
      int sourceStart,
      float factor,
      float summand,
      float[] values,
      int start,
      int count) {
    int away = sourceStart - start;
    int end = start + count;
    int lastStart = end - FLOATS.length();
    if (lastStart < start) {
      for (int i = start; i < end; i++) {
        values[i] = PolynomialMath.exp(Math.fma(source[away + i], factor, summand));
      }
      return;
    }
    FloatVector last = FloatVector.fromArray(FLOATS, values, lastStart);
    int from = start;
    while (true) {
      for (int i = from; i <= lastStart; i += FLOATS.length()) {
        FloatVector x = FloatVector.fromArray(FLOATS, source, away + i).fma(factor, summand);
        FloatVector t = x.fma(F32.LOG2_E, F32.ROUNDER);
        FloatVector n = t.sub(F32.ROUNDER);
        FloatVector r = n.fma(n.broadcast(-F32.LN2), x);
        r = n.fma(n.broadcast(-F32.LN2_REST), r);
        FloatVector z = r.mul(r);
        FloatVector p = z.fma(z.broadcast(F32.E4), r.fma(F32.E3, F32.E2));
        p = p.fma(z, r.fma(F32.E1, F32.E0));
        FloatVector rest = p.fma(z, r);
        IntVector bits = t.reinterpretAsInts();
        FloatVector y;
        // The first vector goes the long way, so that the compiler never takes it for unused.
        if (i == from || x.abs().compare(VectorOperators.GT, F32.EXP_PLAIN).anyTrue()) {
          IntVector half = bits.lanewise(VectorOperators.LSHL, 22).and(F32.EXPONENT);
          IntVector other = bits.lanewise(VectorOperators.LSHL, 23).sub(half);
          FloatVector first = half.add(F32.ONE_BITS).reinterpretAsFloats();
          y = rest.fma(first, first).mul(other.add(F32.ONE_BITS).reinterpretAsFloats());
          y = y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, F32.EXP_MOST));
          y = y.blend(0, x.compare(VectorOperators.LT, F32.EXP_LEAST));
        } else {
          // Multiplied by one power of two or by two in turn, a normal number is the same.
          FloatVector power =
              bits.lanewise(VectorOperators.LSHL, 23).add(F32.ONE_BITS).reinterpretAsFloats();
          y = rest.fma(power, power);
        }
        y.intoArray(values, i);
      }
      if (from == lastStart || count % FLOATS.length() == 0) {
        return;
      }
      from = lastStart;
      last.intoArray(values, from);
    }
  }

  /**
   * {@link PolynomialMath#tanh(float)} of a run of elements, in place.
   *
   * @param start the position of the first element
   * @param count how many elements
   */
  public static void tanh(float[] values, int start, int count) {
    tanh(values, start, 1, -0.0f, values, start, count);
  }

  /**
   * {@link PolynomialMath#tanh(float)} of {@code source * factor + summand}, rounded once.
   *
   * @param source what is read; where it is the target, the same elements or none of them
   * @param sourceStart the position of the first element that is read
   * @param values the target
   * @param start the position of the first element that is written
   * @param count how many elements
   */
  public static void tanh(
      float[] source,
      int sourceStart,
      float factor,
      float summand,
      float[] values,
      int start,
      int count) {
    int away = sourceStart - start;
    int end = start + count;
    int lastStart = end - FLOATS.length();
    if (lastStart < start) {
      for (int i = start; i < end; i++) {
        values[i] = PolynomialMath.tanh(Math.fma(source[away + i], factor, summand));
      }
      return;
    }
    FloatVector last = FloatVector.fromArray(FLOATS, values, lastStart);
    int from = start;
    while (true) {
      for (int i = from; i <= lastStart; i += FLOATS.length()) {
        FloatVector x = FloatVector.fromArray(FLOATS, source, away + i).fma(factor, summand);
        FloatVector a = x.abs();
        FloatVector square = a.mul(a);
        FloatVector q = square.fma(F32.T5, F32.T4);
        q = q.fma(square, square.broadcast(F32.T3));
        q = q.fma(square, square.broadcast(F32.T2));
        q = q.fma(square, square.broadcast(F32.T1));
        q = q.fma(square, square.broadcast(F32.T0));
        FloatVector near = a.mul(square).fma(q, a);
        FloatVector twice =
            a.blend(F32.TANH_MOST, a.compare(VectorOperators.GT, F32.TANH_MOST)).mul(2);
        FloatVector t = twice.fma(F32.LOG2_E, F32.ROUNDER);
        FloatVector n = t.sub(F32.ROUNDER);
        FloatVector r = n.fma(n.broadcast(-F32.LN2), twice);
        r = n.fma(n.broadcast(-F32.LN2_REST), r);
        FloatVector z = r.mul(r);
        FloatVector p = z.fma(z.broadcast(F32.E4), r.fma(F32.E3, F32.E2));
        p = p.fma(z, r.fma(F32.E1, F32.E0));
        IntVector bits = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector power = bits.add(F32.ONE_BITS).reinterpretAsFloats();
        FloatVector e = p.fma(z, r).fma(power, power);
        FloatVector y = e.broadcast(1).sub(e.broadcast(2).div(e.add(1)));
        y = y.blend(near, a.compare(VectorOperators.LT, F32.TANH_SMALL));
        y = y.reinterpretAsInts().or(x.reinterpretAsInts().and(F32.SIGN)).reinterpretAsFloats();
        y.intoArray(values, i);
      }
      if (from == lastStart || count % FLOATS.length() == 0) {
        return;
      }
      from = lastStart;
      last.intoArray(values, from);
    }
  }

  /**
   * {@link PolynomialMath#sigmoid(float)} of a run of elements, in place.
   *
   * @param start the position of the first element
   * @param count how many elements
   */
  public static void sigmoid(float[] values, int start, int count) {
    sigmoid(values, start, 1, -0.0f, values, start, count);
  }

  /**
   * {@link PolynomialMath#sigmoid(float)} of {@code source * factor + summand}, rounded once.
   *
   * @param source what is read; where it is the target, the same elements or none of them
   * @param sourceStart the position of the first element that is read
   * @param values the target
   * @param start the position of the first element that is written
   * @param count how many elements
   */
  public static void sigmoid(
      float[] source,
      int sourceStart,
      float factor,
      float summand,
      float[] values,
      int start,
      int count) {
    int away = sourceStart - start;
    int end = start + count;
    int lastStart = end - FLOATS.length();
    if (lastStart < start) {
      for (int i = start; i < end; i++) {
        values[i] = PolynomialMath.sigmoid(Math.fma(source[away + i], factor, summand));
      }
      return;
    }
    FloatVector last = FloatVector.fromArray(FLOATS, values, lastStart);
    int from = start;
    while (true) {
      for (int i = from; i <= lastStart; i += FLOATS.length()) {
        FloatVector x = FloatVector.fromArray(FLOATS, source, away + i).fma(factor, summand);
        FloatVector minus = x.abs().neg();
        FloatVector t = minus.fma(F32.LOG2_E, F32.ROUNDER);
        FloatVector n = t.sub(F32.ROUNDER);
        FloatVector r = n.fma(n.broadcast(-F32.LN2), minus);
        r = n.fma(n.broadcast(-F32.LN2_REST), r);
        FloatVector z = r.mul(r);
        FloatVector p = z.fma(z.broadcast(F32.E4), r.fma(F32.E3, F32.E2));
        p = p.fma(z, r.fma(F32.E1, F32.E0));
        IntVector bits = t.reinterpretAsInts();
        IntVector half = bits.lanewise(VectorOperators.LSHL, 22).and(F32.EXPONENT);
        IntVector other = bits.lanewise(VectorOperators.LSHL, 23).sub(half);
        FloatVector first = half.add(F32.ONE_BITS).reinterpretAsFloats();
        FloatVector e = p.fma(z, r).fma(first, first);
        e = e.mul(other.add(F32.ONE_BITS).reinterpretAsFloats());
        e = e.blend(0, minus.compare(VectorOperators.LT, F32.EXP_LEAST));
        FloatVector d = e.add(1);
        FloatVector y = x.broadcast(1).blend(e, x.compare(VectorOperators.LT, 0)).div(d);
        y = y.fma(d.sub(1).sub(e), y);
        y.intoArray(values, i);
      }
      if (from == lastStart || count % FLOATS.length() == 0) {
        return;
      }
      from = lastStart;
      last.intoArray(values, from);
    }
  }

  /**
   * {@link PolynomialMath#log(float)} of a run of elements, in place.
   *
   * @param start the position of the first element
   * @param count how many elements
   */
  public static void log(float[] values, int start, int count) {
    log(values, start, 1, -0.0f, values, start, count);
  }

  /**
   * {@link PolynomialMath#log(float)} of {@code source * factor + summand}, rounded once.
   *
   * @param source what is read; where it is the target, the same elements or none of them
   * @param sourceStart the position of the first element that is read
   * @param values the target
   * @param start the position of the first element that is written
   * @param count how many elements
   */
  public static void log(
      float[] source,
      int sourceStart,
      float factor,
      float summand,
      float[] values,
      int start,
      int count) {
    int away = sourceStart - start;
    int end = start + count;
    int lastStart = end - FLOATS.length();
    if (lastStart < start) {
      for (int i = start; i < end; i++) {
        values[i] = PolynomialMath.log(Math.fma(source[away + i], factor, summand));
      }
      return;
    }
    FloatVector last = FloatVector.fromArray(FLOATS, values, lastStart);
    int from = start;
    while (true) {
      for (int i = from; i <= lastStart; i += FLOATS.length()) {
        FloatVector x = FloatVector.fromArray(FLOATS, source, away + i).fma(factor, summand);
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        IntVector bits =
            x.blend(x.mul(F32.NORMALIZER), tiny).reinterpretAsInts().add(F32.ONE_OVER_ROOT);
        FloatVector e =
            bits.lanewise(VectorOperators.LSHR, 23)
                .or(F32.WHOLE_BITS)
                .reinterpretAsFloats()
                .sub(x.broadcast(F32.BIAS).blend(F32.TINY_BIAS, tiny));
        FloatVector f = bits.and(F32.SIGNIFICAND).add(F32.ROOT_BITS).reinterpretAsFloats().sub(1);
        FloatVector s = f.div(f.add(2));
        FloatVector z = s.mul(s);
        FloatVector p = z.fma(F32.L2, F32.L1);
        p = p.fma(z, z.broadcast(F32.L0));
        FloatVector rest = e.fma(e.broadcast(-F32.LN2_REST), s.mul(f.sub(z.mul(p))));
        FloatVector y = e.fma(e.broadcast(F32.LN2), f.sub(rest));
        y = x.blend(y, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY));
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0));
        y = y.blend(Float.NaN, x.compare(VectorOperators.LT, 0));
        y.intoArray(values, i);
      }
      if (from == lastStart || count % FLOATS.length() == 0) {
        return;
      }
      from = lastStart;
      last.intoArray(values, from);
    }
  }

  /**
   * {@link PolynomialMath#exp(double)} of a run of elements, in place.
   *
   * @param start the position of the first element
   * @param count how many elements
   */
  public static void exp(double[] values, int start, int count) {
    exp(values, start, 1, -0.0, values, start, count);
  }

  /**
   * {@link PolynomialMath#exp(double)} of {@code source * factor + summand}, rounded once.
   *
   * @param source what is read; where it is the target, the same elements or none of them
   * @param sourceStart the position of the first element that is read
   * @param values the target
   * @param start the position of the first element that is written
   * @param count how many elements
   */
  public static void exp(
      double[] source,
      int sourceStart,
      double factor,
      double summand,
      double[] values,
      int start,
      int count) {
    int away = sourceStart - start;
    int end = start + count;
    int lastStart = end - DOUBLES.length();
    if (lastStart < start) {
      for (int i = start; i < end; i++) {
        values[i] = PolynomialMath.exp(Math.fma(source[away + i], factor, summand));
      }
      return;
    }
    DoubleVector last = DoubleVector.fromArray(DOUBLES, values, lastStart);
    int from = start;
    while (true) {
      for (int i = from; i <= lastStart; i += DOUBLES.length()) {
        DoubleVector x = DoubleVector.fromArray(DOUBLES, source, away + i).fma(factor, summand);
        DoubleVector t = x.fma(F64.LOG2_E, F64.ROUNDER);
        DoubleVector n = t.sub(F64.ROUNDER);
        DoubleVector r = n.fma(n.broadcast(-F64.LN2), x);
        r = n.fma(n.broadcast(-F64.LN2_REST), r);
        DoubleVector z = r.mul(r);
        DoubleVector p = r.fma(F64.E9, F64.E8);
        p = p.fma(z, r.fma(F64.E7, F64.E6));
        p = p.fma(z, r.fma(F64.E5, F64.E4));
        p = p.fma(z, r.fma(F64.E3, F64.E2));
        p = p.fma(z, r.fma(F64.E1, F64.E0));
        DoubleVector rest = p.fma(z, r);
        LongVector bits = t.reinterpretAsLongs();
        DoubleVector y;
        // The first vector goes the long way, so that the compiler never takes it for unused.
        if (i == from || x.abs().compare(VectorOperators.GT, F64.EXP_PLAIN).anyTrue()) {
          LongVector half = bits.lanewise(VectorOperators.LSHL, 51).and(F64.EXPONENT);
          LongVector other = bits.lanewise(VectorOperators.LSHL, 52).sub(half);
          DoubleVector first = half.add(F64.ONE_BITS).reinterpretAsDoubles();
          y = rest.fma(first, first).mul(other.add(F64.ONE_BITS).reinterpretAsDoubles());
          y = y.blend(Double.POSITIVE_INFINITY, x.compare(VectorOperators.GT, F64.EXP_MOST));
          y = y.blend(0, x.compare(VectorOperators.LT, F64.EXP_LEAST));
        } else {
          // Multiplied by one power of two or by two in turn, a normal number is the same.
          DoubleVector power =
              bits.lanewise(VectorOperators.LSHL, 52).add(F64.ONE_BITS).reinterpretAsDoubles();
          y = rest.fma(power, power);
        }
        y.intoArray(values, i);
      }
      if (from == lastStart || count % DOUBLES.length() == 0) {
        return;
      }
      from = lastStart;
      last.intoArray(values, from);
    }
  }

  /**
   * {@link PolynomialMath#tanh(double)} of a run of elements, in place.
   *
   * @param start the position of the first element
   * @param count how many elements
   */
  public static void tanh(double[] values, int start, int count) {
    tanh(values, start, 1, -0.0, values, start, count);
  }

  /**
   * {@link PolynomialMath#tanh(double)} of {@code source * factor + summand}, rounded once.
   *
   * @param source what is read; where it is the target, the same elements or none of them
   * @param sourceStart the position of the first element that is read
   * @param values the target
   * @param start the position of the first element that is written
   * @param count how many elements
   */
  public static void tanh(
      double[] source,
      int sourceStart,
      double factor,
      double summand,
      double[] values,
      int start,
      int count) {
    int away = sourceStart - start;
    int end = start + count;
    int lastStart = end - DOUBLES.length();
    if (lastStart < start) {
      for (int i = start; i < end; i++) {
        values[i] = PolynomialMath.tanh(Math.fma(source[away + i], factor, summand));
      }
      return;
    }
    DoubleVector last = DoubleVector.fromArray(DOUBLES, values, lastStart);
    int from = start;
    while (true) {
      for (int i = from; i <= lastStart; i += DOUBLES.length()) {
        DoubleVector x = DoubleVector.fromArray(DOUBLES, source, away + i).fma(factor, summand);
        DoubleVector a = x.abs();
        DoubleVector square = a.mul(a);
        DoubleVector q = square.fma(F64.T11, F64.T10);
        q = q.fma(square, square.broadcast(F64.T9));
        q = q.fma(square, square.broadcast(F64.T8));
        q = q.fma(square, square.broadcast(F64.T7));
        q = q.fma(square, square.broadcast(F64.T6));
        q = q.fma(square, square.broadcast(F64.T5));
        q = q.fma(square, square.broadcast(F64.T4));
        q = q.fma(square, square.broadcast(F64.T3));
        q = q.fma(square, square.broadcast(F64.T2));
        q = q.fma(square, square.broadcast(F64.T1));
        q = q.fma(square, square.broadcast(F64.T0));
        DoubleVector near = a.mul(square).fma(q, a);
        DoubleVector twice =
            a.blend(F64.TANH_MOST, a.compare(VectorOperators.GT, F64.TANH_MOST)).mul(2);
        DoubleVector t = twice.fma(F64.LOG2_E, F64.ROUNDER);
        DoubleVector n = t.sub(F64.ROUNDER);
        DoubleVector r = n.fma(n.broadcast(-F64.LN2), twice);
        r = n.fma(n.broadcast(-F64.LN2_REST), r);
        DoubleVector z = r.mul(r);
        DoubleVector p = r.fma(F64.E9, F64.E8);
        p = p.fma(z, r.fma(F64.E7, F64.E6));
        p = p.fma(z, r.fma(F64.E5, F64.E4));
        p = p.fma(z, r.fma(F64.E3, F64.E2));
        p = p.fma(z, r.fma(F64.E1, F64.E0));
        LongVector bits = t.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
        DoubleVector power = bits.add(F64.ONE_BITS).reinterpretAsDoubles();
        DoubleVector e = p.fma(z, r).fma(power, power);
        DoubleVector y = e.broadcast(1).sub(e.broadcast(2).div(e.add(1)));
        y = y.blend(near, a.compare(VectorOperators.LT, F64.TANH_SMALL));
        y = y.reinterpretAsLongs().or(x.reinterpretAsLongs().and(F64.SIGN)).reinterpretAsDoubles();
        y.intoArray(values, i);
      }
      if (from == lastStart || count % DOUBLES.length() == 0) {
        return;
      }
      from = lastStart;
      last.intoArray(values, from);
    }
  }

  /**
   * {@link PolynomialMath#sigmoid(double)} of a run of elements, in place.
   *
   * @param start the position of the first element
   * @param count how many elements
   */
  public static void sigmoid(double[] values, int start, int count) {
    sigmoid(values, start, 1, -0.0, values, start, count);
  }

  /**
   * {@link PolynomialMath#sigmoid(double)} of {@code source * factor + summand}, rounded once.
   *
   * @param source what is read; where it is the target, the same elements or none of them
   * @param sourceStart the position of the first element that is read
   * @param values the target
   * @param start the position of the first element that is written
   * @param count how many elements
   */
  public static void sigmoid(
      double[] source,
      int sourceStart,
      double factor,
      double summand,
      double[] values,
      int start,
      int count) {
    int away = sourceStart - start;
    int end = start + count;
    int lastStart = end - DOUBLES.length();
    if (lastStart < start) {
      for (int i = start; i < end; i++) {
        values[i] = PolynomialMath.sigmoid(Math.fma(source[away + i], factor, summand));
      }
      return;
    }
    DoubleVector last = DoubleVector.fromArray(DOUBLES, values, lastStart);
    int from = start;
    while (true) {
      for (int i = from; i <= lastStart; i += DOUBLES.length()) {
        DoubleVector x = DoubleVector.fromArray(DOUBLES, source, away + i).fma(factor, summand);
        DoubleVector minus = x.abs().neg();
        DoubleVector t = minus.fma(F64.LOG2_E, F64.ROUNDER);
        DoubleVector n = t.sub(F64.ROUNDER);
        DoubleVector r = n.fma(n.broadcast(-F64.LN2), minus);
        r = n.fma(n.broadcast(-F64.LN2_REST), r);
        DoubleVector z = r.mul(r);
        DoubleVector p = r.fma(F64.E9, F64.E8);
        p = p.fma(z, r.fma(F64.E7, F64.E6));
        p = p.fma(z, r.fma(F64.E5, F64.E4));
        p = p.fma(z, r.fma(F64.E3, F64.E2));
        p = p.fma(z, r.fma(F64.E1, F64.E0));
        LongVector bits = t.reinterpretAsLongs();
        LongVector half = bits.lanewise(VectorOperators.LSHL, 51).and(F64.EXPONENT);
        LongVector other = bits.lanewise(VectorOperators.LSHL, 52).sub(half);
        DoubleVector first = half.add(F64.ONE_BITS).reinterpretAsDoubles();
        DoubleVector e = p.fma(z, r).fma(first, first);
        e = e.mul(other.add(F64.ONE_BITS).reinterpretAsDoubles());
        e = e.blend(0, minus.compare(VectorOperators.LT, F64.EXP_LEAST));
        DoubleVector d = e.add(1);
        DoubleVector y = x.broadcast(1).blend(e, x.compare(VectorOperators.LT, 0)).div(d);
        y = y.fma(d.sub(1).sub(e), y);
        y.intoArray(values, i);
      }
      if (from == lastStart || count % DOUBLES.length() == 0) {
        return;
      }
      from = lastStart;
      last.intoArray(values, from);
    }
  }

  /**
   * {@link PolynomialMath#log(double)} of a run of elements, in place.
   *
   * @param start the position of the first element
   * @param count how many elements
   */
  public static void log(double[] values, int start, int count) {
    log(values, start, 1, -0.0, values, start, count);
  }

  /**
   * {@link PolynomialMath#log(double)} of {@code source * factor + summand}, rounded once.
   *
   * @param source what is read; where it is the target, the same elements or none of them
   * @param sourceStart the position of the first element that is read
   * @param values the target
   * @param start the position of the first element that is written
   * @param count how many elements
   */
  public static void log(
      double[] source,
      int sourceStart,
      double factor,
      double summand,
      double[] values,
      int start,
      int count) {
    int away = sourceStart - start;
    int end = start + count;
    int lastStart = end - DOUBLES.length();
    if (lastStart < start) {
      for (int i = start; i < end; i++) {
        values[i] = PolynomialMath.log(Math.fma(source[away + i], factor, summand));
      }
      return;
    }
    DoubleVector last = DoubleVector.fromArray(DOUBLES, values, lastStart);
    int from = start;
    while (true) {
      for (int i = from; i <= lastStart; i += DOUBLES.length()) {
        DoubleVector x = DoubleVector.fromArray(DOUBLES, source, away + i).fma(factor, summand);
        VectorMask<Double> tiny = x.compare(VectorOperators.LT, Double.MIN_NORMAL);
        LongVector bits =
            x.blend(x.mul(F64.NORMALIZER), tiny).reinterpretAsLongs().add(F64.ONE_OVER_ROOT);
        DoubleVector e =
            bits.lanewise(VectorOperators.LSHR, 52)
                .or(F64.WHOLE_BITS)
                .reinterpretAsDoubles()
                .sub(x.broadcast(F64.BIAS).blend(F64.TINY_BIAS, tiny));
        DoubleVector f = bits.and(F64.SIGNIFICAND).add(F64.ROOT_BITS).reinterpretAsDoubles().sub(1);
        DoubleVector s = f.div(f.add(2));
        DoubleVector z = s.mul(s);
        DoubleVector p = z.fma(F64.L6, F64.L5);
        p = p.fma(z, z.broadcast(F64.L4));
        p = p.fma(z, z.broadcast(F64.L3));
        p = p.fma(z, z.broadcast(F64.L2));
        p = p.fma(z, z.broadcast(F64.L1));
        p = p.fma(z, z.broadcast(F64.L0));
        DoubleVector rest = e.fma(e.broadcast(-F64.LN2_REST), s.mul(f.sub(z.mul(p))));
        DoubleVector y = e.fma(e.broadcast(F64.LN2), f.sub(rest));
        y = x.blend(y, x.compare(VectorOperators.LT, Double.POSITIVE_INFINITY));
        y = y.blend(Double.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0));
        y = y.blend(Double.NaN, x.compare(VectorOperators.LT, 0));
        y.intoArray(values, i);
      }
      if (from == lastStart || count % DOUBLES.length() == 0) {
        return;
      }
      from = lastStart;
      last.intoArray(values, from);
    }
  }
}
