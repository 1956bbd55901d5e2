package dev.einkorn.runtime.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VectorMovesTest {
  private static final List<Integer> EXTENTS =
      List.of(0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 143, 318, 530);

  @Test
  void floatsChangeTheirUnitStrideAndNothingElseIsWritten() {
    for (int rows : EXTENTS) {
      for (int columns : EXTENTS) {
        int targetStride = stride(rows, columns);
        float[] source = new float[3 + rows * (columns + 2)];
        for (int n = 0; n < source.length; n++) {
          source[n] = n + 1;
        }
        float[] target = new float[5 + columns * targetStride];
        float[] expected = target.clone();
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < columns; c++) {
            expected[5 + c * targetStride + r] = source[3 + r * (columns + 2) + c];
          }
        }
        VectorMoves.transpose(source, 3, columns + 2, target, 5, targetStride, rows, columns);
        assertThat(target).as("%s x %s", rows, columns).isEqualTo(expected);
      }
    }
  }

  @Test
  void doublesChangeTheirUnitStrideAndNothingElseIsWritten() {
    for (int rows : EXTENTS) {
      for (int columns : EXTENTS) {
        int targetStride = stride(rows, columns);
        double[] source = new double[3 + rows * (columns + 2)];
        for (int n = 0; n < source.length; n++) {
          source[n] = n + 1;
        }
        double[] target = new double[5 + columns * targetStride];
        double[] expected = target.clone();
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < columns; c++) {
            expected[5 + c * targetStride + r] = source[3 + r * (columns + 2) + c];
          }
        }
        VectorMoves.transpose(source, 3, columns + 2, target, 5, targetStride, rows, columns);
        assertThat(target).as("%s x %s", rows, columns).isEqualTo(expected);
      }
    }
  }

  /** Every other target has lines a power of two apart, which is another order of blocks. */
  private static int stride(int rows, int columns) {
    return (rows + columns) % 2 == 0 ? rows + 1 : Math.max(1, Math.ceilDiv(rows, 1024)) * 1024;
  }
}
