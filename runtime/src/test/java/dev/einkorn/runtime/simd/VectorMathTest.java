package dev.einkorn.runtime.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.PolynomialMath;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Vectors and scalars have the same bits; what the bits should be is PolynomialMathTest's matter.
 */
class VectorMathTest {
  private static final int ODD_RUN = 251;
  private static final int BLOCK = 1 << 12;
  private static final int RANDOM_BLOCKS = 10_000_000 / BLOCK + 1;

  private static final float[] SPECIAL = {
    0.0f,
    -0.0f,
    1,
    -1,
    0.5f,
    -0.5f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL,
    Math.nextDown(Float.MIN_NORMAL),
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    88.72283f,
    88.72284f,
    89,
    Math.nextUp(89.0f),
    -87.33655f,
    -87.5f,
    -103,
    -103.9721f,
    -104,
    Math.nextDown(-104.0f),
    9.01f,
    10,
    Math.nextUp(10.0f),
    -10,
    0.70710677f,
    0.7071067f,
    1.4142135f,
    Math.nextUp(1.0f),
    Math.nextDown(1.0f),
    0.3465736f,
    -0.3465736f,
    0x1.8p23f
  };

  private interface FloatFunction {
    float apply(float x);
  }

  private static void sameBits(
      float[] x,
      VectorSpecies<Float> species,
      FloatFunction scalar,
      UnaryOperator<FloatVector> vector) {
    int lanes = species.length();
    float[] y = new float[lanes];
    for (int start = 0; start < x.length; start += lanes) {
      vector.apply(FloatVector.fromArray(species, x, start)).intoArray(y, 0);
      for (int lane = 0; lane < lanes; lane++) {
        float expected = scalar.apply(x[start + lane]);
        if (Float.floatToIntBits(y[lane]) != Float.floatToIntBits(expected)) {
          assertThat(y[lane]).as("at %s", x[start + lane]).isEqualTo(expected);
        }
      }
    }
  }

  private static void sameBits(
      double[] x,
      VectorSpecies<Double> species,
      DoubleUnaryOperator scalar,
      UnaryOperator<DoubleVector> vector) {
    int lanes = species.length();
    double[] y = new double[lanes];
    for (int start = 0; start < x.length; start += lanes) {
      vector.apply(DoubleVector.fromArray(species, x, start)).intoArray(y, 0);
      for (int lane = 0; lane < lanes; lane++) {
        double expected = scalar.applyAsDouble(x[start + lane]);
        if (Double.doubleToLongBits(y[lane]) != Double.doubleToLongBits(expected)) {
          assertThat(y[lane]).as("at %s", x[start + lane]).isEqualTo(expected);
        }
      }
    }
  }

  private static void allFunctions(float[] x, VectorSpecies<Float> species) {
    sameBits(x, species, PolynomialMath::exp, VectorMath::exp);
    sameBits(x, species, PolynomialMath::log, VectorMath::log);
    sameBits(x, species, PolynomialMath::tanh, VectorMath::tanh);
    sameBits(x, species, PolynomialMath::sigmoid, VectorMath::sigmoid);
  }

  private static void allFunctions(double[] x, VectorSpecies<Double> species) {
    sameBits(x, species, PolynomialMath::exp, VectorMath::exp);
    sameBits(x, species, PolynomialMath::log, VectorMath::log);
    sameBits(x, species, PolynomialMath::tanh, VectorMath::tanh);
    sameBits(x, species, PolynomialMath::sigmoid, VectorMath::sigmoid);
  }

  /** The special values, then numbers of moderate size, then any bits at all. */
  private static float[] floats(Random random, int length) {
    float[] x = new float[length];
    for (int n = 0; n < length; n++) {
      x[n] =
          n % 2 == 0 ? (float) random.nextGaussian() * 40 : Float.intBitsToFloat(random.nextInt());
    }
    System.arraycopy(SPECIAL, 0, x, 0, SPECIAL.length);
    return x;
  }

