package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Calls after the first one: found by the geometry of their tensors. */
class CachedCallTest {
  private static Tensor counting(int... shape) {
    int count = IntStream.of(shape).reduce(1, (a, b) -> a * b);
    float[] data = new float[count];
    for (int n = 0; n < count; n++) {
      data[n] = n;
    }
    return Tensor.of(data, IntStream.of(shape).asLongStream().toArray());
  }

  @Test
  void callsOfManyGeometriesInTurnAreAnsweredRight() {
    CompiledProgram program = Einkorn.compile("y[i] = A[i,k] * x[k]");
    for (int round = 0; round < 3; round++) {
      for (int n = 0; n < 20; n++) {
        Tensor a = counting(n, 3);
        Tensor x = counting(3);
        Tensor y = named(program.call(Map.of("A", a, "x", x)), "y");
        assertThat(y.shape()).containsExactly(n);
        for (int i = 0; i < n; i++) {
          assertThat(y.getDouble(i)).isEqualTo(3.0 * i + 1 + 2 * (3.0 * i + 2));
        }
        Tensor reversed = named(program.call(Map.of("A", a.reverse(0), "x", x)), "y");
        assertThat(reversed.reverse(0).contentEquals(y)).isTrue();
        Tensor wide = named(program.call(Map.of("A", a.cast(ElementType.F64), "x", x)), "y");
        assertThat(wide.cast(ElementType.F32).contentEquals(y)).isTrue();
      }
    }
  }

  @Test
  void aRefusalIsRepeated() {
    CompiledProgram program = Einkorn.compile("s = a[i] * b[i]");
    Map<String, Tensor> right = Map.of("a", counting(3), "b", counting(3));
    Map<String, Tensor> wrong = Map.of("a", counting(3), "b", counting(4));
    for (int n = 0; n < 3; n++) {
      assertThat(named(program.call(right), "s").getDouble()).isEqualTo(5);
      assertThatThrownBy(() -> program.call(wrong)).isInstanceOf(CompileException.class);
    }
  }

  @Test
  void anOutputOfOneCallMayOverlapInAnother() {
    CompiledProgram program = Einkorn.compile("T[j,i] = A[i,j]");
    Tensor a = counting(3, 3);
    Tensor t = Tensor.zeros(ElementType.F32, 3, 3);
    for (int n = 0; n < 3; n++) {
      program.call(Map.of("A", a), Map.of("T", t));
      assertThat(t.contentEquals(a.transpose().copy())).isTrue();
      Tensor same = a.copy();
      program.call(Map.of("A", same), Map.of("T", same));
      assertThat(same.contentEquals(t)).isTrue();
      Tensor small = same.slice(0, 0, 2);
      assertThatThrownBy(() -> program.call(Map.of("A", same), Map.of("T", small)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("OUTPUT_MISMATCH");
    }
  }

  @Test
  void tensorsMayBePassedByPosition() {
    CompiledProgram program = Einkorn.compile("c[i] = a[i] + b[i]; d[i] = a[i] - b[i]");
    assertThat(program.inputNames()).containsExactly("a", "b");
    assertThat(program.outputNames()).containsExactly("c", "d");
    Tensor c = Tensor.zeros(ElementType.F32, 2);
    Tensor d = Tensor.zeros(ElementType.F32, 2);
    Tensor[] inputs = {Tensor.of(new float[] {5, 7}, 2), Tensor.of(new float[] {1, 2}, 2)};
    for (int n = 0; n < 3; n++) {
      program.run(inputs, new Tensor[] {c, d});
      assertThat(c.toFloatArray()).containsExactly(6, 9);
      assertThat(d.toFloatArray()).containsExactly(4, 5);
    }
    assertThatThrownBy(() -> program.run(inputs, new Tensor[] {c}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("UNKNOWN_OUTPUT: 1 tensors are passed for the outputs [c, d]");
    assertThatThrownBy(() -> program.run(new Tensor[] {c}, new Tensor[] {c, d}))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("MISSING_INPUT");
  }

  @Test
  void anAccumulatedOutputIsPassedTwiceByPosition() {
    CompiledProgram program = Einkorn.compile("y[i] += x[i]");
    assertThat(program.inputNames()).containsExactly("x", "y");
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    Tensor y = Tensor.of(new float[] {10, 20}, 2);
    for (int n = 1; n <= 3; n++) {
      program.run(new Tensor[] {x, y}, new Tensor[] {y});
      assertThat(y.toFloatArray()).containsExactly(10 + n, 20 + 2 * n);
    }
    Tensor first = Tensor.of(new float[] {0, 0}, 2);
    for (int n = 0; n < 2; n++) {
      assertThat(named(program.call(Map.of("x", x, "y", first)), "y").toFloatArray())
          .containsExactly(1, 2);
      assertThat(first.toFloatArray()).containsExactly(0, 0);
    }
  }

  @Test
  void aReadOnlySegmentIsRefusedAlsoAfterAWritableOne() {
    CompiledProgram program = Einkorn.compile("y[i] = 2 * x[i]");
    var memory = java.lang.foreign.Arena.ofAuto().allocate(8);
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    Tensor writable = Tensor.of(ElementType.F32, memory, 2);
    Tensor readOnly = Tensor.of(ElementType.F32, memory.asReadOnly(), 2);
    program.call(Map.of("x", x), Map.of("y", writable));
    assertThat(writable.toFloatArray()).containsExactly(2, 4);
    assertThatThrownBy(() -> program.call(Map.of("x", x), Map.of("y", readOnly)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void resultsCannotBeChanged() {
    Map<String, Tensor> results =
        Einkorn.compile("a[i] = x[i]; b[i] = 2 * x[i]").call(Map.of("x", counting(2)));
    assertThat(results.keySet()).containsExactly("a", "b");
    assertThatThrownBy(results::clear).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void tiersAreKnownOnceTheyHaveSettled() throws InterruptedException {
    CompiledProgram program = Einkorn.compile("y[i] = 3 * x[i]");
    assertThat(program.awaitWarm(Duration.ZERO)).isTrue();
    assertThat(program.tiers()).isEmpty();
    Tensor before = named(program.call(Map.of("x", counting(100))), "y");
    assertThat(program.awaitWarm(Duration.ofMinutes(1))).isTrue();
    Tensor after = named(program.call(Map.of("x", counting(100))), "y");
    assertThat(after.contentEquals(before)).isTrue();
    assertThat(program.tiers()).hasSize(1);
    assertThat(List.of("scalar kernels", "vector kernels"))
        .anyMatch(program.tiers().getFirst()::startsWith);
  }

  @Test
  void moreThreadsThanProcessorsAreAPoolOfTheirOwn() {
    Einkorn many = Einkorn.builder().threads(64).build();
    assertThat(many.pool()).isSameAs(many.pool());
    assertThat(many.pool().threads()).isEqualTo(64);
    Einkorn one = Einkorn.builder().threads(1).build();
    assertThat(one.pool()).isSameAs(dev.einkorn.runtime.WorkerPool.shared());
    assertThat(one.workers(1e12)).isEqualTo(1);
    assertThat(many.workers(1e3)).isEqualTo(1);
    assertThat(many.workers(90e3)).isEqualTo(3);
    assertThat(many.workers(1e12)).isEqualTo(64);
  }
}
