package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Outputs that the caller passes: views of every kind, also of memory that is read. */
class OutputsTest {
  private static final CompiledProgram TRANSPOSE = Einkorn.compile("T[j,i] = A[i,j]");
  private static final CompiledProgram TWICE = Einkorn.compile("y[i] = 2 * x[i]");

  private static Tensor counting(long... shape) {
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

  @Test
  void theCallersTensorIsReturned() {
    Tensor y = Tensor.zeros(ElementType.F32, 3);
    Map<String, Tensor> outputs = TWICE.call(Map.of("x", counting(3)), Map.of("y", y));
    assertThat(outputs).containsOnlyKeys("y");
    assertThat(outputs.get("y")).isSameAs(y);
    assertThat(y.toFloatArray()).containsExactly(2, 4, 6);
  }

  @Test
  void everyWritableViewIsWritten() {
    Tensor a = counting(2, 3);
    List<UnaryOperator<Tensor>> views =
        List.of(
            tensor -> tensor.slice(0, 1, 4).slice(1, 1, 3),
            tensor -> tensor.permute(1, 0).slice(0, 0, 3).slice(1, 3, 5),
            tensor -> tensor.reverse(0).slice(0, 0, 3).reverse(1).slice(1, 0, 2),
            tensor -> tensor.slice(0, 0, 5, 2).slice(1, 0, 4, 3));
    for (UnaryOperator<Tensor> view : views) {
      Tensor whole = Tensor.zeros(ElementType.F32, 5, 5);
      whole.fill(-1);
      Tensor t = view.apply(whole);
      TRANSPOSE.call(Map.of("A", a), Map.of("T", t));
      assertThat(t.contentEquals(a.transpose().copy())).as(whole.toString()).isTrue();
      assertThat(Einkorn.evaluate("s = A[i,j]", Map.of("A", whole)).getDouble())
          .as("elements outside of the view are untouched")
          .isEqualTo(21 - (25 - 6));
    }
  }

  @Test
  void aSegmentIsWritten() {
    Tensor t = Tensor.of(ElementType.F32, Arena.ofAuto().allocate(6 * 4), 2, 3).transpose();
    TRANSPOSE.call(Map.of("A", counting(2, 3)), Map.of("T", t));
    assertThat(t.contentEquals(counting(2, 3).transpose().copy())).isTrue();
  }

  @Test
  void anOutputMayBeAnInput() {
    Tensor x = counting(4);
    TWICE.call(Map.of("x", x), Map.of("y", x));
    assertThat(x.toFloatArray()).containsExactly(2, 4, 6, 8);
  }

  @Test
  void anOutputMayBeATransposedInput() {
    Tensor a = counting(3, 3);
    Tensor expected = a.transpose().copy();
    TRANSPOSE.call(Map.of("A", a), Map.of("T", a));
    assertThat(a.contentEquals(expected)).isTrue();
    TRANSPOSE.call(Map.of("A", a), Map.of("T", a.transpose()));
    assertThat(a.contentEquals(expected)).isTrue();
  }

  @Test
  void anOutputMayBeAShiftedSliceOfAnInput() {
    Tensor whole = counting(6);
    TWICE.call(Map.of("x", whole.slice(0, 0, 5)), Map.of("y", whole.slice(0, 1, 6)));
    assertThat(whole.toFloatArray()).containsExactly(1, 2, 4, 6, 8, 10);
    Tensor reversed = counting(4);
    TWICE.call(Map.of("x", reversed), Map.of("y", reversed.reverse(0)));
    assertThat(reversed.toFloatArray()).containsExactly(8, 6, 4, 2);
  }

  @Test
  void outputsMayOverlapEachOther() {
    CompiledProgram program = Einkorn.compile("a[i] = x[i] + 1; b[i] = x[i] + 2");
    Tensor whole = Tensor.zeros(ElementType.F32, 4);
    Map<String, Tensor> outputs =
        program.call(
            Map.of("x", counting(3)), Map.of("a", whole.slice(0, 0, 3), "b", whole.slice(0, 1, 4)));
    assertThat(named(outputs, "b").toFloatArray()).containsExactly(3, 4, 5);
    assertThat(whole.getDouble(0)).isEqualTo(2);
  }

  @Test
  void anOutputMayBeAnInputOfALaterStatement() {
    CompiledProgram program = Einkorn.compile("a[i] = x[i] + 1; b[i] = x[i] * 10");
    Tensor x = counting(3);
    Map<String, Tensor> outputs = program.call(Map.of("x", x), Map.of("a", x));
    assertThat(x.toFloatArray()).containsExactly(2, 3, 4);
    assertThat(named(outputs, "b").toFloatArray()).containsExactly(10, 20, 30);
  }

  @Test
  void wrongOutputsAreRefused() {
    Map<String, Tensor> inputs = Map.of("x", counting(3));
    refuses(
        inputs,
        Map.of("y", Tensor.zeros(ElementType.F32, 4)),
        "OUTPUT_MISMATCH: output y is f32[3] in the program, but the tensor passed for it is"
            + " f32[4]");
    refuses(
        inputs,
        Map.of("y", Tensor.zeros(ElementType.F32, 3, 1)),
        "OUTPUT_MISMATCH: output y is f32[3] in the program, but the tensor passed for it is"
            + " f32[3,1]");
    refuses(
        inputs,
        Map.of("y", Tensor.zeros(ElementType.F64, 3)),
        "OUTPUT_MISMATCH: output y is f32[3] in the program, but the tensor passed for it is"
            + " f64[3]");
    refuses(
        inputs,
        Map.of("y", Tensor.scalar(1f).broadcastTo(3)),
        "OUTPUT_MISMATCH: output y is a view in which two positions share an element, such as a"
            + " broadcast; pass a copy");
    refuses(
        inputs,
        Map.of("z", Tensor.zeros(ElementType.F32, 3)),
        "UNKNOWN_OUTPUT: the program has no output z; its outputs are [y]");
  }

  private static void refuses(
      Map<String, Tensor> inputs, Map<String, Tensor> outputs, String message) {
    assertThatThrownBy(() -> TWICE.call(inputs, outputs))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void anAccumulatedOutputStartsFromTheInput() {
    CompiledProgram program = Einkorn.compile("y[i] += A[i,k]");
    Tensor start = counting(2);
    Tensor a = counting(2, 3);
    Tensor y = named(program.call(Map.of("A", a, "y", start)), "y");
    assertThat(y.toFloatArray()).containsExactly(1 + 6, 2 + 15);
    assertThat(start.toFloatArray()).as("the first value is not changed").containsExactly(1, 2);
  }

  @Test
  void anAccumulatedOutputStartsFromTheCallersTensor() {
    CompiledProgram program = Einkorn.compile("y[i] += A[i,k]");
    Tensor y = counting(2);
    program.call(Map.of("A", counting(2, 3)), Map.of("y", y));
    program.call(Map.of("A", counting(2, 3)), Map.of("y", y));
    assertThat(y.toFloatArray()).containsExactly(1 + 12, 2 + 30);
  }

  @Test
  void theInputWinsOverTheCallersTensor() {
    CompiledProgram program = Einkorn.compile("y[i] += A[i,k]");
    Tensor y = counting(2);
    Tensor start = Tensor.of(new float[] {100, 200}, 2);
    program.call(Map.of("A", counting(2, 3), "y", start), Map.of("y", y));
    assertThat(y.toFloatArray()).containsExactly(106, 215);
    assertThat(start.toFloatArray()).containsExactly(100, 200);
  }

  @Test
  void anAccumulatedOutputMayOverlapAnInput() {
    CompiledProgram program = Einkorn.compile("y[i] += A[i,k]");
    Tensor a = counting(3, 3);
    program.call(Map.of("A", a), Map.of("y", a.select(1, 0)));
    assertThat(a.toFloatArray()).containsExactly(1 + 6, 2, 3, 4 + 15, 5, 6, 7 + 24, 8, 9);
  }

  @Test
  void anAccumulatedOutputMustBePassed() {
    CompiledProgram program = Einkorn.compile("y[i] += A[i,k]");
    assertThatThrownBy(() -> program.call(Map.of("A", counting(2, 3))))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("y");
    assertThatThrownBy(() -> program.call(Map.of("A", counting(2, 3), "y", counting(3))))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("EXTENT_MISMATCH");
  }

  @Test
  void everyAccumulationFoldsIntoTheOldValue() {
    Map<String, Tensor> inputs =
        Map.of("x", Tensor.of(new float[] {3, -1}, 2), "y", Tensor.of(new float[] {2, 2}, 2));
    assertThat(Einkorn.evaluate("y[i] *= x[i]", inputs).toFloatArray()).containsExactly(6, -2);
    assertThat(Einkorn.evaluate("y[i] max= x[i]", inputs).toFloatArray()).containsExactly(3, 2);
    assertThat(Einkorn.evaluate("y[i] min= x[i]", inputs).toFloatArray()).containsExactly(2, -1);
  }

  @Test
  void anEmptyOutputIsWritten() {
    Tensor y = Tensor.zeros(ElementType.F32, 0);
    assertThat(TWICE.call(Map.of("x", Tensor.zeros(ElementType.F32, 0)), Map.of("y", y)).get("y"))
        .isSameAs(y);
  }
}
