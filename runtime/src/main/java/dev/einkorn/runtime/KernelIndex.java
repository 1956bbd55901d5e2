package dev.einkorn.runtime;

/**
 * Positions that generated kernels compute where a subscript may leave its axis: gathers and
 * borders. Each method gives a position within {@code 0 .. extent-1} or throws.
 */
public final class KernelIndex {
  private KernelIndex() {}

  /**
   * A gathered position, checked.
   *
   * @param access the text of the access, for the error
   * @throws KernelException if it is outside of the axis
   */
  public static int gather(long position, int extent, String access) {
    return (int) gather(position, (long) extent, access);
  }

  /** {@link #gather(long, int, String)} for 64-bit extents. */
  public static long gather(long position, long extent, String access) {
    if (position < 0 || position >= extent) {
      throw KernelException.indexOutOfRange(position, extent, access);
    }
    return position;
  }

  /**
   * The nearest position of the axis.
   *
   * @throws KernelException if the axis is empty
   */
  public static int clamp(int position, int extent) {
    return (int) clamp((long) position, (long) extent);
  }

  /** {@link #clamp(int, int)} for 64-bit extents. */
  public static long clamp(long position, long extent) {
    requireElements(position, extent);
    return Math.max(0, Math.min(position, extent - 1));
  }

  /**
   * The position on the axis repeated without end.
   *
   * @throws KernelException if the axis is empty
   */
  public static int wrap(int position, int extent) {
    return (int) wrap((long) position, (long) extent);
  }

  /** {@link #wrap(int, int)} for 64-bit extents. */
  public static long wrap(long position, long extent) {
    requireElements(position, extent);
    return Math.floorMod(position, extent);
  }

  /**
   * The position on the axis reflected at its ends, which are not repeated.
   *
   * @throws KernelException if the axis is empty
   */
  public static int mirror(int position, int extent) {
    return (int) mirror((long) position, (long) extent);
  }

  /** {@link #mirror(int, int)} for 64-bit extents. */
  public static long mirror(long position, long extent) {
    requireElements(position, extent);
    if (extent == 1) {
      return 0;
    }
    long period = 2 * (extent - 1);
    long folded = Math.floorMod(position, period);
    return folded < extent ? folded : period - folded;
  }

  private static void requireElements(long position, long extent) {
    if (extent == 0) {
      throw KernelException.indexOutOfRange(position, extent, "an access with a border");
    }
  }

  /**
   * Fills a table with the offsets of elements along several axes that one loop walks, the last
   * axis fastest.
   *
   * @param table gets one offset an element, in elements; at least the product of the extents long
   * @param extents of the axes
   * @param strides of the axes, in elements
   */
  public static void offsets(int[] table, int[] extents, int[] strides) {
    for (int extent : extents) {
      if (extent == 0) {
        return;
      }
    }
    int filled = 1;
    table[0] = 0;
    for (int axis = 0; axis < extents.length; axis++) {
      int extent = extents[axis];
      int stride = strides[axis];
      // Spread what is there over the new, faster axis, from the back so that nothing is lost.
      for (int n = filled - 1; n >= 0; n--) {
        int offset = table[n];
        for (int k = extent - 1; k >= 0; k--) {
          table[n * extent + k] = offset + k * stride;
        }
      }
      filled *= extent;
    }
  }

  /** Whether {@code count} offsets of a table from a place on follow each other without gaps. */
  public static boolean isRun(int[] table, int from, int count) {
    int first = table[from];
    for (int n = 1; n < count; n++) {
      if (table[from + n] != first + n) {
        return false;
      }
    }
    return true;
  }
}
