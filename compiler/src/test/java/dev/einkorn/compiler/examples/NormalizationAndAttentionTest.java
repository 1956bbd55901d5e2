package dev.einkorn.compiler.examples;

import org.junit.jupiter.api.Test;

/** Fused rows of neural networks. Arguments of exp are exact, so only later steps round. */
class NormalizationAndAttentionTest {
  private final Draw draw = new Draw();

  private static double max(double[] row) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : row) {
      max = Math.max(max, value);
    }
    return max;
  }

  private static double logSumExp(double[] row) {
    double sum = 0;
    for (double value : row) {
      sum += Math.exp(value - max(row));
    }
    return max(row) + Math.log(sum);
  }

  @Test
  void softmax() {
    double[][] x = draw.matrix(5, 8);
    double[][] expected = new double[5][8];
    for (int i = 0; i < 5; i++) {
      double sum = 0;
      for (int j = 0; j < 8; j++) {
        sum += Math.exp(x[i][j] - max(x[i]));
      }
      for (int j = 0; j < 8; j++) {
        expected[i][j] = Math.exp(x[i][j] - max(x[i])) / sum;
      }
    }
    Example.of(
            """
            E[i,j] = exp(X[i,j] - max[k](X[i,k]))
            P[i,j] = E[i,j] / sum[k](E[i,k])
            """)
        .with("X", x)
        .givesWithin(8 + 4, 1, expected);
  }

  @Test
  void softmax_of_huge_numbers() {
    double[][] x = {{1000, 1000}, {-1000, -1000}};
    Example.of("P[i,j] = exp(X[i,j] - logsumexp[k](X[i,k]))")
        .with("X", x)
        .givesWithin(4, 1001, new double[][] {{0.5, 0.5}, {0.5, 0.5}});
  }

  @Test
  void log_softmax() {
    double[][] x = draw.matrix(5, 8);
    double[][] expected = new double[5][8];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 8; j++) {
        expected[i][j] = x[i][j] - logSumExp(x[i]);
      }
    }
    Example.of("L[i,j] = X[i,j] - logsumexp[k](X[i,k])")
        .with("X", x)
        .givesWithin(8 + 4, 16, expected);
  }

  @Test
  void logsumexp_of_nothing_and_of_infinities() {
    double[][] x = {
      {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY},
      {Double.POSITIVE_INFINITY, 3},
      {Double.NaN, 3},
      {0, Double.NEGATIVE_INFINITY},
    };
    Example.of("l[i] = logsumexp[k](X[i,k])")
        .with("X", x)
        .gives(new double[] {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NaN, 0});
    Example.of("l[i] = logsumexp[k](X[i,k] where k < i)")
        .with("X", new double[][] {{7, 7}, {7, 7}})
        .gives(new double[] {Double.NEGATIVE_INFINITY, 7});
  }

  @Test
  void layer_norm() {
    double[][] x = draw.matrix(4, 8);
    double[] gain = draw.vector(8);
    double[] bias = draw.vector(8);
    double[][] expected = new double[4][8];
    for (int i = 0; i < 4; i++) {
      double mean = 0;
      for (int j = 0; j < 8; j++) {
        mean += x[i][j] / 8;
      }
      double variance = 0;
      for (int j = 0; j < 8; j++) {
        variance += (x[i][j] - mean) * (x[i][j] - mean) / 8;
      }
      for (int j = 0; j < 8; j++) {
        expected[i][j] = (x[i][j] - mean) / Math.sqrt(variance + 1e-5) * gain[j] + bias[j];
      }
    }
    // values up to 8 / sqrt(1 / 8) * 4 + 4, if a row is not constant
    Example.of(
            """
            m[i] = mean[j](X[i,j])
            v[i] = mean[j]((X[i,j] - m[i])^2)
            Y[i,j] = (X[i,j] - m[i]) * rsqrt(v[i] + 1e-5) * g[j] + b[j]
            """)
        .with("X", x)
        .with("g", gain)
        .with("b", bias)
        .givesWithin(8, 100, expected);
  }

  @Test
  void rms_norm() {
    double[][] x = draw.matrix(4, 8);
    double[] gain = draw.vector(8);
    double[][] expected = new double[4][8];
    for (int i = 0; i < 4; i++) {
      double square = 0;
      for (int j = 0; j < 8; j++) {
        square += x[i][j] * x[i][j] / 8;
      }
      for (int j = 0; j < 8; j++) {
        expected[i][j] = x[i][j] / Math.sqrt(square + 0.5) * gain[j];
      }
    }
    // the argument of the root is exact; values up to 4 / sqrt(0.5) * 4
    Example.of("Y[i,j] = X[i,j] * rsqrt(mean[k](X[i,k]^2) + 0.5) * g[j]")
        .with("X", x)
        .with("g", gain)
        .givesWithin(5, 32, expected);
  }

  @Test
  void batch_norm_at_inference() {
    double[][] x = draw.matrix(4, 3);
    double[] mean = draw.vector(3);
    double[] variance = {4, 1, 0.25};
    double[][] expected = new double[4][3];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        expected[i][j] = (x[i][j] - mean[j]) / Math.sqrt(variance[j]);
      }
    }
    Example.of("Y[i,j] = (X[i,j] - m[j]) / sqrt(v[j])")
        .with("X", x)
        .with("m", mean)
        .with("v", variance)
        .gives(expected);
  }

  @Test
  void attention_scores_with_causal_mask() {
    double[][][] q = draw.cube(2, 5, 4);
    double[][][] k = draw.cube(2, 5, 4);
    double[][][] expected = new double[2][5][5];
    for (int h = 0; h < 2; h++) {
      for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++) {
          for (int d = 0; d < 4; d++) {
            expected[h][i][j] += q[h][i][d] * k[h][j][d] / 2;
          }
          expected[h][i][j] = j <= i ? expected[h][i][j] : Double.NEGATIVE_INFINITY;
        }
      }
    }
    Example.of("S[h,i,j] = select(j <= i, sum[d](Q[h,i,d] * K[h,j,d]) / 2, -inf)")
        .with("Q", q)
        .with("K", k)
        .gives(expected);
  }

  @Test
  void attention_output() {
    double[][] q = draw.matrix(4, 2);
    double[][] k = draw.matrix(6, 2);
    double[][] v = draw.matrix(6, 3);
    // 6 weights of at most 1, 3 roundings each, of values up to 4; then a quotient
    Example.of(
            """
            S[i,j] = Q[i,d] * K[j,d] / 4
            E[i,j] = exp(S[i,j] - max[k](S[i,k]))
            O[i,d] = sum[j](E[i,j] * V[j,d]) / sum[j](E[i,j])
            """)
        .with("Q", q)
        .with("K", k)
        .with("V", v)
        .givesWithin(6 * 3 + 6 + 1, 24, attention(q, k, v, 4, false));
  }

  @Test
  void causal_attention_output() {
    double[][] q = draw.matrix(6, 2);
    double[][] k = draw.matrix(6, 2);
    double[][] v = draw.matrix(6, 3);
    Example.of(
            """
            S[i,j] = Q[i,d] * K[j,d] / 4
            m[i] = max[j](S[i,j] where j <= i)
            O[i,d] = sum[j](exp(S[i,j] - m[i]) * V[j,d] where j <= i) /
              sum[j](exp(S[i,j] - m[i]) where j <= i)
            """)
        .with("Q", q)
        .with("K", k)
        .with("V", v)
        .givesWithin(6 * 3 + 6 + 1, 24, attention(q, k, v, 4, true));
  }

  @Test
  void causal_attention_output_by_masked_scores() {
    double[][] q = draw.matrix(6, 2);
    double[][] k = draw.matrix(6, 2);
    double[][] v = draw.matrix(6, 3);
    Example.of(
            """
            S[i,j] = select(j <= i, sum[d](Q[i,d] * K[j,d]) / 4, -inf)
            P[i,j] = exp(S[i,j] - logsumexp[k](S[i,k]))
            O[i,d] = P[i,j] * V[j,d]
            """)
        .with("Q", q)
        .with("K", k)
        .with("V", v)
        // logsumexp up to 10 rounds before exp does
        .givesWithin(6 * 3 + 16, 6 * 4 * 10, attention(q, k, v, 4, true));
  }

  @Test
  void sliding_window_attention() {
    double[][] q = draw.matrix(6, 2);
    double[][] k = draw.matrix(6, 2);
    double[][] v = draw.matrix(6, 3);
    double[][] expected = new double[6][3];
    for (int i = 0; i < 6; i++) {
      double sum = 0;
      for (int j = Math.max(0, i - 2); j <= i; j++) {
        double weight = Math.exp((q[i][0] * k[j][0] + q[i][1] * k[j][1]) / 8);
        sum += weight;
        for (int d = 0; d < 3; d++) {
          expected[i][d] += weight * v[j][d];
        }
      }
      for (int d = 0; d < 3; d++) {
        expected[i][d] /= sum;
      }
    }
    // weights between exp(-4) and exp(4)
    Example.of(
            """
            W[i,j] = exp(sum[d](Q[i,d] * K[j,d]) / 8)
            O[i,d] = sum[j](W[i,j] * V[j,d] where j <= i, i < j + 3) /
              sum[j](W[i,j] where j <= i, i < j + 3)
            """)
        .with("Q", q)
        .with("K", k)
        .with("V", v)
        .givesWithin(3 * 3 + 4, 3 * 4 * Math.exp(8), expected);
  }

  private static double[][] attention(
      double[][] q, double[][] k, double[][] v, double scale, boolean causal) {
    double[][] output = new double[q.length][v[0].length];
    for (int i = 0; i < q.length; i++) {
      int seen = causal ? i + 1 : k.length;
      double[] scores = new double[seen];
      for (int j = 0; j < seen; j++) {
        for (int d = 0; d < q[i].length; d++) {
          scores[j] += q[i][d] * k[j][d];
        }
        scores[j] /= scale;
      }
      double sum = 0;
      for (int j = 0; j < seen; j++) {
        double weight = Math.exp(scores[j] - max(scores));
        sum += weight;
        for (int d = 0; d < v[j].length; d++) {
          output[i][d] += weight * v[j][d];
        }
      }
      for (int d = 0; d < output[i].length; d++) {
        output[i][d] /= sum;
      }
    }
    return output;
  }

  @Test
  void gaussian_error_linear_units() {
    double[] x = draw.vector(12);
    double[] expected = new double[12];
    double[] erf = {0, 0.8427007929497149, 0.9953222650189527, 0.9999779095030014};
    for (int i = 0; i < 12; i++) {
      int magnitude = (int) Math.abs(x[i]);
      double tail = magnitude < 4 ? erf[magnitude] : 0.9999999845827421;
      expected[i] = x[i] * (1 + Math.signum(x[i]) * tail);
    }
    Example.of("Y[i] = X[i] * (1 + erf(X[i]))").with("X", x).givesWithin(4, 8, expected);
  }

  @Test
  void gated_linear_units() {
    double[][] x = draw.matrix(3, 4);
    double[][] w = draw.matrix(4, 2);
    double[][] u = draw.matrix(4, 2);
    double[][] expected = new double[3][2];
    for (int n = 0; n < 3; n++) {
      for (int o = 0; o < 2; o++) {
        double value = 0;
        double gate = 0;
        for (int i = 0; i < 4; i++) {
          value += x[n][i] * w[i][o];
          gate += x[n][i] * u[i][o];
        }
        expected[n][o] = value / (1 + Math.exp(-gate));
      }
    }
    Example.of("Y[n,o] = sum[i](X[n,i]*W[i,o]) * sigmoid(sum[i](X[n,i]*U[i,o]))")
        .with("X", x)
        .with("W", w)
        .with("U", u)
        .givesWithin(5, 64, expected);
  }
}
