package dev.einkorn.compiler.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.runtime.ElementType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is chosen for programs whose best form is known. */
class PlannerTest {
  private static final PlanRequest DETERMINISTIC = request(false);
  private static final PlanRequest FAST = request(true);

  private static PlanRequest request(boolean expandsDifferences) {
    return new PlanRequest(
        PlanRequest::typical,
        true,
        expandsDifferences,
        CostModel.TYPICAL,
        Long.MAX_VALUE,
        Duration.ofMinutes(1));
  }

  /** A program over inputs {@code A:2} of the ranks given. */
  private static IndexProgram program(String text, String... inputs) {
    Map<String, InputType> types = new LinkedHashMap<>();
    for (String input : inputs) {
      String[] parts = input.split(":", -1);
      types.put(
          parts[0],
          new InputType(
              ElementType.F64,
              IntStream.range(0, Integer.parseInt(parts[1]))
                  .mapToObj(_ -> OptionalLong.empty())
                  .toList()));
    }
    return ProgramText.check(text, types);
  }

  private static void plans(PlanRequest request, IndexProgram program, String... statements) {
    IndexProgram optimized = Planner.plan(program, request).plan().optimized();
    assertThat(IndexPrinter.print(optimized).lines().skip(1)).containsExactly(statements);
  }

  @Test
  void sumsInProductsNeverBecomeCubes() {
    plans(
        DETERMINISTIC,
        program(
            "C[i,j,k] = B[i]*A[j,k]\nC2[i,j,k] = Y[j]*Z[i,k]\n"
                + "E[k] = (C[i,j,k]+C2[i,j,k])*(C[i,k,j]+C2[i,k,j])",
            "B:1",
            "A:2",
            "Y:1",
            "Z:2"),
        "t1 = sum[i](B[i] * B[i])",
        "t2[k] = sum[j](A[j,k] * A[k,j])",
        "t3[j] = sum[i](B[i] * Z[i,j])",
        "t4[k] = sum[j](t3[j] * A[j,k])",
        "t5[k] = sum[j](Y[j] * A[k,j])",
        "t6[i] = sum[j](Y[j] * Z[i,j])",
        "t7[k] = sum[i](t6[i] * Z[i,k])",
        "E[k] = t1 * t2[k] + Y[k] * t4[k] + t3[k] * t5[k] + Y[k] * t7[k]");
  }

  @Test
  void writtenOrderIsOneNest() {
    plans(
        PlanRequest.WRITTEN,
        program(
            "C[i,j,k] = B[i]*A[j,k]\nC2[i,j,k] = Y[j]*Z[i,k]\n"
                + "E[k] = (C[i,j,k]+C2[i,j,k])*(C[i,k,j]+C2[i,k,j])",
            "B:1",
            "A:2",
            "Y:1",
            "Z:2"),
        "E[k] = sum[i,j]((B[i] * A[j,k] + Y[j] * Z[i,k]) * (B[i] * A[k,j] + Y[k] * Z[i,j]))");
  }

  @Test
  void aOneSidedSumStreamsByItself() {
    plans(
        DETERMINISTIC,
        program("c[k] = sum[i](A[i,k]*B[i,k]) + b[k]", "A:2", "B:2", "b:1"),
        "c[k] = sum[i](A[i,k] * B[i,k])",
        "c[k] += b[k]");
    plans(
        DETERMINISTIC,
        program("C[i,j] = sum[k](A[i,k]*B[k,j]) + b[j]", "A:2", "B:2", "b:1"),
        "C[i,j] = sum[k](A[i,k] * B[k,j]) + b[j]");
  }

  @Test
  void aCommonFactorIsTakenOut() {
    plans(
        DETERMINISTIC,
        program("D[i,j] = A[i,k]*B[k,j] + A[i,k]*C[k,j]", "A:2", "B:2", "C:2"),
        "D[i,j] = sum[k](A[i,k] * (B[k,j] + C[k,j]))");
  }

  @Test
  void threeProductsAreOne() {
    plans(
        DETERMINISTIC,
        program(
            "D[i,j] = A[i,k]*B[k,j] + A[i,k]*C[k,j] - 2*A[i,k]*F[k,j]", "A:2", "B:2", "C:2", "F:2"),
        "D[i,j] = sum[k](A[i,k] * (B[k,j] + C[k,j] + -2.0 * F[k,j]))");
  }

