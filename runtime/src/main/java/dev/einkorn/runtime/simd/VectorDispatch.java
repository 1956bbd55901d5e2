package dev.einkorn.runtime.simd;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Shows the JVM every operation at four lengths of vectors, so that a kernel is compiled alike
 * whatever else the process has computed with vectors.
 *
 * <p>{@code FloatVector.fma} calls a method that each length has for itself. C2 decides which to
 * take by what this one call in the library has met so far, in all of the process. One length: it
 * takes that one. Two: it writes out both with a choice between them, and then the vectors that a
 * loop carries along can end up as objects, which takes 10 to 100 times as long. Three or more: it
 * decides late, when it knows the class of the vector at hand, and that is right in each case. Two
 * lengths are common: eight columns are half a vector.
 *
 * <p>A profile counts only the two classes that it has met first by name. If nine in ten calls are
 * of one of those, C2 takes it for the only one, which makes objects again of all others: a kernel
 * that transposed 256 bits at a time spoiled those that compute with 512. So the first two are
 * classes that kernels hardly use, the vectors of the greatest length under their other name and
 * those of 64 bits; the lengths that follow are counted together.
 *
 * <p>Loading this class needs the module {@code jdk.incubator.vector}.
 */
final class VectorDispatch {
  // So often that C1, whose code collects profiles, compiles each operation; then for the profiles.
  private static final int ROUNDS = 16;
  private static final int VECTORS = 8;
  private static final long PAUSE_MILLIS = 30;
  private static final List<VectorShape> NAMED =
      List.of(VectorShape.S_Max_BIT, VectorShape.S_64_BIT);
  private static final List<VectorShape> COUNTED =
      List.of(VectorShape.S_128_BIT, VectorShape.S_256_BIT);

  /** Times that the first two are shown, with pauses in which C1 may begin to collect. */
  private static final int NAMINGS = 4;

  private VectorDispatch() {}

  /**
   * Runs the operations: some tenths of a second, once in a process for each size of elements,
   * whose vectors have profiles of their own.
   *
   * @param elementBytes 4 or 8
   */
  static void settle(int elementBytes) {
    for (int naming = 0; naming < NAMINGS; naming++) {
      for (int round = 0; round < ROUNDS; round++) {
        show(NAMED, elementBytes);
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    // Where C1 is late all the same, the next that it sees is likely to be one of those two.
    for (int round = 0; round < ROUNDS; round++) {
      show(NAMED, elementBytes);
      if (round % 4 == 3) {
        show(COUNTED, elementBytes);
      }
    }
  }

  private static void show(List<VectorShape> shapes, int elementBytes) {
    for (VectorShape shape : shapes) {
      if (elementBytes == Float.BYTES) {
        floats(VectorSpecies.of(float.class, shape));
      } else {
        doubles(VectorSpecies.of(double.class, shape));
      }
    }
  }

  private static void floats(VectorSpecies<Float> species) {
    int lanes = species.length();
    float[] values = new float[VECTORS * lanes];
    Arrays.fill(values, 1.0f);
    FloatVector sum = FloatVector.zero(species);
    FloatVector other = FloatVector.broadcast(species, 1.0f);
    for (int at = 0; at < values.length; at += lanes) {
      FloatVector x = FloatVector.fromArray(species, values, at);
      sum = FloatVector.broadcast(species, values[at]).fma(x, sum);
      other = other.add(x).sub(sum).mul(x).div(x).max(x).min(x).neg().abs().sqrt();
      other = other.add(1.0f).sub(1.0f).mul(1.0f).max(0.0f).fma(1.0f, 1.0f);
      VectorMask<Float> less = other.compare(VectorOperators.LT, x);
      VectorMask<Float> more = other.compare(VectorOperators.GT, 0.0f).not();
      other = other.blend(x, less.or(more)).blend(0.0f, less.and(more));
      other = x.selectFrom(sum, other);
      x.intoArray(values, at, less);
      ends(species, values);
      IntVector bits = other.reinterpretAsInts();
      bits = bits.lanewise(VectorOperators.LSHL, 1).lanewise(VectorOperators.LSHR, 1);
      bits = bits.add(bits).sub(bits).mul(bits).max(bits).min(bits);
      other = bits.and(1).or(1).add(1).sub(1).reinterpretAsFloats();
      other.intoArray(values, at);
    }
    sum.add(other).intoArray(values, 0);
  }

  /** What would go on beyond the end of an array but for its mask, which is a way of its own. */
  private static void ends(VectorSpecies<Float> species, float[] values) {
    int last = values.length - 1;
    VectorMask<Float> one = species.indexInRange(last, values.length);
    FloatVector.fromArray(species, values, last, one).intoArray(values, last, one);
  }

  private static void doubles(VectorSpecies<Double> species) {
    int lanes = species.length();
    double[] values = new double[VECTORS * lanes];
    Arrays.fill(values, 1.0);
    DoubleVector sum = DoubleVector.zero(species);
    DoubleVector other = DoubleVector.broadcast(species, 1.0);
    for (int at = 0; at < values.length; at += lanes) {
      DoubleVector x = DoubleVector.fromArray(species, values, at);
      sum = DoubleVector.broadcast(species, values[at]).fma(x, sum);
      other = other.add(x).sub(sum).mul(x).div(x).max(x).min(x).neg().abs().sqrt();
      other = other.add(1.0).sub(1.0).mul(1.0).max(0.0).fma(1.0, 1.0);
      VectorMask<Double> less = other.compare(VectorOperators.LT, x);
      VectorMask<Double> more = other.compare(VectorOperators.GT, 0.0).not();
      other = other.blend(x, less.or(more)).blend(0.0, less.and(more));
      other = x.selectFrom(sum, other);
      x.intoArray(values, at, less);
      ends(species, values);
      LongVector bits = other.reinterpretAsLongs();
      bits = bits.lanewise(VectorOperators.LSHL, 1).lanewise(VectorOperators.LSHR, 1);
      bits = bits.add(bits).sub(bits).mul(bits).max(bits).min(bits);
      other = bits.and(1).or(1).add(1).sub(1).reinterpretAsDoubles();
      other.intoArray(values, at);
    }
    sum.add(other).intoArray(values, 0);
  }

  private static void ends(VectorSpecies<Double> species, double[] values) {
    int last = values.length - 1;
    VectorMask<Double> one = species.indexInRange(last, values.length);
    DoubleVector.fromArray(species, values, last, one).intoArray(values, last, one);
  }
}
