package dev.einkorn.compiler.lower;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.loop.LoopVerifier;
import dev.einkorn.compiler.loop.Nests;
import org.junit.jupiter.api.Test;

class LoweringTest {
  private static void lowers(String program, String nest) {
    LoopNest canonical = Nests.canonical(program);
    assertThat(LoopVerifier.verify(canonical)).isEmpty();
    assertThat(LoopPrinter.print(canonical.body())).isEqualTo(nest);
  }

  @Test
  void anElementwiseStatementIsOneNest() {
    lowers(
        "C[i,j] = A[i,j] + B[j,i]",
        """
        for i:
          for j:
            C[i,j] = A[i,j] + B[j,i]
        """);
  }

  @Test
  void aReductionAtTheRootIsANestThatClearsAndANestThatAccumulates() {
    lowers(
        "y[i] = A[i,k] * x[k]",
        """
        for i:
          y[i] = 0.0
        for i:
          for k:
            y[i] += A[i,k] * x[k]
        """);
  }

  @Test
  void aScalarTargetHasNoLoopsOfItsOwn() {
    lowers(
        "s = A[i,k]",
        """
        s = 0.0
        for i:
          for k:
            s += A[i,k]
        """);
    lowers("s = 2 * x[0]", "s = 2.0 * x[0]\n");
  }

  @Test
  void everyReductionStartsAtItsIdentity() {
    lowers("p = prod[i](x[i])", "p = 1.0\nfor i:\n  p *= x[i]\n");
    lowers("m = max[i](x[i])", "m = -inf\nfor i:\n  m max= x[i]\n");
    lowers("m = min[i](x[i])", "m = inf\nfor i:\n  m min= x[i]\n");
    lowers("b = any[i](x[i] > 0)", "b = false\nfor i:\n  b or= x[i] > 0.0\n");
    lowers("b = all[i](x[i] > 0)", "b = true\nfor i:\n  b and= x[i] > 0.0\n");
  }

  @Test
  void integerReductionsStartAtTheEndsOfTheirType() {
    lowers("(x: i32[i]) -> (m)\nm = max[i](x[i])", "m = -2147483648\nfor i:\n  m max= x[i]\n");
    lowers(
        "(x: i64[i]) -> (m)\nm = min[i](x[i])", "m = 9223372036854775807\nfor i:\n  m min= x[i]\n");
  }

  @Test
  void aReductionInsideAnExpressionAccumulatesALocal() {
    lowers(
        "y[i] = x[i] + 2 * A[i,k]",
        """
        for i:
          f32 sum_k = 0.0
          for k:
            sum_k += A[i,k]
          y[i] = x[i] + 2.0 * sum_k
        """);
  }

  @Test
  void aReductionInsideAReductionIsALoopInsideItsLoop() {
    lowers(
        "s = max[i](sum[k](A[i,k]))",
        """
        s = -inf
        for i:
          f32 sum_k = 0.0
          for k:
            sum_k += A[i,k]
          s max= sum_k
        """);
  }

  @Test
  void twoReductionsOverOneVariableHaveTheirOwnLocals() {
    lowers(
        "y[i] = sum[k](A[i,k]) / sum[k](B[i,k] * A[i,0])",
        """
        for i:
          f32 sum_k = 0.0
          for k:
            sum_k += A[i,k]
          f32 sum_k_1 = 0.0
          for k < k_2:
            sum_k_1 += B[i,k] * A[i,0]
          y[i] = sum_k / sum_k_1
        """);
  }

  @Test
  void anAccumulatingStatementReducesFirstAndThenUpdatesTheTarget() {
    lowers(
        "y[i] += A[i,k]",
        """
        for i:
          f32 sum_k = 0.0
          for k:
            sum_k += A[i,k]
          y[i] += sum_k
        """);
    lowers("y[i] *= x[i]", "for i:\n  y[i] *= x[i]\n");
    lowers("y[i] max= x[i]", "for i:\n  y[i] max= x[i]\n");
    lowers("y[i] min= x[i]", "for i:\n  y[i] min= x[i]\n");
  }

  @Test
  void aDiagonalTargetIsZeroedFirst() {
    lowers(
        "M[i,i] = d[i]",
        """
        for z < i:
          for z_1 < i:
            M[z,z_1] = 0.0
        for i:
          M[i,i] = d[i]
        """);
  }

  @Test
  void theLoopsThatZeroADiagonalTargetAvoidItsVariables() {
    lowers(
        "M[z,z] = A[z,k]",
        """
        for z_1 < z:
          for z_2 < z:
            M[z_1,z_2] = 0.0
        for z:
          M[z,z] = 0.0
        for z:
          for k:
            M[z,z] += A[z,k]
        """);
  }

  @Test
  void anAccumulatedDiagonalIsNotZeroed() {
    lowers("M[i,i] += d[i]", "for i:\n  M[i,i] += d[i]\n");
  }

  @Test
  void aSelectWithoutStatementsStaysAnExpression() {
    lowers(
        "L[i,j] = select(j <= i, S[i,j], -inf)",
        """
        for i:
          for j:
            L[i,j] = select(j <= i, S[i,j], -inf)
        """);
  }

