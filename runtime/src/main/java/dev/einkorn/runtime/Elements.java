package dev.einkorn.runtime;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Loops over whole tensors: copying, converting, filling, comparing. Shapes are already checked.
 */
final class Elements {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private Elements() {}

  /** Copies bits between storages of one element type, so that NaN payloads survive. */
  static void copy(Storage target, Layout targetLayout, Storage source, Layout sourceLayout) {
    long size = target.elementType().byteSize();
    MemorySegment to = target.bytes();
    MemorySegment from = source.bytes();
    Rows rows = new Rows(targetLayout, sourceLayout);
    while (rows.next()) {
      long toStart = rows.start(0) * size;
      long fromStart = rows.start(1) * size;
      if (rows.stride(0) == 1 && rows.stride(1) == 1) {
        MemorySegment.copy(from, fromStart, to, toStart, rows.length() * size);
      } else {
        copyRow(
            to,
            toStart,
            rows.stride(0) * size,
            from,
            fromStart,
            rows.stride(1) * size,
            rows.length(),
            size);
      }
    }
  }

  private static void copyRow(
      MemorySegment to,
      long toStart,
      long toStride,
      MemorySegment from,
      long fromStart,
      long fromStride,
      long length,
      long size) {
    if (size == Integer.BYTES) {
      for (long i = 0; i < length; i++) {
        to.set(INT, toStart + i * toStride, from.get(INT, fromStart + i * fromStride));
      }
    } else if (size == Long.BYTES) {
      for (long i = 0; i < length; i++) {
        to.set(LONG, toStart + i * toStride, from.get(LONG, fromStart + i * fromStride));
      }
    } else {
      for (long i = 0; i < length; i++) {
        to.set(BYTE, toStart + i * toStride, from.get(BYTE, fromStart + i * fromStride));
      }
    }
  }

  /** Converts element by element, as Java casts do. */
  static void convert(Storage target, Layout targetLayout, Storage source, Layout sourceLayout) {
    boolean floating = source.elementType().isFloating();
    Rows rows = new Rows(targetLayout, sourceLayout);
    while (rows.next()) {
      long to = rows.start(0);
      long from = rows.start(1);
      for (long i = 0; i < rows.length(); i++) {
        if (floating) {
          target.setDouble(to, source.getDouble(from));
        } else {
          target.setLong(to, source.getLong(from));
        }
        to += rows.stride(0);
        from += rows.stride(1);
      }
    }
  }

  static void fill(Storage target, Layout layout, double value) {
    Rows rows = new Rows(layout);
    while (rows.next()) {
      for (long i = 0; i < rows.length(); i++) {
        target.setDouble(rows.start(0) + i * rows.stride(0), value);
      }
    }
  }

  static void fillLong(Storage target, Layout layout, long value) {
    Rows rows = new Rows(layout);
    while (rows.next()) {
      for (long i = 0; i < rows.length(); i++) {
        target.setLong(rows.start(0) + i * rows.stride(0), value);
      }
    }
  }

  /** Whether all elements are the same: bits for floating point, except that NaN equals NaN. */
  static boolean equal(Storage a, Layout aLayout, Storage b, Layout bLayout) {
    boolean floating = a.elementType().isFloating();
    Rows rows = new Rows(aLayout, bLayout);
    while (rows.next()) {
      for (long i = 0; i < rows.length(); i++) {
        long atA = rows.start(0) + i * rows.stride(0);
        long atB = rows.start(1) + i * rows.stride(1);
        boolean same =
            floating
                ? Double.doubleToLongBits(a.getDouble(atA))
                    == Double.doubleToLongBits(b.getDouble(atB))
                : a.getLong(atA) == b.getLong(atB);
        if (!same) {
          return false;
        }
      }
    }
    return true;
  }
}
