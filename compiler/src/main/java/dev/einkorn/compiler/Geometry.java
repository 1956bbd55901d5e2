package dev.einkorn.compiler;

import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Strided;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.runtime.cuda.DeviceTensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What a call depends on of a tensor: all but its elements and where they begin. Holds no reference
 * to the tensor.
 */
final class Geometry {
  /** Tensors of more elements lie in a segment. */
  static final long LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final ElementType elementType;
  private final boolean segment;
  private final long[] extents;
  private final long[] strides;

  private Geometry(ElementType elementType, boolean segment, long[] extents, long[] strides) {
    this.elementType = elementType;
    this.segment = segment;
    this.extents = extents;
    this.strides = strides;
  }

  static Geometry of(Tensor tensor) {
    return new Geometry(
        tensor.elementType(), tensor.isSegment(), tensor.shape(), stridesOf(tensor));
  }

  /** The geometry of elements in a device's memory: one kind of storage, of any size. */
  static Geometry of(DeviceTensor tensor) {
    return new Geometry(tensor.elementType(), false, tensor.shape(), stridesOf(tensor));
  }

  /** The geometry that a tensor of the host has when it was uploaded. */
  static Geometry uploaded(Tensor tensor) {
    return new Geometry(
        tensor.elementType(), false, tensor.shape(), CudaDevice.uploadedStrides(tensor));
  }

  /** The same in a device's memory. */
  Geometry onDevice() {
    return segment ? new Geometry(elementType, false, extents, strides) : this;
  }

  private static long[] stridesOf(Strided tensor) {
    long[] strides = new long[tensor.rank()];
    for (int axis = 0; axis < strides.length; axis++) {
      strides[axis] = tensor.stride(axis);
    }
    return strides;
  }

  /** The geometry of what {@link Tensor#zeros} makes, without making it. */
  static Geometry rowMajor(ElementType type, long... shape) {
    long[] strides = new long[shape.length];
    double count = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = (long) count;
      count *= shape[axis];
    }
    if (count == 0) {
      Arrays.fill(strides, 0);
    }
    return new Geometry(type, count > LONGEST_ARRAY, shape.clone(), strides);
  }

  /** Whether it is that of a dense tensor whose last axis varies fastest. */
  boolean isRowMajor() {
    return Arrays.equals(strides, rowMajor(elementType, extents).strides);
  }

  /** Whether a tensor is of this geometry. Allocates nothing. */
  boolean fits(Tensor tensor) {
    if (tensor.elementType() != elementType
        || tensor.rank() != extents.length
        || tensor.isSegment() != segment) {
      return false;
    }
    for (int axis = 0; axis < extents.length; axis++) {
      if (tensor.extent(axis) != extents[axis] || tensor.stride(axis) != strides[axis]) {
        return false;
      }
    }
    return true;
  }

  /** What a kernel may assume of such a tensor. */
  Layout layout() {
    return Layout.of(segment ? Layout.Storage.SEGMENT : Layout.Storage.ARRAY, extents, strides);
  }

  /** Whether a kernel needs 64-bit positions for such a tensor. */
  boolean isWide() {
    return segment || LongStream.of(extents).anyMatch(extent -> extent > Integer.MAX_VALUE);
  }

  /** Elements from the lowest to the highest one, both counted; 0 if there are none. */
  long span() {
    long span = 1;
    for (int axis = 0; axis < extents.length; axis++) {
      if (extents[axis] == 0) {
        return 0;
      }
      span = Math.addExact(span, Math.multiplyExact(extents[axis] - 1, Math.abs(strides[axis])));
    }
    return span;
  }

  /** The strides, an axis each. */
  List<Long> strides() {
    return LongStream.of(strides).boxed().toList();
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof Geometry other
        && elementType == other.elementType
        && segment == other.segment
        && Arrays.equals(extents, other.extents)
        && Arrays.equals(strides, other.strides);
  }

  @Override
  public int hashCode() {
    int hash = 31 * elementType.hashCode() + (segment ? 1 : 0);
    return 31 * (31 * hash + Arrays.hashCode(extents)) + Arrays.hashCode(strides);
  }
}
