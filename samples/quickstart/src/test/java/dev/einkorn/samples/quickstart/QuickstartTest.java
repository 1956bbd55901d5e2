package dev.einkorn.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

class QuickstartTest {
  @Test
  void column_dots_multiply_and_sum() {
    Tensor a = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
    Tensor b = Tensor.of(new double[] {1, 10, 1, 10, 1, 10}, 3, 2);

    assertThat(Quickstart.columnDots(a, b).toDoubleArray()).containsExactly(9, 120);
  }

  @Test
  void lazy_sums_equal_the_loops() {
    double[] b = {2, 3};
    double[][] a = {{1, 2}, {3, 4}};
    double[] y = {5, 7};
    double[][] z = {{1, -1}, {2, 0}};
    double[] expected = new double[2];
    for (int k = 0; k < 2; k++) {
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
          double first = b[i] * a[j][k] + y[j] * z[i][k];
          double second = b[i] * a[k][j] + y[k] * z[i][j];
          expected[k] += first * second;
        }
      }
    }

    Tensor e =
        Quickstart.lazySums(
            Tensor.of(b, 2),
            Tensor.of(new double[] {1, 2, 3, 4}, 2, 2),
            Tensor.of(y, 2),
            Tensor.of(new double[] {1, -1, 2, 0}, 2, 2));

    assertThat(e.toDoubleArray()).containsExactly(expected);
  }

  @Test
  void embedding_lookup_takes_a_row_for_each_token() {
    Tensor table = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
    Tensor tokens = Tensor.of(new int[] {2, 0, 2}, 3);

    assertThat(Quickstart.embeddingLookup(table, tokens).toDoubleArray())
        .containsExactly(5, 6, 1, 2, 5, 6);
  }

  @Test
  void embedding_lookup_refuses_a_token_outside_of_the_table() {
    Tensor table = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
    Tensor tokens = Tensor.of(new int[] {2, 3}, 2);

    assertThatThrownBy(() -> Quickstart.embeddingLookup(table, tokens))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("T[w[t]")
        .hasMessageContaining("3");
  }

  @Test
  void permutation_reorders_rows_and_columns() {
    Tensor matrix = Tensor.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3);
    Tensor order = Tensor.of(new long[] {2, 0, 1}, 3);

    assertThat(Quickstart.permutation(matrix, order).toDoubleArray())
        .containsExactly(9, 7, 8, 3, 1, 2, 6, 4, 5);
  }

  @Test
  void the_program_runs() {
    Quickstart.main(new String[0]);

    assertThat(
            Quickstart.columnDots(
                    Tensor.of(new double[] {3}, 1, 1), Tensor.of(new double[] {4}, 1, 1))
                .getDouble(0))
        .isEqualTo(12);
  }
}
