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
