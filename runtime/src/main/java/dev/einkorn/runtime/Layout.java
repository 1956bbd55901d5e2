package dev.einkorn.runtime;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The geometry of a strided view: element {@code (p0, p1, ...)} lies at {@code offset + p0 *
 * stride0 + p1 * stride1 + ...}, counted in elements. Immutable; every view operation gives a new
 * layout of the same elements. In an empty layout strides and offset mean nothing.
 */
final class Layout {
  private final long[] shape;
  private final long[] strides;
  private final long offset;
  private final long count;

  private Layout(long[] shape, long[] strides, long offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.count = elementCount(shape);
  }

  /** The dense layout in which the last axis varies fastest. */
  static Layout rowMajor(long... shape) {
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] < 0) {
        throw new IllegalArgumentException(
            "extent of axis %s is negative in shape %s".formatted(axis, format(shape)));
      }
    }
    long[] strides = new long[shape.length];
    if (elementCount(shape) > 0) {
      long stride = 1;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        strides[axis] = stride;
        stride *= shape[axis];
      }
    }
    return new Layout(shape.clone(), strides, 0);
  }

  /** Any layout of so many elements; an {@link IllegalArgumentException} if it leaves them. */
  static Layout strided(long elements, long[] shape, long[] strides, long offset) {
    long[] dense = rowMajor(shape).shape;
    if (strides.length != shape.length) {
      throw new IllegalArgumentException(
          "shape %s has %s axes, but there are strides %s"
              .formatted(format(shape), shape.length, format(strides)));
    }
    if (elementCount(dense) == 0) {
      return rowMajor(shape);
    }
    long lowest = offset;
    long highest = offset;
    boolean fits = true;
    try {
      for (int axis = 0; axis < dense.length; axis++) {
        long reach = Math.multiplyExact(dense[axis] - 1, strides[axis]);
        lowest = Math.addExact(lowest, Math.min(0, reach));
        highest = Math.addExact(highest, Math.max(0, reach));
      }
    } catch (ArithmeticException e) {
      fits = false;
    }
    if (!fits || lowest < 0 || highest >= elements) {
      throw new IllegalArgumentException(
          "shape %s with strides %s at offset %s leaves the %s elements there are"
              .formatted(format(shape), format(strides), offset, elements));
    }
    return new Layout(dense, strides.clone(), offset);
  }

  /** The product of the extents; an {@link IllegalArgumentException} if beyond 2^63 - 1. */
  static long elementCount(long... shape) {
    for (long extent : shape) {
      if (extent == 0) {
        return 0;
      }
    }
    long count = 1;
    try {
      for (long extent : shape) {
        count = Math.multiplyExact(count, extent);
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "shape %s has more elements than a long can count".formatted(format(shape)), e);
    }
    return count;
  }

  /** A shape as it is written in the language: {@code [2,3]}. */
  static String format(long... shape) {
    return LongStream.of(shape).mapToObj(Long::toString).collect(Collectors.joining(",", "[", "]"));
  }

  int rank() {
    return shape.length;
  }

  long[] shape() {
    return shape.clone();
  }

  long extent(int axis) {
    return shape[checkAxis(axis)];
  }

  long stride(int axis) {
    return strides[checkAxis(axis)];
  }

  long offset() {
    return offset;
  }

  long count() {
    return count;
  }

  boolean sameShape(Layout other) {
    return Arrays.equals(shape, other.shape);
  }

  /** The lowest position addressed; meaningless if empty. */
  long lowest() {
    long lowest = offset;
    for (int axis = 0; axis < shape.length; axis++) {
      lowest += Math.min(0, (shape[axis] - 1) * strides[axis]);
    }
    return lowest;
  }

  /** The highest position addressed; meaningless if empty. */
  long highest() {
    long highest = offset;
    for (int axis = 0; axis < shape.length; axis++) {
      highest += Math.max(0, (shape[axis] - 1) * strides[axis]);
    }
    return highest;
  }

  /** Whether the elements lie one after another in row-major order, without gaps. */
  boolean isRowMajor() {
    if (count == 0) {
      return true;
    }
    long expected = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] != 1) {
        if (strides[axis] != expected) {
          return false;
        }
        expected *= shape[axis];
      }
    }
    return true;
  }

  /**
   * Whether no two positions surely address one element: sorted by absolute stride, each axis must
   * step over all that the axes before it span. Never true where elements are shared, but false for
   * a few interleaved layouts that share none.
   */
  boolean addressesOnce() {
    // Most tensors are dense, which costs a call little to see even if caches are cold.
    return count == 0 || isRowMajor() || stepsOver();
  }

  /** Whether each stride steps over all that the axes of smaller strides span. */
  private boolean stepsOver() {
    int[] axes =
        IntStream.range(0, shape.length)
            .filter(axis -> shape[axis] > 1)
            .boxed()
            .sorted((a, b) -> Long.compare(Math.abs(strides[a]), Math.abs(strides[b])))
            .mapToInt(Integer::intValue)
            .toArray();
    long span = 0;
    for (int axis : axes) {
      long stride = Math.abs(strides[axis]);
      if (stride <= span) {
        return false;
      }
      span += (shape[axis] - 1) * stride;
    }
    return true;
  }

  /** Where the element at a position lies; the position is checked. */
  long locate(long... position) {
    if (position.length != shape.length) {
      throw new IllegalArgumentException(
          "position %s has %s coordinates, but the tensor of shape %s has rank %s"
              .formatted(format(position), position.length, format(shape), shape.length));
    }
    long at = offset;
    for (int axis = 0; axis < shape.length; axis++) {
      at += checkPosition(axis, position[axis]) * strides[axis];
    }
    return at;
  }

  Layout permute(int... axes) {
    boolean[] seen = new boolean[shape.length];
    boolean valid = axes.length == shape.length;
    for (int i = 0; valid && i < axes.length; i++) {
      valid = axes[i] >= 0 && axes[i] < shape.length && !seen[axes[i]];
      if (valid) {
        seen[axes[i]] = true;
      }
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "%s is not a permutation of the axes 0 to %s of shape %s"
              .formatted(Arrays.toString(axes), shape.length - 1, format(shape)));
    }
    long[] newShape = new long[axes.length];
    long[] newStrides = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      newShape[i] = shape[axes[i]];
      newStrides[i] = strides[axes[i]];
    }
    return new Layout(newShape, newStrides, offset);
  }

  Layout transpose() {
    return permute(IntStream.range(0, shape.length).map(i -> shape.length - 1 - i).toArray());
  }

  Layout slice(int axis, long from, long to, long step) {
    long extent = extent(axis);
    if (step == 0) {
      throw new IllegalArgumentException("step of a slice of axis %s is 0".formatted(axis));
    }
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? extent : extent - 1;
    checkBound("from", from, low, high, axis);
    checkBound("to", to, low, high, axis);
    // With step Long.MIN_VALUE the negation wraps, and the quotient is 0 either way.
    long newExtent =
        step > 0
            ? from < to ? (to - from - 1) / step + 1 : 0
            : from > to ? (from - to - 1) / -step + 1 : 0;
    long[] newShape = shape.clone();
    long[] newStrides = strides.clone();
    newShape[axis] = newExtent;
    if (newExtent > 1) {
      newStrides[axis] = strides[axis] * step;
    }
    return new Layout(
        newShape, newStrides, newExtent == 0 ? offset : offset + from * strides[axis]);
  }

  Layout select(int axis, long position) {
    checkAxis(axis);
    long at = offset + checkPosition(axis, position) * strides[axis];
    return new Layout(without(shape, axis), without(strides, axis), at);
  }

  Layout diagonal(int axis1, int axis2) {
    checkAxis(axis1);
    checkAxis(axis2);
    if (axis1 == axis2) {
      throw new IllegalArgumentException(
          "a diagonal needs two different axes, found %s twice".formatted(axis1));
    }
    int rank = shape.length;
    long[] newShape = new long[rank - 1];
    long[] newStrides = new long[rank - 1];
    int next = 0;
    for (int axis = 0; axis < rank; axis++) {
      if (axis != axis1 && axis != axis2) {
        newShape[next] = shape[axis];
        newStrides[next++] = strides[axis];
      }
    }
    newShape[next] = Math.min(shape[axis1], shape[axis2]);
    newStrides[next] = newShape[next] > 1 ? strides[axis1] + strides[axis2] : 0;
    return new Layout(newShape, newStrides, offset);
  }

  Layout broadcastTo(long... target) {
    int added = target.length - shape.length;
    boolean valid = added >= 0;
    long[] newStrides = new long[target.length];
    for (int axis = 0; valid && axis < target.length; axis++) {
      long extent = axis < added ? 1 : shape[axis - added];
      if (target[axis] == extent) {
        newStrides[axis] = axis < added ? 0 : strides[axis - added];
      } else {
        valid = extent == 1 && target[axis] >= 0;
      }
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "shape %s cannot be broadcast to %s: counted from the last axis, extents must be equal"
                  .formatted(format(shape), format(target))
              + " or 1");
    }
    return new Layout(target.clone(), newStrides, offset);
  }

  Layout insertAxis(int axis) {
    if (axis < 0 || axis > shape.length) {
      throw new IllegalArgumentException(
          "no axis can be inserted at %s into shape %s; legal are 0 to %s"
              .formatted(axis, format(shape), shape.length));
    }
    long[] newShape = new long[shape.length + 1];
    long[] newStrides = new long[shape.length + 1];
    for (int i = 0; i < shape.length; i++) {
      newShape[i < axis ? i : i + 1] = shape[i];
      newStrides[i < axis ? i : i + 1] = strides[i];
    }
    newShape[axis] = 1;
    return new Layout(newShape, newStrides, offset);
  }

  Layout squeeze(int axis) {
    if (extent(axis) != 1) {
      throw new IllegalArgumentException(
          "only an axis of extent 1 can be squeezed; axis %s of shape %s has extent %s"
              .formatted(axis, format(shape), shape[axis]));
    }
    return new Layout(without(shape, axis), without(strides, axis), offset);
  }

  /** The same elements in row-major order under another shape. */
  Layout reshape(long... requested) {
    long[] target = resolve(requested);
    Layout dense = rowMajor(target);
    if (count == 0) {
      return dense;
    }
    if (isRowMajor()) {
      return new Layout(target, dense.strides, offset);
    }
    // Runs of old axes are matched with runs of new axes of the same element count. The old axes
    // of a run must themselves be laid out as one axis; the new ones then divide that axis.
    int rank = 0;
    long[] oldShape = new long[shape.length];
    long[] oldStrides = new long[shape.length];
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] != 1) {
        oldShape[rank] = shape[axis];
        oldStrides[rank++] = strides[axis];
      }
    }
    long[] newStrides = new long[target.length];
    int oldEnd = rank;
    int newEnd = target.length;
    while (newEnd > 0) {
      int oldStart = oldEnd;
      int newStart = newEnd - 1;
      long newSize = target[newStart];
      long oldSize = 1;
      while (oldSize != newSize) {
        if (oldSize < newSize) {
          oldSize *= oldShape[--oldStart];
        } else {
          newSize *= target[--newStart];
        }
      }
      for (int axis = oldStart; axis < oldEnd - 1; axis++) {
        if (oldStrides[axis] != oldShape[axis + 1] * oldStrides[axis + 1]) {
          throw new IllegalArgumentException(
              "shape %s with strides %s cannot be seen as %s without moving elements; call copy()"
                      .formatted(format(shape), format(strides), format(target))
                  + " first");
        }
      }
      long stride = oldStart < oldEnd ? oldStrides[oldEnd - 1] : 0;
      for (int axis = newEnd - 1; axis >= newStart; axis--) {
        newStrides[axis] = stride;
        stride *= target[axis];
      }
      oldEnd = oldStart;
      newEnd = newStart;
    }
    return new Layout(target, newStrides, offset);
  }

  /** The requested shape with its -1, if any, replaced; checked against the element count. */
  private long[] resolve(long... requested) {
    long[] target = requested.clone();
    int inferred = -1;
    for (int axis = 0; axis < target.length; axis++) {
      if (target[axis] == -1 && inferred < 0) {
        inferred = axis;
        target[axis] = 1;
      } else if (target[axis] < 0) {
        throw new IllegalArgumentException(
            "extents must not be negative, except for one -1, found %s"
                .formatted(format(requested)));
      }
    }
    long given = elementCount(target);
    if (inferred >= 0) {
      if (given == 0 || count % given != 0) {
        throw new IllegalArgumentException(
            "no extent in the place of -1 makes %s hold the %s elements of shape %s"
                .formatted(format(requested), count, format(shape)));
      }
      target[inferred] = count / given;
    } else if (given != count) {
      throw new IllegalArgumentException(
          "shape %s has %s elements, but shape %s has %s"
              .formatted(format(shape), count, format(requested), given));
    }
    return target;
  }

  private int checkAxis(int axis) {
    if (axis < 0 || axis >= shape.length) {
      throw new IllegalArgumentException(
          "there is no axis %s in shape %s of rank %s"
              .formatted(axis, format(shape), shape.length));
    }
    return axis;
  }

  private long checkPosition(int axis, long position) {
    if (position < 0 || position >= shape[axis]) {
      throw new IndexOutOfBoundsException(
          "position %s is out of range on axis %s, whose extent is %s, in shape %s"
              .formatted(position, axis, shape[axis], format(shape)));
    }
    return position;
  }

  private void checkBound(String name, long bound, long low, long high, int axis) {
    if (bound < low || bound > high) {
      throw new IndexOutOfBoundsException(
          "'%s' of a slice of axis %s is %s, legal are %s to %s; the extent is %s in shape %s"
              .formatted(name, axis, bound, low, high, shape[axis], format(shape)));
    }
  }

  private static long[] without(long[] values, int index) {
    long[] rest = new long[values.length - 1];
    System.arraycopy(values, 0, rest, 0, index);
    System.arraycopy(values, index + 1, rest, index, rest.length - index);
    return rest;
  }
}
