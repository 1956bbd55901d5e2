package dev.einkorn.compiler.examples;

import org.junit.jupiter.api.Test;

/** Filters over one axis. */
class SignalFiltersTest {
  private final Draw draw = new Draw();

  @Test
  void fir_filter() {
    double[] signal = draw.vector(20);
    double[] taps = draw.vector(4);
    double[] expected = new double[17];
    for (int x = 0; x < 17; x++) {
      for (int r = 0; r < 4; r++) {
        expected[x] += signal[x + r] * taps[r];
      }
    }
    Example.of("O[x] = I[x+r] * K[r]").with("I", signal).with("K", taps).gives(expected);
  }

  @Test
  void fir_filter_in_single_precision() {
    float[] signal = draw.floats(33);
    float[] taps = draw.floats(5);
    float[] expected = new float[29];
    for (int x = 0; x < 29; x++) {
      for (int r = 0; r < 5; r++) {
        expected[x] += signal[x + r] * taps[r];
      }
    }
    Example.of("O[x] = I[x+r] * K[r]").with("I", signal).with("K", taps).gives(expected);
  }

  @Test
  void dilated_fir_filter() {
    double[] signal = draw.vector(20);
    double[] taps = draw.vector(4);
    double[] expected = new double[11];
    for (int x = 0; x < 11; x++) {
      for (int r = 0; r < 4; r++) {
        expected[x] += signal[x + 3 * r] * taps[r];
      }
    }
    Example.of("O[x] = I[x+3*r] * K[r]").with("I", signal).with("K", taps).gives(expected);
  }

  @Test
  void true_convolution_with_flipped_taps() {
    double[] signal = draw.vector(12);
    double[] taps = draw.vector(3);
    double[] expected = new double[10];
    for (int x = 0; x < 10; x++) {
      for (int r = 0; r < 3; r++) {
        expected[x] += signal[x + 2 - r] * taps[r];
      }
    }
    Example.of("O[x] = I[x+2-r] * K[r]").with("I", signal).with("K", taps).gives(expected);
  }

  @Test
  void full_convolution_with_zero_border() {
    double[] signal = draw.vector(9);
    double[] taps = draw.vector(4);
    double[] expected = new double[12];
    for (int i = 0; i < 9; i++) {
      for (int r = 0; r < 4; r++) {
        expected[i + r] += signal[i] * taps[r];
      }
    }
    Example.of("O[x] = zero(I[x-r]) * K[r] where x < extent(I, 0) + extent(K, 0) - 1")
        .with("I", signal)
        .with("K", taps)
        .gives(expected);
  }

  @Test
  void same_size_filter_with_zero_border() {
    double[] signal = draw.vector(11);
    double[] taps = draw.vector(3);
    double[] expected = new double[11];
    for (int x = 0; x < 11; x++) {
      for (int r = 0; r < 3; r++) {
        int p = x + r - 1;
        expected[x] += p < 0 || p > 10 ? 0 : signal[p] * taps[r];
      }
    }
    Example.of("O[x] = zero(I[x+r-1]) * K[r] where x < extent(I, 0)")
        .with("I", signal)
        .with("K", taps)
        .gives(expected);
  }

  @Test
  void same_size_filter_with_clamped_border() {
    double[] signal = draw.vector(11);
    double[] taps = draw.vector(5);
    double[] expected = new double[11];
    for (int x = 0; x < 11; x++) {
      for (int r = 0; r < 5; r++) {
        expected[x] += signal[Math.min(10, Math.max(0, x + r - 2))] * taps[r];
      }
    }
    Example.of("O[x] = clamp(I[x+r-2]) * K[r] where x < extent(I, 0)")
        .with("I", signal)
        .with("K", taps)
        .gives(expected);
  }

  @Test
  void same_size_filter_with_mirrored_border() {
    double[] signal = draw.vector(7);
    double[] taps = draw.vector(5);
    double[] expected = new double[7];
    for (int x = 0; x < 7; x++) {
      for (int r = 0; r < 5; r++) {
        int p = Math.abs(x + r - 2);
        expected[x] += signal[p > 6 ? 12 - p : p] * taps[r];
      }
    }
    Example.of("O[x] = mirror(I[x+r-2]) * K[r] where x < extent(I, 0)")
        .with("I", signal)
        .with("K", taps)
        .gives(expected);
  }

