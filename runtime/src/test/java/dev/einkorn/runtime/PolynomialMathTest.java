package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PolynomialMathTest {
  private static final double ULPS = 2;
  // Enough for tanh next to 0, which is a difference of numbers next to 1.
  private static final MathContext DIGITS = new MathContext(60);

  private interface FloatFunction {
    float apply(float x);
  }

  /** Every 97th bit pattern: all exponents, both signs, subnormal numbers, NaN. */
  private static void checkFloats(FloatFunction function, DoubleUnaryOperator reference) {
    double worst = 0;
    float worstAt = 0;
    for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += 97) {
      float x = Float.intBitsToFloat((int) bits);
      float found = function.apply(x);
      double exact = reference.applyAsDouble(x);
      float rounded = (float) exact;
      if (Float.floatToIntBits(found) == Float.floatToIntBits(rounded)) {
        continue;
      }
      double error = Math.abs(found - exact) / Math.ulp(rounded);
      if (!(error <= worst)) {
        worst = error;
        worstAt = x;
      }
    }
    assertThat(worst).as("error in ulp, worst at %s", worstAt).isLessThanOrEqualTo(ULPS);
  }

  @Test
  void floatFunctionsAreWithinTwoUlp() {
    checkFloats(PolynomialMath::exp, Math::exp);
    checkFloats(PolynomialMath::log, Math::log);
    checkFloats(PolynomialMath::tanh, Math::tanh);
    checkFloats(PolynomialMath::sigmoid, KernelMath::sigmoid);
  }

  private static BigDecimal exp(BigDecimal x) {
    int halvings = Math.max(0, x.precision() - x.scale() + 1) * 4 + 8;
    BigDecimal r = x.divide(BigDecimal.TWO.pow(halvings), DIGITS);
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = BigDecimal.ONE;
    for (int n = 1; n <= 30; n++) {
      term = term.multiply(r, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    for (int n = 0; n < halvings; n++) {
      sum = sum.multiply(sum, DIGITS);
    }
    return sum;
  }

  /** By a step of Halley's from the double result, which triples its digits. */
  private static BigDecimal log(BigDecimal x) {
    BigDecimal start = new BigDecimal(Math.log(x.doubleValue()));
    BigDecimal power = exp(start);
    return x.subtract(power)
        .divide(x.add(power), DIGITS)
        .multiply(BigDecimal.TWO)
        .add(start, DIGITS);
  }

  private static BigDecimal tanh(BigDecimal x) {
    BigDecimal power = exp(x.multiply(BigDecimal.TWO));
    return power.subtract(BigDecimal.ONE).divide(power.add(BigDecimal.ONE), DIGITS);
  }

  private static BigDecimal sigmoid(BigDecimal x) {
    return BigDecimal.ONE.divide(exp(x.negate()).add(BigDecimal.ONE), DIGITS);
  }

  private static void checkDouble(
      DoubleUnaryOperator function, UnaryOperator<BigDecimal> reference, double x) {
    double found = function.applyAsDouble(x);
    BigDecimal exact = reference.apply(new BigDecimal(x));
    double ulp = Math.ulp(exact.doubleValue());
    double error =
        new BigDecimal(found)
            .subtract(exact)
            .divide(new BigDecimal(ulp), DIGITS)
            .abs()
            .doubleValue();
    assertThat(error).as("error in ulp of %s at %s", found, x).isLessThanOrEqualTo(ULPS);
  }

  @Test
  void doubleFunctionsAreWithinTwoUlp() {
    var random = new Random(1);
    for (int n = 0; n < 3000; n++) {
      double small = random.nextGaussian() * Math.scalb(1.0, random.nextInt(24) - 20);
      checkDouble(PolynomialMath::exp, PolynomialMathTest::exp, small);
      checkDouble(PolynomialMath::exp, PolynomialMathTest::exp, random.nextDouble(-745, 709.7));
      checkDouble(PolynomialMath::tanh, PolynomialMathTest::tanh, small);
      checkDouble(PolynomialMath::tanh, PolynomialMathTest::tanh, random.nextDouble(-1, 1));
      checkDouble(PolynomialMath::sigmoid, PolynomialMathTest::sigmoid, small);
      checkDouble(PolynomialMath::sigmoid, PolynomialMathTest::sigmoid, random.nextDouble(-40, 9));
      checkDouble(PolynomialMath::log, PolynomialMathTest::log, random.nextDouble(0.4, 2.2));
      checkDouble(PolynomialMath::log, PolynomialMathTest::log, 1 + 1e-6 * random.nextGaussian());
      long bits = random.nextLong(Double.doubleToRawLongBits(Double.MAX_VALUE));
      checkDouble(PolynomialMath::log, PolynomialMathTest::log, Double.longBitsToDouble(bits));
    }
  }

  @Test
  void limitsAreThoseOfTheRealFunctions() {
    double infinity = Double.POSITIVE_INFINITY;
    assertThat(PolynomialMath.exp(infinity)).isEqualTo(infinity);
    assertThat(PolynomialMath.exp(710.0)).isEqualTo(infinity);
    assertThat(PolynomialMath.exp(-infinity)).isEqualTo(0.0);
    assertThat(PolynomialMath.exp(-746.0)).isEqualTo(0.0);
    assertThat(PolynomialMath.exp(-745.0)).isEqualTo(Double.MIN_VALUE);
    assertThat(PolynomialMath.exp(-0.0)).isEqualTo(1.0);
    assertThat(PolynomialMath.log(0.0)).isEqualTo(-infinity);
    assertThat(PolynomialMath.log(-0.0)).isEqualTo(-infinity);
    assertThat(PolynomialMath.log(1.0)).isEqualTo(0.0);
    assertThat(PolynomialMath.log(infinity)).isEqualTo(infinity);
    assertThat(PolynomialMath.log(-infinity)).isNaN();
    assertThat(PolynomialMath.log(-Double.MIN_VALUE)).isNaN();
    assertThat(PolynomialMath.tanh(infinity)).isEqualTo(1.0);
    assertThat(PolynomialMath.tanh(-infinity)).isEqualTo(-1.0);
    assertThat(PolynomialMath.tanh(Double.MIN_VALUE)).isEqualTo(Double.MIN_VALUE);
    assertThat(Double.doubleToRawLongBits(PolynomialMath.tanh(-0.0))).isEqualTo(Long.MIN_VALUE);
    assertThat(PolynomialMath.sigmoid(infinity)).isEqualTo(1.0);
    assertThat(PolynomialMath.sigmoid(-infinity)).isEqualTo(0.0);
    assertThat(PolynomialMath.sigmoid(0.0)).isEqualTo(0.5);
    for (DoubleUnaryOperator function :
        new DoubleUnaryOperator[] {
          PolynomialMath::exp, PolynomialMath::log, PolynomialMath::tanh, PolynomialMath::sigmoid
        }) {
      assertThat(function.applyAsDouble(Double.NaN)).isNaN();
    }
  }
}
