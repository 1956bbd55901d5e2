package dev.einkorn.compiler.examples;

import org.junit.jupiter.api.Test;

/** Filters over two axes. */
class ImageFiltersTest {
  private static final int HEIGHT = 7;
  private static final int WIDTH = 9;

  private final Draw draw = new Draw();
  private final double[][] image = draw.matrix(HEIGHT, WIDTH);

  @Test
  void blur_3x3_of_the_interior() {
    double[][] kernel = {{1, 2, 1}, {2, 4, 2}, {1, 2, 1}};
    double[][] expected = new double[HEIGHT - 2][WIDTH - 2];
    for (int x = 0; x < HEIGHT - 2; x++) {
      for (int y = 0; y < WIDTH - 2; y++) {
        for (int r = 0; r < 3; r++) {
          for (int s = 0; s < 3; s++) {
            expected[x][y] += image[x + r][y + s] * kernel[r][s];
          }
        }
        expected[x][y] /= 16;
      }
    }
    Example.of("O[x,y] = I[x+r,y+s] * K[r,s] / 16")
        .with("I", image)
        .with("K", kernel)
        .gives(expected);
  }

  @Test
  void blur_3x3_with_zero_border() {
    double[][] kernel = draw.matrix(3, 3);
    double[][] expected = new double[HEIGHT][WIDTH];
    for (int x = 0; x < HEIGHT; x++) {
      for (int y = 0; y < WIDTH; y++) {
        for (int r = -1; r <= 1; r++) {
          for (int s = -1; s <= 1; s++) {
            boolean inside = x + r >= 0 && x + r < HEIGHT && y + s >= 0 && y + s < WIDTH;
            expected[x][y] += inside ? image[x + r][y + s] * kernel[r + 1][s + 1] : 0;
          }
        }
      }
    }
    Example.of("O[x,y] = zero(I[x+r-1,y+s-1]) * K[r,s] where x < extent(I, 0), y < extent(I, 1)")
        .with("I", image)
        .with("K", kernel)
        .gives(expected);
  }

  @Test
  void blur_3x3_with_clamped_border() {
    double[][] kernel = draw.matrix(3, 3);
    double[][] expected = new double[HEIGHT][WIDTH];
    for (int x = 0; x < HEIGHT; x++) {
      for (int y = 0; y < WIDTH; y++) {
        for (int r = -1; r <= 1; r++) {
          for (int s = -1; s <= 1; s++) {
            int p = Math.min(HEIGHT - 1, Math.max(0, x + r));
            int q = Math.min(WIDTH - 1, Math.max(0, y + s));
            expected[x][y] += image[p][q] * kernel[r + 1][s + 1];
          }
        }
      }
    }
    Example.of("O[x,y] = clamp(I[x+r-1,y+s-1]) * K[r,s] where x < extent(I, 0), y < extent(I, 1)")
        .with("I", image)
        .with("K", kernel)
        .gives(expected);
  }

  @Test
  void blur_5x5_with_mirrored_border() {
    double[][] kernel = draw.matrix(5, 5);
    double[][] expected = new double[HEIGHT][WIDTH];
    for (int x = 0; x < HEIGHT; x++) {
      for (int y = 0; y < WIDTH; y++) {
        for (int r = -2; r <= 2; r++) {
          for (int s = -2; s <= 2; s++) {
            int p = Math.abs(x + r);
            int q = Math.abs(y + s);
            p = p >= HEIGHT ? 2 * HEIGHT - 2 - p : p;
            q = q >= WIDTH ? 2 * WIDTH - 2 - q : q;
            expected[x][y] += image[p][q] * kernel[r + 2][s + 2];
          }
        }
      }
    }
    Example.of("O[x,y] = mirror(I[x+r-2,y+s-2]) * K[r,s] where x < extent(I, 0), y < extent(I, 1)")
        .with("I", image)
        .with("K", kernel)
        .gives(expected);
  }

  @Test
  void blur_3x3_on_a_torus() {
    double[][] kernel = draw.matrix(3, 3);
    double[][] expected = new double[HEIGHT][WIDTH];
    for (int x = 0; x < HEIGHT; x++) {
      for (int y = 0; y < WIDTH; y++) {
        for (int r = 0; r < 3; r++) {
          for (int s = 0; s < 3; s++) {
            expected[x][y] +=
                image[(x + r + HEIGHT - 1) % HEIGHT][(y + s + WIDTH - 1) % WIDTH] * kernel[r][s];
          }
        }
      }
    }
    Example.of("O[x,y] = wrap(I[x+r-1,y+s-1]) * K[r,s] where x < extent(I, 0), y < extent(I, 1)")
        .with("I", image)
        .with("K", kernel)
        .gives(expected);
  }

