package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Programs that are legal for some sizes only, from compilation to the call. */
class SizesOfACallTest {
  private static Tensor vector(double... values) {
    return Tensor.of(values, values.length);
  }

  private static Tensor only(Map<String, Tensor> outputs) {
    assertThat(outputs).hasSize(1);
    return outputs.values().iterator().next();
  }

  @Test
  void aReversedIndexMayHaveOnePosition() {
    CompiledProgram program = Einkorn.compile("O[x] = I[-2*x+1] + J[2*x]");
    Tensor sum = only(program.call(Map.of("I", vector(1, 2), "J", vector(1, 2, 3, 4, 5, 6, 7, 8))));
    assertThat(sum.toDoubleArray()).containsExactly(3);
  }

  @Test
  void aReversedKernelOfOneElementIsLegalAndALongerOneIsNot() {
    CompiledProgram program = Einkorn.compile("O[x] = I[x-r] * K[r]");
    Tensor product = only(program.call(Map.of("I", vector(1, 2, 3), "K", vector(10))));
    assertThat(product.toDoubleArray()).containsExactly(10, 20, 30);
    CompileException refusal =
        catchThrowableOfType(
            CompileException.class,
            () -> program.call(Map.of("I", vector(1, 2, 3), "K", vector(10, 20))));
    assertThat(Checked.codes(refusal)).isEqualTo("INDEX_OUT_OF_RANGE");
  }

  @Test
  void sizeNamesAreComparedThroughTheStatements() {
    CompiledProgram program =
        Einkorn.compile(
            """
            (A: f64[n], B: f64[m]) -> (O: f64[m])
            O[i] = zero(A[i-j])*B[j] where i < extent(A,0)
            """);
    Tensor product = only(program.call(Map.of("A", vector(1, 2), "B", vector(1, 10))));
    assertThat(product.toDoubleArray()).containsExactly(1, 12);
    CompileException refusal =
        catchThrowableOfType(
            CompileException.class,
            () -> program.call(Map.of("A", vector(1, 2, 3), "B", vector(1, 10))));
    assertThat(Checked.codes(refusal)).isEqualTo("EXTENT_MISMATCH");
  }

  @Test
  void anEllipsisGivesTheAxesOfATensorThatIsReadLater() {
    Tensor sums =
        Einkorn.evaluate(
            "T[...] = A[...,j]; O[i] = T[i] + 1",
            Map.of("A", Tensor.of(new double[] {1, 2, 3, 4}, 2, 2)));
    assertThat(sums.toDoubleArray()).containsExactly(4, 8);
  }
}
