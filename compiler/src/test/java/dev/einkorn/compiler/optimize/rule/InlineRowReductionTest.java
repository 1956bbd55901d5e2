package dev.einkorn.compiler.optimize.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InlineRowReductionTest {
  private static void becomes(String program, String statements) {
    IndexProgram before = ProgramText.check(program);
    Optional<IndexProgram> after = new InlineRowReduction().apply(before);
    assertThat(after).as(program).isPresent();
    String text = IndexPrinter.print(after.get());
    assertThat(text.substring(text.indexOf('\n') + 1)).isEqualTo(statements);
    Map<String, Tensor> inputs = ProgramText.drawInputs(before, 7);
    Map<String, Tensor> expected = ReferenceInterpreter.evaluate(before, inputs);
    Map<String, Tensor> actual = ReferenceInterpreter.evaluate(after.get(), inputs);
    expected.forEach(
        (name, tensor) ->
            assertThat(tensor.contentEquals(ProgramText.named(actual, name))).as(name).isTrue());
  }

  private static void leaves(String program) {
    assertThat(new InlineRowReduction().apply(ProgramText.check(program))).as(program).isEmpty();
  }

  @Test
  void aRowIsReducedWhereItIsUsed() {
    becomes(
        "m[i] = max[j](S[i,j]); P[i,j] = exp(S[i,j] - m[i])",
        "P[i,j] = exp(S[i,j] - max[j_1](S[i,j_1]))\n");
    becomes(
        "n[i] = sum[k](A[i,k]); y[i] = sum[j](B[i,j] * n[i])",
        "y[i] = sum[j](B[i,j] * sum[k](A[i,k]))\n");
  }

  @Test
  void whatWouldRunMoreOftenIsLeft() {
    leaves("m[j] = max[k](S[j,k]); P[i,j] = A[i,j] - m[j]");
    leaves("m[i] = max[k](S[i,k]); y[j] = sum[i](A[j,i] * m[i])");
    leaves("m[i] = max[k](S[i,k]); P[i,j] = A[i,j] - m[i]; Q[i,j] = A[i,j] + m[i]");
  }

  @Test
  void whatIsNoRowOrMustBeStoredIsLeft() {
    leaves("m[i] = max[k](S[k,i]); P[i,j] = A[i,j] - m[i]");
    leaves("s = sum[i](x[i]); y[i] = x[i] / s");
    leaves("m[i] = 2 * x[i]; P[i,j] = A[i,j] - m[i]");
    leaves("(A: f32[i,j], S: f32[i,k]) -> (P, m)\nm[i] = max[k](S[i,k]); P[i,j] = A[i,j] - m[i]");
    leaves("(A: i32[i,j], S: i32[i,k]) -> (P)\nm[i] = sum[k](1 // S[i,k]); P[i,j] = A[i,j] - m[i]");
    leaves("m[i] = argmax[k](S[i,k]); P[i,j] = A[i,j] - m[i]");
  }
}