  @Test
  void separable_blur_in_two_passes() {
    double[] kernel = {1, 2, 1};
    double[][] expected = new double[HEIGHT - 2][WIDTH - 2];
    for (int x = 0; x < HEIGHT - 2; x++) {
      for (int y = 0; y < WIDTH - 2; y++) {
        for (int r = 0; r < 3; r++) {
          for (int s = 0; s < 3; s++) {
            expected[x][y] += image[x + r][y + s] * kernel[r] * kernel[s];
          }
        }
      }
    }
    Example.of("R[x,y] = I[x+r,y] * k[r]; O[x,y] = R[x,y+s] * k[s]")
        .with("I", image)
        .with("k", kernel)
        .gives(expected);
  }

  @Test
  void sobel_edges() {
    double[][] sobel = {{1, 0, -1}, {2, 0, -2}, {1, 0, -1}};
    double[][] expected = new double[HEIGHT - 2][WIDTH - 2];
    for (int x = 0; x < HEIGHT - 2; x++) {
      for (int y = 0; y < WIDTH - 2; y++) {
        double across = 0;
        double down = 0;
        for (int r = 0; r < 3; r++) {
          for (int s = 0; s < 3; s++) {
            across += image[x + r][y + s] * sobel[r][s];
            down += image[x + r][y + s] * sobel[s][r];
          }
        }
        expected[x][y] = Math.sqrt(across * across + down * down);
      }
    }
    Example.of(
            """
            GX[x,y] = I[x+r,y+s] * S[r,s]
            GY[x,y] = I[x+r,y+s] * S[s,r]
            M[x,y] = sqrt(GX[x,y]^2 + GY[x,y]^2)
            """)
        .with("I", image)
        .with("S", sobel)
        .gives(expected);
  }

  @Test
  void laplacian_with_clamped_border() {
    double[][] expected = new double[HEIGHT][WIDTH];
    for (int x = 0; x < HEIGHT; x++) {
      for (int y = 0; y < WIDTH; y++) {
        expected[x][y] =
            image[Math.min(x + 1, HEIGHT - 1)][y]
                + image[Math.max(x - 1, 0)][y]
                + image[x][Math.min(y + 1, WIDTH - 1)]
                + image[x][Math.max(y - 1, 0)]
                - 4 * image[x][y];
      }
    }
    Example.of(
            "L[x,y] = clamp(I[x+1,y]) + clamp(I[x-1,y]) + clamp(I[x,y+1]) + clamp(I[x,y-1])"
                + " - 4*I[x,y]")
        .with("I", image)
        .gives(expected);
  }

  @Test
  void unsharp_mask() {
    double[] weights = {0.25, 0.5, 0.25};
    double[][] expected = new double[HEIGHT][WIDTH];
    for (int x = 0; x < HEIGHT; x++) {
      for (int y = 0; y < WIDTH; y++) {
        double blurred = 0;
        for (int r = 0; r < 3; r++) {
          for (int s = 0; s < 3; s++) {
            int p = Math.min(HEIGHT - 1, Math.max(0, x + r - 1));
            int q = Math.min(WIDTH - 1, Math.max(0, y + s - 1));
            blurred += image[p][q] * weights[r] * weights[s];
          }
        }
        expected[x][y] = image[x][y] + 2 * (image[x][y] - blurred);
      }
    }
    Example.of(
            """
            B[x,y] = clamp(I[x+r-1,y+s-1]) * w[r] * w[s] where x < extent(I, 0), y < extent(I, 1)
            U[x,y] = I[x,y] + 2*(I[x,y] - B[x,y])
            """)
        .with("I", image)
        .with("w", weights)
        .gives(expected);
  }

  @Test
  void erosion_and_dilation() {
    double[][] least = new double[HEIGHT - 1][WIDTH - 2];
    double[][] most = new double[HEIGHT - 1][WIDTH - 2];
    for (int x = 0; x < HEIGHT - 1; x++) {
      for (int y = 0; y < WIDTH - 2; y++) {
        least[x][y] = image[x][y];
        most[x][y] = image[x][y];
        for (int r = 0; r < 2; r++) {
          for (int s = 0; s < 3; s++) {
            least[x][y] = Math.min(least[x][y], image[x + r][y + s]);
            most[x][y] = Math.max(most[x][y], image[x + r][y + s]);
          }
        }
      }
    }
    Example.of(
            """
            E[x,y] = min[r,s](I[x+r,y+s] where r < 2, s < 3)
            D[x,y] = max[r,s](I[x+r,y+s] where r < 2, s < 3)
            """)
        .with("I", image)
        .gives("E", least)
        .gives("D", most);
  }

