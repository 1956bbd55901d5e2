package dev.einkorn.compiler.examples;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Moments, counts, ranks and correlations. Sample sizes are powers of two where a mean is exact.
 */
class StatisticsTest {
  private final Draw draw = new Draw();

  @Test
  void mean_and_variance() {
    double[] x = draw.vector(16);
    double mean = Arrays.stream(x).sum() / 16;
    double variance = 0;
    for (double value : x) {
      variance += (value - mean) * (value - mean) / 16;
    }
    Example.of("m = mean[i](X[i]); v = mean[j]((X[j] - m)^2)").with("X", x).gives(variance);
    Example.of("m = mean[i](X[i])").with("X", x).gives(mean);
  }

  @Test
  void mean_of_integers_is_real() {
    int[] x = {1, 2, 4, 4, 0, 0, 3, 1};
    Example.of("m = mean[i](X[i])").with("X", x).gives(15 / 8.0);
  }

  @Test
  void mean_of_a_part() {
    double[] x = draw.vector(12);
    double sum = 0;
    int count = 0;
    for (double value : x) {
      if (value > 0) {
        sum += value;
        count++;
      }
    }
    Example.of("m = mean[i](X[i] where X[i] > 0)").with("X", x).gives(sum / count);
  }

  @Test
  void weighted_mean_of_columns() {
    double[][] x = draw.matrix(4, 3);
    double[] weights = {1, 2, 4, 1};
    double[] expected = new double[3];
    for (int j = 0; j < 3; j++) {
      for (int i = 0; i < 4; i++) {
        expected[j] += weights[i] * x[i][j];
      }
      expected[j] /= 8;
    }
    Example.of("m[j] = sum[i](w[i] * X[i,j]) / sum[i](w[i])")
        .with("X", x)
        .with("w", weights)
        .gives(expected);
  }

  @Test
  void standard_scores() {
    double[][] x = draw.matrix(8, 3);
    double[][] expected = new double[8][3];
    for (int j = 0; j < 3; j++) {
      double mean = 0;
      for (int i = 0; i < 8; i++) {
        mean += x[i][j] / 8;
      }
      double variance = 0;
      for (int i = 0; i < 8; i++) {
        variance += (x[i][j] - mean) * (x[i][j] - mean) / 8;
      }
      for (int i = 0; i < 8; i++) {
        expected[i][j] = (x[i][j] - mean) / Math.sqrt(variance);
      }
    }
    // the arguments of the root and of the division are exact
    Example.of(
            """
            m[j] = mean[i](X[i,j])
            v[j] = mean[i]((X[i,j] - m[j])^2)
            Z[i,j] = (X[i,j] - m[j]) / sqrt(v[j])
            """)
        .with("X", x)
        .gives(expected);
  }

