package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class KernelMathTest {
  private static final float[] FLOATS = {
    0f,
    -0f,
    1f,
    -1f,
    0.5f,
    1.5f,
    2.5f,
    -2.5f,
    3.7f,
    -3.7f,
    1e-40f,
    1e30f,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  @Test
  void floorDivisionOfDoublesIsThatOfNumpy() throws IOException {
    List<String> rows = rows("floor_division_float64.csv");
    for (String row : rows) {
      double[] v = doubles(row);
      assertThat(bits(KernelMath.floorDiv(v[0], v[1])))
          .as("%s // %s", v[0], v[1])
          .isEqualTo(bits(v[2]));
      assertThat(bits(KernelMath.floorMod(v[0], v[1])))
          .as("%s %% %s", v[0], v[1])
          .isEqualTo(bits(v[3]));
    }
    assertThat(rows).hasSizeGreaterThan(300);
  }

  @Test
  void floorDivisionOfFloatsIsThatOfNumpy() throws IOException {
    List<String> rows = rows("floor_division_float32.csv");
    for (String row : rows) {
      String[] fields = row.split(",", -1);
      float[] v = new float[4];
      for (int i = 0; i < 4; i++) {
        v[i] = Float.intBitsToFloat(Integer.parseUnsignedInt(fields[i], 16));
      }
      assertThat(Float.floatToIntBits(KernelMath.floorDiv(v[0], v[1])))
          .as("%s // %s", v[0], v[1])
          .isEqualTo(Float.floatToIntBits(v[2]));
      assertThat(Float.floatToIntBits(KernelMath.floorMod(v[0], v[1])))
          .as("%s %% %s", v[0], v[1])
          .isEqualTo(Float.floatToIntBits(v[3]));
    }
    assertThat(rows).hasSizeGreaterThan(300);
  }

  @Test
  void integerDivisionRoundsDownAndWraps() {
    assertThat(KernelMath.floorDiv(-7, 2)).isEqualTo(-4);
    assertThat(KernelMath.floorMod(-7, 2)).isEqualTo(1);
    assertThat(KernelMath.floorDiv(7L, -2L)).isEqualTo(-4);
    assertThat(KernelMath.floorMod(7L, -2L)).isEqualTo(-1);
    assertThat(KernelMath.floorDiv(Integer.MIN_VALUE, -1)).isEqualTo(Integer.MIN_VALUE);
    assertThat(KernelMath.floorMod(Integer.MIN_VALUE, -1)).isZero();
    assertThat(KernelMath.floorDiv(Long.MIN_VALUE, -1L)).isEqualTo(Long.MIN_VALUE);
    assertThat(KernelMath.floorMod(Long.MIN_VALUE, -1L)).isZero();
  }

  @Test
  void integerDivisionByZeroIsAnError() {
    List<Runnable> divisions =
        List.of(
            () -> KernelMath.floorDiv(5, 0),
            () -> KernelMath.floorMod(5, 0),
            () -> KernelMath.floorDiv(5L, 0L),
            () -> KernelMath.floorMod(5L, 0L));
    for (Runnable division : divisions) {
      assertThatThrownBy(division::run)
          .isInstanceOfSatisfying(
              KernelException.class,
              e -> assertThat(e.code()).isEqualTo(KernelException.Code.DIVISION_BY_ZERO))
          .hasMessage("integer 5 divided by zero");
    }
  }

  @Test
  void integerPowerIsRepeatedMultiplication() {
    for (int base = -7; base <= 7; base++) {
      int expectedInt = 1;
      long expectedLong = 1;
      for (int exponent = 0; exponent < 80; exponent++) {
        assertThat(KernelMath.power(base, exponent)).isEqualTo(expectedInt);
        assertThat(KernelMath.power((long) base, (long) exponent)).isEqualTo(expectedLong);
        expectedInt *= base;
        expectedLong *= base;
      }
    }
    assertThat(KernelMath.power(-1L, Long.MAX_VALUE)).isEqualTo(-1);
  }

  @Test
  void negativeIntegerPowerIsAnError() {
    assertThatThrownBy(() -> KernelMath.power(2, -1))
        .isInstanceOfSatisfying(
            KernelException.class,
            e -> assertThat(e.code()).isEqualTo(KernelException.Code.NEGATIVE_INTEGER_POWER))
        .hasMessageContaining("2 to the negative power -1");
    assertThatThrownBy(() -> KernelMath.power(2L, Long.MIN_VALUE))
        .isInstanceOf(KernelException.class);
  }

  @Test
  void errorFunctionIsWithinTwoUlpsOfThePreciseValue() throws IOException {
    double worst = 0;
    for (String row : rows("erf.csv")) {
      double[] v = doubles(row);
      double found = KernelMath.erf(v[0]);
      worst = Math.max(worst, Math.abs(found - v[1]) / Math.ulp(v[1]));
      assertThat(KernelMath.erf(-v[0])).isEqualTo(-found);
    }
    assertThat(worst).isLessThanOrEqualTo(2);
  }

  @Test
  void errorFunctionHasItsLimits() {
    assertThat(KernelMath.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(KernelMath.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(KernelMath.erf(1e300)).isEqualTo(1);
    assertThat(KernelMath.erf(Double.NaN)).isNaN();
    assertThat(KernelMath.erf(Float.NaN)).isNaN();
    assertThat(bits(KernelMath.erf(-0.0))).isEqualTo(bits(-0.0));
    assertThat(KernelMath.erf(0.5f)).isEqualTo((float) KernelMath.erf(0.5));
  }

  @Test
  void floatFunctionsAreDoubleFunctionsRoundedOnce() {
    for (float x : FLOATS) {
      assertSame(KernelMath.exp(x), (float) Math.exp(x));
      assertSame(KernelMath.expm1(x), (float) Math.expm1(x));
      assertSame(KernelMath.log(x), (float) Math.log(x));
      assertSame(KernelMath.log1p(x), (float) Math.log1p(x));
      assertSame(KernelMath.sqrt(x), (float) Math.sqrt(x));
      assertSame(KernelMath.rsqrt(x), (float) (1 / Math.sqrt(x)));
      assertSame(KernelMath.sin(x), (float) Math.sin(x));
      assertSame(KernelMath.cos(x), (float) Math.cos(x));
      assertSame(KernelMath.tan(x), (float) Math.tan(x));
      assertSame(KernelMath.asin(x), (float) Math.asin(x));
      assertSame(KernelMath.acos(x), (float) Math.acos(x));
      assertSame(KernelMath.atan(x), (float) Math.atan(x));
      assertSame(KernelMath.sinh(x), (float) Math.sinh(x));
      assertSame(KernelMath.cosh(x), (float) Math.cosh(x));
      assertSame(KernelMath.tanh(x), (float) Math.tanh(x));
      assertSame(KernelMath.floor(x), (float) Math.floor(x));
      assertSame(KernelMath.ceil(x), (float) Math.ceil(x));
      assertSame(KernelMath.round(x), (float) Math.rint(x));
      assertSame(KernelMath.sigmoid(x), (float) KernelMath.sigmoid((double) x));
      for (float y : FLOATS) {
        assertSame(KernelMath.power(x, y), (float) Math.pow(x, y));
        assertSame(KernelMath.atan2(x, y), (float) Math.atan2(x, y));
        assertSame(KernelMath.hypot(x, y), (float) Math.hypot(x, y));
        assertSame(KernelMath.fma(x, y, 0.1f), Math.fma(x, y, 0.1f));
      }
    }
  }

  @Test
  void doubleFunctionsAreThoseOfTheJdk() {
    for (float f : FLOATS) {
      double x = f * 1.0000001;
      assertSame(KernelMath.exp(x), Math.exp(x));
      assertSame(KernelMath.expm1(x), Math.expm1(x));
      assertSame(KernelMath.log(x), Math.log(x));
      assertSame(KernelMath.log1p(x), Math.log1p(x));
      assertSame(KernelMath.sqrt(x), Math.sqrt(x));
      assertSame(KernelMath.rsqrt(x), 1 / Math.sqrt(x));
      assertSame(KernelMath.sin(x), Math.sin(x));
      assertSame(KernelMath.cos(x), Math.cos(x));
      assertSame(KernelMath.tan(x), Math.tan(x));
      assertSame(KernelMath.asin(x), Math.asin(x));
      assertSame(KernelMath.acos(x), Math.acos(x));
      assertSame(KernelMath.atan(x), Math.atan(x));
      assertSame(KernelMath.sinh(x), Math.sinh(x));
      assertSame(KernelMath.cosh(x), Math.cosh(x));
      assertSame(KernelMath.tanh(x), Math.tanh(x));
      assertSame(KernelMath.floor(x), Math.floor(x));
      assertSame(KernelMath.ceil(x), Math.ceil(x));
      assertSame(KernelMath.atan2(x, 2.0), Math.atan2(x, 2));
      assertSame(KernelMath.hypot(x, 2.0), Math.hypot(x, 2));
      assertSame(KernelMath.power(x, 2.0), Math.pow(x, 2));
      assertSame(KernelMath.fma(x, 2.0, 0.1), Math.fma(x, 2, 0.1));
    }
  }

  @Test
  void roundTakesTheEvenNeighbour() {
    assertThat(KernelMath.round(0.5)).isEqualTo(0);
    assertThat(KernelMath.round(1.5f)).isEqualTo(2);
    assertThat(KernelMath.round(2.5)).isEqualTo(2);
    assertThat(KernelMath.round(-2.5f)).isEqualTo(-2);
  }

  @Test
  void sigmoidKeepsItsAccuracyOnBothSides() {
    assertThat(KernelMath.sigmoid(0.0)).isEqualTo(0.5);
    assertThat(KernelMath.sigmoid(1000.0)).isEqualTo(1);
    assertThat(KernelMath.sigmoid(-1000.0)).isEqualTo(0);
    assertThat(KernelMath.sigmoid(-700.0)).isEqualTo(Math.exp(-700));
    assertThat(KernelMath.sigmoid(-700f)).isEqualTo(0f);
    assertThat(KernelMath.sigmoid(Double.NaN)).isNaN();
    assertThat(KernelMath.sigmoid(Double.NEGATIVE_INFINITY)).isEqualTo(0);
    assertThat(KernelMath.sigmoid(Double.POSITIVE_INFINITY)).isEqualTo(1);
  }

  @Test
  void nanPassesThroughComparisonsLikeNumpys() {
    assertThat(KernelMath.min(Double.NaN, 1.0)).isNaN();
    assertThat(KernelMath.min(1f, Float.NaN)).isNaN();
    assertThat(KernelMath.max(Float.NaN, 1f)).isNaN();
    assertThat(KernelMath.max(1.0, Double.NaN)).isNaN();
    assertThat(KernelMath.relu(Double.NaN)).isNaN();
    assertThat(KernelMath.relu(Float.NaN)).isNaN();
    assertThat(KernelMath.sign(Double.NaN)).isNaN();
    assertThat(KernelMath.sign(Float.NaN)).isNaN();
    assertThat(KernelMath.abs(Float.NaN)).isNaN();
    assertThat(KernelMath.abs(Double.NaN)).isNaN();
  }

  @Test
  void signsAndAbsoluteValuesAndRelu() {
    assertThat(bits(KernelMath.sign(-0.0))).isEqualTo(bits(0.0));
    assertThat(Float.floatToIntBits(KernelMath.sign(-0f))).isZero();
    assertThat(KernelMath.sign(-2.5)).isEqualTo(-1);
    assertThat(KernelMath.sign(2.5f)).isEqualTo(1);
    assertThat(KernelMath.sign(-5)).isEqualTo(-1);
    assertThat(KernelMath.sign(5L)).isEqualTo(1);
    assertThat(KernelMath.abs(-2.5f)).isEqualTo(2.5f);
    assertThat(KernelMath.abs(-2.5)).isEqualTo(2.5);
    assertThat(KernelMath.abs(Integer.MIN_VALUE)).isEqualTo(Integer.MIN_VALUE);
    assertThat(KernelMath.abs(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
    assertThat(bits(KernelMath.relu(-0.0))).isEqualTo(bits(0.0));
    assertThat(KernelMath.relu(-3f)).isEqualTo(0f);
    assertThat(KernelMath.relu(3.0)).isEqualTo(3.0);
    assertThat(KernelMath.relu(-3)).isZero();
    assertThat(KernelMath.relu(3L)).isEqualTo(3);
    assertThat(KernelMath.min(-3, 2)).isEqualTo(-3);
    assertThat(KernelMath.max(-3L, 2L)).isEqualTo(2);
    assertThat(KernelMath.min(-3L, 2L)).isEqualTo(-3);
    assertThat(KernelMath.max(-3, 2)).isEqualTo(2);
    assertThat(bits(KernelMath.min(0.0, -0.0))).isEqualTo(bits(-0.0));
  }

  @Test
  void indexOutOfRangeNamesIndexExtentAndAccess() {
    KernelException e = KernelException.indexOutOfRange(7, 4, "T[idx[k], j]");
    assertThat(e.code()).isEqualTo(KernelException.Code.INDEX_OUT_OF_RANGE);
    assertThat(e).hasMessage("index 7 is out of range 0 .. 3 in T[idx[k], j]");
  }

  private static void assertSame(double found, double expected) {
    assertThat(bits(found)).as("%s and %s", found, expected).isEqualTo(bits(expected));
  }

  /** The bits of a value, one pattern for every NaN. */
  private static long bits(double value) {
    return Double.doubleToLongBits(value);
  }

  private static double[] doubles(String row) {
    String[] fields = row.split(",", -1);
    double[] values = new double[fields.length];
    for (int i = 0; i < fields.length; i++) {
      values[i] = Double.longBitsToDouble(Long.parseUnsignedLong(fields[i], 16));
    }
    return values;
  }

  private static List<String> rows(String table) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(KernelMathTest.class.getResourceAsStream("/math/" + table))) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    }
  }

  @Test
  void sumsOfLanesFoldHalves() {
    var random = new SplittableRandom(3);
    for (int count = 1; count <= 64; count *= 2) {
      double[] doubles = random.doubles(count, -1, 1).toArray();
      float[] floats = new float[count];
      for (int n = 0; n < count; n++) {
        floats[n] = (float) doubles[n];
      }
      double[] halves = doubles.clone();
      float[] narrow = floats.clone();
      for (int half = count / 2; half > 0; half /= 2) {
        for (int n = 0; n < half; n++) {
          halves[n] += halves[n + half];
          narrow[n] += narrow[n + half];
        }
      }
      assertThat(KernelMath.sumLanes(doubles, count)).isEqualTo(halves[0]);
      assertThat(KernelMath.sumLanes(floats, count)).isEqualTo(narrow[0]);
    }
  }
}
