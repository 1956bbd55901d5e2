package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.tier.TierPolicy;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions of short rows, which are called for several rows at once where these go on. */
class ShortRunsCallTest {
  @ParameterizedTest
  @CsvSource({
    "'Y[b,d] = exp(X[b,d] - max[k](X[b,k]))', 300, 10",
    "'Y[b,d] = exp(X[b,d] - max[k](X[b,k]))', 111, 37",
    "'Y[b,d] = exp(X[b,d] - max[k](X[b,k]))', 1, 9",
    "'Y[b,d] = sigmoid(X[b,d] + g[d])', 205, 5",
    "'Y[b,d] = tanh(X[b,d] * g[d] + sum[k](X[b,k]))', 20, 70",
  })
  void allTiersHaveTheSameBits(String text, int rows, int columns) {
    var random = new Random(rows);
    Tensor matrix = reals(random, rows, columns);
    Map<String, Tensor> inputs =
        text.contains("g[")
            ? Map.of("X", matrix, "g", reals(random, columns))
            : Map.of("X", matrix);
    Tensor expected = with(TierPolicy.SCALAR, 1, text, inputs, dense(rows, columns));
    for (TierPolicy tier : TierPolicy.values()) {
      for (int threads : new int[] {1, 2}) {
        assertThat(with(tier, threads, text, inputs, dense(rows, columns)).contentEquals(expected))
            .as(text + " " + tier + " " + threads)
            .isTrue();
        // Rows of a part of a tensor do not go on in each other.
        Tensor wide = sevens(rows + 2, columns + 3);
        Tensor part = wide.slice(0, 1, rows + 1).slice(1, 2, columns + 2);
        assertThat(with(tier, threads, text, inputs, part).contentEquals(expected)).isTrue();
        part.fill(7f);
        assertThat(wide.contentEquals(sevens(rows + 2, columns + 3))).isTrue();
      }
    }
  }

  private static Tensor with(
      TierPolicy tier, int threads, String text, Map<String, Tensor> inputs, Tensor output) {
    String usual = System.getProperty(TierPolicy.PROPERTY, "auto");
    System.setProperty(TierPolicy.PROPERTY, tier.name().toLowerCase(Locale.ROOT));
    try {
      Einkorn.builder().threads(threads).build().prepare(text).call(inputs, Map.of("Y", output));
      return output;
    } finally {
      System.setProperty(TierPolicy.PROPERTY, usual);
    }
  }

  private static Tensor sevens(long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    tensor.fill(7);
    return tensor;
  }

  private static Tensor dense(int rows, int columns) {
    return Tensor.zeros(ElementType.F32, rows, columns);
  }

  private static Tensor reals(Random random, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    float[] values = new float[count];
    for (int n = 0; n < count; n++) {
      values[n] = (float) random.nextGaussian();
    }
    return Tensor.of(values, shape);
  }
}
