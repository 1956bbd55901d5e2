package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class PromoteTest {
  private static final String MOVES =
      " is not legal here: no element stays the same between its first store and its last update";

  @Test
  void keepsAnAccumulatedElementInALocal() {
    gives(
        "y[i] = A[i,k] * x[k]",
        "fuse(i); promote(y)",
        """
        for i:
          f32 y_sum = 0.0
          for k:
            y_sum += A[i,k] * x[k]
          y[i] = y_sum
        """);
  }

  @Test
  void namesTheLocalAfterTheReduction() {
    gives(
        "m = max[i](x[i])",
        "promote(m)",
        """
        f32 m_max = -inf
        for i:
          m_max max= x[i]
        m = m_max
        """);
    gives(
        "b = any[i](x[i] > 0)",
        "promote(b)",
        """
        bool b_any = false
        for i:
          b_any or= x[i] > 0.0
        b = b_any
        """);
  }

  @Test
  void aScalarNeedsNoFusion() {
    gives(
        "s = A[i,k]",
        "promote(s)",
        """
        f32 s_sum = 0.0
        for i:
          for k:
            s_sum += A[i,k]
        s = s_sum
        """);
  }

  @Test
  void avoidsTheNamesOfLocals() {
    gives(
        "s = sum[i](sum[k](A[i,k]) + x[i])",
        "promote(s)",
        """
        f32 s_sum = 0.0
        for i:
          f32 sum_k = 0.0
          for k:
            sum_k += A[i,k]
          s_sum += sum_k + x[i]
        s = s_sum
        """);
  }

  @Test
  void refusesAnElementThatMoves() {
    isRefused("y[i] = A[i,k] * x[k]", "promote(y)", "promote(y)" + MOVES);
    isRefused(
        "E[n,k,d] = A[n,h,d] * B[k,h,d]",
        "reorder(n, k, h, d); fuse(n, k); promote(E)",
        "promote(E)" + MOVES);
  }

  @Test
  void refusesWhereNothingIsAccumulated() {
    isRefused("y[i] = x[i]", "promote(y)", "promote(y)" + MOVES);
    isRefused("y[i] += x[i]", "promote(y)", "promote(y)" + MOVES);
    isRefused("s = x[i]", "promote(s); promote(s)", "promote(s)" + MOVES);
  }

  @Test
  void refusesATensorThatTheNestDoesNotCompute() {
    isRefused("y[i] = A[i,k]", "promote(A)", "promote(A) is not legal here: this nest computes y");
  }
}
