package dev.einkorn.runtime.simd;

import jdk.incubator.vector.VectorShape;

/**
 * Moves of whole blocks that vectors do better than elements one by one. Loading this class needs
 * the module {@code jdk.incubator.vector}.
 */
public final class VectorMoves {
  private static final int LINE_BYTES = 64;

  /** Where the elements of an array begin. A large one itself begins at a line. */
  private static final int ARRAY_HEADER_BYTES = 16;

  /** Whether vectors are as long as the lines of a cache. */
  private static final boolean WIDE =
      VectorShape.preferredShape().vectorBitSize() >= Byte.SIZE * LINE_BYTES;

  /** With fewer rows, beginning at a line is not worth the rows that are moved twice. */
  private static final int ALIGNED_ROWS = 128;

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
    if (WIDE && rows >= 16 && columns >= 16) {
      int head = firstRow(targetStart, targetStride, 16, rows);
      for (int r = head; r < rows; r += 16) {
        int row = Math.max(0, Math.min(r, rows - 16));
        FloatBlocks.wide(
            source,
            sourceStart + row * sourceStride,
            sourceStride,
            target,
            targetStart + row,
            targetStride,
            columns);
      }
      return;
    }
    for (int r = 0; r < rows; r += 8) {
      int row = Math.max(0, Math.min(r, rows - 8));
      FloatBlocks.narrow(
          source,
          sourceStart + row * sourceStride,
          sourceStride,
          target,
          targetStart + row,
          targetStride,
          Math.min(8, rows),
          columns);
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
    if (WIDE && rows >= 8 && columns >= 8) {
      int head = firstRow(targetStart, targetStride, 8, rows);
      for (int r = head; r < rows; r += 8) {
        int row = Math.max(0, Math.min(r, rows - 8));
        DoubleBlocks.wide(
            source,
            sourceStart + row * sourceStride,
            sourceStride,
            target,
            targetStart + row,
            targetStride,
            columns);
      }
      return;
    }
    for (int r = 0; r < rows; r += 4) {
      int row = Math.max(0, Math.min(r, rows - 4));
      DoubleBlocks.narrow(
          source,
          sourceStart + row * sourceStride,
          sourceStride,
          target,
          targetStart + row,
          targetStride,
          Math.min(4, rows),
          columns);
    }
  }

  /**
   * Where blocks begin so that vectors are lines of the target, at most 0: what lies before the
   * first row is moved back. Vectors across two lines take up to half as long again in memory.
   *
   * @param line the elements of a line
   */
  private static int firstRow(int targetStart, int targetStride, int line, int rows) {
    int header = line * ARRAY_HEADER_BYTES / LINE_BYTES;
    return rows < ALIGNED_ROWS || targetStride % line != 0
        ? 0
        : -Math.floorMod(header + targetStart, line);
  }
}
