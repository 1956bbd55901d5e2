package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class PartialTest {
  private static final String REFUSED = "partial(k, 64 x 16) is not legal here: ";

  @Test
  void foldsBlocksIntoVectorsAndTheRestAfterwards() {
    gives(
        "s = x[k] * y[k]",
        "promote(s); partial(k, 32 x 16)",
        """
        f32 s_sum = 0.0
        f32x16 s_sum_0 = 0.0
        f32x16 s_sum_1 = 0.0
        for k in 0 .. extent(k) - 31 step 32:
          s_sum_0 += x[k]<16> * y[k]<16>
          s_sum_1 += x[k + 16]<16> * y[k + 16]<16>
        s_sum_0 += s_sum_1
        s_sum += sum_lanes(s_sum_0)
        for k in extent(k) // 32 * 32 .. extent(k):
          s_sum += x[k] * y[k]
        s = s_sum
        """);
  }

  @Test
  void isOneArrayWithoutVectorsAndAFunctionInsideOfLoops() {
    gives(
        "y[i] = max[k](A[i,k] - b[i])",
        "fuse(i); promote(y); hoist(); partial(k, 64)",
        """
        for i:
          function y_of_i:
            f32 b_i = b[i]
            f32 y_max = -inf
            f32x64 y_max_0 = -inf
            for k in 0 .. extent(k) - 63 step 64:
              y_max_0 max= A[i,k]<64> - b_i
            y_max max= max_lanes(y_max_0)
            for k in extent(k) // 64 * 64 .. extent(k):
              y_max max= A[i,k] - b_i
            y[i] = y_max
        """);
  }

  @Test
  void lastForAllIterationsOfLoopsDirectlyAround() {
    gives(
        "c[j] = sum[i,k](A[i,j,k])",
        "fuse(j); promote(c); partial(k, 16 x 16)",
        """
        for j:
          function c_of_j:
            f32 c_sum = 0.0
            f32x16 c_sum_0 = 0.0
            for i:
              for k in 0 .. extent(k) - 15 step 16:
                c_sum_0 += A[i,j,k]<16>
              for k in extent(k) // 16 * 16 .. extent(k):
                c_sum += A[i,j,k]
            c_sum += sum_lanes(c_sum_0)
            c[j] = c_sum
        """);
  }

  @Test
  void leavesLoopsOverTheVariableThatItCannotFold() {
    gives(
        "y[i] = max[k](A[i,k]) + sum[k](A[k,i])",
        "partial(k, 16 x 16)",
        """
        for i:
          function y_of_i:
            f32 max_k = -inf
            f32x16 max_k_0 = -inf
            for k in 0 .. extent(i) - 15 step 16:
              max_k_0 max= A[i,k]<16>
            max_k max= max_lanes(max_k_0)
            for k in extent(i) // 16 * 16 .. extent(i):
              max_k max= A[i,k]
            f32 sum_k = 0.0
            for k < i:
              sum_k += A[k,i]
            y[i] = max_k + sum_k
        """);
  }

  @Test
  void aFoldOfAPolynomialIsAFunctionOfItsOwn() {
    gives(
        "y[i] = sum[k](exp(A[i,k]))",
        "polynomial(); fuse(i); promote(y); partial(k, 16 x 16)",
        """
        for i:
          function y_of_i:
            f32 y_sum = 0.0
            function y_over_k:
              f32 y_sum_of_k = 0.0
              f32x16 y_sum_0 = 0.0
              for k in 0 .. extent(k) - 15 step 16:
                y_sum_0 += polynomial_exp(A[i,k]<16>)
              y_sum_of_k += sum_lanes(y_sum_0)
              for k in extent(k) // 16 * 16 .. extent(k):
                y_sum_of_k += polynomial_exp(A[i,k])
              y_f32_results[0] = y_sum_of_k
            y_sum += y_f32_results[0]
            y[i] = y_sum
        """);
  }

  @Test
  void refusesWhatHasNoVectorForm() {
    String schedule = "promote(s); partial(k, 64 x 16)";
    isRefused("s = A[k,0]", schedule, REFUSED + "neighbours along k are apart in A[k,0]");
    isRefused("s = x[2*k]", schedule, REFUSED + "neighbours along k are apart in x[2*k]");
    isRefused("s = sum[k](erf(x[k]))", schedule, REFUSED + "erf(x[k]) has no vector form");
    isRefused("s = x[k] * f32(k)", schedule, REFUSED + "f32(k) has no vector form");
    isRefused("s = sum[k](f64(x[k]))", schedule, REFUSED + "f64(x[k]) has no vector form");
    isRefused(
        "s = any[k](x[k] > 0)",
        schedule,
        REFUSED + "it does not fold numbers into locals, each once");
  }

  @Test
  void refusesALoopThatDoesNotFoldLocals() {
    isRefused(
        "s = x[k]", "partial(k, 64 x 16)", REFUSED + "the loop over k does more than fold values");
    isRefused("s = x[i]", "partial(k, 64 x 16)", REFUSED + "there is no loop over k");
  }
}
