package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.Plan;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Comparison compare(Tensor computed, Tensor reference) {
    return Comparison.of("E", computed, reference, 0);
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
    assertThat(comparison.passes()).isFalse();
    assertThat(comparison.text())
        .isEqualTo(
            "E differs from the reference interpreter by at most 0.500, more than the 0.00 that"
                + " roundings allow");
    assertThat(compare(floats(0f), floats(-0f)).identical()).isFalse();
    assertThat(compare(floats(1, Float.NaN), floats(1, 2)).identical()).isFalse();
    assertThat(compare(floats(1), floats(1, 2)).identical()).isFalse();
    assertThat(compare(Tensor.scalar(1L), Tensor.scalar(2L)).identical()).isFalse();
    assertThat(compare(floats(Float.POSITIVE_INFINITY), floats(1)).largestDifference())
        .isInfinite();
  }

  @Test
  void roundingsWithinTheBoundPass() {
    Tensor computed = floats(1, 2.25f);
    Tensor reference = floats(1, 2);
    assertThat(Comparison.of("E", computed, reference, 0.25).passes()).isTrue();
    assertThat(Comparison.of("E", computed, reference, 0.24).passes()).isFalse();
    assertThat(Comparison.of("E", floats(0f), floats(-0f), 0).passes()).isFalse();
    assertThat(Comparison.of("E", floats(Float.NaN), floats(0), 1).passes()).isFalse();
  }

  @Test
  void theBoundIsZeroWhereNothingMayRoundDifferently() {
    String program = "s = x[i] * x[i]";
    assertThat(bound(program, floats(1, 2, 3), Mode.STRICT)).isZero();
    assertThat(bound(program, Tensor.of(new int[] {1, 2}, 2), Mode.DETERMINISTIC)).isZero();
    double floating = bound(program, floats(1, -2, 3), Mode.DETERMINISTIC);
    assertThat(floating).isBetween(16.0 * Math.ulp(1f) * 14, 64.0 * Math.ulp(1f) * 14);
    // What cancels in the result still rounds.
    assertThat(bound("s = x[i] * y", floats(1, -1), Mode.DETERMINISTIC)).isPositive();
  }

  private static double bound(String program, Tensor x, Mode mode) {
    Map<String, Tensor> inputs =
        program.contains("y") ? Map.of("x", x, "y", Tensor.scalar(2f)) : Map.of("x", x);
    Plan plan = Einkorn.compile(program).plan(inputs);
    return RoundingBound.of(e -> e.prepare(program), inputs, plan, mode)
        .allowed()
        .getOrDefault("s", -1.0);
  }
}
