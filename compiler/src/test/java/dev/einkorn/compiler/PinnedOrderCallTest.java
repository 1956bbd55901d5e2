package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Orders given to an instance hold for its plans and its calls. */
class PinnedOrderCallTest {
  private static final String CHAIN = "E[i,l] = A[i,j] * B[j,k] * C[k,l]";
  private static final Map<String, Tensor> INPUTS =
      Map.of("A", numbers(20, 30), "B", numbers(30, 40), "C", numbers(40, 2));

  private static Tensor numbers(int rows, int columns) {
    double[] values =
        DoubleStream.iterate(0, x -> (x + 3) % 7).limit((long) rows * columns).toArray();
    return Tensor.of(values, rows, columns);
  }

  @Test
  void callsComputeTheSameInEveryOrder() {
    Tensor expected = Einkorn.evaluate(CHAIN, INPUTS);
    for (String tree : new String[] {"((0 1) 2)", "(0 (1 2))", "(0 1 2)", "((0 2) 1)"}) {
      CompiledProgram program = Einkorn.builder().order("E", tree).build().prepare(CHAIN);
      assertThat(program.call(INPUTS).get("E")).as(tree).hasToString(expected.toString());
      assertThat(program.plan(INPUTS).explain()).contains("E: in the pinned order");
    }
  }

  @Test
  void theOrderHoldsWithinABudgetToo() {
    Einkorn einkorn = Einkorn.builder().order("E", "((0 1) 2)").memoryBudget(1 << 20).build();
    assertThat(einkorn.prepare(CHAIN).plan(INPUTS).explain()).contains("t1[i,k] = ");
    Einkorn tight = Einkorn.builder().order("E", "((0 1) 2)").memoryBudget(100).build();
    assertThatThrownBy(() -> tight.run(CHAIN, INPUTS)).isInstanceOf(MemoryBudgetException.class);
  }

  @Test
  void anOrderStandsBesideAScheduleOfAnotherStep() {
    Einkorn einkorn =
        Einkorn.builder().order("E", "((0 1) 2)").schedule("t1", "reorder(i, j, k)").build();
    assertThat(einkorn.prepare(CHAIN).plan(INPUTS).explain())
        .contains("E: in the pinned order")
        .contains("schedule: reorder(i, j, k)\n");
  }

  @Test
  void wrongOrdersAreRefusedWhenTheyAreKnownToBe() {
    Einkorn.Builder builder = Einkorn.builder();
    assertThatThrownBy(() -> builder.order("E", "((0 1)"))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(
            "the order '((0 1)' of E is no contraction tree: at position 0: this bracket is not"
                + " closed");
    Einkorn.Builder strict = Einkorn.builder().mode(Mode.STRICT).order("E", "(0 1)");
    assertThatThrownBy(strict::build)
        .isInstanceOf(ScheduleException.class)
        .hasMessage("strict mode computes in the written order, so none can be pinned: E");
    Einkorn einkorn = Einkorn.builder().order("F", "(0 1)").build();
    assertThatThrownBy(() -> einkorn.run(CHAIN, INPUTS))
        .isInstanceOf(ScheduleException.class)
        .hasMessageStartingWith("no statement computes F");
  }
}
