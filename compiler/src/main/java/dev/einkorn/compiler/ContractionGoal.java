package dev.einkorn.compiler;

/**
 * What the order in which the factors of a product are contracted is to keep small. Whatever it is,
 * forms of a sum of products are chosen by predicted time.
 */
public enum ContractionGoal {
  /** The predicted time. The default. */
  TIME,
  /** Multiplications: the sum, over all nests, of the product of the extents of their indices. */
  MULTIPLICATIONS,
  /** The largest tensor that is stored; among equals, multiplications. */
  SIZE
}
