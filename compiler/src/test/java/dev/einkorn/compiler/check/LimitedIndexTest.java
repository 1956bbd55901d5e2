package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Indices that stand alone in accesses, and have their extents from the where of the statement. */
class LimitedIndexTest {
  private static Tensor vector(double... values) {
    return Tensor.of(values, values.length);
  }

  private static Tensor only(Map<String, Tensor> outputs) {
    assertThat(outputs).hasSize(1);
    return outputs.values().iterator().next();
  }

  @Test
  void aDifferenceStopsOneElementBeforeTheEnd() {
    Tensor difference =
        Einkorn.evaluate(
            "D[x] = I[x+1] - I[x] where x < extent(I, 0) - 1", Map.of("I", vector(1, 4, 9, 16)));
    assertThat(difference.toDoubleArray()).containsExactly(3, 5, 7);
  }

  @Test
  void rowsOfASparseMatrixEndWhereTheNextOnesBegin() {
    Tensor lengths =
        Einkorn.evaluate(
            "y[r] = row[r+1] - row[r] where r < extent(row, 0) - 1",
            Map.of("row", Tensor.of(new long[] {0, 2, 2, 7}, 4)));
    assertThat(lengths.toLongArray()).containsExactly(2, 0, 5);
  }

  @Test
  void axesOfDifferentExtentsAreReadUpToTheLimit() {
    Map<String, Tensor> inputs =
        Map.of("A", vector(1, 2, 3, 4), "B", vector(10, 20, 30), "n", vector(0, 0));
    assertThat(
            Einkorn.evaluate("P[i] = A[i] * B[i] where i < extent(n, 0)", inputs).toDoubleArray())
        .containsExactly(10, 40);
    assertThat(
            Einkorn.evaluate("s = sum[i](A[i] * B[i]) + n[0] where i < 3", inputs).toDoubleArray())
        .containsExactly(140);
  }

  @Test
  void aCallWithTooSmallAnAxisIsRefusedNamingTheAccess() {
    CompiledProgram program = Einkorn.compile("P[i] = A[i] * B[i] where i < extent(B, 0) - 1");
    Tensor first = only(program.call(Map.of("A", vector(1, 2), "B", vector(1, 2, 3))));
    assertThat(first.toDoubleArray()).containsExactly(1, 4);
    CompileException refusal =
        catchThrowableOfType(
            CompileException.class,
            () -> program.call(Map.of("A", vector(1, 2), "B", vector(1, 2, 3, 4))));
    assertThat(Checked.codes(refusal)).isEqualTo("INDEX_OUT_OF_RANGE");
    assertThat(refusal).hasMessageContaining("A[i] reads position 2 of axis 0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          I: f32[9]            | D[x] = I[x+1] - I[x] where x < extent(I, 0) - 1
          I: f32[9], J: f32[5] | D[x] = I[x] * J[x] where x < extent(J, 0)
          I: f32[9], J: f32[5] | D[x] = I[x] * J[x] where x < 4
          A: f32[3,9]          | s[i] = sum[k](A[i,k]) where k < 5
          I: f32[9], K: f32[4] | O[x] = max[r](I[x+r]) * sum[r](K[r]) where r < 3
          """)
  void printedProgramsMeanTheSame(String types, String text) {
    IndexProgram program = Checked.program(types, text);
    String printed = IndexPrinter.print(program);
    assertThat(Checked.program(types, printed)).as(printed).isEqualTo(program);
  }
}
