package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Comparison compare(Tensor computed, Tensor reference) {
    return Comparison.of("E", computed, reference);
  }

  private static Tensor floats(float... values) {
    return Tensor.of(values, values.length);
  }

  @Test
  void equalBitsPass() {
    Comparison comparison = compare(floats(1, Float.NaN), floats(1, Float.NaN));
    assertThat(comparison.identical()).isTrue();
    assertThat(comparison.text()).isEqualTo("E equals the reference interpreter bit for bit");
  }

  @Test
  void anyDifferenceFailsAndIsSized() {
    Comparison comparison = compare(floats(100, 1.5f), floats(100, 1));
    assertThat(comparison.identical()).isFalse();
    assertThat(comparison.text())
        .isEqualTo("E differs from the reference interpreter by at most 0.500");
    assertThat(compare(floats(0f), floats(-0f)).identical()).isFalse();
    assertThat(compare(floats(1, Float.NaN), floats(1, 2)).identical()).isFalse();
    assertThat(compare(floats(1), floats(1, 2)).identical()).isFalse();
    assertThat(compare(Tensor.scalar(1L), Tensor.scalar(2L)).identical()).isFalse();
    assertThat(compare(floats(Float.POSITIVE_INFINITY), floats(1)).largestDifference())
        .isInfinite();
  }
}