  @Test
  void covariance_matrix() {
    double[][] x = draw.matrix(8, 3);
    double[] mean = new double[3];
    for (double[] row : x) {
      for (int j = 0; j < 3; j++) {
        mean[j] += row[j] / 8;
      }
    }
    double[][] expected = new double[3][3];
    for (double[] row : x) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 3; k++) {
          expected[j][k] += (row[j] - mean[j]) * (row[k] - mean[k]);
        }
      }
    }
    for (double[] row : expected) {
      for (int k = 0; k < 3; k++) {
        row[k] /= 7;
      }
    }
    Example.of(
            """
            D[i,j] = X[i,j] - mean[n](X[n,j])
            C[j,k] = sum[i](D[i,j] * D[i,k]) / (extent(X, 0) - 1)
            """)
        .with("X", x)
        .gives(expected);
  }

  @Test
  void correlation_coefficient() {
    double[] x = draw.vector(16);
    double[] y = draw.vector(16);
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double syy = 0;
    double sxy = 0;
    for (int i = 0; i < 16; i++) {
      sx += x[i];
      sy += y[i];
      sxx += x[i] * x[i];
      syy += y[i] * y[i];
      sxy += x[i] * y[i];
    }
    double expected = (16 * sxy - sx * sy) / Math.sqrt((16 * sxx - sx * sx) * (16 * syy - sy * sy));
    Example.of(
            """
            a = X[i]; b = Y[i]; p = X[i]^2; q = Y[i]^2; c = X[i]*Y[i]
            r = (16*c - a*b) / sqrt((16*p - a^2) * (16*q - b^2))
            """)
        .with("X", x)
        .with("Y", y)
        .gives(expected);
  }

  @Test
  void gram_matrix() {
    double[][] x = draw.matrix(5, 3);
    double[][] expected = new double[5][5];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 5; j++) {
        for (int d = 0; d < 3; d++) {
          expected[i][j] += x[i][d] * x[j][d];
        }
      }
    }
    Example.of("G[i,j] = X[i,d] * X[j,d]").with("X", x).gives(expected);
  }

  @Test
  void third_central_moment() {
    double[] x = draw.vector(8);
    double mean = Arrays.stream(x).sum() / 8;
    double expected = 0;
    for (double value : x) {
      expected += (value - mean) * (value - mean) * (value - mean) / 8;
    }
    Example.of("s = mean[i]((X[i] - mean[j](X[j]))^3)").with("X", x).gives(expected);
  }

  @Test
  void counts_without_a_histogram() {
    double[] x = draw.vector(20);
    double[] limits = {-2, 0, 3};
    long[] expected = new long[3];
    for (int t = 0; t < 3; t++) {
      for (double value : x) {
        expected[t] += value > limits[t] ? 1 : 0;
      }
    }
    Example.of("N[t] = sum[i](X[i] > L[t])").with("X", x).with("L", limits).gives(expected);
  }

  @Test
  void counts_of_small_integers() {
    int[] x = draw.integers(30, 0, 6);
    long[] expected = new long[6];
    for (int value : x) {
      expected[value]++;
    }
    Example.of("N[b] = sum[i](X[i] == b) where b < 6").with("X", x).gives(expected);
  }

  @Test
  void contingency_table() {
    int[] x = draw.integers(30, 0, 3);
    int[] y = draw.integers(30, 0, 4);
    long[][] expected = new long[3][4];
    for (int i = 0; i < 30; i++) {
      expected[x[i]][y[i]]++;
    }
    Example.of("N[a,b] = sum[i](X[i] == a and Y[i] == b) where a < 3, b < 4")
        .with("X", x)
        .with("Y", y)
        .gives(expected);
  }

  @Test
  void ranks_by_comparison() {
    double[] x = draw.vector(12);
    long[] expected = new long[12];
    for (int i = 0; i < 12; i++) {
      for (int j = 0; j < 12; j++) {
        boolean before = x[j] < x[i] || (x[j] == x[i] && j < i);
        expected[i] += before ? 1 : 0;
      }
    }
    Example.of("R[i] = sum[j](X[j] < X[i] or X[j] == X[i] and j < i)").with("X", x).gives(expected);
  }

  @Test
  void median_by_ranks() {
    double[] x = draw.vector(11);
    double[] sorted = x.clone();
    Arrays.sort(sorted);
    Example.of(
            """
            R[i] = sum[j](X[j] < X[i] or X[j] == X[i] and j < i)
            m = sum[i](X[i] where R[i] == 5)
            """)
        .with("X", x)
        .gives(sorted[5]);
  }

  @Test
  void mann_whitney_statistic() {
    double[] x = draw.vector(6);
    double[] y = draw.vector(7);
    double expected = 0;
    for (double a : x) {
      for (double b : y) {
        expected += a > b ? 1 : a == b ? 0.5 : 0;
      }
    }
    Example.of("U = sum[i,j](select(X[i] > Y[j], 1.0, select(X[i] == Y[j], 0.5, 0)))")
        .with("X", x)
        .with("Y", y)
        .gives(expected);
  }

  @Test
  void kendall_concordance() {
    double[] x = draw.vector(9);
    double[] y = draw.vector(9);
    double expected = 0;
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j < i; j++) {
        expected += Math.signum(x[i] - x[j]) * Math.signum(y[i] - y[j]);
      }
    }
    Example.of("K = sum[i,j](sign(X[i] - X[j]) * sign(Y[i] - Y[j]) where j < i)")
        .with("X", x)
        .with("Y", y)
        .gives(expected);
  }

  @Test
  void range_and_position_of_the_extremes() {
    double[] x = {3, -1, 4, 1, -5, 4, -5, 2};
    Example.of("r = max[i](X[i]) - min[i](X[i]); a = argmax[i](X[i]); b = argmin[i](X[i])")
        .with("X", x)
        .gives("r", 9.0)
        .gives("a", 2L)
        .gives("b", 4L);
  }

  @Test
  void any_and_all_masks() {
    double[][] x = draw.matrix(6, 4);
    boolean[] any = new boolean[6];
    boolean[] all = new boolean[6];
    for (int i = 0; i < 6; i++) {
      all[i] = true;
      for (double value : x[i]) {
        any[i] |= value > 3;
        all[i] &= value > -4;
      }
    }
    Example.of("A[i] = any[j](X[i,j] > 3); B[i] = all[j](X[i,j] > -4)")
        .with("X", x)
        .gives("A", any)
        .gives("B", all);
  }

  @Test
  void prefix_sums() {
    double[] x = draw.vector(10);
    double[] expected = new double[10];
    for (int i = 0; i < 10; i++) {
      expected[i] = x[i] + (i > 0 ? expected[i - 1] : 0);
    }
    Example.of("S[i] = sum[j](X[j] where j <= i) where i < extent(X, 0)")
        .with("X", x)
        .gives(expected);
  }

  @Test
  void implicit_prefix_sums() {
    double[] x = draw.vector(10);
    double[] expected = new double[10];
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j <= i; j++) {
        expected[i] += x[j];
      }
    }
    Example.of("S[i] = X[j] where j <= i, i < extent(X, 0)").with("X", x).gives(expected);
  }

  @Test
  void running_maximum() {
    double[] x = draw.vector(10);
    double[] expected = new double[10];
    for (int i = 0; i < 10; i++) {
      expected[i] = i > 0 ? Math.max(expected[i - 1], x[i]) : x[i];
    }
    Example.of("M[i] = max[j](X[j] where j <= i) where i < extent(X, 0)")
        .with("X", x)
        .gives(expected);
  }

  @Test
  void longest_drawdown() {
    double[] x = draw.vector(12);
    double expected = 0;
    for (int i = 0; i < 12; i++) {
      for (int j = 0; j <= i; j++) {
        expected = Math.max(expected, x[j] - x[i]);
      }
    }
    Example.of("d = max[i,j](X[j] - X[i] where j <= i)").with("X", x).gives(expected);
  }

  @Test
  void root_mean_square_error() {
    double[][] x = draw.matrix(4, 4);
    double[][] y = draw.matrix(4, 4);
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        sum += (x[i][j] - y[i][j]) * (x[i][j] - y[i][j]);
      }
    }
    Example.of("e = sqrt(mean[i,j]((X[i,j] - Y[i,j])^2))")
        .with("X", x)
        .with("Y", y)
        .gives(Math.sqrt(sum / 16));
  }
}
