package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Npy;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompiledProgramTest {
  private static Tensor floats(long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    float[] data = new float[count];
    for (int n = 0; n < count; n++) {
      data[n] = n + 1;
    }
    return Tensor.of(data, shape);
  }

  private static double dot(Tensor a, Tensor b) {
    double sum = 0;
    for (long n = 0; n < a.extent(0); n++) {
      sum += a.getDouble(n) * b.getDouble(n);
    }
    return sum;
  }

  @Test
  void namesItsInputsInOrderOfAppearance() {
    assertThat(Einkorn.compile("E[n,k,d] = A[n,h,d] * B[k,h,d]").inputNames())
        .containsExactly("A", "B");
    assertThat(Einkorn.compile("y[i] += A[i,k] * x[k]").inputNames())
        .containsExactly("A", "x", "y");
  }

  @Test
  void eightThreadsCallOneProgramAtDifferentSizesAndTypes() throws Exception {
    CompiledProgram program = Einkorn.builder().build().prepare("s = A[i] * B[i]");
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Future<Double>> results = new ArrayList<>();
      List<Double> expected = new ArrayList<>();
      for (int n = 0; n < 400; n++) {
        ElementType type = n % 3 == 0 ? ElementType.F64 : ElementType.F32;
        Tensor a = floats(1 + n % 7).cast(type);
        Tensor b = n % 2 == 0 ? a.reverse(0) : a;
        expected.add(dot(a, b));
        Callable<Double> call =
            () -> program.call(Map.of("A", a, "B", b)).values().iterator().next().getDouble();
        results.add(pool.submit(call));
      }
      for (int n = 0; n < results.size(); n++) {
        assertThat(results.get(n).get(60, TimeUnit.SECONDS)).isEqualTo(expected.get(n));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void laterCallsMayHaveOtherSizes() {
    CompiledProgram program = Einkorn.compile("c[k] = A[i,k] * B[i,k]");
    for (long i = 0; i < 4; i++) {
      for (long k = 0; k < 4; k++) {
        Tensor a = floats(i, k);
        Tensor c = named(program.call(Map.of("A", a, "B", a)), "c");
        assertThat(c.shape()).containsExactly(k);
        for (long column = 0; column < k; column++) {
          Tensor values = a.select(1, column);
          assertThat(c.getDouble(column)).isEqualTo(dot(values, values));
        }
      }
    }
  }

  @Test
  void everyCallIsChecked() {
    CompiledProgram program = Einkorn.compile("y[i] = A[i,k] * x[k]");
    program.call(Map.of("A", floats(2, 3), "x", floats(3)));
    assertThatThrownBy(() -> program.call(Map.of("A", floats(2, 3), "x", floats(4))))
        .isInstanceOf(CompileException.class)
        .hasMessageStartingWith("error[EXTENT_MISMATCH]");
    assertThatThrownBy(() -> program.call(Map.of("A", floats(2, 3), "x", floats(3, 1))))
        .isInstanceOf(CompileException.class)
        .hasMessageStartingWith("error[");
    program.call(Map.of("A", floats(2, 3), "x", floats(3)));
  }

  @Test
  void missingAndUnknownInputsAreErrors() {
    CompiledProgram program = Einkorn.compile("y[i] = A[i,k] * x[k]");
    assertThatThrownBy(() -> program.call(Map.of("A", floats(2, 3))))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("x");
    assertThatThrownBy(
            () -> program.call(Map.of("A", floats(2, 3), "x", floats(3), "z", floats(3))))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("z");
    assertThatThrownBy(() -> program.call(Map.of("A", floats(2, 3), "X", floats(3))))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("X");
  }

  @Test
  void aConstantPositionIsCheckedInEveryCall() {
    CompiledProgram program = Einkorn.compile("r[j] = A[4,j]");
    assertThat(named(program.call(Map.of("A", floats(5, 2))), "r").toFloatArray())
        .containsExactly(9, 10);
    assertThatThrownBy(() -> program.call(Map.of("A", floats(5, 2).slice(0, 0, 4))))
        .isInstanceOfAny(CompileException.class, KernelException.class)
        .hasMessageContaining("4");
  }

  @Test
  void aConstantPositionOfATemporaryIsCheckedInEveryCall() {
    for (String text : List.of("C[i] = x[i] * 2; s = C[5]", "C[i] = x[i] * x[j]; s = C[5]")) {
      CompiledProgram program = Einkorn.compile(text);
      Tensor x = floats(8);
      program.call(Map.of("x", x));
      assertThatThrownBy(() -> program.call(Map.of("x", x.slice(0, 0, 3))))
          .as(text)
          .isInstanceOfAny(CompileException.class, KernelException.class)
          .hasMessageContaining("5");
    }
  }

  @Test
  void failuresOfTheComputationNameTheirCode() {
    CompiledProgram program = Einkorn.compile("q[i] = a[i] // b[i]");
    Tensor a = Tensor.of(new int[] {7, -7}, 2);
    assertThat(program.call(Map.of("a", a, "b", Tensor.of(new int[] {2, 2}, 2))).get("q"))
        .hasToString("i32[2] [3, -4]");
    assertThatThrownBy(() -> program.call(Map.of("a", a, "b", Tensor.of(new int[] {2, 0}, 2))))
        .isInstanceOfSatisfying(
            KernelException.class,
            e -> assertThat(e.code()).isEqualTo(KernelException.Code.DIVISION_BY_ZERO));
  }

  @Test
  void emptyAxesGiveIdentities() {
    Tensor none = Tensor.zeros(ElementType.F32, 0);
    assertThat(Einkorn.evaluate("s = x[i]", Map.of("x", none)).getDouble()).isZero();
    assertThat(Einkorn.evaluate("s = prod[i](x[i])", Map.of("x", none)).getDouble()).isEqualTo(1);
    assertThat(Einkorn.evaluate("s = max[i](x[i])", Map.of("x", none)).getDouble())
        .isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(Einkorn.evaluate("s = all[i](x[i] > 0)", Map.of("x", none)).getBoolean()).isTrue();
    Tensor y = Einkorn.evaluate("y[j] = A[i,j]", Map.of("A", Tensor.zeros(ElementType.F32, 0, 2)));
    assertThat(y.toFloatArray()).containsExactly(0, 0);
    Tensor wide = Einkorn.evaluate("C[i,j] = x[i] * z[j]", Map.of("x", none, "z", floats(3)));
    assertThat(wide.shape()).containsExactly(0, 3);
  }

  @Test
  void scalarsGoInAndOut() {
    Tensor s =
        Einkorn.evaluate("s = a * b + 1", Map.of("a", Tensor.scalar(2f), "b", Tensor.scalar(3f)));
    assertThat(s.rank()).isZero();
    assertThat(s.getDouble()).isEqualTo(7);
  }

  @Test
  void anInputMayStandForSeveralNames() {
    Tensor x = floats(3);
    assertThat(Einkorn.evaluate("s = A[i] * B[i]", Map.of("A", x, "B", x)).getDouble())
        .isEqualTo(14);
  }

  @Test
  void inputsMayBeMappedFiles(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.npy");
    Npy.write(file, floats(4, 3));
    Tensor mapped = Npy.map(file);
    assertThat(mapped.isSegment()).isTrue();
    assertThat(Einkorn.einsum("ik,ik->k", mapped, mapped).toFloatArray())
        .containsExactly(1 + 16 + 49 + 100, 4 + 25 + 64 + 121, 9 + 36 + 81 + 144);
    assertThatThrownBy(
            () ->
                Einkorn.compile("y[i,k] = A[i,k]")
                    .call(Map.of("A", floats(4, 3)), Map.of("y", mapped)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anAxisBeyondTheIntRangeTakesWideCode() {
    long extent = (1L << 31) + 5;
    Tensor view = Tensor.scalar(3L).broadcastTo(extent);
    CompiledProgram program = Einkorn.compile("s = sum[i](x[i])");
    assertThat(program.plan(Map.of("x", view)).javaSource())
        .contains("Target: scalar Java, 64-bit positions.")
        .contains("for (long i = ");
    assertThat(program.plan(Map.of("x", Tensor.scalar(3L).broadcastTo(5))).javaSource())
        .contains("for (int i = ");
    assertThat(program.plan(Map.of("x", view)).flops()).isEqualTo(extent);
  }

  @Test
  void aViewOfMoreThanAnIntOfElementsIsReadAtTheRightPositions() {
    // 2^31 + 2^16 positions, but each loop is short: only the last row is summed.
    Tensor view = floats(4).broadcastTo((1L << 29) + (1L << 14), 4);
    long rows = view.extent(0);
    Tensor tail = view.slice(0, rows - 2, rows);
    assertThat(Einkorn.evaluate("y[j] = x[i,j]", Map.of("x", tail)).toFloatArray())
        .containsExactly(2, 4, 6, 8);
    Tensor none = view.slice(1, 0, 0);
    assertThat(Einkorn.evaluate("s = x[i,j]", Map.of("x", none.slice(0, 0, 9))).getDouble())
        .isZero();
  }

  @Test
  void theReferenceBackendAnswersAlike() {
    Einkorn reference = Einkorn.builder().backend(Backend.REFERENCE).build();
    Tensor a = floats(2, 3);
    Map<String, Tensor> inputs = Map.of("S", a);
    String softmax = "m[i] = max[j](S[i,j]); P[i,j] = exp(S[i,j]-m[i]) / sum[k](exp(S[i,k]-m[i]))";
    assertThat(reference.run(softmax, inputs).contentEquals(Einkorn.evaluate(softmax, inputs)))
        .isTrue();
    Tensor y = Tensor.zeros(ElementType.F32, 2, 3);
    Map<String, Tensor> outputs =
        reference.prepare("P[i,j] = S[i,j] + 1").call(inputs, Map.of("P", y));
    assertThat(outputs.get("P")).isSameAs(y);
    assertThat(y.getDouble(1, 2)).isEqualTo(7);
  }

  @Test
  void aMemoryBudgetNamesTheLeastThatWouldDo() {
    String program = "m[j] = max[i](S[i,j]); P[i,j] = S[i,j] - m[j]";
    Map<String, Tensor> inputs = Map.of("S", floats(3, 5));
    assertThatThrownBy(() -> Einkorn.builder().memoryBudget(3).build().run(program, inputs))
        .isInstanceOfSatisfying(
            MemoryBudgetException.class, e -> assertThat(e.requiredBytes()).isEqualTo(4))
        .hasMessage(
            "the memory budget is 3 bytes, but the temporaries of this plan need 4 bytes; the"
                + " least budget that would do is 4 bytes");
    Tensor p = Einkorn.builder().memoryBudget(4).build().run(program, inputs);
    assertThat(p.getDouble(2, 4)).isZero();
    assertThat(Einkorn.compile(program).plan(inputs).peakTemporaryBytes()).isEqualTo(20);
  }

  @Test
  void aPinnedScheduleShowsInThePlanAndIsCheckedThere() {
    Map<String, Tensor> inputs = Map.of("A", floats(2, 3), "x", floats(3));
    String program = "y[i] = A[i,k] * x[k]";
    Einkorn pinned = Einkorn.builder().schedule("y", "reorder(k, i)").build();
    assertThat(pinned.prepare(program).plan(inputs).explain())
        .contains("schedule: reorder(k, i)\n");
    assertThat(pinned.run(program, inputs).toFloatArray()).containsExactly(14, 32);
    for (String illegal : List.of("reorder(q)", "promote(A)")) {
      Einkorn wrong = Einkorn.builder().schedule("y", illegal).build();
      assertThatThrownBy(() -> wrong.run(program, inputs)).hasMessageContaining("not legal here");
    }
    Einkorn unknown = Einkorn.builder().schedule("Q", "hoist()").build();
    assertThatThrownBy(() -> unknown.run(program, inputs))
        .hasMessage("no step computes Q, so hoist() has no loops to order");
  }

  @Test
  void anInputThatTheHeaderDeclaresIsMissedToo() {
    CompiledProgram program = Einkorn.compile("(A: f32[n]) -> (s)\ns = A[i]");
    assertThatThrownBy(() -> program.call(Map.of()))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("error[MISSING_INPUT]: no tensor is given for the input A");
  }
}
