package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.report.Json;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.Locale;

/**
 * How a computed tensor compares with that of the reference interpreter.
 *
 * @param name of the output
 * @param identical whether all bits are the same
 * @param largestDifference of two elements, infinite if only one of them is finite
 * @param largestValue of the reference, by absolute value
 * @param allowed the largest difference that passes
 */
record Comparison(
    String name, boolean identical, double largestDifference, double largestValue, double allowed) {
  /** Allowed differences in units of the largest absolute value. */
  private static final double F32_TOLERANCE = 1e-4;

  private static final double F64_TOLERANCE = 1e-10;

  /**
   * Compares two tensors of one type. Integers, truth values and, in strict mode, all values must
   * be the same; else floating-point values may differ by 1e-4 (f32) or 1e-10 (f64) of the largest
   * absolute value.
   */
  static Comparison of(String name, Tensor computed, Tensor reference, Mode mode) {
    boolean sameForm =
        computed.elementType() == reference.elementType()
            && Arrays.equals(computed.shape(), reference.shape());
    if (!sameForm) {
      return new Comparison(name, false, Double.POSITIVE_INFINITY, 0, 0);
    }
    double[] left = computed.cast(ElementType.F64).toDoubleArray();
    double[] right = reference.cast(ElementType.F64).toDoubleArray();
    double difference = 0;
    double value = 0;
    for (int n = 0; n < left.length; n++) {
      if (Double.compare(left[n], right[n]) != 0 && left[n] != right[n]) {
        double distance = Math.abs(left[n] - right[n]);
        difference =
            Math.max(difference, Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance);
      }
      if (Double.isFinite(right[n])) {
        value = Math.max(value, Math.abs(right[n]));
      }
    }
    boolean exact = mode == Mode.STRICT || !reference.elementType().isFloating();
    double tolerance = reference.elementType() == ElementType.F32 ? F32_TOLERANCE : F64_TOLERANCE;
    return new Comparison(
        name, computed.contentEquals(reference), difference, value, exact ? 0 : tolerance * value);
  }

  /** Whether the difference is allowed. */
  boolean passes() {
    return identical || (allowed > 0 && largestDifference <= allowed);
  }

  /** One line for people. */
  String text() {
    if (identical) {
      return name + " equals the reference interpreter bit for bit";
    }
    return String.format(
        Locale.ROOT,
        "%s differs from the reference interpreter by at most %.3g (largest value %.3g, allowed"
            + " %.3g)",
        name,
        largestDifference,
        largestValue,
        allowed);
  }

  /** One JSON object. */
  String json() {
    return Json.object(
        "identical", Boolean.toString(identical),
        "largestDifference", TensorJson.number(largestDifference),
        "allowed", TensorJson.number(allowed),
        "passes", Boolean.toString(passes()));
  }
}
