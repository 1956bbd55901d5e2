// $statement$
// A block computes $rows$ rows ($rowNames$) x $columns$ columns ($columnNames$), each of its $threads$ threads
// $threadRows$ x $threadColumns$ of them in registers. Panels of both factors, $depth$ positions of the sum ($depthNames$)
// deep, go through shared memory: while one is multiplied, the next is on its way to registers.
extern "C" __global__ void __launch_bounds__($threads$, 2)
$name$($parameters; separator=",\n    "$) {
  __shared__ __align__(16) $type$ left_tile[2][$depth$][$rows$ + $pad$];
  __shared__ __align__(16) $type$ right_tile[2][$depth$][$columns$ + $pad$];
  $tables; separator="\n"$
  const int thread = threadIdx.x;

  // Which tile of $target$ belongs to this block.
  $positions; separator="\n"$
  const $index$ row_extent = $rowExtent$;
  const $index$ column_extent = $columnExtent$;
  const $index$ depth_extent = $depthExtent$;
$if(split)$
  const $index$ depth_share = (depth_extent + $split$ * $depth$ - 1) / ($split$ * $depth$) * $depth$;
  const $index$ depth_first = ($index$) blockIdx.y * depth_share;
  const $index$ depth_end = depth_first + depth_share < depth_extent ? depth_first + depth_share : depth_extent;
$else$
  const $index$ depth_first = 0;
  const $index$ depth_end = depth_extent;
$endif$
  const int steps = depth_first < depth_end ? (int) ((depth_end - depth_first + $depth$ - 1) / $depth$) : 0;

  // Where rows and columns begin; beyond the end they are the last one again.
  for (int item = thread; item < $rows$; item += $threads$) {
    const $index$ row = nearest<$index$>(row_0 + item, row_extent);
    $rowIndices; separator="\n"$
    $rowOffsets; separator="\n"$
  }
  for (int item = thread; item < $columns$; item += $threads$) {
    const $index$ column = nearest<$index$>(column_0 + item, column_extent);
    $columnIndices; separator="\n"$
    $columnOffsets; separator="\n"$
  }

  // Finds out where the elements of a panel lie along the sum.
  const auto locate = [&](const int step) {
    if (thread < $depth$) {
      const $index$ position = nearest<$index$>(depth_first + step * $depth$ + thread, depth_extent);
      $depthIndices; separator="\n"$
      $depthOffsets; separator="\n"$
    }
  };

  // Reads a panel into registers; beyond the end of the sum there are zeros.
  $type$ left_next[$leftLoads$];
  $type$ right_next[$rightLoads$];
  const auto fetch = [&](const int step) {
    const int slot = step % 2;
    const $index$ panel = depth_first + step * $depth$;
#pragma unroll
    for (int item = 0; item < $leftLoads$; item++) {
      const int deep = $leftDepth$;
      left_next[item] = panel + deep < depth_end ? $leftValue$ : $type$(0);
    }
#pragma unroll
    for (int item = 0; item < $rightLoads$; item++) {
      const int deep = $rightDepth$;
      right_next[item] = panel + deep < depth_end ? $rightValue$ : $type$(0);
    }
  };
  const auto store = [&](const int step) {
    const int slot = step % 2;
#pragma unroll
    for (int item = 0; item < $leftLoads$; item++) {
      left_tile[slot][$leftDepth$][$leftRow$] = left_next[item];
    }
#pragma unroll
    for (int item = 0; item < $rightLoads$; item++) {
      right_tile[slot][$rightDepth$][$rightColumn$] = right_next[item];
    }
  };

  // Rows and columns of a thread lie in groups, so that it reads several elements at once.
  const int thread_row = thread / $threadsAcross$ * $rowGroup$;
  const int thread_column = thread % $threadsAcross$ * $columnGroup$;
  $type$ sums[$threadRows$][$threadColumns$] = {};
  if (steps > 0) {
    locate(0);
    locate(1);
    __syncthreads();
    fetch(0);
    store(0);
    __syncthreads();
  }
  for (int step = 0; step < steps; step++) {
    const int slot = step % 2;
    if (step + 1 < steps) {
      fetch(step + 1);
    }
#pragma unroll
    for (int deep = 0; deep < $depth$; deep++) {
      $type$ left[$threadRows$];
      $type$ right[$threadColumns$];
#pragma unroll
      for (int down = 0; down < $threadRows$; down++) {
        left[down] = left_tile[slot][deep][thread_row + down / $rowGroup$ * $rowStride$ + down % $rowGroup$];
      }
#pragma unroll
      for (int across = 0; across < $threadColumns$; across++) {
        right[across] = right_tile[slot][deep][thread_column + across / $columnGroup$ * $columnStride$ + across % $columnGroup$];
      }
#pragma unroll
      for (int down = 0; down < $threadRows$; down++) {
#pragma unroll
        for (int across = 0; across < $threadColumns$; across++) {
          sums[down][across] = $multiplyAdd$;
        }
      }
    }
    if (step + 1 < steps) {
      store(step + 1);
    }
    locate(step + 2);
    __syncthreads();
  }

#pragma unroll
  for (int down = 0; down < $threadRows$; down++) {
    const $index$ row = row_0 + thread_row + down / $rowGroup$ * $rowStride$ + down % $rowGroup$;
#pragma unroll
    for (int across = 0; across < $threadColumns$; across++) {
      const $index$ column = column_0 + thread_column + across / $columnGroup$ * $columnStride$ + across % $columnGroup$;
      if (row < row_extent && column < column_extent) {
        $rowIndices; separator="\n"$
        $columnIndices; separator="\n"$
        const $type$ $accumulator$ = sums[down][across];
        $result; separator="\n"$
      }
    }
  }
}
