package dev.einkorn.compiler.examples;

import org.junit.jupiter.api.Test;

/** Convolutions and pooling of neural networks, with batch and channels. */
class ConvolutionsTest {
  private final Draw draw = new Draw();

  @Test
  void convolution_1d() {
    double[][][] input = draw.cube(2, 3, 10);
    double[][][] weights = draw.cube(4, 3, 3);
    double[][][] expected = new double[2][4][8];
    for (int n = 0; n < 2; n++) {
      for (int k = 0; k < 4; k++) {
        for (int x = 0; x < 8; x++) {
          for (int c = 0; c < 3; c++) {
            for (int r = 0; r < 3; r++) {
              expected[n][k][x] += input[n][c][x + r] * weights[k][c][r];
            }
          }
        }
      }
    }
    Example.of("O[n,k,x] = I[n,c,x+r] * W[k,c,r]")
        .with("I", input)
        .with("W", weights)
        .gives(expected);
  }

  @Test
  void convolution_2d() {
    double[][][][] input = draw.array4(2, 3, 6, 7);
    double[][][][] weights = draw.array4(4, 3, 3, 2);
    double[][][][] expected = new double[2][4][4][6];
    convolve(input, weights, expected, 1, 1);
    Example.of("O[n,k,x,y] = I[n,c,x+r,y+s] * W[k,c,r,s]")
        .with("I", input)
        .with("W", weights)
        .gives(expected);
  }

  @Test
  void strided_convolution_2d() {
    double[][][][] input = draw.array4(2, 2, 8, 9);
    double[][][][] weights = draw.array4(3, 2, 3, 3);
    double[][][][] expected = new double[2][3][3][4];
    convolve(input, weights, expected, 2, 1);
    Example.of("O[n,k,x,y] = I[n,c,2*x+r,2*y+s] * W[k,c,r,s]")
        .with("I", input)
        .with("W", weights)
        .gives(expected);
  }

  @Test
  void dilated_convolution_2d() {
    double[][][][] input = draw.array4(1, 2, 8, 9);
    double[][][][] weights = draw.array4(3, 2, 3, 3);
    double[][][][] expected = new double[1][3][4][5];
    convolve(input, weights, expected, 1, 2);
    Example.of("O[n,k,x,y] = I[n,c,x+2*r,y+2*s] * W[k,c,r,s]")
        .with("I", input)
        .with("W", weights)
        .gives(expected);
  }

  private static void convolve(
      double[][][][] input,
      double[][][][] weights,
      double[][][][] output,
      int stride,
      int dilation) {
    for (int n = 0; n < output.length; n++) {
      for (int k = 0; k < output[0].length; k++) {
        for (int x = 0; x < output[0][0].length; x++) {
          for (int y = 0; y < output[0][0][0].length; y++) {
            for (int c = 0; c < weights[0].length; c++) {
              for (int r = 0; r < weights[0][0].length; r++) {
                for (int s = 0; s < weights[0][0][0].length; s++) {
                  output[n][k][x][y] +=
                      input[n][c][stride * x + dilation * r][stride * y + dilation * s]
                          * weights[k][c][r][s];
                }
              }
            }
          }
        }
      }
    }
  }

  @Test
  void convolution_3d() {
    double[][][][] input = draw.array4(2, 4, 5, 6);
    double[][][][][] weights = draw.array5(2, 2, 2, 3, 2);
    double[][][][] expected = new double[2][3][3][5];
    for (int k = 0; k < 2; k++) {
      for (int x = 0; x < 3; x++) {
        for (int y = 0; y < 3; y++) {
          for (int z = 0; z < 5; z++) {
            for (int c = 0; c < 2; c++) {
              for (int r = 0; r < 2; r++) {
                for (int s = 0; s < 3; s++) {
                  for (int t = 0; t < 2; t++) {
                    expected[k][x][y][z] += input[c][x + r][y + s][z + t] * weights[k][c][r][s][t];
                  }
                }
              }
            }
          }
        }
      }
    }
    Example.of("O[k,x,y,z] = I[c,x+r,y+s,z+t] * W[k,c,r,s,t]")
        .with("I", input)
        .with("W", weights)
        .gives(expected);
  }

  @Test
  void depthwise_convolution() {
    double[][][] input = draw.cube(3, 5, 6);
    double[][][] weights = draw.cube(3, 2, 3);
    double[][][] expected = new double[3][4][4];
    depthwise(input, weights, expected);
    Example.of("O[c,x,y] = I[c,x+r,y+s] * W[c,r,s]")
        .with("I", input)
        .with("W", weights)
        .gives(expected);
  }

