package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class ResumeTest {
  @Test
  void partialSumsWaitInTheTarget() {
    gives(
        "c[k] = sum[i](A[i,k])",
        "fuse(k); promote(c); resume(i: 8)",
        """
        for i_block in 0 .. max(1, extent(i)) step 8:
          for k:
            f32 c_sum = 0.0
            if i_block > 0:
              c_sum = c[k]
            for i in i_block .. min(i_block + 8, extent(i)):
              c_sum += A[i,k]
            c[k] = c_sum
        """);
  }

  @Test
  void anElementThatIsTakenUpIsInOneTile() {
    gives(
        "c[k] = sum[i](A[i,k])",
        "fuse(k); promote(c); resume(i: 8); tile(k: 1 x 4)",
        """
        for i_block in 0 .. max(1, extent(i)) step 8:
          for k in 0 .. extent(k) // 4 * 4 step 4:
            function tile_c:
              f32x4 c_sum_1 = 0.0
              if i_block > 0:
                c_sum_1 = c[k]<4>
              for i in i_block .. min(i_block + 8, extent(i)):
                c_sum_1 += A[i,k]<4>
              c[k] = c_sum_1
          for k in extent(k) // 4 * 4 .. extent(k):
            f32 c_sum = 0.0
            if i_block > 0:
              c_sum = c[k]
            for i in i_block .. min(i_block + 8, extent(i)):
              c_sum += A[i,k]
            c[k] = c_sum
        """);
  }

  @Test
  void theTermsOfWholeBlocksAreWrittenOut() {
    gives(
        "c[k] = sum[i](A[i,k] * b[i])",
        "fuse(k); promote(c); resume(i: 2); unroll(i); hoist(); tile(k: 1 x 8 + 4)",
        """
        for i_block in 0 .. extent(i) // 2 * 2 step 2:
          f32 b_i_block = b[i_block]
          f32 b_i_block_1 = b[i_block + 1]
          function tiles_c:
            for k in 0 .. extent(k) // 8 * 8 step 8:
              f32x8 c_sum_1 = 0.0
              if i_block > 0:
                c_sum_1 = c[k]<8>
              c_sum_1 += A[i_block,k]<8> * b_i_block
              c_sum_1 += A[i_block + 1,k]<8> * b_i_block_1
              c[k] = c_sum_1
          function rest_c:
            for k in extent(k) // 8 * 8 .. extent(k) // 4 * 4 step 4:
              f32x4 c_sum_2 = 0.0
              if i_block > 0:
                c_sum_2 = c[k]<4>
              c_sum_2 += A[i_block,k]<4> * b_i_block
              c_sum_2 += A[i_block + 1,k]<4> * b_i_block_1
              c[k] = c_sum_2
          for k in extent(k) // 4 * 4 .. extent(k):
            f32 c_sum = 0.0
            if i_block > 0:
              c_sum = c[k]
            c_sum += A[i_block,k] * b_i_block
            c_sum += A[i_block + 1,k] * b_i_block_1
            c[k] = c_sum
        for i_block in extent(i) // 2 * 2 .. max(1, extent(i)) step 2:
          for k in 0 .. extent(k) // 8 * 8 step 8:
            function tile_c:
              f32x8 c_sum_3 = 0.0
              if i_block > 0:
                c_sum_3 = c[k]<8>
              for i in i_block .. min(i_block + 2, extent(i)):
                c_sum_3 += A[i,k]<8> * b[i]
              c[k] = c_sum_3
          for k in extent(k) // 8 * 8 .. extent(k) // 4 * 4 step 4:
            function rest_c:
              f32x4 c_sum_4 = 0.0
              if i_block > 0:
                c_sum_4 = c[k]<4>
              for i in i_block .. min(i_block + 2, extent(i)):
                c_sum_4 += A[i,k]<4> * b[i]
              c[k] = c_sum_4
          for k in extent(k) // 4 * 4 .. extent(k):
            f32 c_sum = 0.0
            if i_block > 0:
              c_sum = c[k]
            for i in i_block .. min(i_block + 2, extent(i)):
              c_sum += A[i,k] * b[i]
            c[k] = c_sum
        """);
    isRefused(
        "c[k] = sum[i](A[i,k])",
        "fuse(k); promote(c); unroll(i)",
        "unroll(i) is not legal here: there are no blocks of a sum over i");
    isRefused(
        "c[k] = sum[i](A[i,k])",
        "fuse(k); promote(c); resume(i: 64); unroll(i)",
        "unroll(i) is not legal here: blocks of 64 terms are too long, at most 32");
    isRefused(
        "c[k] = sum[i,j](A[i,j,k])",
        "fuse(k); promote(c); resume(i: 8); unroll(i)",
        "unroll(i) is not legal here: a term is more than what is added to a sum");
    isRefused(
        "c[j,k] = sum[i](A[i,j,k])",
        "fuse(j, k); promote(c); resume(i: 8 around j); tile(j: 2, k: 1 x 8 + 4)",
        "tile(j: 2, k: 1 x 8 + 4) is not legal here: elements that go on have vectors for the rest"
            + " along one index only");
  }

  @Test
  void blocksStandAroundAllThatTakesThemIn() {
    gives(
        "c[j,k] = sum[i](A[i,k] * B[i,j])",
        "fuse(j, k); promote(c); resume(i: 8 around j); tile(j: 2, k: 1 x 4)",
        """
        for i_block in 0 .. max(1, extent(i)) step 8:
          for j in 0 .. extent(j) // 2 * 2 step 2:
            for k in 0 .. extent(k) // 4 * 4 step 4:
              function tile_c:
                f32x4 c_sum_0 = 0.0
                f32x4 c_sum_1 = 0.0
                if i_block > 0:
                  c_sum_0 = c[j,k]<4>
                  c_sum_1 = c[j + 1,k]<4>
                for i in i_block .. min(i_block + 8, extent(i)):
                  f32x4 A_0 = A[i,k]<4>
                  c_sum_0 += A_0 * B[i,j]
                  c_sum_1 += A_0 * B[i,j + 1]
                c[j,k] = c_sum_0
                c[j + 1,k] = c_sum_1
          for j in extent(j) // 2 * 2 .. extent(j):
            for k:
              f32 c_sum = 0.0
              if i_block > 0:
                c_sum = c[j,k]
              for i in i_block .. min(i_block + 8, extent(i)):
                c_sum += A[i,k] * B[i,j]
              c[j,k] = c_sum
          for j in 0 .. extent(j) // 2 * 2:
            for k in extent(k) // 4 * 4 .. extent(k):
              f32 c_sum = 0.0
              if i_block > 0:
                c_sum = c[j,k]
              for i in i_block .. min(i_block + 8, extent(i)):
                c_sum += A[i,k] * B[i,j]
              c[j,k] = c_sum
        """);
    isRefused(
        "c[k] = sum[i](A[i,k])",
        "fuse(k); promote(c); resume(i: 8 around j)",
        "resume(i: 8 around j) is not legal here: there is no loop j of the target");
  }

  @Test
  void refusesWhatIsNotOnePromotedReduction() {
    isRefused(
        "c[k] = sum[i](A[i,k])",
        "resume(i: 8)",
        "resume(i: 8) is not legal here: the nest is not one promoted reduction");
    isRefused(
        "c[k] = sum[i,j](A[i,j,k])",
        "fuse(k); promote(c); resume(j: 8)",
        "resume(j: 8) is not legal here: the outermost reduction loop is i");
  }
}