  @Test
  void aChainIsContractedFromItsVector() {
    plans(
        DETERMINISTIC,
        program("T[i,j] = A[i,k]*B[k,j]\ny[i] = T[i,j]*x[j]", "A:2", "B:2", "x:1"),
        "t1[k] = sum[j](B[k,j] * x[j])",
        "y[i] = sum[k](A[i,k] * t1[k])");
  }

  @Test
  void aQuadraticFormIsTwoPasses() {
    plans(
        DETERMINISTIC,
        program("s = x[i]*A[i,j]*x[j]", "x:1", "A:2"),
        "t1[j] = sum[i](x[i] * A[i,j])",
        "s = sum[j](t1[j] * x[j])");
  }

  @Test
  void aDifferenceIsSquaredAsItIsWritten() {
    plans(
        DETERMINISTIC,
        program("D[i,j] = sum[k]((x[i,k] - y[j,k])^2)", "x:2", "y:2"),
        "D[i,j] = sum[k]((x[i,k] - y[j,k])^2.0)");
  }

  @Test
  void aProductOfTwoStatementsIsComputedOnce() {
    IndexProgram program =
        program(
            "P[i,k] = sum[j](A[i,j] * B[j,k]) + C[i,k]\nQ[i,k] = A[i,j] * B[j,k] * C[i,k]",
            "A:2",
            "B:2",
            "C:2");
    plans(
        DETERMINISTIC,
        program,
        "t1[i,k] = sum[j](A[i,j] * B[j,k])",
        "P[i,k] = t1[i,k] + C[i,k]",
        "Q[i,k] = C[i,k] * t1[i,k]");
    assertThat(Planner.plan(program, DETERMINISTIC).decisions().getFirst().form())
        .isEqualTo("computed once for P and Q");
    // Where the temporary is not wanted, as within a memory budget, each computes its own.
    plans(
        DETERMINISTIC.withIntermediateBytes(1000),
        program,
        "P[i,k] = sum[j](A[i,j] * B[j,k]) + C[i,k]",
        "Q[i,k] = sum[j](B[j,k] * A[i,j] * C[i,k])");
  }

  @Test
  void aSumThatIsAnOutputIsReadThere() {
    plans(
        DETERMINISTIC,
        program("Q[i] = exp(sum[k](x[k] * A[i,k]))\nP[i] = sum[j](A[i,j] * x[j])", "A:2", "x:1"),
        "P[i] = sum[j](A[i,j] * x[j])",
        "Q[i] = exp(P[i])");
  }

  @Test
  void aCovarianceSubtractsFirst() {
    plans(
        DETERMINISTIC,
        program("C[j,k] = sum[i]((X[i,j] - m[j]) * (X[i,k] - m[k]))", "X:2", "m:1"),
        "t1[i,j] = X[i,j] - m[j]",
        "C[j,k] = sum[i](t1[i,j] * t1[i,k])");
  }

  @Test
  void aCovarianceOfTwoTensorsSubtractsFirst() {
    plans(
        DETERMINISTIC,
        program("C[j,k] = sum[i]((X[i,j] - m[j]) * (Y[i,k] - n[k]))", "X:2", "m:1", "Y:2", "n:1"),
        "C[j,k] = sum[i]((X[i,j] - m[j]) * (Y[i,k] - n[k]))");
    plans(
        DETERMINISTIC,
        program(
            "c[b] = sum[i](w[i] * (x[b,i] - m[b]) * (y[b,i] - n[b]))",
            "w:1",
            "x:2",
            "m:1",
            "y:2",
            "n:1"),
        "c[b] = sum[i]((x[b,i] - m[b]) * (y[b,i] - n[b]) * w[i])");
  }

  @Test
  void differencesOverOtherKindsOfIndicesAreDistributed() {
    // What is summed in one factor is kept in the other one: no square is among the terms.
    plans(
        DETERMINISTIC,
        program("E[k] = sum[j]((A[j] - B[k]) * (A[k] - B[j]))", "A:1", "B:1"),
        "t1 = sum[j](A[j])",
        "t2 = sum[j](A[j] * B[j])",
        "t3 = sum[j](B[j])",
        "E[k] = A[k] * (t1 - B[k] * f64(extent(A, 0))) - t2 + B[k] * t3");
  }

