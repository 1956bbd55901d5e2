package dev.einkorn.runtime;

/**
 * The error function by the rational approximations of W. J. Cody, "Rational Chebyshev
 * approximations for the error function", Mathematics of Computation 23 (1969), 631-637.
 *
 * <p>Three ranges: erf itself near 0; beyond, the complement erfc as exp(-x^2) times a rational
 * function of x, and farther out of 1/x^2. The square in the exponent is split at a multiple of
 * 1/16, whose own square is exact, so that its rounding error does not grow in exp.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // The coefficients are as published.
final class ErrorFunction {
  private static final double NEAR = 0.46875;
  private static final double MIDDLE = 4;

  /** From here on 1 - erf(x) is below half an ulp of 1. */
  private static final double FAR = 6;

  private static final double ONE_OVER_SQRT_PI = 5.6418958354775628695e-1;

  private static final double[] NEAR_NUMERATOR = {
    1.85777706184603153e-1,
    3.16112374387056560e0,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3,
  };
  private static final double[] NEAR_DENOMINATOR = {
    1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3,
  };
  private static final double[] MIDDLE_NUMERATOR = {
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
    6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
    1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
  };
  private static final double[] MIDDLE_DENOMINATOR = {
    1,
    1.57449261107098347e1,
    1.17693950891312499e2,
    5.37181101862009858e2,
    1.62138957456669019e3,
    3.29079923573345963e3,
    4.36261909014324716e3,
    3.43936767414372164e3,
    1.23033935480374942e3,
  };
  private static final double[] FAR_NUMERATOR = {
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
    1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4,
  };
  private static final double[] FAR_DENOMINATOR = {
    1,
    2.56852019228982242e0,
    1.87295284992346725e0,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3,
  };

  private ErrorFunction() {}

  static double erf(double x) {
    double y = Math.abs(x);
    if (y <= NEAR) {
      double square = y * y;
      return x * evaluate(NEAR_NUMERATOR, square) / evaluate(NEAR_DENOMINATOR, square);
    }
    if (y >= FAR) {
      return Math.copySign(1.0, x);
    }
    double ratio;
    if (y <= MIDDLE) {
      ratio = evaluate(MIDDLE_NUMERATOR, y) / evaluate(MIDDLE_DENOMINATOR, y);
    } else {
      double inverse = 1 / (y * y);
      double tail = evaluate(FAR_NUMERATOR, inverse) / evaluate(FAR_DENOMINATOR, inverse);
      ratio = (ONE_OVER_SQRT_PI - inverse * tail) / y;
    }
    double head = Math.floor(y * 16) / 16;
    double rest = (y - head) * (y + head);
    double complement = Math.exp(-head * head) * Math.exp(-rest) * ratio;
    return Math.copySign(1 - complement, x); // NaN stays NaN: no range above holds it.
  }

  /** A polynomial by Horner's rule, highest power first. */
  private static double evaluate(double[] coefficients, double x) {
    double value = coefficients[0];
    for (int i = 1; i < coefficients.length; i++) {
      value = value * x + coefficients[i];
    }
    return value;
  }
}
