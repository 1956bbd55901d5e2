package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class BlockTest {
  @Test
  void loopsOverBlocksStandWhereTheFirstBlockedLoopStood() {
    gives(
        "T[k,j,i] = A[i,j,k] + 1",
        "reorder(j, i, k); block(i: 32, k: 16)",
        """
        for j:
          for i_block < i step 32:
            for k_block < k step 16:
              for i in i_block .. min(i_block + 32, extent(i)):
                for k in k_block .. min(k_block + 16, extent(k)):
                  T[k,j,i] = A[i,j,k] + 1.0
        """);
  }

  @Test
  void aMoveBecomesAFunction() {
    gives(
        "T[j,i] = A[i,j]",
        "block(j: 8, i: 8)",
        """
        for j_block < j step 8:
          for i_block < i step 8:
            function move_T:
              for j in j_block .. min(j_block + 8, extent(j)):
                for i in i_block .. min(i_block + 8, extent(i)):
                  T[j,i] = A[i,j]
        """);
  }

  @Test
  void onlyTheOutermostReductionLoopIsBlocked() {
    gives(
        "c[k] = sum[i,j](A[i,j,k])",
        "block(i: 8)",
        """
        for k:
          c[k] = 0.0
        for k:
          for i_block < i step 8:
            for i in i_block .. min(i_block + 8, extent(i)):
              for j:
                c[k] += A[i,j,k]
        """);
    isRefused(
        "c[k] = sum[i,j](A[i,j,k])",
        "block(j: 8)",
        "block(j: 8) is not legal here: the outermost of the reduction loops [i, j] alone can be"
            + " blocked, so that sums round the same");
  }

  @Test
  void refusesWhatIsNoWholeLoop() {
    isRefused("y[i] = A[i]", "block(k: 8)", "block(k: 8) is not legal here: there is no loop k");
    isRefused(
        "y[i] = A[i] + 1",
        "block(i: 64); block(i: 8)",
        "block(i: 8) is not legal here: the loop i is split already");
  }
}