  @Test
  void depthwise_separable_convolution() {
    double[][][] input = draw.cube(3, 5, 6);
    double[][][] weights = draw.cube(3, 2, 3);
    double[][] mixing = draw.matrix(4, 3);
    double[][][] filtered = new double[3][4][4];
    depthwise(input, weights, filtered);
    double[][][] expected = new double[4][4][4];
    for (int k = 0; k < 4; k++) {
      for (int x = 0; x < 4; x++) {
        for (int y = 0; y < 4; y++) {
          for (int c = 0; c < 3; c++) {
            expected[k][x][y] += mixing[k][c] * filtered[c][x][y];
          }
        }
      }
    }
    Example.of("D[c,x,y] = I[c,x+r,y+s] * W[c,r,s]; O[k,x,y] = P[k,c] * D[c,x,y]")
        .with("I", input)
        .with("W", weights)
        .with("P", mixing)
        .gives(expected);
  }

  private static void depthwise(double[][][] input, double[][][] weights, double[][][] output) {
    for (int c = 0; c < output.length; c++) {
      for (int x = 0; x < output[0].length; x++) {
        for (int y = 0; y < output[0][0].length; y++) {
          for (int r = 0; r < weights[0].length; r++) {
            for (int s = 0; s < weights[0][0].length; s++) {
              output[c][x][y] += input[c][x + r][y + s] * weights[c][r][s];
            }
          }
        }
      }
    }
  }

  @Test
  void grouped_convolution() {
    double[][] input = draw.matrix(6, 9);
    double[][][][] weights = draw.array4(3, 2, 2, 3);
    double[][][] expected = new double[3][2][7];
    for (int g = 0; g < 3; g++) {
      for (int k = 0; k < 2; k++) {
        for (int x = 0; x < 7; x++) {
          for (int c = 0; c < 2; c++) {
            for (int r = 0; r < 3; r++) {
              expected[g][k][x] += input[2 * g + c][x + r] * weights[g][k][c][r];
            }
          }
        }
      }
    }
    Example.of("O[g,k,x] = I[2*g+c,x+r] * W[g,k,c,r]")
        .with("I", input)
        .with("W", weights)
        .gives(expected);
  }

  @Test
  void same_size_convolution_with_bias_and_relu() {
    double[][][] input = draw.cube(2, 5, 4);
    double[][][][] weights = draw.array4(3, 2, 3, 3);
    double[] bias = draw.vector(3);
    double[][][] expected = new double[3][5][4];
    for (int k = 0; k < 3; k++) {
      for (int x = 0; x < 5; x++) {
        for (int y = 0; y < 4; y++) {
          double sum = bias[k];
          for (int c = 0; c < 2; c++) {
            for (int p = Math.max(0, x - 1); p <= Math.min(4, x + 1); p++) {
              for (int q = Math.max(0, y - 1); q <= Math.min(3, y + 1); q++) {
                sum += input[c][p][q] * weights[k][c][p - x + 1][q - y + 1];
              }
            }
          }
          expected[k][x][y] = Math.max(0, sum);
        }
      }
    }
    Example.of(
            "O[k,x,y] = relu(sum[c,r,s](zero(I[c,x+r-1,y+s-1]) * W[k,c,r,s]) + b[k])"
                + " where x < extent(I, 1), y < extent(I, 2)")
        .with("I", input)
        .with("W", weights)
        .with("b", bias)
        .gives(expected);
  }

  @Test
  void transposed_convolution_of_stride_one() {
    double[][] input = draw.matrix(2, 6);
    double[][][] weights = draw.cube(2, 3, 3);
    double[][] expected = new double[3][8];
    for (int c = 0; c < 2; c++) {
      for (int x = 0; x < 6; x++) {
        for (int k = 0; k < 3; k++) {
          for (int r = 0; r < 3; r++) {
            expected[k][x + r] += input[c][x] * weights[c][k][r];
          }
        }
      }
    }
    Example.of("O[k,x] = zero(I[c,x-r]) * W[c,k,r] where x < extent(I, 1) + extent(W, 2) - 1")
        .with("I", input)
        .with("W", weights)
        .gives(expected);
  }

