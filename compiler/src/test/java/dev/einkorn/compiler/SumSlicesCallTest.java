package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Budgets that have no room for a temporary which is summed away at once. */
class SumSlicesCallTest {
  private static final String TRACE = "s = A[i,j] * B[j,k] * C[k,i]";

  private static Tensor whole(Random random, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    return Tensor.of(random.doubles(count, -3, 4).map(Math::floor).toArray(), shape);
  }

  private static Map<String, Tensor> squares(int n) {
    var random = new Random(n);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : new String[] {"A", "B", "C"}) {
      inputs.put(name, whole(random, n, n));
    }
    return inputs;
  }

  private static Einkorn within(long budget, int threads) {
    return Einkorn.builder().memoryBudget(budget).threads(threads).build();
  }

  @Test
  void theSumIsCutAndItsPartsAreAddedUp() {
    Map<String, Tensor> inputs = squares(120);
    Tensor expected = Einkorn.evaluate(TRACE, inputs);
    long product = 120L * 120 * Double.BYTES;
    assertThat(Einkorn.compile(TRACE).plan(inputs).peakTemporaryBytes())
        .isGreaterThanOrEqualTo(product);
    for (long budget : new long[] {product / 2, product / 4, product / 10}) {
      for (int threads : new int[] {1, 2}) {
        CompiledProgram program = within(budget, threads).prepare(TRACE);
        Plan plan = program.plan(inputs);
        assertThat(plan.peakTemporaryBytes()).isLessThanOrEqualTo(budget);
        assertThat(plan.explain()).contains("in slices", "slabs of");
        assertThat(ProgramText.named(program.call(inputs), "s").contentEquals(expected)).isTrue();
      }
    }
  }

  @Test
  void targetsWithIndicesHaveAPartForEachPosition() {
    var random = new Random(2);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", whole(random, 90, 70));
    inputs.put("B", whole(random, 70, 80));
    inputs.put("C", whole(random, 80, 90, 3));
    String text = "E[l] = 2 * sum[i,j,k](A[i,j] * B[j,k] * C[k,i,l]) + 1";
    Tensor expected = Einkorn.evaluate(text, inputs);
    CompiledProgram program = within(20_000, 2).prepare(text);
    assertThat(program.plan(inputs).explain()).contains("in slices");
    assertThat(program.plan(inputs).peakTemporaryBytes()).isLessThanOrEqualTo(20_000);
    assertThat(ProgramText.named(program.call(inputs), "E").contentEquals(expected)).isTrue();
  }

  @Test
  void theLeastBudgetIsNamed() {
    Map<String, Tensor> inputs = squares(40);
    assertThatThrownBy(() -> within(-1, 1).prepare(TRACE).call(inputs))
        .isInstanceOfAny(MemoryBudgetException.class, IllegalArgumentException.class);
    Tensor expected = Einkorn.evaluate(TRACE, inputs);
    for (long budget = 1; budget < 40_000; budget *= 3) {
      CompiledProgram program = within(budget, 1).prepare(TRACE);
      try {
        assertThat(ProgramText.named(program.call(inputs), "s").contentEquals(expected)).isTrue();
        assertThat(program.plan(inputs).peakTemporaryBytes()).isLessThanOrEqualTo(budget);
      } catch (MemoryBudgetException refused) {
        assertThat(refused.requiredBytes()).isGreaterThan(budget);
      }
    }
  }

  @Test
  void strictSumsStayWhole() {
    Map<String, Tensor> inputs = squares(30);
    Einkorn strict = Einkorn.builder().mode(Mode.STRICT).memoryBudget(3_000).build();
    assertThat(strict.prepare(TRACE).plan(inputs).explain()).doesNotContain("in slices");
  }
}
