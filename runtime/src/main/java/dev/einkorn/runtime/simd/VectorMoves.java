package dev.einkorn.runtime.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Moves of whole blocks that vectors do better than elements one by one. Loading this class needs
 * the module {@code jdk.incubator.vector}.
 */
public final class VectorMoves {
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_256;
  private static final VectorSpecies<Double> F64 = DoubleVector.SPECIES_256;

  // Which of two vectors' lanes make the lower and the upper one of an exchange, halves first.
  private static final float[] FLOAT_ORDER = {
    0, 1, 2, 3, 8, 9, 10, 11,
    4, 5, 6, 7, 12, 13, 14, 15,
    0, 1, 8, 9, 4, 5, 12, 13,
    2, 3, 10, 11, 6, 7, 14, 15,
    0, 8, 2, 10, 4, 12, 6, 14,
    1, 9, 3, 11, 5, 13, 7, 15
  };

  // Which of two vectors' lanes make the lower and the upper one of an exchange, halves first.
  private static final double[] DOUBLE_ORDER = {
    0, 1, 4, 5,
    2, 3, 6, 7,
    0, 4, 2, 6,
    1, 5, 3, 7
  };

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
    for (int r = 0; r < rows; r += 8) {
      int row = Math.max(0, Math.min(r, rows - 8));
      strip(
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
   * 8 rows, 8 columns at a time: pairs of vectors exchange halves, then quarters, down to elements.
   * One loop, so that the orders stay in registers.
   *
   * @param rows how many there are, 1 to 8: beyond them the last one is read, and nothing written
   * @param columns at least 8
   */
  private static void strip(
      float[] source,
      int from,
      int sourceStride,
      float[] target,
      int to,
      int targetStride,
      int rows,
      int columns) {
    int row1 = from + Math.min(1, rows - 1) * sourceStride;
    int row2 = from + Math.min(2, rows - 1) * sourceStride;
    int row3 = from + Math.min(3, rows - 1) * sourceStride;
    int row4 = from + Math.min(4, rows - 1) * sourceStride;
    int row5 = from + Math.min(5, rows - 1) * sourceStride;
    int row6 = from + Math.min(6, rows - 1) * sourceStride;
    int row7 = from + Math.min(7, rows - 1) * sourceStride;
    VectorMask<Float> lanes = F32.indexInRange(0, rows);
    FloatVector low4 = FloatVector.fromArray(F32, FLOAT_ORDER, 0);
    FloatVector high4 = FloatVector.fromArray(F32, FLOAT_ORDER, 8);
    FloatVector low2 = FloatVector.fromArray(F32, FLOAT_ORDER, 16);
    FloatVector high2 = FloatVector.fromArray(F32, FLOAT_ORDER, 24);
    FloatVector low1 = FloatVector.fromArray(F32, FLOAT_ORDER, 32);
    FloatVector high1 = FloatVector.fromArray(F32, FLOAT_ORDER, 40);
    for (int c = 0; c < columns; c += 8) {
      // The last block is moved back so that it fits, and what it shares is written twice.
      int column = Math.min(c, columns - 8);
      FloatVector a0 = FloatVector.fromArray(F32, source, from + column);
      FloatVector a1 = FloatVector.fromArray(F32, source, row1 + column);
      FloatVector a2 = FloatVector.fromArray(F32, source, row2 + column);
      FloatVector a3 = FloatVector.fromArray(F32, source, row3 + column);
      FloatVector a4 = FloatVector.fromArray(F32, source, row4 + column);
      FloatVector a5 = FloatVector.fromArray(F32, source, row5 + column);
      FloatVector a6 = FloatVector.fromArray(F32, source, row6 + column);
      FloatVector a7 = FloatVector.fromArray(F32, source, row7 + column);
      FloatVector b0 = low4.selectFrom(a0, a4);
      FloatVector b4 = high4.selectFrom(a0, a4);
      FloatVector b1 = low4.selectFrom(a1, a5);
      FloatVector b5 = high4.selectFrom(a1, a5);
      FloatVector b2 = low4.selectFrom(a2, a6);
      FloatVector b6 = high4.selectFrom(a2, a6);
      FloatVector b3 = low4.selectFrom(a3, a7);
      FloatVector b7 = high4.selectFrom(a3, a7);
      FloatVector c0 = low2.selectFrom(b0, b2);
      FloatVector c2 = high2.selectFrom(b0, b2);
      FloatVector c1 = low2.selectFrom(b1, b3);
      FloatVector c3 = high2.selectFrom(b1, b3);
      FloatVector c4 = low2.selectFrom(b4, b6);
      FloatVector c6 = high2.selectFrom(b4, b6);
      FloatVector c5 = low2.selectFrom(b5, b7);
      FloatVector c7 = high2.selectFrom(b5, b7);
      FloatVector d0 = low1.selectFrom(c0, c1);
      FloatVector d1 = high1.selectFrom(c0, c1);
      FloatVector d2 = low1.selectFrom(c2, c3);
      FloatVector d3 = high1.selectFrom(c2, c3);
      FloatVector d4 = low1.selectFrom(c4, c5);
      FloatVector d5 = high1.selectFrom(c4, c5);
      FloatVector d6 = low1.selectFrom(c6, c7);
      FloatVector d7 = high1.selectFrom(c6, c7);
      int at = to + column * targetStride;
      if (rows == 8) {
        d0.intoArray(target, at);
        d1.intoArray(target, at + targetStride);
        d2.intoArray(target, at + 2 * targetStride);
        d3.intoArray(target, at + 3 * targetStride);
        d4.intoArray(target, at + 4 * targetStride);
        d5.intoArray(target, at + 5 * targetStride);
        d6.intoArray(target, at + 6 * targetStride);
        d7.intoArray(target, at + 7 * targetStride);
      } else {
        d0.intoArray(target, at, lanes);
        d1.intoArray(target, at + targetStride, lanes);
        d2.intoArray(target, at + 2 * targetStride, lanes);
        d3.intoArray(target, at + 3 * targetStride, lanes);
        d4.intoArray(target, at + 4 * targetStride, lanes);
        d5.intoArray(target, at + 5 * targetStride, lanes);
        d6.intoArray(target, at + 6 * targetStride, lanes);
        d7.intoArray(target, at + 7 * targetStride, lanes);
      }
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
    for (int r = 0; r < rows; r += 4) {
      int row = Math.max(0, Math.min(r, rows - 4));
      strip(
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
   * 4 rows, 4 columns at a time: pairs of vectors exchange halves, then quarters, down to elements.
   * One loop, so that the orders stay in registers.
   *
   * @param rows how many there are, 1 to 4: beyond them the last one is read, and nothing written
   * @param columns at least 4
   */
  private static void strip(
      double[] source,
      int from,
      int sourceStride,
      double[] target,
      int to,
      int targetStride,
      int rows,
      int columns) {
    int row1 = from + Math.min(1, rows - 1) * sourceStride;
    int row2 = from + Math.min(2, rows - 1) * sourceStride;
    int row3 = from + Math.min(3, rows - 1) * sourceStride;
    VectorMask<Double> lanes = F64.indexInRange(0, rows);
    DoubleVector low2 = DoubleVector.fromArray(F64, DOUBLE_ORDER, 0);
    DoubleVector high2 = DoubleVector.fromArray(F64, DOUBLE_ORDER, 4);
    DoubleVector low1 = DoubleVector.fromArray(F64, DOUBLE_ORDER, 8);
    DoubleVector high1 = DoubleVector.fromArray(F64, DOUBLE_ORDER, 12);
    for (int c = 0; c < columns; c += 4) {
      // The last block is moved back so that it fits, and what it shares is written twice.
      int column = Math.min(c, columns - 4);
      DoubleVector a0 = DoubleVector.fromArray(F64, source, from + column);
      DoubleVector a1 = DoubleVector.fromArray(F64, source, row1 + column);
      DoubleVector a2 = DoubleVector.fromArray(F64, source, row2 + column);
      DoubleVector a3 = DoubleVector.fromArray(F64, source, row3 + column);
      DoubleVector b0 = low2.selectFrom(a0, a2);
      DoubleVector b2 = high2.selectFrom(a0, a2);
      DoubleVector b1 = low2.selectFrom(a1, a3);
      DoubleVector b3 = high2.selectFrom(a1, a3);
      DoubleVector c0 = low1.selectFrom(b0, b1);
      DoubleVector c1 = high1.selectFrom(b0, b1);
      DoubleVector c2 = low1.selectFrom(b2, b3);
      DoubleVector c3 = high1.selectFrom(b2, b3);
      int at = to + column * targetStride;
      if (rows == 4) {
        c0.intoArray(target, at);
        c1.intoArray(target, at + targetStride);
        c2.intoArray(target, at + 2 * targetStride);
        c3.intoArray(target, at + 3 * targetStride);
      } else {
        c0.intoArray(target, at, lanes);
        c1.intoArray(target, at + targetStride, lanes);
        c2.intoArray(target, at + 2 * targetStride, lanes);
        c3.intoArray(target, at + 3 * targetStride, lanes);
      }
    }
  }
}
