package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Calls with long sums for few elements, which are split into chunks for the workers. */
class SplitSumCallTest {
  private static final int ROWS = 3;
  private static final int COLUMNS = 5;
  private static final int DEPTH = 600_011;
  private static final String PRODUCT = "C[m,n] = A[m,k] * B[k,n]";

  private static Map<String, Tensor> real(long seed) {
    var random = new Random(seed);
    double[] left = random.doubles((long) ROWS * DEPTH, -1, 1).toArray();
    double[] right = random.doubles((long) DEPTH * COLUMNS, -1, 1).toArray();
    return Map.of("A", Tensor.of(left, ROWS, DEPTH), "B", Tensor.of(right, DEPTH, COLUMNS));
  }

  @Test
  void anyNumberOfWorkersGivesTheSameBits() {
    Map<String, Tensor> inputs = real(1);
    Einkorn alone = Einkorn.builder().threads(1).build();
    Tensor expected = alone.run(PRODUCT, inputs);

    assertThat(alone.prepare(PRODUCT).plan(inputs).explain())
        .contains("sum of k in 31 chunks of 18736");
    for (int threads = 2; threads <= 5; threads++) {
      Einkorn several = Einkorn.builder().threads(threads).build();
      assertThat(several.run(PRODUCT, inputs).contentEquals(expected)).as("" + threads).isTrue();
    }
  }

  /** Each element is off by at most depth * u/2 * sum of |a*b|, in any order of additions. */
  @Test
  void chunksKeepTheBoundOfTheSum() {
    Map<String, Tensor> inputs = real(2);
    Tensor strict = Einkorn.builder().mode(Mode.STRICT).build().run(PRODUCT, inputs);
    Tensor split = Einkorn.builder().build().run(PRODUCT, inputs);
    double bound = 2.0 * DEPTH * (Math.ulp(1.0) / 2) * DEPTH;

    for (int m = 0; m < ROWS; m++) {
      for (int n = 0; n < COLUMNS; n++) {
        assertThat(Math.abs(split.getDouble(m, n) - strict.getDouble(m, n)))
            .isLessThanOrEqualTo(bound);
      }
    }
  }

  @Test
  void strictModeAndBudgetsWithoutRoomKeepOneSum() {
    Map<String, Tensor> inputs = real(3);
    Einkorn strict = Einkorn.builder().mode(Mode.STRICT).build();
    Einkorn poor = Einkorn.builder().memoryBudget(64).build();

    assertThat(strict.prepare(PRODUCT).plan(inputs).explain()).doesNotContain("chunks");
    assertThat(poor.prepare(PRODUCT).plan(inputs).explain()).doesNotContain("chunks");
  }

  @Test
  void aSideOfOneColumnMakesNoTilesToSplit() {
    Map<String, Tensor> inputs =
        Map.of(
            "A",
            Tensor.of(new double[DEPTH * 14], 14, DEPTH),
            "B",
            Tensor.of(new double[DEPTH], DEPTH, 1));

    assertThat(Einkorn.builder().build().prepare(PRODUCT).plan(inputs).explain())
        .doesNotContain("chunks");
  }
}
