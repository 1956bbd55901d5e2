import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops that reach the limits of a processor. Twelve accumulators hide the latency of a
 * multiply-add and fit into sixteen registers.
 */
public final class VectorCeilings {
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> F64 = DoubleVector.SPECIES_PREFERRED;

  public static final int BITS = F32.vectorBitSize();

  private VectorCeilings() {}

  public static double multiplyAddFloats(long steps) {
    FloatVector x = FloatVector.broadcast(F32, steps < 0 ? 2f : 0.999f);
    FloatVector y = FloatVector.broadcast(F32, steps < 0 ? 2f : 0.001f);
    FloatVector a = y;
    FloatVector b = y;
    FloatVector c = y;
    FloatVector d = y;
    FloatVector e = y;
    FloatVector f = y;
    FloatVector g = y;
    FloatVector h = y;
    FloatVector i = y;
    FloatVector j = y;
    FloatVector k = y;
    FloatVector l = y;
    for (int step = 0; step < (int) steps; step++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
      k = k.fma(x, y);
      l = l.fma(x, y);
    }
    FloatVector sum =
        a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l);
    return sum.reduceLanes(VectorOperators.ADD) < 0 ? Double.NaN : 24.0 * F32.length() * steps;
  }

  public static double multiplyAddDoubles(long steps) {
    DoubleVector x = DoubleVector.broadcast(F64, steps < 0 ? 2 : 0.999);
    DoubleVector y = DoubleVector.broadcast(F64, steps < 0 ? 2 : 0.001);
    DoubleVector a = y;
    DoubleVector b = y;
    DoubleVector c = y;
    DoubleVector d = y;
    DoubleVector e = y;
    DoubleVector f = y;
    DoubleVector g = y;
    DoubleVector h = y;
    DoubleVector i = y;
    DoubleVector j = y;
    DoubleVector k = y;
    DoubleVector l = y;
    for (int step = 0; step < (int) steps; step++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
      k = k.fma(x, y);
      l = l.fma(x, y);
    }
    DoubleVector sum =
        a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l);
    return sum.reduceLanes(VectorOperators.ADD) < 0 ? Double.NaN : 24.0 * F64.length() * steps;
  }

  public static float read(float[] from) {
    FloatVector a = FloatVector.zero(F32);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    int lanes = F32.length();
    for (int n = 0; n <= from.length - 8 * lanes; n += 8 * lanes) {
      a = a.add(FloatVector.fromArray(F32, from, n));
      b = b.add(FloatVector.fromArray(F32, from, n + lanes));
      c = c.add(FloatVector.fromArray(F32, from, n + 2 * lanes));
      d = d.add(FloatVector.fromArray(F32, from, n + 3 * lanes));
      e = e.add(FloatVector.fromArray(F32, from, n + 4 * lanes));
      f = f.add(FloatVector.fromArray(F32, from, n + 5 * lanes));
      g = g.add(FloatVector.fromArray(F32, from, n + 6 * lanes));
      h = h.add(FloatVector.fromArray(F32, from, n + 7 * lanes));
    }
    FloatVector sum = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h);
    return sum.reduceLanes(VectorOperators.ADD);
  }

  /** The JVM's own copy, which stores past the caches where that is faster. */
  public static void copy(float[] array) {
    System.arraycopy(array, 0, array, array.length / 2, array.length / 2);
  }
}
