package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class TileTest {
  @Test
  void theLastVectorOfAWholeIndexReachesBack() {
    gives(
        "c[i,k] = sum[j](A[i,j] * B[j,k])",
        "fuse(i, k); promote(c); tile(k: 2 x 8 whole, i: 2)",
        """
        if extent(k) >= 9 and extent(i) >= 2:
          for k in 8 .. extent(k) step 8 clamped:
            for i step 2 clamped:
              function tile_c:
                f32x8 c_sum_0_0 = 0.0
                f32x8 c_sum_0_1 = 0.0
                f32x8 c_sum_1_0 = 0.0
                f32x8 c_sum_1_1 = 0.0
                for j:
                  f32x8 A_0 = A[i,j]
                  f32x8 B_0 = B[j,0]<8>
                  c_sum_0_0 += A_0 * B_0
                  f32x8 A_0_1 = A[i + 1,j]
                  c_sum_0_1 += A_0_1 * B_0
                  f32x8 B_0_1 = B[j,k]<8>
                  c_sum_1_0 += A_0 * B_0_1
                  c_sum_1_1 += A_0_1 * B_0_1
                c[i,0] = c_sum_0_0
                c[i + 1,0] = c_sum_0_1
                c[i,k] = c_sum_1_0
                c[i + 1,k] = c_sum_1_1
        else:
          for i:
            for k:
              f32 c_sum = 0.0
              for j:
                c_sum += A[i,j] * B[j,k]
              c[i,k] = c_sum
        """);
    isRefused(
        "c[k] = sum[i](A[i,k])",
        "fuse(k); promote(c); resume(i: 8); tile(k: 2 x 8 whole)",
        "tile(k: 2 x 8 whole) is not legal here: an element that goes on must be computed once");
    isRefused(
        "c[k] = sum[i](A[i,k])",
        "fuse(k); promote(c); block(k: 32); tile(k: 2 x 8 whole)",
        "tile(k: 2 x 8 whole) is not legal here: the loop k does not begin at 0");
  }

  @Test
  void narrowVectorsOfElementsThatGoOnAreForOneIndex() {
    isRefused(
        "c[j,k] = sum[i](A[i,j,k])",
        "fuse(j, k); promote(c); resume(i: 8 around j); tile(j: 2, k: 1 x 8 + 4)",
        "tile(j: 2, k: 1 x 8 + 4) is not legal here: elements that go on have vectors for the rest"
            + " along one index only");
  }
}
