package dev.einkorn.compiler.cli;

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
 * @param allowed how large the difference may be, see {@link RoundingBound}
 */
record Comparison(String name, boolean identical, double largestDifference, double allowed) {
  /** Compares two tensors. */
  static Comparison of(String name, Tensor computed, Tensor reference, double allowed) {
    boolean sameForm =
        computed.elementType() == reference.elementType()
            && Arrays.equals(computed.shape(), reference.shape());
    if (!sameForm) {
      return new Comparison(name, false, Double.POSITIVE_INFINITY, allowed);
    }
    double[] left = computed.cast(ElementType.F64).toDoubleArray();
    double[] right = reference.cast(ElementType.F64).toDoubleArray();
    double difference = 0;
    for (int n = 0; n < left.length; n++) {
      if (Double.compare(left[n], right[n]) != 0 && left[n] != right[n]) {
        double distance = Math.abs(left[n] - right[n]);
        difference =
            Math.max(difference, Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance);
      }
    }
    return new Comparison(name, computed.contentEquals(reference), difference, allowed);
  }

  /** Whether the tensors are as close as the mode promises. */
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
        "%s differs from the reference interpreter by at most %.3g, %s the %.3g that roundings"
            + " allow",
        name,
        largestDifference,
        passes() ? "within" : "more than",
        allowed);
  }

  /** One JSON object. */
  String json() {
    return Json.object(
        "identical", Boolean.toString(identical),
        "largestDifference", TensorJson.number(largestDifference),
        "allowedDifference", TensorJson.number(allowed),
        "passes", Boolean.toString(passes()));
  }
}
