package dev.einkorn.compiler.examples;

import org.junit.jupiter.api.Test;

/** Diagonals, triangles, structured matrices and permutations. */
class MatricesTest {
  private final Draw draw = new Draw();

  @Test
  void trace() {
    double[][] a = draw.matrix(5, 5);
    double expected = 0;
    for (int i = 0; i < 5; i++) {
      expected += a[i][i];
    }
    Example.of("t = A[i,i]").with("A", a).gives(expected);
  }

  @Test
  void diagonal_extraction() {
    double[][] a = draw.matrix(5, 5);
    double[] expected = new double[5];
    for (int i = 0; i < 5; i++) {
      expected[i] = a[i][i];
    }
    Example.of("D[i] = A[i,i]").with("A", a).gives(expected);
  }

  @Test
  void diagonal_construction() {
    double[] d = draw.vector(5);
    double[][] expected = new double[5][5];
    for (int i = 0; i < 5; i++) {
      expected[i][i] = d[i];
    }
    Example.of("M[i,i] = d[i]").with("d", d).gives(expected);
  }

  @Test
  void antidiagonal_sum() {
    double[][] a = draw.matrix(5, 5);
    double expected = 0;
    for (int i = 0; i < 5; i++) {
      expected += a[i][4 - i];
    }
    Example.of("t = A[i,4-i]").with("A", a).gives(expected);
  }

