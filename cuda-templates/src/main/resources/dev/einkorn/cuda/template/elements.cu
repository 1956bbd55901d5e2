// $statement$
extern "C" __global__ void __launch_bounds__($threads$)
$name$($parameters; separator=",\n    "$) {
  // Which elements of $target$ belong to this thread.
  $positions; separator="\n"$

  $body; separator="\n"$
}
