package dev.einkorn.compiler.optimize.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rewrite in printed notation; both sides are also interpreted. */
class InlineTargetTest {
  private static void rewrites(String before, String after) {
    IndexProgram written = ProgramText.check(before);
    Optional<IndexProgram> rewritten = new InlineTarget().apply(written);
    assertThat(rewritten).isPresent();
    String printed = IndexPrinter.print(rewritten.get());
    assertThat(printed.substring(printed.indexOf('\n') + 1)).isEqualTo(after);
    assertThat(IndexVerifier.verify(rewritten.get())).isEmpty();
    for (long seed = 1; seed <= 5; seed++) {
      Map<String, Tensor> inputs = ProgramText.drawInputs(written, seed);
      Map<String, Tensor> expected = ReferenceInterpreter.evaluate(written, inputs);
      Map<String, Tensor> actual = ReferenceInterpreter.evaluate(rewritten.get(), inputs);
      expected.forEach(
          (name, tensor) ->
              assertThat(tensor.contentEquals(ProgramText.named(actual, name))).as(name).isTrue());
    }
  }

  private static void leaves(String program) {
    assertThat(new InlineTarget().apply(ProgramText.check(program))).isEmpty();
  }

  @Test
  void putsTheValueWhereTheTargetIsRead() {
    rewrites("C[i,j] = x[i] + y[j]; s[j] = C[i,j]", "s[j] = sum[i](x[i] + y[j])\n");
  }

  @Test
  void renamesIndicesAtEachRead() {
    rewrites(
        "C[i,j] = x[i] * A[i,j]; E[p,q] = C[p,q] + C[q,p]",
        "E[p,q] = x[p] * A[p,q] + x[q] * A[q,p]\n");
  }

  @Test
  void answersTheLazyCompositionWithSums() {
    rewrites(
        """
        C[i,j,k] = B[i] * A[j,k]
        C2[i,j,k] = Y[j] * Z[i,k]
        E[k] = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])
        """,
        """
        E[k] = sum[i,j]((B[i] * A[j,k] + Y[j] * Z[i,k]) * (B[i] * A[k,j] + Y[k] * Z[i,j]))
        """);
  }

  @Test
  void followsAChain() {
    rewrites(
        "a[i] = x[i] + 1; b[i] = a[i] * 2; c[i] = b[i] - 3", "c[i] = (x[i] + 1.0) * 2.0 - 3.0\n");
  }

  @Test
  void substitutesConstantPositions() {
    rewrites("C[i,j] = x[i] * y[j]; r[j] = C[0,j]", "r[j] = x[0] * y[j]\n");
  }

  @Test
  void substitutesADiagonal() {
    rewrites("C[i,j] = A[i,j] - A[j,i]; d[k] = C[k,k] + 1", "d[k] = A[k,k] - A[k,k] + 1.0\n");
  }

  @Test
  void substitutesIndexValues() {
    rewrites(
        "C[i,j] = select(j <= i, A[i,j], 0); T[p,q] = C[q,p]",
        "T[p,q] = select(p <= q, A[q,p], 0.0)\n");
    rewrites(
        "C[i,j] = select(j <= i, A[i,j], 0); r[j] = C[2,j]",
        "r[j] = select(j <= 2, A[2,j], 0.0)\n");
  }

  @Test
  void inlinesAnExpensiveValueThatIsReadOnce() {
    rewrites("e[i] = exp(x[i]); s = e[i]", "s = sum[i](exp(x[i]))\n");
    rewrites("e[i] = 1 / x[i]; T[i] = e[i] + 1", "T[i] = 1.0 / x[i] + 1.0\n");
  }

  @Test
  void keepsConversions() {
    rewrites(
        "(x: i32[i], w: f64) -> (y)\nt[i] = x[i] * 2\ny[i] = t[i] * w",
        "y[i] = f64(x[i] * 2) * w\n");
  }

  @Test
  void leavesOutputs() {
    leaves("C[i] = x[i] + 1");
    leaves("(x: f32[i]) -> (C, s)\nC[i] = x[i] + 1\ns = C[i]");
  }

  @Test
  void leavesAnExpensiveValueThatIsReadTwice() {
    leaves("e[i] = exp(x[i]); P[i] = e[i] * e[i]");
    leaves("e[i] = exp(x[i]); P[i] = sum[j](e[i] * A[i,j])");
    leaves("q[i] = x[i] / y[i]; P[i,j] = q[i] + z[j]");
    leaves("q[i] = x[i]^2.5; P[i,j] = q[i] + z[j]");
  }

  @Test
  void leavesAReduction() {
    leaves("r[i] = A[i,k]; y[i] = r[i] * x[i]");
    leaves("m[i] = max[j](S[i,j]); P[i,j] = S[i,j] - m[i]");
  }

  @Test
  void leavesWhatMayFail() {
    leaves("(a: i32[i], b: i32[i]) -> (s)\nq[i] = a[i] // b[i]\ns = q[i]");
    leaves("(a: i32[i], b: i32[i]) -> (s)\nq[i] = a[i] % b[i]\ns = q[i]");
    leaves("(a: i32[i], b: i32[i]) -> (s)\nq[i] = a[i] ^ b[i]\ns = q[i]");
  }

  @Test
  void leavesADiagonalTarget() {
    leaves("M[i,i] = d[i]; s[j] = M[i,j]");
  }

  @Test
  void leavesATargetThatIsAccumulatedLater() {
    leaves("t[i] = x[i]; t[i] += y[i]; s = t[i]");
  }

  @Test
  void leavesAValueThatReadsATensorAccumulatedLater() {
    leaves(
        """
        (x: f32[i], y: f32[i]) -> (t, s)
        t[i] = x[i]
        c[i] = t[i] + 1
        t[i] += y[i]
        s = c[i]
        """);
  }

  @Test
  void leavesAValueWhoseCopiesAreTooBig() {
    String big = "x[i]" + " + x[i]".repeat(10);
    rewrites("c[i] = " + big + "; s[i] = c[i] * c[i]", "s[i] = (" + big + ") * (" + big + ")\n");
    leaves("c[i] = " + big + "; s[i] = c[i] * c[i] * c[i] * c[i]");
    leaves("c[i] = x[i]" + " + x[i]".repeat(33) + "; s[i] = c[i] + 1");
  }
}
