package dev.einkorn.compiler.examples;

import org.junit.jupiter.api.Test;

/** Distances, kernels, clustering, classification, embeddings and losses. */
class LearningTest {
  private final Draw draw = new Draw();

  private static double squaredDistance(double[] x, double[] y) {
    double sum = 0;
    for (int d = 0; d < x.length; d++) {
      sum += (x[d] - y[d]) * (x[d] - y[d]);
    }
    return sum;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int d = 0; d < x.length; d++) {
      sum += x[d] * y[d];
    }
    return sum;
  }

  /** Row by row, the column of the first smallest element. */
  private static int leastColumn(double[] row) {
    int least = 0;
    for (int j = 1; j < row.length; j++) {
      least = row[j] < row[least] ? j : least;
    }
    return least;
  }

  private static double[][] squaredDistances(double[][] x, double[][] y) {
    double[][] distances = new double[x.length][y.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y.length; j++) {
        distances[i][j] = squaredDistance(x[i], y[j]);
      }
    }
    return distances;
  }

  @Test
  void batched_squared_distances() {
    double[][][] x = draw.cube(2, 4, 3);
    double[][][] y = draw.cube(2, 5, 3);
    double[][][] expected = new double[2][][];
    for (int b = 0; b < 2; b++) {
      expected[b] = squaredDistances(x[b], y[b]);
    }
    Example.of("D[b,i,j] = (X[b,i,d] - Y[b,j,d])^2").with("X", x).with("Y", y).gives(expected);
  }

  @Test
  void manhattan_and_chebyshev_distances() {
    double[][] x = draw.matrix(4, 3);
    double[][] y = draw.matrix(5, 3);
    double[][] sums = new double[4][5];
    double[][] maxima = new double[4][5];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 5; j++) {
        for (int d = 0; d < 3; d++) {
          sums[i][j] += Math.abs(x[i][d] - y[j][d]);
          maxima[i][j] = Math.max(maxima[i][j], Math.abs(x[i][d] - y[j][d]));
        }
      }
    }
    Example.of(
            """
            M[i,j] = sum[d](abs(X[i,d] - Y[j,d]))
            C[i,j] = max[d](abs(X[i,d] - Y[j,d]))
            """)
        .with("X", x)
        .with("Y", y)
        .gives("M", sums)
        .gives("C", maxima);
  }

  @Test
  void gaussian_kernel_matrix() {
    double[][] x = draw.matrix(4, 3);
    double[][] y = draw.matrix(5, 3);
    double[][] expected = squaredDistances(x, y);
    for (double[] row : expected) {
      for (int j = 0; j < row.length; j++) {
        row[j] = Math.exp(-row[j] / 32);
      }
    }
    Example.of("K[i,j] = exp(-sum[d]((X[i,d] - Y[j,d])^2) / 32)")
        .with("X", x)
        .with("Y", y)
        .givesWithin(1, 1, expected);
  }

  @Test
  void polynomial_kernel_matrix() {
    double[][] x = draw.matrix(4, 3);
    double[][] expected = new double[4][4];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        double base = dot(x[i], x[j]) + 1;
        expected[i][j] = base * base * base;
      }
    }
    Example.of("K[i,j] = (sum[d](X[i,d] * X[j,d]) + 1)^3").with("X", x).gives(expected);
  }

  @Test
  void cosine_similarity() {
    double[][] x = draw.matrix(4, 5);
    double[][] y = draw.matrix(3, 5);
    double[][] expected = new double[4][3];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        expected[i][j] = dot(x[i], y[j]) / Math.sqrt(dot(x[i], x[i]) * dot(y[j], y[j]));
      }
    }
    // the root's argument is exact
    Example.of("C[i,j] = sum[d](X[i,d] * Y[j,d]) / sqrt(sum[d](X[i,d]^2) * sum[d](Y[j,d]^2))")
        .with("X", x)
        .with("Y", y)
        .givesWithin(4, 1, expected);
  }

  @Test
  void nearest_centroid() {
    double[][] x = draw.matrix(6, 3);
    double[][] centroids = draw.matrix(4, 3);
    double[][] distances = squaredDistances(x, centroids);
    long[] expected = new long[6];
    for (int n = 0; n < 6; n++) {
      expected[n] = leastColumn(distances[n]);
    }
    Example.of("a[n] = argmin[k](sum[d]((X[n,d] - C[k,d])^2))")
        .with("X", x)
        .with("C", centroids)
        .gives(expected);
  }

  @Test
  void k_means_step() {
    double[][] x = draw.matrix(16, 2);
    double[][] centroids = {{-3, 0}, {3, 0}, {0, 100}};
    double[][] distances = squaredDistances(x, centroids);
    double[][] expected = new double[3][2];
    int[] counts = new int[3];
    for (int n = 0; n < 16; n++) {
      int nearest = leastColumn(distances[n]);
      counts[nearest]++;
      for (int d = 0; d < 2; d++) {
        expected[nearest][d] += x[n][d];
      }
    }
    for (int k = 0; k < 3; k++) {
      for (int d = 0; d < 2; d++) {
        expected[k][d] /= Math.max(1, counts[k]);
      }
    }
    Example.of(
            """
            a[n] = argmin[k](sum[d]((X[n,d] - C[k,d])^2))
            M[k,d] = sum[n](X[n,d] where a[n] == k) / max(1, sum[n](a[n] == k)) where k < extent(C, 0)
            """)
        .with("X", x)
        .with("C", centroids)
        .gives(expected);
  }

  @Test
  void nearest_neighbour_other_than_oneself() {
    double[][] x = draw.matrix(7, 2);
    double[][] distances = squaredDistances(x, x);
    long[] expected = new long[7];
    for (int i = 0; i < 7; i++) {
      distances[i][i] = Double.POSITIVE_INFINITY;
      expected[i] = leastColumn(distances[i]);
    }
    Example.of("n[i] = argmin[j](sum[d]((X[i,d] - X[j,d])^2) where i != j)")
        .with("X", x)
        .gives(expected);
  }

  @Test
  void linear_layer_with_bias_and_relu() {
    float[][] x = draw.floats(4, 6);
    float[][] w = draw.floats(3, 6);
    float[] bias = draw.floats(3);
    float[][] expected = new float[4][3];
    for (int n = 0; n < 4; n++) {
      for (int o = 0; o < 3; o++) {
        float sum = bias[o];
        for (int i = 0; i < 6; i++) {
          sum += x[n][i] * w[o][i];
        }
        expected[n][o] = Math.max(0, sum);
      }
    }
    Example.of("Y[n,o] = relu(sum[i](X[n,i] * W[o,i]) + b[o])")
        .with("X", x)
        .with("W", w)
        .with("b", bias)
        .gives(expected);
  }

  @Test
  void classification_by_argmax() {
    double[][] x = draw.matrix(6, 4);
    double[][] w = draw.matrix(3, 4);
    double[] bias = draw.vector(3);
    long[] expected = new long[6];
    for (int n = 0; n < 6; n++) {
      double[] negated = new double[3];
      for (int c = 0; c < 3; c++) {
        negated[c] = -(dot(x[n], w[c]) + bias[c]);
      }
      expected[n] = leastColumn(negated);
    }
    Example.of("p[n] = argmax[c](sum[d](W[c,d] * X[n,d]) + b[c])")
        .with("W", w)
        .with("X", x)
        .with("b", bias)
        .gives(expected);
  }

  @Test
  void accuracy() {
    double[][] scores = draw.matrix(8, 3);
    int[] labels = draw.integers(8, 0, 3);
    int hits = 0;
    for (int n = 0; n < 8; n++) {
      double[] negated = {-scores[n][0], -scores[n][1], -scores[n][2]};
      hits += leastColumn(negated) == labels[n] ? 1 : 0;
    }
    Example.of("a = mean[n](f64(argmax[c](S[n,c]) == y[n]))")
        .with("S", scores)
        .with("y", labels)
        .gives(hits / 8.0);
  }

  @Test
  void cross_entropy_with_labels() {
    double[][] x = draw.matrix(8, 5);
    int[] labels = draw.integers(8, 0, 5);
    double expected = 0;
    for (int n = 0; n < 8; n++) {
      double sum = 0;
      for (double value : x[n]) {
        sum += Math.exp(value);
      }
      expected += Math.log(sum) - x[n][labels[n]];
    }
    // each of 8 terms up to 16 after 5 exponentials, a log and 3 roundings
    Example.of("L = mean[n](logsumexp[c](X[n,c]) - X[n,y[n]])")
        .with("X", x)
        .with("y", labels)
        .givesWithin(8 * 9, 16, expected / 8);
  }

  @Test
  void embedding_lookup() {
    double[][] table = draw.matrix(6, 4);
    int[] tokens = {5, 0, 3, 3, 1};
    double[][] expected = new double[5][];
    for (int t = 0; t < 5; t++) {
      expected[t] = table[tokens[t]];
    }
    Example.of("O[t,d] = T[w[t],d]").with("T", table).with("w", tokens).gives(expected);
  }

  @Test
  void embedding_lookup_of_a_batch_with_positions() {
    float[][] table = draw.floats(6, 4);
    float[][] positions = draw.floats(3, 4);
    int[][] tokens = draw.integers(2, 3, 0, 6);
    float[][][] expected = new float[2][3][4];
    for (int b = 0; b < 2; b++) {
      for (int t = 0; t < 3; t++) {
        for (int d = 0; d < 4; d++) {
          expected[b][t][d] = table[tokens[b][t]][d] + positions[t][d];
        }
      }
    }
    Example.of("O[b,t,d] = T[w[b,t],d] + P[t,d]")
        .with("T", table)
        .with("w", tokens)
        .with("P", positions)
        .gives(expected);
  }

  @Test
  void bag_of_embeddings() {
    double[][] table = draw.matrix(6, 3);
    int[][] tokens = draw.integers(4, 2, 0, 6);
    double[][] expected = new double[4][3];
    for (int b = 0; b < 4; b++) {
      for (int d = 0; d < 3; d++) {
        expected[b][d] = (table[tokens[b][0]][d] + table[tokens[b][1]][d]) / 2;
      }
    }
    Example.of("O[b,d] = mean[t](T[w[b,t],d])").with("T", table).with("w", tokens).gives(expected);
  }

  @Test
  void one_hot_by_comparison() {
    int[] labels = draw.integers(6, 0, 4);
    double[][] expected = new double[6][4];
    for (int n = 0; n < 6; n++) {
      expected[n][labels[n]] = 1;
    }
    Example.of("H[n,c] = f64(y[n] == c) where c < 4").with("y", labels).gives(expected);
  }

  @Test
  void hinge_loss() {
    double[][] x = draw.matrix(8, 3);
    double[] w = draw.vector(3);
    double[] sides = {1, -1, 1, 1, -1, -1, 1, -1};
    double expected = 0;
    for (int n = 0; n < 8; n++) {
      expected += Math.max(0, 1 - sides[n] * dot(x[n], w)) / 8;
    }
    Example.of("L = mean[n](relu(1 - y[n] * sum[d](X[n,d] * w[d])))")
        .with("X", x)
        .with("w", w)
        .with("y", sides)
        .gives(expected);
  }

  @Test
  void gradient_step_into_the_weights() {
    double[][] weights = draw.matrix(3, 2);
    double[][] x = draw.matrix(5, 3);
    double[][] g = draw.matrix(5, 2);
    double[][] expected = new double[3][2];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 2; j++) {
        expected[i][j] = weights[i][j];
        for (int n = 0; n < 5; n++) {
          expected[i][j] -= 0.25 * x[n][i] * g[n][j];
        }
      }
    }
    Example.of("W[i,j] += -0.25 * X[n,i] * G[n,j]")
        .with("W", weights)
        .with("X", x)
        .with("G", g)
        .gives(expected);
  }

  @Test
  void top_of_each_class() {
    double[] scores = draw.vector(10);
    int[] classes = draw.integers(10, 0, 3);
    double[] expected = new double[4];
    for (int c = 0; c < 4; c++) {
      expected[c] = Double.NEGATIVE_INFINITY;
      for (int n = 0; n < 10; n++) {
        expected[c] = classes[n] == c ? Math.max(expected[c], scores[n]) : expected[c];
      }
    }
    Example.of("M[c] = max[n](S[n] where y[n] == c) where c < 4")
        .with("S", scores)
        .with("y", classes)
        .gives(expected);
  }
}