  @Test
  void fastModeMultipliesDifferencesOut() {
    IndexProgram program = program("D[i,j] = sum[k]((x[i,k] - y[j,k])^2)", "x:2", "y:2");
    plans(
        FAST,
        program,
        "t1[i] = sum[k](x[i,k] * x[i,k])",
        "t2[j] = sum[k](y[j,k] * y[j,k])",
        "D[i,j] = -2.0 * sum[k](x[i,k] * y[j,k]) + (t1[i] + t2[j])");
  }

  @Test
  void whatThreeOutputsShareIsComputedOnce() {
    plans(
        DETERMINISTIC,
        program(
            "P[i] = A[i,k]*B[k,l]*v[l]\nQ[i] = C[i,k]*B[k,l]*v[l]\ns = w[k]*B[k,l]*v[l]",
            "A:2",
            "B:2",
            "C:2",
            "v:1",
            "w:1"),
        "t1[k] = sum[l](B[k,l] * v[l])",
        "P[i] = sum[k](A[i,k] * t1[k])",
        "Q[i] = sum[k](C[i,k] * t1[k])",
        "s = sum[k](w[k] * t1[k])");
  }

  @Test
  void oneSidedSumsArePushedIn() {
    plans(
        DETERMINISTIC,
        program("C[j] = sum[i,k](A[i,k] * B[k,j])", "A:2", "B:2"),
        "t1[k] = sum[i](A[i,k])",
        "C[j] = sum[k](t1[k] * B[k,j])");
  }

  @Test
  void polynomialsInsideOfFunctionsArePlannedToo() {
    plans(
        DETERMINISTIC,
        program("y[i] = exp(sum[k,j](A[i,k]*B[k,j]*x[j]))", "A:2", "B:2", "x:1"),
        "t1[k] = sum[j](B[k,j] * x[j])",
        "y[i] = exp(sum[k](A[i,k] * t1[k]))");
  }

  @Test
  void aTileFinishesWhatIsMadeOfItsSum() {
    plans(
        DETERMINISTIC,
        program("Y[b,o] = relu(sum[i](X[b,i]*W[o,i]) + g[o])", "X:2", "W:2", "g:1"),
        "Y[b,o] = relu(sum[i](X[b,i] * W[o,i]) + g[o])");
    plans(
        DETERMINISTIC,
        program(
            """
            u[b,o] = X[b,i]*W[o,i] + g[o]
            Y[b,o] = u[b,o] * sigmoid(u[b,o])
            """,
            "X:2",
            "W:2",
            "g:1"),
        "Y[b,o] = (sum[i](X[b,i] * W[o,i]) + g[o]) * sigmoid(sum[i](X[b,i] * W[o,i]) + g[o])");
  }

  @Test
  void whatATileCannotFinishIsStored() {
    // Read across.
    plans(
        DETERMINISTIC,
        program("Y[b,o] = relu(sum[i](X[b,i]*W[i,o]) + G[o,b])", "X:2", "W:2", "G:2"),
        "t1[b,o] = sum[i](X[b,i] * W[i,o])",
        "Y[b,o] = relu(t1[b,o] + G[o,b])");
    // Symmetric, so that half of it is copied.
    plans(
        DETERMINISTIC,
        program("Y[i,j] = relu(sum[k](X[i,k]*X[j,k]) + g[j])", "X:2", "g:1"),
        "t1[i,j] = sum[k](X[i,k] * X[j,k])",
        "Y[i,j] = relu(t1[i,j] + g[j])");
    // Of another type.
    plans(
        DETERMINISTIC,
        program("Y[b,o] = f32(abs(sum[i](X[b,i]*W[i,o]) + g[o]))", "X:2", "W:2", "g:1"),
        "t1[b,o] = sum[i](X[b,i] * W[i,o])",
        "Y[b,o] = f32(abs(t1[b,o] + g[o]))");
    // Folded.
    plans(
        DETERMINISTIC,
        program("y[b] = max[o](relu(sum[i](X[b,i]*W[i,o]) + g[o]))", "X:2", "W:2", "g:1"),
        "t1[b,o] = sum[i](X[b,i] * W[i,o])",
        "y[b] = max[o](relu(t1[b,o] + g[o]))");
  }