  @Test
  void aReductionInABranchRunsOnlyWhereTheBranchIsTaken() {
    lowers(
        "y[i] = select(m[i] > 0, sum[k](A[i,k]), -1)",
        """
        for i:
          f32 chosen = 0.0
          if m[i] > 0.0:
            f32 sum_k = 0.0
            for k:
              sum_k += A[i,k]
            chosen = sum_k
          else:
            chosen = -1.0
          y[i] = chosen
        """);
  }

  @Test
  void aReductionOnTheRightOfAndOrRunsOnlyWhereTheLeftDoesNotDecide() {
    lowers(
        "b[i] = m[i] > 0 and any[k](A[i,k] > 0)",
        """
        for i:
          bool condition = m[i] > 0.0
          if condition:
            bool any_k = false
            for k:
              any_k or= A[i,k] > 0.0
            condition = any_k
          b[i] = condition
        """);
    lowers(
        "b[i] = m[i] > 0 or all[k](A[i,k] > 0)",
        """
        for i:
          bool condition = m[i] > 0.0
          if not condition:
            bool all_k = true
            for k:
              all_k and= A[i,k] > 0.0
            condition = all_k
          b[i] = condition
        """);
  }

  @Test
  void aMeanDividesByTheExtent() {
    lowers(
        "u = mean[j](x[j])",
        """
        f32 sum_j = 0.0
        for j:
          sum_j += x[j]
        u = sum_j / f32(extent(j))
        """);
  }

  @Test
  void conversionsAreWrittenWhereTheyHappen() {
    lowers(
        "s = sum[i](f64(x[i]))",
        """
        s = 0.0
        for i:
          s += f64(x[i])
        """);
  }

  @Test
  void tensorsAreListedInOrderOfAppearanceWithTheTargetLast() {
    assertThat(LoopPrinter.print(Nests.canonical("y[i] = b[i] + A[i,k] * x[k]")))
        .isEqualTo(
            """
            nest y
              b: f32[i], unit stride on axis 0
              A: f32[i,k], unit stride on axis 1
              x: f32[k], unit stride on axis 0
              y: f32[i], unit stride on axis 0
            for i:
              f32 sum_k = 0.0
              for k:
                sum_k += A[i,k] * x[k]
              y[i] = b[i] + sum_k
            """);
  }

  @Test
  void aReductionThatTheInnermostLoopDoesNotChangeLeavesItsGuard() {
    lowers(
        "y[i,j] = select(B[i,j] > 0, sum[k](A[i,k]), 0)",
        """
        for i:
          for j:
            f32 sum_k = 0.0
            for k:
              sum_k += A[i,k]
            y[i,j] = select(B[i,j] > 0.0, sum_k, 0.0)
        """);
  }

  @Test
  void aContractionLeavesTheGuardOfATriangle() {
    lowers(
        "z[i,j] = select(i >= j, sum[k](A[i,k] * B[k,j]), 0)",
        """
        for i:
          for j:
            f32 sum_k = 0.0
            for k:
              sum_k += A[i,k] * B[k,j]
            z[i,j] = select(i >= j, sum_k, 0.0)
        """);
    lowers(
        "z[i,j] = select(i >= j, sum[k](A[i,k] - B[k,j]), 0)",
        """
        for i:
          for j:
            f32 chosen = 0.0
            if i >= j:
              f32 sum_k = 0.0
              for k:
                sum_k += A[i,k] - B[k,j]
              chosen = sum_k
            else:
              chosen = 0.0
            z[i,j] = chosen
        """);
    lowers(
        "z[i,j] = select(i >= 1 and i >= j, sum[k](A[i,k] * B[k,j]), 0)",
        """
        for i:
          for j:
            f32 chosen = 0.0
            if i >= 1 and i >= j:
              f32 sum_k = 0.0
              for k:
                sum_k += A[i,k] * B[k,j]
              chosen = sum_k
            else:
              chosen = 0.0
            z[i,j] = chosen
        """);
  }

  @Test
  void aReductionThatMayFailStaysInItsGuard() {
    lowers(
        "(a: i64[i,k], y: i64[i,j]) -> (z)\nz[i,j] = select(y[i,j] > 0, sum[k](1 // a[i,k]), 0)",
        """
        for i:
          for j:
            i64 chosen = 0
            if y[i,j] > 0:
              i64 sum_k = 0
              for k:
                sum_k += 1 // a[i,k]
              chosen = sum_k
            else:
              chosen = 0
            z[i,j] = chosen
        """);
  }

  @Test
  void anAffineConditionBecomesABound() {
    lowers(
        "y[i] = 1 * sum[k](A[i,k] where k <= i and k >= 1)",
        """
        for i:
          f32 sum_k = 0.0
          for k in max(1, 0) .. min(i + 1, extent(k)):
            sum_k += A[i,k]
          y[i] = 1.0 * sum_k
        """);
  }

  @Test
  void equalReductionsAreComputedOnce() {
    lowers(
        "p[i] = max[k](A[i,k]) + exp(max[m](A[i,m]))",
        """
        for i:
          f32 max_k = -inf
          for k:
            max_k max= A[i,k]
          p[i] = max_k + exp(max_k)
        """);
  }
}
