package dev.einkorn.runtime.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes rows of {@code double} by square blocks in registers. Written out: a vector in an
 * array would be an object.
 */
final class DoubleBlocks {
  private static final VectorSpecies<Double> NARROW = DoubleVector.SPECIES_256;
  private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_512;
  private static final double[] NARROW_ORDERS = orders(4);
  private static final double[] WIDE_ORDERS = orders(8);

  private DoubleBlocks() {}

  /**
   * Which lanes of two vectors make the lower and the upper one of an exchange: of halves first,
   * then of quarters, down to lanes. The lanes of the second vector follow those of the first.
   */
  private static double[] orders(int lanes) {
    double[] orders = new double[2 * lanes * Integer.numberOfTrailingZeros(lanes)];
    int next = 0;
    for (int part = lanes / 2; part > 0; part /= 2) {
      for (int upper = 0; upper <= part; upper += part) {
        for (int lane = 0; lane < lanes; lane++) {
          boolean second = (lane & part) != 0;
          orders[next++] = (second ? lanes + lane - part : lane) + upper;
        }
      }
    }
    return orders;
  }

  /**
   * Transposes blocks that lie side by side or one below the other, of 8 rows and columns or of as
   * many as a shorter vector has lanes: pairs of vectors exchange halves, then quarters, down to
   * elements. A block before the start or beyond the end is moved so that it fits, and what it
   * shares is written twice.
   *
   * @param rows how many there are in a block: 8, or 1 to 4
   * @param first where the first block begins along the blocks, at most 0
   * @param length how far the blocks reach, at least one block
   * @param sourceStep from one element along the blocks to the next, in the source
   * @param targetStep the same in the target
   */
  static void transpose(
      double[] source,
      int from,
      int sourceStride,
      double[] target,
      int to,
      int targetStride,
      int rows,
      int first,
      int length,
      int sourceStep,
      int targetStep) {
    if (rows == 8) {
      wide(
          source,
          from,
          sourceStride,
          target,
          to,
          targetStride,
          first,
          length,
          sourceStep,
          targetStep);
    } else {
      narrow(
          source,
          from,
          sourceStride,
          target,
          to,
          targetStride,
          rows,
          first,
          length,
          sourceStep,
          targetStep);
    }
  }

