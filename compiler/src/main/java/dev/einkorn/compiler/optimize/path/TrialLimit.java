package dev.einkorn.compiler.optimize.path;

/**
 * When it is not worth while to go on making a tree with care: once a product is so large that the
 * tree cannot compete, or time is out. What is left is then multiplied in any order.
 *
 * @param log2 binary logarithm of the largest size that is tolerated
 */
record TrialLimit(double log2, Deadline deadline) {
  boolean allows(Partial product) {
    return product.log2 <= log2 && !deadline.passed();
  }
}
