package dev.einkorn.compiler.random;

/** What random programs may contain. */
public enum Profile {
  /**
   * All of the IR. What a compiler in strict mode computes must equal the interpreter bit for bit.
   */
  FULL,
  /**
   * Only operations and values for which floating-point arithmetic is exact, however sums and
   * products are regrouped: integers below 2^22 ({@code f32}) or 2^50 ({@code f64}), no division or
   * power, no transcendental function. Results must be equal as numbers in every mode; only the
   * sign of a zero may differ.
   */
  EXACT
}