  @Test
  void aPowerOfALongSumIsNotMultipliedOut() {
    String sum = "x[i]";
    String[] inputs = new String[21];
    inputs[20] = "x:1";
    for (int n = 0; n < 20; n++) {
      sum += " + a" + n + "[i]";
      inputs[n] = "a" + n + ":1";
    }
    PlannedProgram planned = Planner.plan(program("s = sum[i]((" + sum + ")^4)", inputs), FAST);
    assertThat(planned.plan().optimized().assignments()).hasSize(1);
  }

  @Test
  void attentionIsTwoProducts() {
    plans(
        DETERMINISTIC,
        program(
            """
            S[q,k] = Q[q,h] * K[k,h] * 0.125
            m[q] = max[k](S[q,k])
            z[q,k] = exp(S[q,k] - m[q])
            s[q] = sum[k](z[q,k])
            O[q,d] = z[q,k] * V[k,d] / s[q]
            """,
            "Q:2",
            "K:2",
            "V:2"),
        "S[q,k] = 0.125 * sum[h](Q[q,h] * K[k,h])",
        "z[q,k] = exp(S[q,k] - max[k_1](S[q,k_1]))",
        "t1[q] = sum[k_1](z[q,k_1])",
        "O[q,d] = sum[k](z[q,k] * V[k,d]) / t1[q]");
  }

  @Test
  void aDivisorLeavesTheSumsThatItDoesNotDependOn() {
    plans(
        DETERMINISTIC,
        program("C[i,j] = A[i,k] / s[i] * -B[k,j] / w[j]", "A:2", "s:1", "B:2", "w:1"),
        "C[i,j] = -(sum[k](A[i,k] * B[k,j]) / s[i] / w[j])");
    plans(
        DETERMINISTIC,
        program("C[i,j] = A[i,k] / s[k] * B[k,j]", "A:2", "s:1", "B:2"),
        "C[i,j] = sum[k](A[i,k] / s[k] * B[k,j])");
  }

  @Test
  void aDivisorOfOneSidedSumsStaysWhereItIs() {
    plans(
        DETERMINISTIC,
        program("y[i] = sum[k](A[i,k] / s[i])", "A:2", "s:1"),
        "y[i] = sum[k](A[i,k] / s[i])");
  }

  @Test
  void aDifferenceIsDistributedUnderADivision() {
    plans(
        DETERMINISTIC,
        program("D[i,j] = (A[i,k] + B[i,k]) / s[i] * C[k,j]", "A:2", "B:2", "s:1", "C:2"),
        "D[i,j] = sum[k]((A[i,k] + B[i,k]) * C[k,j]) / s[i]");
    plans(
        DETERMINISTIC,
        program("D[i,j] = A[i,k]*B[k,j]/s[i] - A[i,k]*C[k,j]/s[i]", "A:2", "B:2", "C:2", "s:1"),
        "D[i,j] = sum[k](A[i,k] * (B[k,j] - C[k,j])) / s[i]");
  }

  @Test
  void strictModeDividesWhereItIsWritten() {
    plans(
        PlanRequest.WRITTEN,
        program("C[i,j] = A[i,k] * B[k,j] / s[i]", "A:2", "B:2", "s:1"),
        "C[i,j] = sum[k](A[i,k] * B[k,j] / s[i])");
  }

  @Test
  void aProductOfAFoldedValueIsTiled() {
    plans(
        DETERMINISTIC,
        program("C[i,j] = exp(A[i,k] - max[l](A[i,l])) * B[k,j]", "A:2", "B:2"),
        "t1[i,k] = exp(A[i,k] - max[l](A[i,l]))",
        "C[i,j] = sum[k](t1[i,k] * B[k,j])");
  }

  @Test
  void linearAttentionTakesTheShorterWay() {
    plans(
        DETERMINISTIC,
        program("S[q,k] = Q[q,h] * K[k,h] / c\nO[q] = S[q,k] * v[k]", "Q:2", "K:2", "c:0", "v:1"),
        "t1[h] = sum[k](K[k,h] * v[k])",
        "t2[q] = sum[h](Q[q,h] * t1[h])",
        "O[q] = t2[q] / c");
  }
}
