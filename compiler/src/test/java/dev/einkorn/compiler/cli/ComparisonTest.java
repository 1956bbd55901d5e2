package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Mode;
import dev.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Comparison compare(Tensor computed, Tensor reference, Mode mode) {
    return Comparison.of("E", computed, reference, mode);
  }

  private static Tensor floats(float... values) {
    return Tensor.of(values, values.length);
  }

  @Test
  void equalBitsPassInEveryMode() {
    Comparison comparison = compare(floats(1, Float.NaN), floats(1, Float.NaN), Mode.STRICT);
    assertThat(comparison.passes()).isTrue();
    assertThat(comparison.text()).isEqualTo("E equals the reference interpreter bit for bit");
  }

  @Test
  void aSmallDifferencePassesUnlessStrict() {
    Tensor computed = floats(100, 1.001f);
    Tensor reference = floats(100, 1);
    assertThat(compare(computed, reference, Mode.DETERMINISTIC).passes()).isTrue();
    assertThat(compare(computed, reference, Mode.STRICT).passes()).isFalse();
    assertThat(compare(computed, reference, Mode.DETERMINISTIC).text())
        .isEqualTo(
            "E differs from the reference interpreter by at most 0.00100 (largest value 100,"
                + " allowed 0.0100)");
  }

  @Test
  void largeDifferencesAndUnequalFormsFail() {
    assertThat(compare(floats(1, 2), floats(1, 3), Mode.FAST).passes()).isFalse();
    assertThat(compare(floats(1, Float.NaN), floats(1, 2), Mode.FAST).passes()).isFalse();
    assertThat(compare(floats(1), floats(1, 2), Mode.FAST).passes()).isFalse();
    assertThat(compare(Tensor.scalar(1L), Tensor.scalar(2L), Mode.FAST).passes()).isFalse();
    assertThat(compare(floats(Float.POSITIVE_INFINITY), floats(1), Mode.FAST).passes()).isFalse();
  }
}
