package dev.einkorn.runtime.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes rows of {@code float} by square blocks in registers. Written out: a vector in an array
 * would be an object.
 */
final class FloatBlocks {
  private static final VectorSpecies<Float> NARROW = FloatVector.SPECIES_256;
  private static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_512;
  private static final float[] NARROW_ORDERS = orders(8);
  private static final float[] WIDE_ORDERS = orders(16);

  private FloatBlocks() {}

  /**
   * Which lanes of two vectors make the lower and the upper one of an exchange: of halves first,
   * then of quarters, down to lanes. The lanes of the second vector follow those of the first.
   */
  private static float[] orders(int lanes) {
    float[] orders = new float[2 * lanes * Integer.numberOfTrailingZeros(lanes)];
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
   * Transposes blocks that lie side by side or one below the other, of 16 rows and columns or of as
   * many as a shorter vector has lanes: pairs of vectors exchange halves, then quarters, down to
   * elements. A block before the start or beyond the end is moved so that it fits, and what it
   * shares is written twice.
   *
   * @param rows how many there are in a block: 16, or 1 to 8
   * @param first where the first block begins along the blocks, at most 0
   * @param length how far the blocks reach, at least one block
   * @param sourceStep from one element along the blocks to the next, in the source
   * @param targetStep the same in the target
   */
  static void transpose(
      float[] source,
      int from,
      int sourceStride,
      float[] target,
      int to,
      int targetStride,
      int rows,
      int first,
      int length,
      int sourceStep,
      int targetStep) {
    if (rows == 16) {
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
   * Blocks of up to 8 rows and of 8 columns: beyond the rows the last one is read, and nothing
   * written. One loop, so that the orders stay in registers.
   */
  private static void narrow(
      float[] source,
      int from,
      int sourceStride,
      float[] target,
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
    int row4 = from + Math.min(4, rows - 1) * sourceStride;
    int row5 = from + Math.min(5, rows - 1) * sourceStride;
    int row6 = from + Math.min(6, rows - 1) * sourceStride;
    int row7 = from + Math.min(7, rows - 1) * sourceStride;
    VectorMask<Float> lanes = NARROW.indexInRange(0, rows);
    FloatVector low4 = FloatVector.fromArray(NARROW, NARROW_ORDERS, 0);
    FloatVector high4 = FloatVector.fromArray(NARROW, NARROW_ORDERS, 8);
    FloatVector low2 = FloatVector.fromArray(NARROW, NARROW_ORDERS, 16);
    FloatVector high2 = FloatVector.fromArray(NARROW, NARROW_ORDERS, 24);
    FloatVector low1 = FloatVector.fromArray(NARROW, NARROW_ORDERS, 32);
    FloatVector high1 = FloatVector.fromArray(NARROW, NARROW_ORDERS, 40);
    for (int n = first; n < length; n += 8) {
      int block = Math.max(0, Math.min(n, length - 8));
      int along = block * sourceStep;
      FloatVector a0 = FloatVector.fromArray(NARROW, source, from + along);
      FloatVector a1 = FloatVector.fromArray(NARROW, source, row1 + along);
      FloatVector a2 = FloatVector.fromArray(NARROW, source, row2 + along);
      FloatVector a3 = FloatVector.fromArray(NARROW, source, row3 + along);
      FloatVector a4 = FloatVector.fromArray(NARROW, source, row4 + along);
      FloatVector a5 = FloatVector.fromArray(NARROW, source, row5 + along);
      FloatVector a6 = FloatVector.fromArray(NARROW, source, row6 + along);
      FloatVector a7 = FloatVector.fromArray(NARROW, source, row7 + along);
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
      int at = to + block * targetStep;
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

  /** Blocks of 16 rows and 16 columns. */
  private static void wide(
      float[] source,
      int from,
      int sourceStride,
      float[] target,
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
    int row8 = from + 8 * sourceStride;
    int row9 = from + 9 * sourceStride;
    int row10 = from + 10 * sourceStride;
    int row11 = from + 11 * sourceStride;
    int row12 = from + 12 * sourceStride;
    int row13 = from + 13 * sourceStride;
    int row14 = from + 14 * sourceStride;
    int row15 = from + 15 * sourceStride;
    FloatVector low8 = FloatVector.fromArray(WIDE, WIDE_ORDERS, 0);
    FloatVector high8 = FloatVector.fromArray(WIDE, WIDE_ORDERS, 16);
    FloatVector low4 = FloatVector.fromArray(WIDE, WIDE_ORDERS, 32);
    FloatVector high4 = FloatVector.fromArray(WIDE, WIDE_ORDERS, 48);
    FloatVector low2 = FloatVector.fromArray(WIDE, WIDE_ORDERS, 64);
    FloatVector high2 = FloatVector.fromArray(WIDE, WIDE_ORDERS, 80);
    FloatVector low1 = FloatVector.fromArray(WIDE, WIDE_ORDERS, 96);
    FloatVector high1 = FloatVector.fromArray(WIDE, WIDE_ORDERS, 112);
    for (int n = first; n < length; n += 16) {
      int block = Math.max(0, Math.min(n, length - 16));
      int along = block * sourceStep;
      FloatVector a0 = FloatVector.fromArray(WIDE, source, from + along);
      FloatVector a1 = FloatVector.fromArray(WIDE, source, row1 + along);
      FloatVector a2 = FloatVector.fromArray(WIDE, source, row2 + along);
      FloatVector a3 = FloatVector.fromArray(WIDE, source, row3 + along);
      FloatVector a4 = FloatVector.fromArray(WIDE, source, row4 + along);
      FloatVector a5 = FloatVector.fromArray(WIDE, source, row5 + along);
      FloatVector a6 = FloatVector.fromArray(WIDE, source, row6 + along);
      FloatVector a7 = FloatVector.fromArray(WIDE, source, row7 + along);
      FloatVector a8 = FloatVector.fromArray(WIDE, source, row8 + along);
      FloatVector a9 = FloatVector.fromArray(WIDE, source, row9 + along);
      FloatVector a10 = FloatVector.fromArray(WIDE, source, row10 + along);
      FloatVector a11 = FloatVector.fromArray(WIDE, source, row11 + along);
      FloatVector a12 = FloatVector.fromArray(WIDE, source, row12 + along);
      FloatVector a13 = FloatVector.fromArray(WIDE, source, row13 + along);
      FloatVector a14 = FloatVector.fromArray(WIDE, source, row14 + along);
      FloatVector a15 = FloatVector.fromArray(WIDE, source, row15 + along);
      FloatVector b0 = low8.selectFrom(a0, a8);
      FloatVector b8 = high8.selectFrom(a0, a8);
      FloatVector b1 = low8.selectFrom(a1, a9);
      FloatVector b9 = high8.selectFrom(a1, a9);
      FloatVector b2 = low8.selectFrom(a2, a10);
      FloatVector b10 = high8.selectFrom(a2, a10);
      FloatVector b3 = low8.selectFrom(a3, a11);
      FloatVector b11 = high8.selectFrom(a3, a11);
      FloatVector b4 = low8.selectFrom(a4, a12);
      FloatVector b12 = high8.selectFrom(a4, a12);
      FloatVector b5 = low8.selectFrom(a5, a13);
      FloatVector b13 = high8.selectFrom(a5, a13);
      FloatVector b6 = low8.selectFrom(a6, a14);
      FloatVector b14 = high8.selectFrom(a6, a14);
      FloatVector b7 = low8.selectFrom(a7, a15);
      FloatVector b15 = high8.selectFrom(a7, a15);
      FloatVector c0 = low4.selectFrom(b0, b4);
      FloatVector c4 = high4.selectFrom(b0, b4);
      FloatVector c1 = low4.selectFrom(b1, b5);
      FloatVector c5 = high4.selectFrom(b1, b5);
      FloatVector c2 = low4.selectFrom(b2, b6);
      FloatVector c6 = high4.selectFrom(b2, b6);
      FloatVector c3 = low4.selectFrom(b3, b7);
      FloatVector c7 = high4.selectFrom(b3, b7);
      FloatVector c8 = low4.selectFrom(b8, b12);
      FloatVector c12 = high4.selectFrom(b8, b12);
      FloatVector c9 = low4.selectFrom(b9, b13);
      FloatVector c13 = high4.selectFrom(b9, b13);
      FloatVector c10 = low4.selectFrom(b10, b14);
      FloatVector c14 = high4.selectFrom(b10, b14);
      FloatVector c11 = low4.selectFrom(b11, b15);
      FloatVector c15 = high4.selectFrom(b11, b15);
      FloatVector d0 = low2.selectFrom(c0, c2);
      FloatVector d2 = high2.selectFrom(c0, c2);
      FloatVector d1 = low2.selectFrom(c1, c3);
      FloatVector d3 = high2.selectFrom(c1, c3);
      FloatVector d4 = low2.selectFrom(c4, c6);
      FloatVector d6 = high2.selectFrom(c4, c6);
      FloatVector d5 = low2.selectFrom(c5, c7);
      FloatVector d7 = high2.selectFrom(c5, c7);
      FloatVector d8 = low2.selectFrom(c8, c10);
      FloatVector d10 = high2.selectFrom(c8, c10);
      FloatVector d9 = low2.selectFrom(c9, c11);
      FloatVector d11 = high2.selectFrom(c9, c11);
      FloatVector d12 = low2.selectFrom(c12, c14);
      FloatVector d14 = high2.selectFrom(c12, c14);
      FloatVector d13 = low2.selectFrom(c13, c15);
      FloatVector d15 = high2.selectFrom(c13, c15);
      FloatVector e0 = low1.selectFrom(d0, d1);
      FloatVector e1 = high1.selectFrom(d0, d1);
      FloatVector e2 = low1.selectFrom(d2, d3);
      FloatVector e3 = high1.selectFrom(d2, d3);
      FloatVector e4 = low1.selectFrom(d4, d5);
      FloatVector e5 = high1.selectFrom(d4, d5);
      FloatVector e6 = low1.selectFrom(d6, d7);
      FloatVector e7 = high1.selectFrom(d6, d7);
      FloatVector e8 = low1.selectFrom(d8, d9);
      FloatVector e9 = high1.selectFrom(d8, d9);
      FloatVector e10 = low1.selectFrom(d10, d11);
      FloatVector e11 = high1.selectFrom(d10, d11);
      FloatVector e12 = low1.selectFrom(d12, d13);
      FloatVector e13 = high1.selectFrom(d12, d13);
      FloatVector e14 = low1.selectFrom(d14, d15);
      FloatVector e15 = high1.selectFrom(d14, d15);
      int at = to + block * targetStep;
      e0.intoArray(target, at);
      e1.intoArray(target, at + targetStride);
      e2.intoArray(target, at + 2 * targetStride);
      e3.intoArray(target, at + 3 * targetStride);
      e4.intoArray(target, at + 4 * targetStride);
      e5.intoArray(target, at + 5 * targetStride);
      e6.intoArray(target, at + 6 * targetStride);
      e7.intoArray(target, at + 7 * targetStride);
      e8.intoArray(target, at + 8 * targetStride);
      e9.intoArray(target, at + 9 * targetStride);
      e10.intoArray(target, at + 10 * targetStride);
      e11.intoArray(target, at + 11 * targetStride);
      e12.intoArray(target, at + 12 * targetStride);
      e13.intoArray(target, at + 13 * targetStride);
      e14.intoArray(target, at + 14 * targetStride);
      e15.intoArray(target, at + 15 * targetStride);
    }
  }
}