  @Test
  void gradient_of_convolution_weights() {
    double[][][] input = draw.cube(2, 3, 9);
    double[][][] gradient = draw.cube(2, 4, 7);
    double[][][] expected = new double[4][3][3];
    for (int n = 0; n < 2; n++) {
      for (int k = 0; k < 4; k++) {
        for (int c = 0; c < 3; c++) {
          for (int r = 0; r < 3; r++) {
            for (int x = 0; x < 7; x++) {
              expected[k][c][r] += input[n][c][x + r] * gradient[n][k][x];
            }
          }
        }
      }
    }
    Example.of("D[k,c,r] = I[n,c,x+r] * G[n,k,x]")
        .with("I", input)
        .with("G", gradient)
        .gives(expected);
  }

  @Test
  void batched_max_pooling() {
    double[][][][] input = draw.array4(2, 3, 5, 6);
    double[][][][] expected = new double[2][3][2][3];
    for (int b = 0; b < 2; b++) {
      for (int c = 0; c < 3; c++) {
        for (int x = 0; x < 2; x++) {
          for (int y = 0; y < 3; y++) {
            double most = -100;
            for (int n = 0; n < 4; n++) {
              most = Math.max(most, input[b][c][2 * x + n / 2][2 * y + n % 2]);
            }
            expected[b][c][x][y] = most;
          }
        }
      }
    }
    Example.of("P[b,c,x,y] = max[r,s](I[b,c,2*x+r,2*y+s] where r < 2, s < 2)")
        .with("I", input)
        .gives(expected);
  }

  @Test
  void overlapping_average_pooling() {
    double[][][] input = draw.cube(2, 7, 7);
    double[][][] expected = new double[2][3][3];
    for (int c = 0; c < 2; c++) {
      for (int x = 0; x < 3; x++) {
        for (int y = 0; y < 3; y++) {
          for (int r = 0; r < 3; r++) {
            for (int s = 0; s < 3; s++) {
              expected[c][x][y] += input[c][2 * x + r][2 * y + s];
            }
          }
          expected[c][x][y] /= 9;
        }
      }
    }
    Example.of("P[c,x,y] = mean[r,s](I[c,2*x+r,2*y+s] where r < 3, s < 3)")
        .with("I", input)
        .gives(expected);
  }

  @Test
  void max_pooling_3d() {
    double[][][] input = draw.cube(4, 6, 5);
    double[][][] expected = new double[2][3][2];
    for (int x = 0; x < 2; x++) {
      for (int y = 0; y < 3; y++) {
        for (int z = 0; z < 2; z++) {
          double most = -100;
          for (int n = 0; n < 8; n++) {
            most = Math.max(most, input[2 * x + n / 4][2 * y + n / 2 % 2][2 * z + n % 2]);
          }
          expected[x][y][z] = most;
        }
      }
    }
    Example.of("P[x,y,z] = max[r,s,t](I[2*x+r,2*y+s,2*z+t] where r < 2, s < 2, t < 2)")
        .with("I", input)
        .gives(expected);
  }

  @Test
  void where_the_pooled_maximum_stood() {
    double[][] input = draw.matrix(4, 6);
    long[][] expected = new long[2][3];
    for (int x = 0; x < 2; x++) {
      for (int y = 0; y < 3; y++) {
        double most = -100;
        for (int n = 0; n < 4; n++) {
          double value = input[2 * x + n / 2][2 * y + n % 2];
          if (value > most) {
            most = value;
            expected[x][y] = n;
          }
        }
      }
    }
    Example.of("P[x,y] = argmax[r,s](I[2*x+r,2*y+s] where r < 2, s < 2)")
        .with("I", input)
        .gives(expected);
  }

  @Test
  void global_average_pooling() {
    double[][][][] input = draw.array4(2, 3, 4, 4);
    double[][] expected = new double[2][3];
    for (int b = 0; b < 2; b++) {
      for (int c = 0; c < 3; c++) {
        for (int n = 0; n < 16; n++) {
          expected[b][c] += input[b][c][n / 4][n % 4] / 16;
        }
      }
    }
    Example.of("P[b,c] = mean[x,y](I[b,c,x,y])").with("I", input).gives(expected);
  }

  @Test
  void bilinear_upsampling_by_polyphase_weights() {
    double[] input = draw.vector(5);
    double[][] weights = {{1, 0}, {0.5, 0.5}};
    double[][] expected = new double[4][2];
    for (int x = 0; x < 4; x++) {
      expected[x][0] = input[x];
      expected[x][1] = 0.5 * input[x] + 0.5 * input[x + 1];
    }
    Example.of("O[x,p] = I[x+r] * W[p,r]").with("I", input).with("W", weights).gives(expected);
  }
}
