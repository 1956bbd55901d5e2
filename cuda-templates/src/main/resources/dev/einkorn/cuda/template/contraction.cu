// $statement$
// A block computes $rows$ rows ($rowNames$) x $columns$ columns ($columnNames$), each of its $threads$ threads
// $threadRows$ x $threadColumns$ of them in registers. Panels of both factors, $depth$ positions of the sum ($depthNames$)
// deep, go through shared memory, $stages$ of them in turn: while one is multiplied, the next is on its way.
extern "C" __global__ void __launch_bounds__($threads$, $blocks$)
$name$($parameters; separator=",\n    "$) {
  __shared__ __align__(16) $type$ left_tile[$stages$][$depth$][$rows$ + $pad$];
  __shared__ __align__(16) $type$ right_tile[$stages$][$depth$][$columns$ + $pad$];
  $tables; separator="\n"$
  const int thread = threadIdx.x;

  // Which tile of $target$ belongs to this block.
  $positions; separator="\n"$

  // Which part of the sum does.
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
  $whole; separator="\n"$

  // Where rows and columns begin; beyond the end they are the tile's first one again.
  for (int item = thread; item < $rows$; item += $threads$) {
    const $index$ row = row_0 + item < row_extent ? row_0 + item : row_0;
    $rowIndices; separator="\n"$
    $rowOffsets; separator="\n"$
  }
  for (int item = thread; item < $columns$; item += $threads$) {
    const $index$ column = column_0 + item < column_extent ? column_0 + item : column_0;
    $columnIndices; separator="\n"$
    $columnOffsets; separator="\n"$
  }

  // Finds out where the elements of a panel lie along the sum.
  const auto locate = [&](const int step) {
    const int slot = step % $stages$;
    for (int deep = thread; deep < $depth$; deep += $threads$) {
      const $index$ position = nearest<$index$>(depth_first + step * $depth$ + deep, depth_extent);
      $depthIndices; separator="\n"$
      $depthOffsets; separator="\n"$
    }
  };

  // Sends a panel on its way, to shared memory or to registers; beyond the end of the sum there are zeros.
$if(leftValues)$
  $type$ left_next[$leftLoads$];
$endif$
$if(rightValues)$
  $type$ right_next[$rightLoads$];
$endif$
  const auto fetch = [&](const int step) {
    const int slot = step % $stages$;
    const $index$ panel = depth_first + step * $depth$;
$if(leftWhole)$
    if ($leftWhole$) {
#pragma unroll
      for (int copy = 0; copy < $leftGroups$; copy++) {
        const int item = thread + copy * $threads$;
        const int deep = item / ($rows$ / $vector$);
        const int line = item % ($rows$ / $vector$) * $vector$;
        copy_async_16(&left_tile[slot][deep][line], &$leftValue$, panel + deep < depth_end);
      }
    } else {
$else$
    {
$endif$
#pragma unroll
      for (int item = 0; item < $leftLoads$; item++) {
        const int deep = $leftDepth$;
        const int line = $leftRow$;
$if(leftValues)$
        left_next[item] = panel + deep < depth_end ? $leftValue$ : $type$(0);
$else$
        copy_async(&left_tile[slot][deep][line], &$leftValue$, panel + deep < depth_end);
$endif$
      }
    }
$if(rightWhole)$
    if ($rightWhole$) {
#pragma unroll
      for (int copy = 0; copy < $rightGroups$; copy++) {
        const int item = thread + copy * $threads$;
        const int deep = item / ($columns$ / $vector$);
        const int line = item % ($columns$ / $vector$) * $vector$;
        copy_async_16(&right_tile[slot][deep][line], &$rightValue$, panel + deep < depth_end);
      }
    } else {
$else$
    {
$endif$
#pragma unroll
      for (int item = 0; item < $rightLoads$; item++) {
        const int deep = $rightDepth$;
        const int line = $rightColumn$;
$if(rightValues)$
        right_next[item] = panel + deep < depth_end ? $rightValue$ : $type$(0);
$else$
        copy_async(&right_tile[slot][deep][line], &$rightValue$, panel + deep < depth_end);
$endif$
      }
    }
  };

$if(leftValues||rightValues)$
  // Stores what went to registers.
  const auto store = [&](const int step) {
$if(leftValues)$
#pragma unroll
    for (int item = 0; item < $leftLoads$; item++) {
      left_tile[step % $stages$][$leftDepth$][$leftRow$] = left_next[item];
    }
$endif$
$if(rightValues)$
#pragma unroll
    for (int item = 0; item < $rightLoads$; item++) {
      right_tile[step % $stages$][$rightDepth$][$rightColumn$] = right_next[item];
    }
$endif$
  };

$endif$
  // A warp's lanes are 4 rows x 8 columns of threads. A thread's own rows and columns lie in groups, so that
  // it reads several elements at once; lanes are numbered so that no two of these reads use the same banks.
  const int lane = thread % 32;
  const int warp = thread / 32;
  const int thread_row = warp / $warpsAcross$ * $warpRows$ + (lane % 2 + lane / 16 * 2) * $rowGroup$;
  const int thread_column = warp % $warpsAcross$ * $warpColumns$ + lane / 2 % 8 * $columnGroup$;
  $type$ sums[$threadRows$][$threadColumns$] = {};
  for (int step = 0; step < $stages$ && steps > 0; step++) {
    locate(step);
  }
  __syncthreads();
  for (int step = 0; step < $stages$ - 1; step++) {
    if (step < steps) {
      fetch(step);
$if(leftValues||rightValues)$
      store(step);
$endif$
    }
    copy_async_commit();
  }
  for (int step = 0; step < steps; step++) {
    const int slot = step % $stages$;
    const int next = step + $stages$ - 1;
    copy_async_wait<$stages$ - 2>();
    __syncthreads();
    if (next < steps) {
      fetch(next);
    }
    copy_async_commit();
#pragma unroll
    for (int deep = 0; deep < $depth$; deep++) {
      $type$ left[$threadRows$];
      $type$ right[$threadColumns$];
#pragma unroll
      for (int down = 0; down < $threadRows$; down += $rowGroup$) {
        read_neighbours<$rowGroup$>(&left[down], &left_tile[slot][deep][thread_row + down * 4]);
      }
#pragma unroll
      for (int across = 0; across < $threadColumns$; across += $columnGroup$) {
        read_neighbours<$columnGroup$>(&right[across], &right_tile[slot][deep][thread_column + across * 8]);
      }
#pragma unroll
      for (int down = 0; down < $threadRows$; down++) {
#pragma unroll
        for (int across = 0; across < $threadColumns$; across++) {
          sums[down][across] = $multiplyAdd$;
        }
      }
    }
$if(leftValues||rightValues)$
    if (next < steps) {
      store(next);
    }
$endif$
    locate(next + 1);
  }

#pragma unroll
  for (int down = 0; down < $threadRows$; down++) {
    const int row_item = thread_row + down / $rowGroup$ * $rowGroup$ * 4 + down % $rowGroup$;
    const $index$ row = row_0 + row_item;
#pragma unroll
    for (int across = 0; across < $threadColumns$; across += $columnGroup$) {
      const int column_item = thread_column + across * 8;
$if(targetWhole)$
      if ($targetWhole$) {
        if (row < row_extent && column_0 + column_item < column_extent) {
          write_neighbours<$columnGroup$>(&$targetValue$, &sums[down][across]);
        }
        continue;
      }
$endif$
#pragma unroll
      for (int beside = 0; beside < $columnGroup$; beside++) {
        const $index$ column = column_0 + column_item + beside;
        if (row < row_extent && column < column_extent) {
          $resultIndices; separator="\n"$
          const $type$ $accumulator$ = sums[down][across + beside];
          $result; separator="\n"$
        }
      }
    }
  }
}
