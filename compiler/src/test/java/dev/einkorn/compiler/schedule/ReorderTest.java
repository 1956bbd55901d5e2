package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class ReorderTest {
  private static final String COLUMN_DOT = "c[k] = A[i,k] * B[i,k]";
  private static final String CONTRACTION = "E[n,k,d] = A[n,h,d] * B[k,h,d]";

  @Test
  void movesAReductionLoopOutward() {
    gives(
        COLUMN_DOT,
        "reorder(i, k)",
        """
        for k:
          c[k] = 0.0
        for i:
          for k:
            c[k] += A[i,k] * B[i,k]
        """);
  }

  @Test
  void ordersTheClearingNestAlike() {
    gives(
        CONTRACTION,
        "reorder(d, n, h, k)",
        """
        for d:
          for n:
            for k:
              E[n,k,d] = 0.0
        for d:
          for n:
            for h:
              for k:
                E[n,k,d] += A[n,h,d] * B[k,h,d]
        """);
  }

  @Test
  void leavesANestOfOtherLoopsAlone() {
    gives(
        "M[i,i,j] = A[i,j]",
        "reorder(j, i)",
        """
        for z < i:
          for z_1 < i:
            for z_2 < j:
              M[z,z_1,z_2] = 0.0
        for j:
          for i:
            M[i,i,j] = A[i,j]
        """);
  }

  @Test
  void theSameOrderChangesNothing() {
    gives(
        "s = A[i,k]",
        "reorder(i, k)",
        """
        s = 0.0
        for i:
          for k:
            s += A[i,k]
        """);
  }

  @Test
  void theLoopsOfAnInnerReductionAreNotPartOfTheNest() {
    gives(
        "y[i,j] = 1 + A[i,k] * B[k,j]",
        "reorder(j, i)",
        """
        for j:
          for i:
            f32 sum_k = 0.0
            for k:
              sum_k += A[i,k] * B[k,j]
            y[i,j] = 1.0 + sum_k
        """);
    isRefused(
        "y[i,j] = 1 + A[i,k] * B[k,j]",
        "reorder(k, i, j)",
        "reorder(k, i, j) is not legal here: the loops of y are [i, j]");
  }

  @Test
  void refusesWhatIsNoPermutationOfTheLoops() {
    isRefused(COLUMN_DOT, "reorder(i)", "reorder(i) is not legal here: the loops of c are [k, i]");
    isRefused(
        COLUMN_DOT, "reorder(i, i)", "reorder(i, i) is not legal here: the loops of c are [k, i]");
    isRefused(
        COLUMN_DOT, "reorder(i, j)", "reorder(i, j) is not legal here: the loops of c are [k, i]");
    isRefused(
        COLUMN_DOT,
        "reorder(i, k, i)",
        "reorder(i, k, i) is not legal here: the loops of c are [k, i]");
    isRefused(COLUMN_DOT, "reorder()", "reorder() is not legal here: the loops of c are [k, i]");
  }

  @Test
  void refusesToSwapReductionLoops() {
    isRefused(
        "y[i] = A[i,k,l]",
        "reorder(i, l, k)",
        "reorder(i, l, k) is not legal here: the reduction loops must stay in the order [k, l], so"
            + " that sums round the same");
    isRefused(
        "s = A[k,l]",
        "reorder(l, k)",
        "reorder(l, k) is not legal here: the reduction loops must stay in the order [k, l], so"
            + " that sums round the same");
  }
}
