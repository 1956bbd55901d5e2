package dev.einkorn.runtime;

import java.util.Arrays;

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
   * Begins a table of the offsets of elements along several axes that one loop walks: with no axis
   * there is one element, at 0.
   *
   * @return how many offsets the table holds
   */
  public static int begin(int[] table) {
    if (table.length == 0) {
      return 0;
    }
    table[0] = 0;
    return 1;
  }

  /**
   * Adds an axis to a table of offsets, which the loop walks faster than those before.
   *
   * @param filled how many offsets the table holds
   * @param extent of the axis
   * @param stride of the axis, in elements
   * @return how many offsets the table holds now; 0 if it has no room for them because another axis
   *     is empty
   */
  public static int along(int[] table, int filled, int extent, int stride) {
    if ((long) filled * extent > table.length) {
      return 0;
    }
    // Spread what is there over the new axis, from the back so that nothing is lost.
    for (int n = filled - 1; n >= 0; n--) {
      int offset = table[n];
      for (int k = extent - 1; k >= 0; k--) {
        table[n * extent + k] = offset + k * stride;
      }
    }
    return filled * extent;
  }

  /**
   * Continues a table of offsets by the last one, so that a loop may go on beyond the end.
   *
   * @param filled how many offsets the table holds
   * @param count how often the last one is repeated
   */
  public static void repeatLast(int[] table, int filled, int count) {
    if (filled > 0) {
      Arrays.fill(table, filled, filled + count, table[filled - 1]);
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
