package dev.einkorn.compiler.examples;

import org.junit.jupiter.api.Test;

/** Products of many tensors, and the products of multilinear algebra. */
class TensorNetworksTest {
  private final Draw draw = new Draw();

  @Test
  void matrix_product_state_amplitudes() {
    double[][] first = draw.matrix(2, 3);
    double[][][] second = draw.cube(3, 2, 4);
    double[][][] third = draw.cube(4, 2, 3);
    double[][] last = draw.matrix(3, 2);
    double[][][][] expected = new double[2][2][2][2];
    for (int s = 0; s < 16; s++) {
      for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 4; b++) {
          for (int c = 0; c < 3; c++) {
            expected[s >> 3][s >> 2 & 1][s >> 1 & 1][s & 1] +=
                first[s >> 3][a]
                    * second[a][s >> 2 & 1][b]
                    * third[b][s >> 1 & 1][c]
                    * last[c][s & 1];
          }
        }
      }
    }
    Example.of("P[s,t,u,v] = A[s,a] * B[a,t,b] * C[b,u,c] * D[c,v]")
        .with("A", first)
        .with("B", second)
        .with("C", third)
        .with("D", last)
        .gives(expected);
  }

  @Test
  void norm_of_a_matrix_product_state() {
    double[][] first = draw.matrix(2, 3);
    double[][][] second = draw.cube(3, 2, 3);
    double[][] last = draw.matrix(3, 2);
    double expected = 0;
    for (int s = 0; s < 8; s++) {
      double amplitude = 0;
      for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
          amplitude += first[s >> 2][a] * second[a][s >> 1 & 1][b] * last[b][s & 1];
        }
      }
      expected += amplitude * amplitude;
    }
    Example.of("n = A[s,a]*B[a,t,b]*C[b,u] * A[s,x]*B[x,t,y]*C[y,u]")
        .with("A", first)
        .with("B", second)
        .with("C", last)
        .gives(expected);
  }

  @Test
  void ring_of_tensors() {
    double[][][] a = draw.cube(2, 3, 3);
    double[][][] b = draw.cube(3, 2, 4);
    double[][][] c = draw.cube(4, 2, 2);
    double[][][] expected = new double[3][2][2];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 2; j++) {
        for (int k = 0; k < 2; k++) {
          for (int x = 0; x < 2; x++) {
            for (int y = 0; y < 3; y++) {
              for (int z = 0; z < 4; z++) {
                expected[i][j][k] += a[x][i][y] * b[y][j][z] * c[z][k][x];
              }
            }
          }
        }
      }
    }
    Example.of("R[i,j,k] = A[x,i,y] * B[y,j,z] * C[z,k,x]")
        .with("A", a)
        .with("B", b)
        .with("C", c)
        .gives(expected);
  }

  @Test
  void tucker_reconstruction() {
    double[][][] core = draw.cube(2, 3, 2);
    double[][] u = draw.matrix(4, 2);
    double[][] v = draw.matrix(3, 3);
    double[][] w = draw.matrix(5, 2);
    double[][][] expected = new double[4][3][5];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 5; k++) {
          for (int a = 0; a < 2; a++) {
            for (int b = 0; b < 3; b++) {
              for (int c = 0; c < 2; c++) {
                expected[i][j][k] += core[a][b][c] * u[i][a] * v[j][b] * w[k][c];
              }
            }
          }
        }
      }
    }
    Example.of("X[i,j,k] = G[a,b,c] * U[i,a] * V[j,b] * W[k,c]")
        .with("G", core)
        .with("U", u)
        .with("V", v)
        .with("W", w)
        .gives(expected);
  }

  @Test
  void canonical_polyadic_reconstruction() {
    double[] scale = draw.vector(3);
    double[][] u = draw.matrix(4, 3);
    double[][] v = draw.matrix(2, 3);
    double[][] w = draw.matrix(3, 3);
    double[][][] expected = new double[4][2][3];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 2; j++) {
        for (int k = 0; k < 3; k++) {
          for (int r = 0; r < 3; r++) {
            expected[i][j][k] += scale[r] * u[i][r] * v[j][r] * w[k][r];
          }
        }
      }
    }
    Example.of("X[i,j,k] = l[r] * U[i,r] * V[j,r] * W[k,r]")
        .with("l", scale)
        .with("U", u)
        .with("V", v)
        .with("W", w)
        .gives(expected);
  }

  @Test
  void mttkrp() {
    double[][][] x = draw.cube(4, 3, 5);
    double[][] b = draw.matrix(3, 2);
    double[][] c = draw.matrix(5, 2);
    double[][] expected = new double[4][2];
    for (int i = 0; i < 4; i++) {
      for (int r = 0; r < 2; r++) {
        for (int j = 0; j < 3; j++) {
          for (int k = 0; k < 5; k++) {
            expected[i][r] += x[i][j][k] * b[j][r] * c[k][r];
          }
        }
      }
    }
    Example.of("M[i,r] = X[i,j,k] * B[j,r] * C[k,r]")
        .with("X", x)
        .with("B", b)
        .with("C", c)
        .gives(expected);
  }

  @Test
  void khatri_rao_product() {
    double[][] a = draw.matrix(3, 4);
    double[][] b = draw.matrix(2, 4);
    double[][][] expected = new double[3][2][4];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 2; j++) {
        for (int r = 0; r < 4; r++) {
          expected[i][j][r] = a[i][r] * b[j][r];
        }
      }
    }
    Example.of("K[i,j,r] = A[i,r] * B[j,r]").with("A", a).with("B", b).gives(expected);
  }

  @Test
  void kronecker_product() {
    double[][] a = draw.matrix(2, 3);
    double[][] b = draw.matrix(4, 2);
    double[][][][] expected = new double[2][4][3][2];
    for (int i = 0; i < 2; i++) {
      for (int p = 0; p < 4; p++) {
        for (int j = 0; j < 3; j++) {
          for (int q = 0; q < 2; q++) {
            expected[i][p][j][q] = a[i][j] * b[p][q];
          }
        }
      }
    }
    Example.of("K[i,p,j,q] = A[i,j] * B[p,q]").with("A", a).with("B", b).gives(expected);
  }

  @Test
  void outer_product_of_three_vectors() {
    double[] a = draw.vector(2);
    double[] b = draw.vector(3);
    double[] c = draw.vector(4);
    double[][][] expected = new double[2][3][4];
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 4; k++) {
          expected[i][j][k] = a[i] * b[j] * c[k];
        }
      }
    }
    Example.of("T[i,j,k] = a[i] * b[j] * c[k]")
        .with("a", a)
        .with("b", b)
        .with("c", c)
        .gives(expected);
  }

  @Test
  void chain_of_matrices() {
    double[][] a = draw.matrix(3, 4);
    double[][] b = draw.matrix(4, 2);
    double[][] c = draw.matrix(2, 5);
    double[][] expected = new double[3][5];
    for (int i = 0; i < 3; i++) {
      for (int l = 0; l < 5; l++) {
        for (int j = 0; j < 4; j++) {
          for (int k = 0; k < 2; k++) {
            expected[i][l] += a[i][j] * b[j][k] * c[k][l];
          }
        }
      }
    }
    Example.of("M[i,l] = A[i,j] * B[j,k] * C[k,l]")
        .with("A", a)
        .with("B", b)
        .with("C", c)
        .gives(expected);
  }

  @Test
  void batched_matrix_product_with_ellipsis() {
    double[][][][] a = draw.array4(2, 3, 2, 4);
    double[][][][] b = draw.array4(2, 3, 4, 3);
    double[][][][] expected = new double[2][3][2][3];
    for (int p = 0; p < 2; p++) {
      for (int q = 0; q < 3; q++) {
        for (int i = 0; i < 2; i++) {
          for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 4; k++) {
              expected[p][q][i][j] += a[p][q][i][k] * b[p][q][k][j];
            }
          }
        }
      }
    }
    Example.of("C[...,i,j] = A[...,i,k] * B[...,k,j]").with("A", a).with("B", b).gives(expected);
  }

  @Test
  void ellipsis_broadcasts_missing_and_unit_axes() {
    double[][][][] a = draw.array4(2, 1, 2, 4);
    double[][][] b = draw.cube(3, 4, 3);
    double[][][][] expected = new double[2][3][2][3];
    for (int p = 0; p < 2; p++) {
      for (int q = 0; q < 3; q++) {
        for (int i = 0; i < 2; i++) {
          for (int j = 0; j < 3; j++) {
            for (int k = 0; k < 4; k++) {
              expected[p][q][i][j] += a[p][0][i][k] * b[q][k][j];
            }
          }
        }
      }
    }
    Example.of("C[...,i,j] = A[...,i,k] * B[...,k,j]").with("A", a).with("B", b).gives(expected);
  }

  @Test
  void ellipsis_without_leading_axes() {
    double[][] a = draw.matrix(2, 4);
    double[] x = draw.vector(4);
    double[] expected = new double[2];
    for (int i = 0; i < 2; i++) {
      for (int k = 0; k < 4; k++) {
        expected[i] += a[i][k] * x[k];
      }
    }
    Example.of("y[...,i] = A[...,i,k] * x[...,k]").with("A", a).with("x", x).gives(expected);
  }

  @Test
  void bilinear_form() {
    double[] x = draw.vector(3);
    double[][] a = draw.matrix(3, 4);
    double[] y = draw.vector(4);
    double expected = 0;
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 4; j++) {
        expected += x[i] * a[i][j] * y[j];
      }
    }
    Example.of("s = x[i] * A[i,j] * y[j]").with("x", x).with("A", a).with("y", y).gives(expected);
  }

  @Test
  void bilinear_layer() {
    double[][] x = draw.matrix(5, 3);
    double[][][] w = draw.cube(2, 3, 4);
    double[][] y = draw.matrix(5, 4);
    double[][] expected = new double[5][2];
    for (int n = 0; n < 5; n++) {
      for (int o = 0; o < 2; o++) {
        for (int i = 0; i < 3; i++) {
          for (int j = 0; j < 4; j++) {
            expected[n][o] += x[n][i] * w[o][i][j] * y[n][j];
          }
        }
      }
    }
    Example.of("Z[n,o] = X[n,i] * W[o,i,j] * Y[n,j]")
        .with("X", x)
        .with("W", w)
        .with("Y", y)
        .gives(expected);
  }

  @Test
  void partial_trace_of_a_density_matrix() {
    double[][][][] rho = draw.array4(2, 3, 2, 3);
    double[][] expected = new double[2][2];
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        for (int k = 0; k < 3; k++) {
          expected[i][j] += rho[i][k][j][k];
        }
      }
    }
    Example.of("R[i,j] = D[i,k,j,k]").with("D", rho).gives(expected);
  }

  @Test
  void commutator() {
    double[][] a = draw.matrix(4, 4);
    double[][] b = draw.matrix(4, 4);
    double[][] expected = new double[4][4];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        for (int k = 0; k < 4; k++) {
          expected[i][j] += a[i][k] * b[k][j] - b[i][k] * a[k][j];
        }
      }
    }
    Example.of("C[i,j] = A[i,k]*B[k,j] - B[i,k]*A[k,j]").with("A", a).with("B", b).gives(expected);
  }

  @Test
  void seed_question_of_two_outer_products() {
    double[] b = draw.vector(3);
    double[][] a = draw.matrix(4, 4);
    double[] y = draw.vector(4);
    double[][] z = draw.matrix(3, 4);
    double[] expected = new double[4];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 4; j++) {
        for (int k = 0; k < 4; k++) {
          expected[k] += (b[i] * a[j][k] + y[j] * z[i][k]) * (b[i] * a[k][j] + y[k] * z[i][j]);
        }
      }
    }
    Example.of(
            """
            C[i,j,k] = B[i] * A[j,k]
            D[i,j,k] = Y[j] * Z[i,k]
            E[k] = (C[i,j,k] + D[i,j,k]) * (C[i,k,j] + D[i,k,j])
            """)
        .with("B", b)
        .with("A", a)
        .with("Y", y)
        .with("Z", z)
        .gives(expected);
  }

  @Test
  void riemann_like_contraction_with_a_metric() {
    double[][][][] r = draw.array4(3, 3, 3, 3);
    double[][] metric = draw.matrix(3, 3);
    double expected = 0;
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 3; k++) {
          expected += metric[i][j] * r[k][i][k][j];
        }
      }
    }
    Example.of("s = g[i,j] * R[k,i,k,j]").with("g", metric).with("R", r).gives(expected);
  }
}