  @Test
  void outer_product() {
    double[] x = draw.vector(4);
    double[] y = draw.vector(3);
    double[][] expected = new double[4][3];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        expected[i][j] = x[i] * y[j];
      }
    }
    Example.of("M[i,j] = x[i] * y[j]").with("x", x).with("y", y).gives(expected);
  }

  @Test
  void rank_one_update() {
    double[][] a = draw.matrix(4, 3);
    double[] x = draw.vector(4);
    double[] y = draw.vector(3);
    double[][] expected = new double[4][3];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        expected[i][j] = a[i][j] - 2 * x[i] * y[j];
      }
    }
    Example.of("B[i,j] = A[i,j] - 2*x[i]*y[j]")
        .with("A", a)
        .with("x", x)
        .with("y", y)
        .gives(expected);
  }

  @Test
  void lower_triangular_sum() {
    double[][] a = draw.matrix(6, 6);
    double lower = 0;
    double strictly = 0;
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j <= i; j++) {
        lower += a[i][j];
        strictly += j < i ? a[i][j] : 0;
      }
    }
    Example.of("s = sum[i,j](A[i,j] where j <= i)").with("A", a).gives(lower);
    Example.of("s = A[i,j] where j <= i").with("A", a).gives(lower);
    Example.of("s = sum[i,j](A[i,j] where j < i)").with("A", a).gives(strictly);
  }

  @Test
  void band_sum() {
    double[][] a = draw.matrix(6, 8);
    double expected = 0;
    for (int i = 0; i < 6; i++) {
      for (int j = Math.max(0, i - 1); j <= i + 2 && j < 8; j++) {
        expected += a[i][j];
      }
    }
    Example.of("s = sum[i,j](A[i,j] where i - 1 <= j, j <= i + 2)").with("A", a).gives(expected);
  }

  @Test
  void triangular_matrix_vector_product() {
    double[][] l = draw.matrix(6, 6);
    double[] x = draw.vector(6);
    double[] lower = new double[6];
    double[] upper = new double[6];
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 6; j++) {
        lower[i] += j <= i ? l[i][j] * x[j] : 0;
        upper[i] += j >= i ? l[i][j] * x[j] : 0;
      }
    }
    Example.of(
            "y[i] = sum[j](L[i,j] * x[j] where j <= i); z[i] = sum[j](L[i,j] * x[j] where j >= i)")
        .with("L", l)
        .with("x", x)
        .gives("y", lower)
        .gives("z", upper);
  }

  @Test
  void lower_triangle_kept() {
    double[][] a = draw.matrix(5, 4);
    double[][] expected = new double[5][4];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j <= i && j < 4; j++) {
        expected[i][j] = a[i][j];
      }
    }
    Example.of("L[i,j] = select(j <= i, A[i,j], 0)").with("A", a).gives(expected);
  }

  @Test
  void symmetric_part() {
    double[][] a = draw.matrix(4, 4);
    double[][] expected = new double[4][4];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        expected[i][j] = (a[i][j] + a[j][i]) / 2;
      }
    }
    Example.of("S[i,j] = (A[i,j] + A[j,i]) / 2").with("A", a).gives(expected);
  }

  @Test
  void identity_matrix() {
    double[][] expected = new double[4][4];
    for (int i = 0; i < 4; i++) {
      expected[i][i] = 1;
    }
    Example.of("E[i,j] = f64(i == j) where i < 4, j < 4").gives(expected);
  }

  @Test
  void vandermonde_matrix() {
    double[] x = draw.vector(5);
    double[][] expected = new double[5][4];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 4; j++) {
        expected[i][j] = Math.pow(x[i], j);
      }
    }
    Example.of("V[i,j] = x[i]^j where j < 4").with("x", x).gives(expected);
  }

  @Test
  void polynomial_evaluation_by_index_values() {
    double[] coefficients = draw.vector(5);
    double[] x = draw.vector(6);
    double[] expected = new double[6];
    for (int i = 0; i < 6; i++) {
      for (int k = 4; k >= 0; k--) {
        expected[i] = expected[i] * x[i] + coefficients[k];
      }
    }
    Example.of("p[i] = c[k] * x[i]^k").with("c", coefficients).with("x", x).gives(expected);
  }

  @Test
  void derivative_of_a_polynomial() {
    double[] coefficients = draw.vector(5);
    double[] expected = new double[4];
    for (int k = 0; k < 4; k++) {
      expected[k] = (k + 1) * coefficients[k + 1];
    }
    Example.of("d[k] = (k + 1) * c[k+1]").with("c", coefficients).gives(expected);
  }

  @Test
  void product_of_polynomials() {
    double[] p = draw.vector(4);
    double[] q = draw.vector(5);
    double[] expected = new double[8];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 5; j++) {
        expected[i + j] += p[i] * q[j];
      }
    }
    Example.of("r[k] = p[i] * zero(q[k-i]) where k < extent(p, 0) + extent(q, 0) - 1")
        .with("p", p)
        .with("q", q)
        .gives(expected);
  }

  @Test
  void toeplitz_matrix() {
    double[] c = draw.vector(7);
    double[][] expected = new double[4][4];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        expected[i][j] = c[i - j + 3];
      }
    }
    Example.of("T[i,j] = c[i-j+3] where i < 4, j < 4").with("c", c).gives(expected);
  }

  @Test
  void hankel_matrix() {
    double[] c = draw.vector(7);
    double[][] expected = new double[3][5];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 5; j++) {
        expected[i][j] = c[i + j];
      }
    }
    Example.of("H[i,j] = c[i+j] where i < 3").with("c", c).gives(expected);
  }

  @Test
  void circulant_matrix_vector_product() {
    double[] c = draw.vector(5);
    double[] x = draw.vector(5);
    double[] expected = new double[5];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 5; j++) {
        expected[i] += c[(i - j + 5) % 5] * x[j];
      }
    }
    Example.of("y[i] = wrap(c[i-j]) * x[j] where i < extent(c, 0)")
        .with("c", c)
        .with("x", x)
        .gives(expected);
  }

  @Test
  void permutation_of_rows_and_columns_by_gather() {
    double[][] a = draw.matrix(5, 4);
    int[] p = draw.permutation(5);
    int[] q = draw.permutation(4);
    double[][] expected = new double[5][4];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 4; j++) {
        expected[i][j] = a[p[i]][q[j]];
      }
    }
    Example.of("B[i,j] = A[p[i],q[j]]").with("A", a).with("p", p).with("q", q).gives(expected);
  }

  @Test
  void inverse_of_a_permutation() {
    int[] p = draw.permutation(6);
    long[] expected = new long[6];
    for (int i = 0; i < 6; i++) {
      expected[p[i]] = i;
    }
    Example.of("q[j] = sum[i](i where p[i] == j) where j < extent(p, 0)")
        .with("p", p)
        .gives(expected);
  }

  @Test
  void sign_of_a_permutation() {
    int[] p = draw.permutation(7);
    long expected = 1;
    for (int i = 0; i < 7; i++) {
      for (int j = 0; j < i; j++) {
        expected *= p[j] > p[i] ? -1 : 1;
      }
    }
    Example.of("s = prod[i,j](select(p[j] > p[i], -1, 1) where j < i)")
        .with("p", p)
        .gives(expected);
  }

  @Test
  void pivots_below_the_diagonal() {
    double[][] a = draw.matrix(5, 5);
    long[] expected = new long[5];
    for (int j = 0; j < 5; j++) {
      expected[j] = j;
      for (int i = j; i < 5; i++) {
        expected[j] = Math.abs(a[i][j]) > Math.abs(a[(int) expected[j]][j]) ? i : expected[j];
      }
    }
    Example.of("p[j] = argmax[i](abs(A[i,j]) where i >= j)").with("A", a).gives(expected);
  }

  @Test
  void power_iteration_step() {
    double[][] a = draw.matrix(4, 4);
    double[] x = {1, 2, 3, 4};
    double[] expected = new double[4];
    double square = 0;
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        expected[i] += a[i][j] * x[j];
      }
      square += expected[i] * expected[i];
    }
    for (int i = 0; i < 4; i++) {
      expected[i] /= Math.sqrt(square);
    }
    Example.of("y[i] = A[i,j] * x[j]; z[i] = y[i] / sqrt(sum[k](y[k]^2))")
        .with("A", a)
        .with("x", x)
        .gives(expected);
  }

  @Test
  void cross_products_by_levi_civita_symbol() {
    double[][] a = draw.matrix(5, 3);
    double[][] b = draw.matrix(5, 3);
    double[][] expected = new double[5][3];
    for (int n = 0; n < 5; n++) {
      for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3;
        int k = (i + 2) % 3;
        expected[n][i] = a[n][j] * b[n][k] - a[n][k] * b[n][j];
      }
    }
    Example.of(
            """
            E[i,j,k] = (j - i) * (k - i) * (k - j) // 2 where i < 3, j < 3, k < 3
            C[n,i] = E[i,j,k] * A[n,j] * B[n,k]
            """)
        .with("A", a)
        .with("B", b)
        .gives(expected);
  }

  @Test
  void determinants_of_small_matrices() {
    double[][][] m = draw.cube(6, 2, 2);
    double[] expected = new double[6];
    for (int n = 0; n < 6; n++) {
      expected[n] = m[n][0][0] * m[n][1][1] - m[n][0][1] * m[n][1][0];
    }
    Example.of("d[n] = M[n,0,0]*M[n,1,1] - M[n,0,1]*M[n,1,0]").with("M", m).gives(expected);
  }

  @Test
  void quadratic_forms_of_a_batch() {
    double[][] x = draw.matrix(5, 3);
    double[][] a = draw.matrix(3, 3);
    double[] expected = new double[5];
    for (int n = 0; n < 5; n++) {
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          expected[n] += x[n][i] * a[i][j] * x[n][j];
        }
      }
    }
    Example.of("q[n] = X[n,i] * A[i,j] * X[n,j]").with("X", x).with("A", a).gives(expected);
  }

  @Test
  void frobenius_and_maximum_norms() {
    double[][] a = draw.matrix(4, 5);
    double square = 0;
    double rows = 0;
    for (double[] row : a) {
      double sum = 0;
      for (double value : row) {
        square += value * value;
        sum += Math.abs(value);
      }
      rows = Math.max(rows, sum);
    }
    Example.of("f = sqrt(sum[i,j](A[i,j]^2)); m = max[i](sum[j](abs(A[i,j])))")
        .with("A", a)
        .gives("f", Math.sqrt(square))
        .gives("m", rows);
  }

  @Test
  void blocks_of_a_matrix() {
    double[][] a = draw.matrix(6, 8);
    double[][] expected = new double[3][2];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 2; j++) {
        for (int p = 0; p < 2; p++) {
          for (int q = 0; q < 4; q++) {
            expected[i][j] += a[2 * i + p][4 * j + q];
          }
        }
      }
    }
    Example.of("B[i,j] = A[2*i+p,4*j+q] where p < 2, q < 4").with("A", a).gives(expected);
  }
}
