// $statement$
// A block computes $rows$ rows ($rowNames$) x $columns$ columns ($columnNames$) on tensor cores, which multiply
// $product$ numbers and add in float: each of its $warps$ warps $warpRows$ x $warpColumns$ in registers. Panels of both factors,
// $depth$ positions of the sum ($depthNames$) deep, go through shared memory, $stages$ of them in turn.
extern "C" __global__ void __launch_bounds__($threads$, $blocks$)
$name$($parameters; separator=",\n    "$) {
  DYNAMIC_SHARED(memory);
  $element$* const left_tile = ($element$*) memory;
  $element$* const right_tile = left_tile + $stages$ * $leftSize$;
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
  float left_next[$leftGroups$][4];
$endif$
$if(rightValues)$
  float right_next[$rightGroups$][4];
$endif$
  const auto fetch = [&](const int step) {
    const int slot = step % $stages$;
    const $index$ panel = depth_first + step * $depth$;
#pragma unroll
    for (int copy = 0; copy < $leftGroups$; copy++) {
      const int item = thread + copy * $threads$;
$if(leftWhole)$
      if ($leftWhole$) {
        const int deep = $leftGroupDepth$;
        const int line = $leftGroupLine$;
$if(leftValues)$
        if (panel + deep < depth_end) {
          read_neighbours<4>(left_next[copy], &$leftValue$);
        } else {
          left_next[copy][0] = left_next[copy][1] = left_next[copy][2] = left_next[copy][3] = 0.0f;
        }
$else$
        copy_async_16(left_tile + slot * $leftSize$ + $leftPlace$, &$leftValue$, panel + deep < depth_end);
$endif$
        continue;
      }
$endif$
#pragma unroll
      for (int part = 0; part < 4; part++) {
        const int deep = $leftDepth$;
        const int line = $leftLine$;
$if(leftValues)$
        left_next[copy][part] = panel + deep < depth_end ? $leftValue$ : 0.0f;
$else$
        copy_async(left_tile + slot * $leftSize$ + $leftPlace$, &$leftValue$, panel + deep < depth_end);
$endif$
      }
    }
#pragma unroll
    for (int copy = 0; copy < $rightGroups$; copy++) {
      const int item = thread + copy * $threads$;
$if(rightWhole)$
      if ($rightWhole$) {
        const int deep = $rightGroupDepth$;
        const int line = $rightGroupLine$;
$if(rightValues)$
        if (panel + deep < depth_end) {
          read_neighbours<4>(right_next[copy], &$rightValue$);
        } else {
          right_next[copy][0] = right_next[copy][1] = right_next[copy][2] = right_next[copy][3] = 0.0f;
        }
$else$
        copy_async_16(right_tile + slot * $rightSize$ + $rightPlace$, &$rightValue$, panel + deep < depth_end);
$endif$
        continue;
      }
$endif$
#pragma unroll
      for (int part = 0; part < 4; part++) {
        const int deep = $rightDepth$;
        const int line = $rightLine$;
$if(rightValues)$
        right_next[copy][part] = panel + deep < depth_end ? $rightValue$ : 0.0f;
$else$
        copy_async(right_tile + slot * $rightSize$ + $rightPlace$, &$rightValue$, panel + deep < depth_end);
$endif$
      }
    }
  };

$if(leftValues||rightValues)$
  // Stores what went to registers.
  const auto store = [&](const int step) {
    const int slot = step % $stages$;
$if(leftValues)$
#pragma unroll
    for (int copy = 0; copy < $leftGroups$; copy++) {
      const int item = thread + copy * $threads$;
      const int deep = $leftGroupDepth$;
      const int line = $leftGroupLine$;
      store_four(left_tile + slot * $leftSize$ + $leftPlace$, left_next[copy]);
    }
$endif$
$if(rightValues)$
#pragma unroll
    for (int copy = 0; copy < $rightGroups$; copy++) {
      const int item = thread + copy * $threads$;
      const int deep = $rightGroupDepth$;
      const int line = $rightGroupLine$;
      store_four(right_tile + slot * $rightSize$ + $rightPlace$, right_next[copy]);
    }
$endif$
  };

$endif$
  // Each warp has a tile of its own; its lanes share each 16 x 8 matrix of it as multiply_$product$ says.
  const int lane = thread % 32;
  const int warp = thread / 32;
  const int warp_row = warp / $warpsAcross$ * $warpRows$;
  const int warp_column = warp % $warpsAcross$ * $warpColumns$;
  float sums[$warpRows$ / 16][$warpColumns$ / 8][4] = {};
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
    const $element$* const left_panel = left_tile + step % $stages$ * $leftSize$;
    const $element$* const right_panel = right_tile + step % $stages$ * $rightSize$;
    const int next = step + $stages$ - 1;
    copy_async_wait<$stages$ - 2>();
    __syncthreads();
    if (next < steps) {
      fetch(next);
    }
    copy_async_commit();
#pragma unroll
    for (int deep = 0; deep < $depth$; deep += $productDepth$) {
      unsigned left[$warpRows$ / 16][4];
      unsigned right[$warpColumns$ / 16][2][2];
#pragma unroll
      for (int down = 0; down < $warpRows$ / 16; down++) {
        const int line = warp_row + down * 16;
        left_$leftOrder$(left[down], left_panel + $leftPlace$, $leftStride$, lane);
      }
#pragma unroll
      for (int across = 0; across < $warpColumns$ / 16; across++) {
        const int line = warp_column + across * 16;
        right_$rightOrder$(right[across], right_panel + $rightPlace$, $rightStride$, lane);
      }
#pragma unroll
      for (int down = 0; down < $warpRows$ / 16; down++) {
#pragma unroll
        for (int across = 0; across < $warpColumns$ / 8; across++) {
          multiply_$product$(sums[down][across], left[down], right[across / 2][across % 2]);
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
  for (int down = 0; down < $warpRows$ / 8; down++) {
    const int row_item = warp_row + down * 8 + lane / 4;
    const $index$ row = row_0 + row_item;
#pragma unroll
    for (int across = 0; across < $warpColumns$ / 8; across++) {
      const int column_item = warp_column + across * 8 + lane % 4 * 2;
$if(targetWhole)$
      if ($targetWhole$) {
        if (row < row_extent && column_0 + column_item < column_extent) {
          write_neighbours<2>(&$targetValue$, &sums[down / 2][across][down % 2 * 2]);
        }
        continue;
      }
$endif$
#pragma unroll
      for (int beside = 0; beside < 2; beside++) {
        const $index$ column = column_0 + column_item + beside;
        if (row < row_extent && column < column_extent) {
          $resultIndices; separator="\n"$
          const float $accumulator$ = sums[down / 2][across][down % 2 * 2 + beside];
          $result; separator="\n"$
        }
      }
    }
  }
}
