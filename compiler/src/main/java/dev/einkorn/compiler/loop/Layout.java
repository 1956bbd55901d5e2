package dev.einkorn.compiler.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a kernel may assume of an operand's memory; operands of one layout share a kernel whatever
 * their sizes and other strides.
 *
 * @param storage where the elements are
 * @param unitAxis the axis whose stride is 1, or {@link #NO_AXIS}; if there are several, the
 *     innermost one that has more than one position
 * @param joined the axes that go on in the next one: a step along such an axis is as long as the
 *     whole of the next, so that both can be walked as one; in ascending order
 */
public record Layout(Storage storage, int unitAxis, List<Integer> joined) {
  public Layout {
    joined = List.copyOf(joined);
  }

  /** Axes of which none is known to go on in the next one. */
  public Layout(Storage storage, int unitAxis) {
    this(storage, unitAxis, List.of());
  }

  /** No axis is known to have stride 1. */
  public static final int NO_AXIS = -1;

  /** Where elements are kept. */
  public enum Storage {
    /** A Java array; positions fit an {@code int}. */
    ARRAY,
    /** A memory segment; positions need a {@code long}. */
    SEGMENT
  }

  /**
   * What a kernel may assume of a tensor with these extents and strides, both in elements.
   *
   * @param extents an axis each
   * @param strides an axis each
   */
  public static Layout of(Storage storage, long[] extents, long[] strides) {
    int unitAxis = NO_AXIS;
    List<Integer> joined = new ArrayList<>();
    for (int axis = 0; axis < strides.length; axis++) {
      // An axis that a loop walks says more than one of a single position.
      if (strides[axis] == 1 && (extents[axis] > 1 || unitAxis == NO_AXIS)) {
        unitAxis = axis;
      }
      if (axis + 1 < strides.length
          && extents[axis] > 1
          && extents[axis + 1] > 1
          && strides[axis] != 0
          && strides[axis] == extents[axis + 1] * strides[axis + 1]) {
        joined.add(axis);
      }
    }
    return new Layout(storage, unitAxis, joined);
  }

  /** An array of this rank whose last axis has stride 1; other strides may be any. */
  public static Layout rowMajor(int rank) {
    return new Layout(Storage.ARRAY, rank - 1);
  }

  /** An array of this rank in which every axis goes on in the next one. */
  public static Layout dense(int rank) {
    return new Layout(Storage.ARRAY, rank - 1, IntStream.range(0, rank - 1).boxed().toList());
  }

  /** The same without what is known of axes that go on in the next one. */
  public Layout apart() {
    return joined.isEmpty() ? this : new Layout(storage, unitAxis);
  }

  /** What is left of this where an axis is cut, so that the one before it does not go on in it. */
  public Layout cut(int axis) {
    return new Layout(storage, unitAxis, joined.stream().filter(at -> at + 1 != axis).toList());
  }

  @Override
  public String toString() {
    String unit = unitAxis == NO_AXIS ? "strided" : "unit stride on axis " + unitAxis;
    return storage == Storage.ARRAY ? unit : unit + ", off-heap";
  }
}
