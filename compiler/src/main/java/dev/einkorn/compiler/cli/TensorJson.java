package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.report.Json;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.Locale;

/** Tensors as JSON: nested arrays; what JSON has no number for is "inf", "-inf" or "nan". */
final class TensorJson {
  private TensorJson() {}

  /** A number, or a string if it is not finite. */
  static String number(double value) {
    if (Double.isFinite(value)) {
      return Double.toString(value);
    }
    return Json.string(Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");
  }

  /** The extents. */
  static String shape(Tensor tensor) {
    return Json.array(Arrays.stream(tensor.shape()).mapToObj(Long::toString).toList());
  }

  /** All elements. */
  static String values(Tensor tensor) {
    var out = new StringBuilder();
    append(tensor, out);
    return out.toString();
  }

  private static void append(Tensor tensor, StringBuilder out) {
    if (tensor.rank() == 0) {
      out.append(element(tensor));
      return;
    }
    out.append('[');
    for (long n = 0; n < tensor.extent(0); n++) {
      out.append(n == 0 ? "" : ", ");
      append(tensor.select(0, n), out);
    }
    out.append(']');
  }

  private static String element(Tensor scalar) {
    return switch (scalar.elementType()) {
      case BOOL -> Boolean.toString(scalar.getBoolean());
      case I32, I64 -> Long.toString(scalar.getLong());
      case F32 -> {
        float value = scalar.getFloat();
        yield Float.isFinite(value) ? Float.toString(value) : number(value);
      }
      case F64 -> number(scalar.getDouble());
    };
  }

  /** Type and shape for people: {@code f32[2,3]}. */
  static String describe(Tensor tensor) {
    return tensor.elementType() + Arrays.toString(tensor.shape()).replace(" ", "");
  }

  /** Milliseconds of a number of nanoseconds. */
  static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
  }

  /** The type under its name in the language. */
  static String type(ElementType type) {
    return Json.string(type.toString());
  }
}
