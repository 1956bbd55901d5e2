package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class StageTest {
  @Test
  void aBlockIsCopiedAlongTheUnitStrideOfItsTensor() {
    gives(
        "T[k,i] = 2 * A[i,k]",
        "stage(A, k: 16, i: 8)",
        """
        for k_block < k step 16:
          for i_block < i step 8:
            function stage_A:
              for i in i_block .. min(i_block + 8, extent(i)):
                for k in k_block .. min(k_block + 16, extent(k)):
                  A_block[k - k_block,i - i_block] = A[i,k]
            for k in k_block .. min(k_block + 16, extent(k)):
              for i in i_block .. min(i_block + 8, extent(i)):
                T[k,i] = 2.0 * A_block[k - k_block,i - i_block]
        """);
  }

  @Test
  void aReductionIsTakenUpBlockByBlock() {
    gives(
        "c[k] = sum[i](A[i,k] * B[k,i])",
        "fuse(k); promote(c); stage(B, i: 16, k: 8)",
        """
        for i_block in 0 .. max(1, extent(i)) step 16:
          for k_block < k step 8:
            function stage_B:
              for k in k_block .. min(k_block + 8, extent(k)):
                for i in i_block .. min(i_block + 16, extent(i)):
                  B_block[i - i_block,k - k_block] = B[k,i]
            for k in k_block .. min(k_block + 8, extent(k)):
              f32 c_sum = 0.0
              if i_block > 0:
                c_sum = c[k]
              for i in i_block .. min(i_block + 16, extent(i)):
                c_sum += A[i,k] * B_block[i - i_block,k - k_block]
              c[k] = c_sum
        """);
  }

  @Test
  void aBlockThatHoldsTheWholeSumNeedsNoTakingUp() {
    gives(
        "c[k] = sum[i](A[i,k] * B[k,i])",
        "fuse(k); promote(c); stage(B, i: 16 whole, k: 8)",
        """
        if extent(i) <= 16:
          for k_block < k step 8:
            function stage_B:
              for k in k_block .. min(k_block + 8, extent(k)):
                for i:
                  B_block[i,k - k_block] = B[k,i]
            for k in k_block .. min(k_block + 8, extent(k)):
              f32 c_sum = 0.0
              for i:
                c_sum += A[i,k] * B_block[i,k - k_block]
              c[k] = c_sum
        else:
          for k_block < k step 8:
            for k in k_block .. min(k_block + 8, extent(k)):
              f32 c_sum = 0.0
              for i:
                c_sum += A[i,k] * B[k,i]
              c[k] = c_sum
        """);
  }

  @Test
  void ofTwoElementsTheOneThatVectorsCannotLoadIsCopied() {
    gives(
        "T[k,i] = A[i,k] + A[k,i]",
        "stage(A, k: 16, i: 8)",
        """
        for k_block < k step 16:
          for i_block < k step 8:
            function stage_A:
              for i in i_block .. min(i_block + 8, extent(k)):
                for k in k_block .. min(k_block + 16, extent(k)):
                  A_block[k - k_block,i - i_block] = A[i,k]
            for k in k_block .. min(k_block + 16, extent(k)):
              for i in i_block .. min(i_block + 8, extent(k)):
                T[k,i] = A_block[k - k_block,i - i_block] + A[k,i]
        """);
  }

  @Test
  void refusesWhatABlockCannotHold() {
    isRefused(
        "T[k,i] = A[i,k]",
        "stage(X, k: 8, i: 8)",
        "stage(X, k: 8, i: 8) is not legal here: the nest reads no tensor X");
    isRefused(
        "T[k,j,i] = A[i,j,k]",
        "stage(A, k: 8, i: 8)",
        "stage(A, k: 8, i: 8) is not legal here: A[i,j,k] changes with [j], which is not staged");
    isRefused(
        "T[k,i] = A[i,k] + A[i,2*k]",
        "stage(A, k: 8, i: 8)",
        "stage(A, k: 8, i: 8) is not legal here: it takes one affine element of A, not"
            + " [A[i,k], A[i,2*k]]");
    isRefused(
        "c[k] = sum[i](A[i,k])",
        "stage(A, i: 8, k: 8)",
        "stage(A, i: 8, k: 8) is not legal here: the nest is neither one store nor one promoted"
            + " reduction");
  }
}
