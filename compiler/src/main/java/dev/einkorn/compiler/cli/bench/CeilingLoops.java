package dev.einkorn.compiler.cli.bench;

/** Loops that do nothing but reach one limit of the machine; each is called often and warm. */
interface CeilingLoops {
  /** What these loops are made of, for people. */
  String description();

  /** Runs so many steps of f32 multiply-adds and gives their number of operations. */
  double multiplyAddFloats(long steps);

  /** Runs so many steps of f64 multiply-adds and gives their number of operations. */
  double multiplyAddDoubles(long steps);

  /** Reads an array and sums it. */
  float read(float[] from);

  /** Copies the first half of an array to the second. */
  void copy(float[] array);
}
