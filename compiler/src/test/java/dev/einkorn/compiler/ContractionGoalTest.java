package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ContractionGoalTest {
  /** A ring of small tensors: what multiplies least stores more than one nest does. */
  private static final String RING = "s = A[i,j] * B[j,k] * C[k,l] * D[l,i]";

  private static final Map<String, Tensor> INPUTS =
      Map.of("A", ones(9, 8), "B", ones(8, 7), "C", ones(7, 6), "D", ones(6, 9));

  private static Tensor ones(long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F64, shape);
    Arrays.fill(tensor.doubleArray(), 1);
    return tensor;
  }

  private static CompiledProgram program(ContractionGoal goal) {
    return Einkorn.builder().threads(1).contractionGoal(goal).build().prepare(RING);
  }

  private static Plan plan(ContractionGoal goal) {
    return program(goal).plan(INPUTS);
  }

  private static long largestTemporary(Plan plan) {
    Matcher bytes = Pattern.compile("\"largestTemporaryBytes\": *(\\d+)").matcher(plan.toJson());
    assertThat(bytes.find()).isTrue();
    return Long.parseLong(bytes.group(1));
  }

  @Test
  void eachGoalIsReached() {
    for (ContractionGoal goal : ContractionGoal.values()) {
      for (ContractionGoal other : ContractionGoal.values()) {
        Plan mine = plan(goal);
        Plan others = plan(other);
        switch (goal) {
          case TIME ->
              assertThat(mine.predictedNanos()).isLessThanOrEqualTo(others.predictedNanos());
          case MULTIPLICATIONS -> assertThat(mine.flops()).isLessThanOrEqualTo(others.flops());
          case SIZE ->
              assertThat(largestTemporary(mine)).isLessThanOrEqualTo(largestTemporary(others));
        }
      }
    }
    // 6*9*8 + 6*8*7 + 7*6.
    assertThat(plan(ContractionGoal.MULTIPLICATIONS).explain())
        .contains("optimal, 810 multiplications");
    assertThat(largestTemporary(plan(ContractionGoal.SIZE))).isEqualTo(6 * 8 * 8);
  }

  @Test
  void resultsAreTheSame() {
    for (ContractionGoal goal : ContractionGoal.values()) {
      assertThat(program(goal).call(INPUTS))
          .hasEntrySatisfying(
              "s", s -> assertThat(s.doubleArray()).containsExactly(9.0 * 8 * 7 * 6));
    }
  }
}
