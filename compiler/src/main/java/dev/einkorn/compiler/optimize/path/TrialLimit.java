package dev.einkorn.compiler.optimize.path;

import java.time.Duration;

/**
 * When it is not worth while to go on making a tree with care: once a product is so large that the
 * tree cannot compete, or time is out. What is left is then multiplied in any order.
 *
 * @param log2 binary logarithm of the largest size that is tolerated
 */
record TrialLimit(double log2, Deadline deadline) {
  /** For the one tree that is made with care in any case: in any order it may be beyond reach. */
  static final TrialLimit NONE =
      new TrialLimit(Double.MAX_VALUE, new Deadline(Duration.ofNanos(Long.MAX_VALUE)));

  boolean allows(Partial product) {
    return product.log2 <= log2 && !deadline.passed();
  }
}
