package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;

/** Tensors of ones that kernels are warmed up with. */
public final class ScratchTensor {
  private ScratchTensor() {}

  /** A row-major tensor of ones. */
  public static Tensor rowMajor(ElementType type, long... shape) {
    Tensor tensor = Tensor.zeros(type, shape);
    tensor.fill(1);
    return tensor;
  }

  /** A tensor of ones whose first axis has stride 1 and whose last one is outermost. */
  public static Tensor reversed(ElementType type, long... shape) {
    long[] reversed = new long[shape.length];
    for (int axis = 0; axis < shape.length; axis++) {
      reversed[axis] = shape[shape.length - 1 - axis];
    }
    return rowMajor(type, reversed).transpose();
  }
}
