package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.tier.TierPolicy;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Positions of least and largest values of long rows, which are looked for by blocks. */
class BlockSearchCallTest {
  @ParameterizedTest
  @EnumSource(names = "BOOL", mode = EnumSource.Mode.EXCLUDE)
  void theFirstOfEqualValuesIsFound(ElementType type) {
    var random = new Random(type.name().length());
    for (int columns : new int[] {1, 127, 255, 256, 257, 1000}) {
      check(values(random, 7, columns).cast(type));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void theFirstNanIsFound(ElementType type) {
    var random = new Random(type.name().length());
    Tensor values = values(random, 9, 700);
    for (int row = 0; row < 9; row++) {
      values.set(-0.0, row, random.nextInt(700));
      values.set(Double.NEGATIVE_INFINITY, row, random.nextInt(700));
      for (int n = 0; n < row / 3; n++) {
        values.set(Double.NaN, row, random.nextInt(700));
      }
    }
    check(values.cast(type));
  }

  private static void check(Tensor values) {
    for (String text :
        new String[] {
          "p[i] = argmin[j](X[i,j])", "p[i] = argmax[j](X[i,j])", "p[i] = argmax[j](-X[i,j])"
        }) {
      Tensor expected =
          Einkorn.builder().backend(Backend.REFERENCE).build().run(text, Map.of("X", values));
      Tensor across = values.transpose().copy().transpose();
      for (TierPolicy tier : TierPolicy.values()) {
        assertThat(with(tier, text, values).contentEquals(expected)).as(text + tier).isTrue();
        assertThat(with(tier, text, across).contentEquals(expected)).as(text + tier).isTrue();
      }
    }
  }

  private static Tensor with(TierPolicy tier, String text, Tensor values) {
    String usual = System.getProperty(TierPolicy.PROPERTY, "auto");
    System.setProperty(TierPolicy.PROPERTY, tier.name().toLowerCase(Locale.ROOT));
    try {
      return Einkorn.builder().threads(2).build().run(text, Map.of("X", values));
    } finally {
      System.setProperty(TierPolicy.PROPERTY, usual);
    }
  }

  /** Few different values, each in many places. */
  private static Tensor values(Random random, int rows, int columns) {
    double[] values = new double[rows * columns];
    for (int n = 0; n < values.length; n++) {
      values[n] = random.nextInt(41) - 20;
    }
    return Tensor.of(values, rows, columns);
  }
}
