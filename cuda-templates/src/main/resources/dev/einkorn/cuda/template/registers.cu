// $statement$
// Neighbouring threads take neighbours along $lane$, which all tensors share; each computes $threadRows$ x
// $threadColumns$ elements over $rowName$ and $columnName$ in registers. What is read along one of them serves all positions of
// the other one, and what one row of threads has read, the others find in the cache.
extern "C" __global__ void __launch_bounds__($threads$, 2)
$name$($parameters; separator=",\n    "$) {
  // Which elements of $target$ belong to this thread.
  $positions; separator="\n"$

  // Where its rows and columns begin; beyond the end they are the last one again.
  $tables; separator="\n"$
#pragma unroll
  for (int down = 0; down < $threadRows$; down++) {
    const $index$ $row$ = nearest<$index$>(row_0 + down, $rowExtent$);
    $rowOffsets; separator="\n"$
  }
#pragma unroll
  for (int across = 0; across < $threadColumns$; across++) {
    const $index$ $column$ = nearest<$index$>(column_0 + across, $columnExtent$);
    $columnOffsets; separator="\n"$
  }

  $type$ sums[$threadRows$][$threadColumns$] = {};
  $loops; separator="\n"$
    $type$ left[$threadRows$];
    $type$ right[$threadColumns$];
#pragma unroll
    for (int down = 0; down < $threadRows$; down++) {
      left[down] = $leftValue$;
    }
#pragma unroll
    for (int across = 0; across < $threadColumns$; across++) {
      right[across] = $rightValue$;
    }
#pragma unroll
    for (int down = 0; down < $threadRows$; down++) {
#pragma unroll
      for (int across = 0; across < $threadColumns$; across++) {
        sums[down][across] = $multiplyAdd$;
      }
    }
  $ends; separator="\n"$

#pragma unroll
  for (int down = 0; down < $threadRows$; down++) {
    const $index$ $row$ = row_0 + down;
#pragma unroll
    for (int across = 0; across < $threadColumns$; across++) {
      const $index$ $column$ = column_0 + across;
      if ($row$ < $rowExtent$ && $column$ < $columnExtent$) {
        const $type$ $accumulator$ = sums[down][across];
        $result; separator="\n"$
      }
    }
  }
}