  @Test
  void max_pooling_with_stride_two() {
    double[][] expected = new double[3][4];
    for (int x = 0; x < 3; x++) {
      for (int y = 0; y < 4; y++) {
        expected[x][y] =
            Math.max(
                Math.max(image[2 * x][2 * y], image[2 * x][2 * y + 1]),
                Math.max(image[2 * x + 1][2 * y], image[2 * x + 1][2 * y + 1]));
      }
    }
    Example.of("P[x,y] = max[r,s](I[2*x+r,2*y+s] where r < 2, s < 2)")
        .with("I", image)
        .gives(expected);
  }

  @Test
  void average_pooling_with_stride_two() {
    double[][] expected = new double[3][4];
    for (int x = 0; x < 3; x++) {
      for (int y = 0; y < 4; y++) {
        for (int n = 0; n < 4; n++) {
          expected[x][y] += image[2 * x + n / 2][2 * y + n % 2] / 4;
        }
      }
    }
    Example.of("P[x,y] = mean[r,s](I[2*x+r,2*y+s] where r < 2, s < 2)")
        .with("I", image)
        .gives(expected);
  }

  @Test
  void downsample_both_axes() {
    double[][] expected = new double[3][3];
    for (int x = 0; x < 3; x++) {
      for (int y = 0; y < 3; y++) {
        expected[x][y] = image[3 * x][3 * y + 2];
      }
    }
    Example.of("O[x,y] = I[3*x,3*y+2]").with("I", image).gives(expected);
  }

  @Test
  void flip_left_to_right() {
    double[][] expected = new double[HEIGHT][WIDTH];
    for (int x = 0; x < HEIGHT; x++) {
      for (int y = 0; y < WIDTH; y++) {
        expected[x][y] = image[x][8 - y];
      }
    }
    Example.of("O[x,y] = I[x,8-y]").with("I", image).gives(expected);
  }

  @Test
  void grey_from_colours() {
    double[][][] colours = draw.cube(4, 5, 3);
    double[] weights = {0.25, 0.625, 0.125};
    double[][] expected = new double[4][5];
    for (int x = 0; x < 4; x++) {
      for (int y = 0; y < 5; y++) {
        for (int c = 0; c < 3; c++) {
          expected[x][y] += colours[x][y][c] * weights[c];
        }
      }
    }
    Example.of("G[x,y] = I[x,y,c] * w[c]").with("I", colours).with("w", weights).gives(expected);
  }

  @Test
  void template_matching_by_squared_differences() {
    double[][] template = draw.matrix(2, 3);
    double[][] expected = new double[HEIGHT - 1][WIDTH - 2];
    for (int x = 0; x < HEIGHT - 1; x++) {
      for (int y = 0; y < WIDTH - 2; y++) {
        for (int r = 0; r < 2; r++) {
          for (int s = 0; s < 3; s++) {
            double difference = image[x + r][y + s] - template[r][s];
            expected[x][y] += difference * difference;
          }
        }
      }
    }
    Example.of("D[x,y] = (I[x+r,y+s] - T[r,s])^2")
        .with("I", image)
        .with("T", template)
        .gives(expected);
  }

  @Test
  void local_maxima() {
    boolean[][] expected = new boolean[HEIGHT][WIDTH];
    for (int x = 0; x < HEIGHT; x++) {
      for (int y = 0; y < WIDTH; y++) {
        expected[x][y] = true;
        for (int p = Math.max(0, x - 1); p <= Math.min(HEIGHT - 1, x + 1); p++) {
          for (int q = Math.max(0, y - 1); q <= Math.min(WIDTH - 1, y + 1); q++) {
            expected[x][y] &= image[x][y] >= image[p][q];
          }
        }
      }
    }
    Example.of("M[x,y] = all[r,s](I[x,y] >= clamp(I[x+r-1,y+s-1]) where r < 3, s < 3)")
        .with("I", image)
        .gives(expected);
  }

  @Test
  void threshold_and_count() {
    long expected = 0;
    for (double[] row : image) {
      for (double value : row) {
        expected += value > 1 ? 1 : 0;
      }
    }
    Example.of("n = sum[x,y](I[x,y] > 1)").with("I", image).gives(expected);
  }

  @Test
  void integral_image() {
    double[][] expected = new double[HEIGHT][WIDTH];
    for (int x = 0; x < HEIGHT; x++) {
      for (int y = 0; y < WIDTH; y++) {
        for (int p = 0; p <= x; p++) {
          for (int q = 0; q <= y; q++) {
            expected[x][y] += image[p][q];
          }
        }
      }
    }
    Example.of(
            "S[x,y] = sum[p,q](I[p,q] where p <= x, q <= y)"
                + " where x < extent(I, 0), y < extent(I, 1)")
        .with("I", image)
        .gives(expected);
  }
}
