package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class SearchTest {
  @Test
  void onlyTheBestBlockIsSearched() {
    gives(
        "p[i] = argmin[j](a[i,j])",
        "search(j: 64); partial(j, 4 x 4)",
        """
        for i:
          function p_of_i:
            i64 argmin_j = -1
            f32 best = 0.0
            f32 min_j = 0.0
            i64 min_j_block = -1
            for j_block < j step 64:
              f32 min_j_of_block = inf
              f32x4 min_j_of_block_0 = inf
              for j in j_block .. min(j_block + 64, extent(j)) - 3 step 4:
                min_j_of_block_0 min= a[i,j]<4>
              min_j_of_block min= min_lanes(min_j_of_block_0)
              for j in j_block + max(0, min(j_block + 64, extent(j)) - j_block) // 4 * 4 \
        .. min(j_block + 64, extent(j)):
                min_j_of_block min= a[i,j]
              if min_j_block < 0 or min_j_of_block < min_j or min_j_of_block != min_j_of_block and \
        min_j == min_j:
                min_j = min_j_of_block
                min_j_block = j_block
            for j in max(min_j_block, 0) .. min(min_j_block + 64, extent(j)):
              f32 value = a[i,j]
              if argmin_j < 0 or value < best or value != value and best == best:
                best = value
                argmin_j = j
            p[i] = argmin_j
        """);
  }

  @Test
  void refusesALoopThatLooksForNothing() {
    isRefused(
        "p[i] = max[j](a[i,j])",
        "search(j: 64)",
        "search(j: 64) is not legal here: no loop over j looks for a least or largest value");
    isRefused(
        "p[i] = argmax[j](a[i,j])",
        "search(i: 64)",
        "search(i: 64) is not legal here: no loop over i looks for a least or largest value");
  }
}
