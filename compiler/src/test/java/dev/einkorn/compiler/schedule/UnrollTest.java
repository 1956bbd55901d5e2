package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class UnrollTest {
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
        "unroll(i) is not legal here: 64 terms are too many to be written out, at most 32");
    isRefused(
        "c[k] = sum[i,j](A[i,j,k])",
        "fuse(k); promote(c); resume(i: 8); unroll(i)",
        "unroll(i) is not legal here: a term is more than what is added to a sum");
  }

  @Test
  void aWholeSumIsWrittenOutWhereItHasAsManyTerms() {
    gives(
        "c[i,k] = sum[j](A[i,j] * B[j,k])",
        "fuse(i, k); promote(c); contract(); reorder(k, i); unroll(j: 2); hoist(); tile(k: 1 x 8)",
        """
        if extent(j) == 2:
          if extent(k) >= 8:
            for k step 8 clamped:
              function tile_c:
                f32x8 B_0k_1 = B[0,k]<8>
                f32x8 B_1k_1 = B[1,k]<8>
                for i:
                  f32x8 c_sum_1 = 0.0
                  c_sum_1 += exact(A[i,0] * B_0k_1)
                  c_sum_1 += exact(A[i,1] * B_1k_1)
                  c[i,k] = c_sum_1
          else:
            for k:
              f32 B_0k = B[0,k]
              f32 B_1k = B[1,k]
              for i:
                f32 c_sum = 0.0
                c_sum += exact(A[i,0] * B_0k)
                c_sum += exact(A[i,1] * B_1k)
                c[i,k] = c_sum
        else:
          if extent(k) >= 8:
            for i:
              for k step 8 clamped:
                function tile_c:
                  f32x8 c_sum_2 = 0.0
                  for j:
                    c_sum_2 += exact(A[i,j] * B[j,k]<8>)
                  c[i,k] = c_sum_2
          else:
            for k:
              for i:
                f32 c_sum = 0.0
                for j:
                  c_sum += exact(A[i,j] * B[j,k])
                c[i,k] = c_sum
        """);
    isRefused(
        "c[k] = sum[i](A[i,k])",
        "fuse(k); promote(c); unroll(i: 33)",
        "unroll(i: 33) is not legal here: 33 terms are too many to be written out, at most 32");
  }

  @Test
  void wholeLoopsAreWrittenOutWithLocalsOfTheirOwn() {
    gives(
        "P[n,x] = A[n,x] / sqrt(sum[y](A[n,y] * A[n,y]))",
        "contract(); hoist(); unroll(y: 2); unroll(x: 2); hoist()",
        """
        if extent(x) == 2:
          for n:
            f32 root_1 = A[n,0]
            f32 sum_y = 0.0
            sum_y += exact(root_1 * root_1)
            f32 root_2 = A[n,1]
            sum_y += exact(root_2 * root_2)
            f32 sqrt_value = sqrt(sum_y)
            P[n,0] = A[n,0] / sqrt_value
            P[n,1] = A[n,1] / sqrt_value
        else:
          for n:
            f32 sum_y = 0.0
            for y < x:
              f32 root = A[n,y]
              sum_y += exact(root * root)
            f32 sqrt_value = sqrt(sum_y)
            for x:
              P[n,x] = A[n,x] / sqrt_value
        """);
    gives(
        "T[i,j] = A[j,i] * s[i]",
        "unroll(j: 2); unroll(i: 2)",
        """
        if extent(j) == 2:
          if extent(i) == 2:
            T[0,0] = A[0,0] * s[0]
            T[0,1] = A[1,0] * s[0]
            T[1,0] = A[0,1] * s[1]
            T[1,1] = A[1,1] * s[1]
          else:
            for i:
              T[i,0] = A[0,i] * s[i]
              T[i,1] = A[1,i] * s[i]
        else:
          for i:
            for j:
              T[i,j] = A[j,i] * s[i]
        """);
    isRefused(
        "T[i,j] = A[j,i]",
        "unroll(i: 2)",
        "unroll(i: 2) is not legal here: its body is more than plain statements");
    isRefused(
        "T[i,j] = A[j,i]",
        "unroll(k: 2)",
        "unroll(k: 2) is not legal here: there is no whole loop over k");
    isRefused(
        "T[i,j] = A[j,i]",
        "tile(j: 4); unroll(j: 4)",
        "unroll(j: 4) is not legal here: the loop is not one over its whole range");
  }
}
