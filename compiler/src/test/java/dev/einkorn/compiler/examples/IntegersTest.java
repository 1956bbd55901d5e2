package dev.einkorn.compiler.examples;

import org.junit.jupiter.api.Test;

/** Checksums, buckets, digits and other exact arithmetic. */
class IntegersTest {
  private final Draw draw = new Draw();

  @Test
  void weighted_checksum_that_wraps() {
    int[] data = draw.integers(20, Integer.MIN_VALUE, Integer.MAX_VALUE);
    int[] weights = draw.integers(20, Integer.MIN_VALUE, Integer.MAX_VALUE);
    int expected = 0;
    for (int i = 0; i < 20; i++) {
      expected += data[i] * weights[i];
    }
    Example.of("h = D[i] * W[i]").with("D", data).with("W", weights).gives(expected);
  }

  @Test
  void polynomial_hash_in_64_bits() {
    int[] data = draw.integers(20, 0, 256);
    long expected = 0;
    for (int value : data) {
      expected = expected * 1_000_003 + value;
    }
    Example.of("h = D[i] * 1000003^(extent(D, 0) - 1 - i)").with("D", data).gives(expected);
  }

  @Test
  void wide_accumulator_by_cast() {
    int[] data = draw.integers(20, 1_000_000_000, Integer.MAX_VALUE);
    int narrow = 0;
    long wide = 0;
    for (int value : data) {
      narrow += value;
      wide += value;
    }
    Example.of("n = D[i]; w = sum[i](i64(D[i]))")
        .with("D", data)
        .gives("n", narrow)
        .gives("w", wide);
  }

  @Test
  void fletcher_checksum() {
    int[] data = draw.integers(20, 0, 256);
    long first = 0;
    long second = 0;
    for (int value : data) {
      first = (first + value) % 255;
      second = (second + first) % 255;
    }
    Example.of("a = sum[i](i64(D[i])) % 255; b = sum[i](D[i] * (extent(D, 0) - i)) % 255")
        .with("D", data)
        .gives("a", first)
        .gives("b", second);
  }

  @Test
  void product_that_wraps() {
    int[] data = draw.integers(12, -1000, 1000);
    int expected = 1;
    for (int value : data) {
      expected *= 2 * value + 1;
    }
    Example.of("p = prod[i](2*D[i] + 1)").with("D", data).gives(expected);
  }

  @Test
  void buckets_by_floor_division() {
    int[] data = draw.integers(20, -50, 50);
    int[] quotients = new int[20];
    int[] remainders = new int[20];
    for (int i = 0; i < 20; i++) {
      quotients[i] = Math.floorDiv(data[i], 10);
      remainders[i] = Math.floorMod(data[i], 10);
    }
    Example.of("B[i] = D[i] // 10; R[i] = D[i] % 10")
        .with("D", data)
        .gives("B", quotients)
        .gives("R", remainders);
  }

  @Test
  void buckets_of_real_numbers() {
    double[] data = draw.vector(20);
    double[] expected = new double[20];
    for (int i = 0; i < 20; i++) {
      expected[i] = Math.floor(data[i] / 1.5);
    }
    Example.of("B[i] = D[i] // 1.5").with("D", data).gives(expected);
  }

  @Test
  void histogram_of_buckets() {
    int[] data = draw.integers(40, 0, 50);
    long[] expected = new long[5];
    for (int value : data) {
      expected[value / 10]++;
    }
    Example.of("N[b] = sum[i](D[i] // 10 == b) where b < 5").with("D", data).gives(expected);
  }

  @Test
  void sums_within_buckets() {
    int[] data = draw.integers(20, 0, 40);
    double[] values = draw.vector(20);
    double[] expected = new double[4];
    for (int i = 0; i < 20; i++) {
      expected[data[i] / 10] += values[i];
    }
    Example.of("S[b] = sum[i](V[i] where D[i] // 10 == b) where b < 4")
        .with("D", data)
        .with("V", values)
        .gives(expected);
  }

  @Test
  void decimal_digits() {
    int[] data = draw.integers(6, 0, 10_000);
    long[][] expected = new long[6][4];
    for (int i = 0; i < 6; i++) {
      int rest = data[i];
      for (int k = 0; k < 4; k++) {
        expected[i][k] = rest % 10;
        rest /= 10;
      }
    }
    Example.of("G[i,k] = D[i] // 10^k % 10 where k < 4").with("D", data).gives(expected);
  }

  @Test
  void numbers_from_bits() {
    int[][] bits = draw.integers(5, 8, 0, 2);
    long[] expected = new long[5];
    for (int i = 0; i < 5; i++) {
      for (int k = 0; k < 8; k++) {
        expected[i] |= (long) bits[i][k] << k;
      }
    }
    Example.of("N[i] = B[i,k] * 2^k").with("B", bits).gives(expected);
  }

  @Test
  void hamming_distances() {
    int[][] bits = draw.integers(4, 10, 0, 2);
    long[][] expected = new long[4][4];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        for (int k = 0; k < 10; k++) {
          expected[i][j] += bits[i][k] ^ bits[j][k];
        }
      }
    }
    Example.of("H[i,j] = sum[k](B[i,k] != B[j,k])").with("B", bits).gives(expected);
  }

  @Test
  void leap_years() {
    int[] years = {1900, 1999, 2000, 2023, 2024, 2100, 2400};
    boolean[] expected = {false, false, true, false, true, false, true};
    Example.of("L[i] = Y[i] % 4 == 0 and (Y[i] % 100 != 0 or Y[i] % 400 == 0)")
        .with("Y", years)
        .gives(expected);
  }

  @Test
  void primes_by_trial_division() {
    boolean[] expected = new boolean[30];
    for (int n : new int[] {2, 3, 5, 7, 11, 13, 17, 19, 23, 29}) {
      expected[n] = true;
    }
    Example.of("P[n] = n > 1 and not any[d](n % (d + 2) == 0 where d < 28, d + 2 < n) where n < 30")
        .gives(expected);
  }

  @Test
  void parity_of_a_running_count() {
    boolean[] events = draw.truths(12);
    boolean[] expected = new boolean[12];
    for (int i = 0; i < 12; i++) {
      expected[i] = (i > 0 && expected[i - 1]) ^ events[i];
    }
    Example.of("O[i] = sum[j](E[j] where j <= i) % 2 == 1 where i < extent(E, 0)")
        .with("E", events)
        .gives(expected);
  }

  @Test
  void matrix_product_modulo_a_prime() {
    int[][] a = draw.integers(3, 4, 0, 97);
    int[][] b = draw.integers(4, 3, 0, 97);
    int[][] expected = new int[3][3];
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 4; k++) {
          expected[i][j] = (expected[i][j] + a[i][k] * b[k][j]) % 97;
        }
      }
    }
    Example.of("C[i,j] = sum[k](A[i,k] * B[k,j]) % 97").with("A", a).with("B", b).gives(expected);
  }

  @Test
  void multiplication_table() {
    long[][] expected = new long[5][6];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 6; j++) {
        expected[i][j] = (i + 1L) * (j + 1);
      }
    }
    Example.of("T[i,j] = (i + 1) * (j + 1) where i < 5, j < 6").gives(expected);
  }
}
