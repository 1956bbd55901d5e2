package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;

/** Reductions over all elements of a tensor. */
final class Elements {
  private Elements() {}

  /** How many elements are infinite or NaN. */
  static long notFinite(Tensor tensor) {
    long count = 0;
    for (double value : doubles(tensor)) {
      count += Double.isFinite(value) ? 0 : 1;
    }
    return count;
  }

  /** The largest absolute value of a number in the tensor; NaN counts nothing. */
  static double largest(Tensor tensor) {
    double largest = 0;
    for (double value : doubles(tensor)) {
      if (Math.abs(value) > largest) {
        largest = Math.abs(value);
      }
    }
    return largest;
  }

  /** The largest difference of two elements; infinite where one of them only is a number. */
  static double largestDifference(Tensor left, Tensor right) {
    double[] a = doubles(left);
    double[] b = doubles(right);
    if (a.length != b.length) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    for (int n = 0; n < a.length; n++) {
      if (Double.compare(a[n], b[n]) != 0 && a[n] != b[n]) {
        double difference = Math.abs(a[n] - b[n]);
        largest =
            Math.max(largest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
      }
    }
    return largest;
  }

  /** All elements in row-major order, as a copy. */
  static double[] doubles(Tensor tensor) {
    return tensor.cast(ElementType.F64).toDoubleArray();
  }

  /** The absolute values as a new tensor. */
  static Tensor absolute(Tensor tensor) {
    double[] values = doubles(tensor);
    for (int n = 0; n < values.length; n++) {
      values[n] = Math.abs(values[n]);
    }
    return Tensor.of(values, tensor.shape());
  }
}