  @Test
  void borders_wider_than_the_signal() {
    double[] signal = {3, -1, 2};
    double[] taps = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    double[] mirrored = new double[3];
    double[] wrapped = new double[3];
    double[] clamped = new double[3];
    int[] reflection = {0, 1, 2, 1};
    for (int x = 0; x < 3; x++) {
      for (int r = 0; r < 9; r++) {
        int p = x + r - 4;
        mirrored[x] += signal[reflection[Math.floorMod(p, 4)]] * taps[r];
        wrapped[x] += signal[Math.floorMod(p, 3)] * taps[r];
        clamped[x] += signal[Math.min(2, Math.max(0, p))] * taps[r];
      }
    }
    Example.of(
            """
            M[x] = mirror(I[x+r-4]) * K[r] where x < extent(I, 0)
            W[x] = wrap(I[x+r-4]) * K[r] where x < extent(I, 0)
            C[x] = clamp(I[x+r-4]) * K[r] where x < extent(I, 0)
            """)
        .with("I", signal)
        .with("K", taps)
        .gives("M", mirrored)
        .gives("W", wrapped)
        .gives("C", clamped);
  }

  @Test
  void circular_convolution() {
    double[] signal = draw.vector(8);
    double[] taps = draw.vector(8);
    double[] expected = new double[8];
    for (int n = 0; n < 8; n++) {
      for (int m = 0; m < 8; m++) {
        expected[n] += signal[Math.floorMod(n - m, 8)] * taps[m];
      }
    }
    Example.of("y[n] = wrap(x[n-m]) * h[m] where n < extent(x, 0)")
        .with("x", signal)
        .with("h", taps)
        .gives(expected);
  }

  @Test
  void downsample_by_two() {
    double[] signal = draw.vector(11);
    double[] expected = {
      signal[0], signal[2], signal[4], signal[6], signal[8], signal[10],
    };
    Example.of("O[x] = I[2*x]").with("I", signal).gives(expected);
  }

  @Test
  void strided_filter() {
    double[] signal = draw.vector(17);
    double[] taps = draw.vector(4);
    double[] expected = new double[5];
    for (int x = 0; 3 * x + 3 < 17; x++) {
      for (int r = 0; r < 4; r++) {
        expected[x] += signal[3 * x + r] * taps[r];
      }
    }
    Example.of("O[x] = I[3*x+r] * K[r]").with("I", signal).with("K", taps).gives(expected);
  }

  @Test
  void haar_wavelet_step() {
    double[] signal = draw.vector(10);
    double[] low = new double[5];
    double[] high = new double[5];
    for (int x = 0; x < 5; x++) {
      low[x] = (signal[2 * x] + signal[2 * x + 1]) / 2;
      high[x] = (signal[2 * x] - signal[2 * x + 1]) / 2;
    }
    Example.of("L[x] = (I[2*x] + I[2*x+1]) / 2; H[x] = (I[2*x] - I[2*x+1]) / 2")
        .with("I", signal)
        .gives("L", low)
        .gives("H", high);
  }

  @Test
  void moving_average() {
    double[] signal = draw.vector(12);
    double[] expected = new double[10];
    for (int x = 0; x < 10; x++) {
      expected[x] = (signal[x] + signal[x + 1] + signal[x + 2]) / 3;
    }
    Example.of("O[x] = mean[r](I[x+r] where r < 3)").with("I", signal).gives(expected);
  }

  @Test
  void box_filter() {
    double[] signal = draw.vector(12);
    double[] expected = new double[8];
    for (int x = 0; x < 8; x++) {
      for (int r = 0; r < 5; r++) {
        expected[x] += signal[x + r];
      }
      expected[x] /= 5;
    }
    Example.of("O[x] = I[x+r] / 5 where r < 5").with("I", signal).gives(expected);
  }

  @Test
  void moving_maximum() {
    double[] signal = draw.vector(12);
    double[] expected = new double[9];
    for (int x = 0; x < 9; x++) {
      expected[x] = Double.NEGATIVE_INFINITY;
      for (int r = 0; r < 4; r++) {
        expected[x] = Math.max(expected[x], signal[x + r]);
      }
    }
    Example.of("O[x] = max[r](I[x+r] where r < 4)").with("I", signal).gives(expected);
  }