  private static double[] doubles(Random random, int length) {
    double[] x = new double[length];
    for (int n = 0; n < length; n++) {
      x[n] = n % 2 == 0 ? random.nextGaussian() * 200 : Double.longBitsToDouble(random.nextLong());
    }
    for (int n = 0; n < SPECIAL.length; n++) {
      x[n] = SPECIAL[n];
    }
    double[] more = {
      Double.MIN_VALUE,
      -Double.MIN_VALUE,
      Double.MIN_NORMAL,
      Math.nextDown(Double.MIN_NORMAL),
      Double.MAX_VALUE,
      -Double.MAX_VALUE,
      709.78,
      710,
      Math.nextUp(710.0),
      -708.4,
      -745.13,
      -746,
      Math.nextDown(-746.0),
      22,
      Math.nextUp(22.0),
      -22
    };
    System.arraycopy(more, 0, x, SPECIAL.length, more.length);
    return x;
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void everySpeciesHasTheBitsOfTheScalarFunctions(int bits) {
    var random = new Random(bits);
    var shape = jdk.incubator.vector.VectorShape.forBitSize(bits);
    allFunctions(floats(random, BLOCK), VectorSpecies.of(float.class, shape));
    allFunctions(doubles(random, BLOCK), VectorSpecies.of(double.class, shape));
  }

  private interface FloatRun {
    void apply(float[] values, int start, int count);
  }

  private interface DoubleRun {
    void apply(double[] values, int start, int count);
  }

  /** Runs of every length, which leave what is around them alone. */
  private static void sameRuns(float[] x, FloatFunction scalar, FloatRun run) {
    for (int start = 0, count = 0; start + count <= x.length; start += count, count++) {
      float[] y = x.clone();
      run.apply(y, start, count);
      for (int n = 0; n < x.length; n++) {
        float expected = n >= start && n < start + count ? scalar.apply(x[n]) : x[n];
        assertThat(Float.floatToIntBits(y[n])).isEqualTo(Float.floatToIntBits(expected));
      }
    }
  }

  private static void sameRuns(double[] x, DoubleUnaryOperator scalar, DoubleRun run) {
    for (int start = 0, count = 0; start + count <= x.length; start += count, count++) {
      double[] y = x.clone();
      run.apply(y, start, count);
      for (int n = 0; n < x.length; n++) {
        double expected = n >= start && n < start + count ? scalar.applyAsDouble(x[n]) : x[n];
        assertThat(Double.doubleToLongBits(y[n])).isEqualTo(Double.doubleToLongBits(expected));
      }
    }
  }

  @Test
  void runsHaveTheBitsOfTheScalarFunctions() {
    var random = new Random(11);
    float[] x = floats(random, BLOCK / 4);
    sameRuns(x, PolynomialMath::exp, VectorRuns::exp);
    sameRuns(x, PolynomialMath::log, VectorRuns::log);
    sameRuns(x, PolynomialMath::tanh, VectorRuns::tanh);
    sameRuns(x, PolynomialMath::sigmoid, VectorRuns::sigmoid);
    double[] y = doubles(random, BLOCK / 4);
    sameRuns(y, PolynomialMath::exp, VectorRuns::exp);
    sameRuns(y, PolynomialMath::log, VectorRuns::log);
    sameRuns(y, PolynomialMath::tanh, VectorRuns::tanh);
    sameRuns(y, PolynomialMath::sigmoid, VectorRuns::sigmoid);
  }

  /** Neighbours take the same way through a function, the short one as long as they can. */
  @Test
  void runsOfNeighboursHaveTheBitsOfTheScalarFunctions() {
    float[] x = new float[1 << 20];
    for (int n = 0; n < x.length; n++) {
      x[n] = (n - (1 << 19)) * 0x1.7p-13f; // -92 to 92
    }
    sameBits(x, PolynomialMath::exp, VectorRuns::exp);
    sameBits(x, PolynomialMath::sigmoid, VectorRuns::sigmoid);
    double[] y = new double[1 << 18];
    for (int n = 0; n < y.length; n++) {
      y[n] = (n - (1 << 17)) * 0x1.7p-8; // -736 to 736
    }
    sameBits(y, PolynomialMath::exp, VectorRuns::exp);
    sameBits(y, PolynomialMath::sigmoid, VectorRuns::sigmoid);
  }

  private static void sameBits(float[] x, FloatFunction scalar, FloatRun run) {
    float[] expected = new float[x.length];
    for (int n = 0; n < x.length; n++) {
      expected[n] = scalar.apply(x[n]);
    }
    float[] actual = x.clone();
    for (int start = 0; start < x.length; start += ODD_RUN) {
      run.apply(actual, start, Math.min(ODD_RUN, x.length - start));
    }
    assertThat(Arrays.mismatch(actual, expected)).isEqualTo(-1);
  }

  private static void sameBits(double[] x, DoubleUnaryOperator scalar, DoubleRun run) {
    double[] expected = Arrays.stream(x).map(scalar).toArray();
    double[] actual = x.clone();
    for (int start = 0; start < x.length; start += ODD_RUN) {
      run.apply(actual, start, Math.min(ODD_RUN, x.length - start));
    }
    assertThat(Arrays.mismatch(actual, expected)).isEqualTo(-1);
  }

  @Test
  void millionsOfRandomNumbersHaveTheBitsOfTheScalarFunctions() {
    var random = new Random(7);
    for (int block = 0; block < RANDOM_BLOCKS; block++) {
      allFunctions(floats(random, BLOCK), FloatVector.SPECIES_PREFERRED);
      if (block % 8 == 0) {
        allFunctions(doubles(random, BLOCK), DoubleVector.SPECIES_PREFERRED);
      }
    }
    assertThat(random.nextInt()).isNotZero(); // All blocks were reached.
  }

  @Test
  void every97thFloatHasTheBitsOfTheScalarFunctions() {
    float[] x = new float[BLOCK];
    long bits = Integer.MIN_VALUE;
    while (bits <= Integer.MAX_VALUE) {
      for (int n = 0; n < BLOCK; n++, bits += 97) {
        x[n] = Float.intBitsToFloat((int) bits);
      }
      allFunctions(x, FloatVector.SPECIES_PREFERRED);
    }
    assertThat(bits).isGreaterThan(Integer.MAX_VALUE);
  }
}
