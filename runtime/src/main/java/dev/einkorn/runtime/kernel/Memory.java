package dev.einkorn.runtime.kernel;

import dev.einkorn.runtime.Tensor;

/** What kernels assume of the memory of their operands. */
public final class Memory {
  /** Instead of an axis: no axis needs to have stride 1. */
  public static final int NO_AXIS = -1;

  private Memory() {}

  /**
   * Whether a tensor lies in an array.
   *
   * @param unitAxis the axis along which neighbours lie side by side, or {@link #NO_AXIS}
   */
  public static boolean isArray(Tensor tensor, int unitAxis) {
    return !tensor.isSegment() && isUnit(tensor, unitAxis);
  }

  /**
   * Whether a tensor lies in a memory segment.
   *
   * @param unitAxis as for {@link #isArray}
   */
  public static boolean isSegment(Tensor tensor, int unitAxis) {
    return tensor.isSegment() && isUnit(tensor, unitAxis);
  }

  private static boolean isUnit(Tensor tensor, int axis) {
    return axis == NO_AXIS || tensor.stride(axis) == 1 || tensor.extent(axis) <= 1;
  }

  /** Whether no size exceeds a bound, up to which kernels compute positions in an {@code int}. */
  public static boolean isWithin(long[] sizes, long largest) {
    for (long size : sizes) {
      if (size > largest) {
        return false;
      }
    }
    return true;
  }

  /** The same tensors, those in arrays seen as memory segments. Nothing is copied. */
  static Tensor[] segments(Tensor[] operands) {
    Tensor[] segments = operands.clone();
    for (int n = 0; n < segments.length; n++) {
      segments[n] = segments[n].asSegment();
    }
    return segments;
  }
}
