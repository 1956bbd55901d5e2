package dev.einkorn.compiler;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;

/** What a tensor of the caller must be so that an output can be written to it. */
final class OutputCheck {
  private OutputCheck() {}

  static void check(String name, Tensor tensor, ElementType type, long[] shape) {
    if (tensor.elementType() != type || !Arrays.equals(tensor.shape(), shape)) {
      throw new IllegalArgumentException(
          "OUTPUT_MISMATCH: output %s is %s%s in the program, but the tensor passed for it is %s%s"
              .formatted(name, type, text(shape), tensor.elementType(), text(tensor.shape())));
    }
    if (!tensor.isWritableView()) {
      throw new IllegalArgumentException(
          "OUTPUT_MISMATCH: output "
              + name
              + " is a view in which two positions share an element, such as a broadcast; pass a"
              + " copy");
    }
  }

  private static String text(long[] shape) {
    return Arrays.toString(shape).replace(" ", "");
  }
}