  @Test
  void first_difference_by_index_values() {
    double[] signal = draw.vector(9);
    double[] expected = new double[8];
    for (int x = 0; x < 8; x++) {
      expected[x] = signal[x + 1] - signal[x];
    }
    Example.of("D[x] = I[x+r] * (2*r - 1) where r < 2").with("I", signal).gives(expected);
  }

  @Test
  void sliding_dot_product_of_several_queries() {
    double[] signal = draw.vector(15);
    double[][] queries = draw.matrix(3, 4);
    double[][] expected = new double[3][12];
    for (int q = 0; q < 3; q++) {
      for (int x = 0; x < 12; x++) {
        for (int r = 0; r < 4; r++) {
          expected[q][x] += queries[q][r] * signal[x + r];
        }
      }
    }
    Example.of("S[q,x] = Q[q,r] * T[x+r]").with("Q", queries).with("T", signal).gives(expected);
  }

  @Test
  void cross_correlation_at_all_lags() {
    double[] first = draw.vector(6);
    double[] second = draw.vector(6);
    double[] expected = new double[11];
    for (int l = 0; l < 11; l++) {
      for (int i = 0; i < 6; i++) {
        int p = i + l - 5;
        expected[l] += p < 0 || p > 5 ? 0 : first[i] * second[p];
      }
    }
    Example.of("R[l] = X[i] * zero(Y[i+l-5]) where l < 11")
        .with("X", first)
        .with("Y", second)
        .gives(expected);
  }

  @Test
  void autocorrelation() {
    double[] signal = draw.vector(10);
    double[] expected = new double[4];
    for (int l = 0; l < 4; l++) {
      for (int i = 0; i + l < 10; i++) {
        expected[l] += signal[i] * signal[i + l];
      }
    }
    Example.of("R[l] = X[i] * zero(X[i+l]) where l < 4").with("X", signal).gives(expected);
  }

  @Test
  void discrete_fourier_transform() {
    double[] signal = draw.vector(8);
    double[] real = new double[8];
    double[] imaginary = new double[8];
    for (int k = 0; k < 8; k++) {
      for (int n = 0; n < 8; n++) {
        real[k] += signal[n] * Math.cos(2 * Math.PI * k * n / 8);
        imaginary[k] -= signal[n] * Math.sin(2 * Math.PI * k * n / 8);
      }
    }
    // arguments up to 40 with 3 roundings, 8 terms up to 4
    Example.of("R[k] = sum[n](x[n] * cos(2*pi*k*n / extent(x, 0))) where k < extent(x, 0)")
        .with("x", signal)
        .givesWithin(8 * 4, 8 * 40, real);
    Example.of("J[k] = -sum[n](x[n] * sin(2*pi*k*n / extent(x, 0))) where k < extent(x, 0)")
        .with("x", signal)
        .givesWithin(8 * 4, 8 * 40, imaginary);
  }

  @Test
  void time_reversal_at_any_size() {
    double[] signal = draw.vector(9);
    double[] expected = new double[9];
    for (int x = 0; x < 9; x++) {
      expected[x] = signal[8 - x];
    }
    Example.of("O[x] = I[extent(I, 0)-1-x] where x < extent(I, 0)")
        .with("I", signal)
        .gives(expected);
  }

  @Test
  void window_at_a_given_position() {
    double[] signal = draw.vector(9);
    double[] expected = {signal[3], signal[4], signal[5], signal[6]};
    Example.of("O[x] = I[n[]+x] where x < 4").with("I", signal).with("n", 3).gives(expected);
  }

  @Test
  void short_time_energy_of_frames() {
    double[] signal = draw.vector(14);
    double[] expected = new double[6];
    for (int f = 0; f < 6; f++) {
      for (int r = 0; r < 4; r++) {
        expected[f] += signal[2 * f + r] * signal[2 * f + r];
      }
    }
    Example.of("E[f] = I[2*f+r]^2 where r < 4").with("I", signal).gives(expected);
  }
}