  /**
   * Blocks of up to 4 rows and of 4 columns: beyond the rows the last one is read, and nothing
   * written. One loop, so that the orders stay in registers.
   */
  private static void narrow(
      double[] source,
      int from,
      int sourceStride,
      double[] target,
      int to,
      int targetStride,
      int rows,
      int first,
      int length,
      int sourceStep,
      int targetStep) {
    int row1 = from + Math.min(1, rows - 1) * sourceStride;
    int row2 = from + Math.min(2, rows - 1) * sourceStride;
    int row3 = from + Math.min(3, rows - 1) * sourceStride;
    VectorMask<Double> lanes = NARROW.indexInRange(0, rows);
    DoubleVector low2 = DoubleVector.fromArray(NARROW, NARROW_ORDERS, 0);
    DoubleVector high2 = DoubleVector.fromArray(NARROW, NARROW_ORDERS, 4);
    DoubleVector low1 = DoubleVector.fromArray(NARROW, NARROW_ORDERS, 8);
    DoubleVector high1 = DoubleVector.fromArray(NARROW, NARROW_ORDERS, 12);
    for (int n = first; n < length; n += 4) {
      int block = Math.max(0, Math.min(n, length - 4));
      int along = block * sourceStep;
      DoubleVector a0 = DoubleVector.fromArray(NARROW, source, from + along);
      DoubleVector a1 = DoubleVector.fromArray(NARROW, source, row1 + along);
      DoubleVector a2 = DoubleVector.fromArray(NARROW, source, row2 + along);
      DoubleVector a3 = DoubleVector.fromArray(NARROW, source, row3 + along);
      DoubleVector b0 = low2.selectFrom(a0, a2);
      DoubleVector b2 = high2.selectFrom(a0, a2);
      DoubleVector b1 = low2.selectFrom(a1, a3);
      DoubleVector b3 = high2.selectFrom(a1, a3);
      DoubleVector c0 = low1.selectFrom(b0, b1);
      DoubleVector c1 = high1.selectFrom(b0, b1);
      DoubleVector c2 = low1.selectFrom(b2, b3);
      DoubleVector c3 = high1.selectFrom(b2, b3);
      int at = to + block * targetStep;
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

  /** Blocks of 8 rows and 8 columns. */
  private static void wide(
      double[] source,
      int from,
      int sourceStride,
      double[] target,
      int to,
      int targetStride,
      int first,
      int length,
      int sourceStep,
      int targetStep) {
    int row1 = from + sourceStride;
    int row2 = from + 2 * sourceStride;
    int row3 = from + 3 * sourceStride;
    int row4 = from + 4 * sourceStride;
    int row5 = from + 5 * sourceStride;
    int row6 = from + 6 * sourceStride;
    int row7 = from + 7 * sourceStride;
    DoubleVector low4 = DoubleVector.fromArray(WIDE, WIDE_ORDERS, 0);
    DoubleVector high4 = DoubleVector.fromArray(WIDE, WIDE_ORDERS, 8);
    DoubleVector low2 = DoubleVector.fromArray(WIDE, WIDE_ORDERS, 16);
    DoubleVector high2 = DoubleVector.fromArray(WIDE, WIDE_ORDERS, 24);
    DoubleVector low1 = DoubleVector.fromArray(WIDE, WIDE_ORDERS, 32);
    DoubleVector high1 = DoubleVector.fromArray(WIDE, WIDE_ORDERS, 40);
    for (int n = first; n < length; n += 8) {
      int block = Math.max(0, Math.min(n, length - 8));
      int along = block * sourceStep;
      DoubleVector a0 = DoubleVector.fromArray(WIDE, source, from + along);
      DoubleVector a1 = DoubleVector.fromArray(WIDE, source, row1 + along);
      DoubleVector a2 = DoubleVector.fromArray(WIDE, source, row2 + along);
      DoubleVector a3 = DoubleVector.fromArray(WIDE, source, row3 + along);
      DoubleVector a4 = DoubleVector.fromArray(WIDE, source, row4 + along);
      DoubleVector a5 = DoubleVector.fromArray(WIDE, source, row5 + along);
      DoubleVector a6 = DoubleVector.fromArray(WIDE, source, row6 + along);
      DoubleVector a7 = DoubleVector.fromArray(WIDE, source, row7 + along);
      DoubleVector b0 = low4.selectFrom(a0, a4);
      DoubleVector b4 = high4.selectFrom(a0, a4);
      DoubleVector b1 = low4.selectFrom(a1, a5);
      DoubleVector b5 = high4.selectFrom(a1, a5);
      DoubleVector b2 = low4.selectFrom(a2, a6);
      DoubleVector b6 = high4.selectFrom(a2, a6);
      DoubleVector b3 = low4.selectFrom(a3, a7);
      DoubleVector b7 = high4.selectFrom(a3, a7);
      DoubleVector c0 = low2.selectFrom(b0, b2);
      DoubleVector c2 = high2.selectFrom(b0, b2);
      DoubleVector c1 = low2.selectFrom(b1, b3);
      DoubleVector c3 = high2.selectFrom(b1, b3);
      DoubleVector c4 = low2.selectFrom(b4, b6);
      DoubleVector c6 = high2.selectFrom(b4, b6);
      DoubleVector c5 = low2.selectFrom(b5, b7);
      DoubleVector c7 = high2.selectFrom(b5, b7);
      DoubleVector d0 = low1.selectFrom(c0, c1);
      DoubleVector d1 = high1.selectFrom(c0, c1);
      DoubleVector d2 = low1.selectFrom(c2, c3);
      DoubleVector d3 = high1.selectFrom(c2, c3);
      DoubleVector d4 = low1.selectFrom(c4, c5);
      DoubleVector d5 = high1.selectFrom(c4, c5);
      DoubleVector d6 = low1.selectFrom(c6, c7);
      DoubleVector d7 = high1.selectFrom(c6, c7);
      int at = to + block * targetStep;
      d0.intoArray(target, at);
      d1.intoArray(target, at + targetStride);
      d2.intoArray(target, at + 2 * targetStride);
      d3.intoArray(target, at + 3 * targetStride);
      d4.intoArray(target, at + 4 * targetStride);
      d5.intoArray(target, at + 5 * targetStride);
      d6.intoArray(target, at + 6 * targetStride);
      d7.intoArray(target, at + 7 * targetStride);
    }
  }
}
