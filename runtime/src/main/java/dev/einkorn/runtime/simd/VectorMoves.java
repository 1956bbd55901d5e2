package dev.einkorn.runtime.simd;

import dev.einkorn.runtime.CacheLines;
import jdk.incubator.vector.VectorShape;

/**
 * Moves of whole blocks that vectors do better than elements one by one. Loading this class needs
 * the module {@code jdk.incubator.vector}.
 */
public final class VectorMoves {
  /** Whether vectors are as long as the lines of a cache. */
  private static final boolean WIDE =
      VectorShape.preferredShape().vectorBitSize() >= Byte.SIZE * CacheLines.BYTES;

  /**
   * Elements from which on a run is long: beginning at a line is worth those that are moved twice,
   * and blocks may go down it.
   */
  private static final int LONG_RUN = 128;

  /** Lines that are a multiple of so much apart share few sets of a first cache. */
  private static final int FEW_SETS_BYTES = 2048;

  private VectorMoves() {}

  /**
   * Transposes a block: {@code target[targetStart + c * targetStride + r]} becomes {@code
   * source[sourceStart + r * sourceStride + c]}.
   *
   * @param rows how many runs of the source there are
   * @param columns the length of a run
   */
  public static void transpose(
      float[] source,
      int sourceStart,
      int sourceStride,
      float[] target,
      int targetStart,
      int targetStride,
      int rows,
      int columns) {
    if (columns < 8) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          target[targetStart + c * targetStride + r] = source[sourceStart + r * sourceStride + c];
        }
      }
      return;
    }
    // One kind of blocks for all rows: what is called seldom would be interpreted for long.
    int side = WIDE && rows >= 16 && columns >= 16 ? 16 : 8;
    int firstRow = first(targetStart, targetStride, side, rows, Float.BYTES);
    if (goesDown(rows, columns, side, targetStride * Float.BYTES)) {
      int firstColumn = first(sourceStart, sourceStride, side, columns, Float.BYTES);
      for (int c = firstColumn; c < columns; c += side) {
        int column = Math.max(0, Math.min(c, columns - side));
        int from = sourceStart + column;
        int to = targetStart + column * targetStride;
        FloatBlocks.transpose(
            source,
            from,
            sourceStride,
            target,
            to,
            targetStride,
            side,
            firstRow,
            rows,
            sourceStride,
            1);
      }
      return;
    }
    for (int r = firstRow; r < rows; r += side) {
      int row = Math.max(0, Math.min(r, rows - side));
      int from = sourceStart + row * sourceStride;
      int to = targetStart + row;
      int taken = Math.min(side, rows);
      FloatBlocks.transpose(
          source, from, sourceStride, target, to, targetStride, taken, 0, columns, 1, targetStride);
    }
  }

  /**
   * Transposes a block: {@code target[targetStart + c * targetStride + r]} becomes {@code
   * source[sourceStart + r * sourceStride + c]}.
   *
   * @param rows how many runs of the source there are
   * @param columns the length of a run
   */
  public static void transpose(
      double[] source,
      int sourceStart,
      int sourceStride,
      double[] target,
      int targetStart,
      int targetStride,
      int rows,
      int columns) {
    if (columns < 4) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          target[targetStart + c * targetStride + r] = source[sourceStart + r * sourceStride + c];
        }
      }
      return;
    }
    // One kind of blocks for all rows: what is called seldom would be interpreted for long.
    int side = WIDE && rows >= 8 && columns >= 8 ? 8 : 4;
    int firstRow = first(targetStart, targetStride, side, rows, Double.BYTES);
    if (goesDown(rows, columns, side, targetStride * Double.BYTES)) {
      int firstColumn = first(sourceStart, sourceStride, side, columns, Double.BYTES);
      for (int c = firstColumn; c < columns; c += side) {
        int column = Math.max(0, Math.min(c, columns - side));
        int from = sourceStart + column;
        int to = targetStart + column * targetStride;
        DoubleBlocks.transpose(
            source,
            from,
            sourceStride,
            target,
            to,
            targetStride,
            side,
            firstRow,
            rows,
            sourceStride,
            1);
      }
      return;
    }
    for (int r = firstRow; r < rows; r += side) {
      int row = Math.max(0, Math.min(r, rows - side));
      int from = sourceStart + row * sourceStride;
      int to = targetStart + row;
      int taken = Math.min(side, rows);
      DoubleBlocks.transpose(
          source, from, sourceStride, target, to, targetStride, taken, 0, columns, 1, targetStride);
    }
  }

  /**
   * Whether blocks go down the runs of the target, if they are long, instead of along those of the
   * source: where these have few blocks, and where the target's are a number of bytes apart with
   * which blocks side by side would write into few sets of a first cache.
   */
  private static boolean goesDown(int rows, int columns, int side, int targetStrideBytes) {
    return rows >= LONG_RUN && (columns < 2 * side || targetStrideBytes % FEW_SETS_BYTES == 0);
  }

  /**
   * Where blocks begin so that their vectors are lines of an array, at most 0: what lies before the
   * first element is moved back. Vectors across two lines take up to half as long again in memory;
   * shorter vectors gain nothing where runs share few sets.
   *
   * @param stride from one vector to the next
   * @param lanes the elements of a vector
   * @param length the elements along which vectors lie
   * @param bytes of an element
   */
  private static int first(int start, int stride, int lanes, int length, int bytes) {
    boolean lines = lanes * bytes == CacheLines.BYTES && stride % lanes == 0;
    return lines && length >= LONG_RUN
        ? -Math.floorMod(CacheLines.ARRAY_HEADER_BYTES / bytes + start, lanes)
        : 0;
  }
}
