package dev.einkorn.compiler.loop;

/**
 * What a kernel may assume of an operand's memory; operands of one layout share a kernel whatever
 * their sizes and other strides.
 *
 * @param storage where the elements are
 * @param unitAxis the axis whose stride is 1, or {@link #NO_AXIS}; if there are several, the
 *     innermost one that has more than one position
 */
public record Layout(Storage storage, int unitAxis) {
  /** No axis is known to have stride 1. */
  public static final int NO_AXIS = -1;

  /** Where elements are kept. */
  public enum Storage {
    /** A Java array; positions fit an {@code int}. */
    ARRAY,
    /** A memory segment; positions need a {@code long}. */
    SEGMENT
  }

  /** A row-major array of this rank. */
  public static Layout rowMajor(int rank) {
    return new Layout(Storage.ARRAY, rank - 1);
  }

  @Override
  public String toString() {
    String unit = unitAxis == NO_AXIS ? "strided" : "unit stride on axis " + unitAxis;
    return storage == Storage.ARRAY ? unit : unit + ", off-heap";
  }
}
