// $statement$
// Neighbours of $source$ lie along $along$, those of $target$ along $across$: blocks of $tile$ x $tile$ elements are read
// row by row, and written column by column from shared memory.
extern "C" __global__ void __launch_bounds__($threads$)
$name$($parameters; separator=",\n    "$) {
  // One column more than needed, so that a column's elements lie in different banks.
  __shared__ $type$ block_tile[$tile$][$tile$ + 1];

  // Which block of $target$ this is.
  $positions; separator="\n"$

  {
    const $index$ $along$ = along_0 + threadIdx.x;
#pragma unroll
    for (int line = threadIdx.y; line < $tile$; line += $rows$) {
      const $index$ $across$ = across_0 + line;
      if ($along$ < $alongExtent$ && $across$ < $acrossExtent$) {
        block_tile[line][threadIdx.x] = $read$;
      }
    }
  }
  __syncthreads();
  const $index$ $across$ = across_0 + threadIdx.x;
#pragma unroll
  for (int line = threadIdx.y; line < $tile$; line += $rows$) {
    const $index$ $along$ = along_0 + line;
    if ($along$ < $alongExtent$ && $across$ < $acrossExtent$) {
      $result; separator="\n"$
    }
  }
}
