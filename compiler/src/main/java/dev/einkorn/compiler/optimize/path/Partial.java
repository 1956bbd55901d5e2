package dev.einkorn.compiler.optimize.path;

/**
 * A product of some operands, already summed over every label that nothing else holds.
 *
 * <p>An operand by itself may be the partial product of one; then {@code lonely} tells how much
 * larger it is before that sum.
 */
final class Partial {
  /** The labels that are left, ascending. */
  final int[] labels;

  /** For each of them, how many of the operands inside hold it. */
  final int[] counts;

  /** Product of the extents of the labels. */
  final double size;

  /** The binary logarithm of that, which cannot overflow. */
  final double log2;

  /** Product of the extents that were summed although only one operand held them; 1 if none. */
  final double lonely;

  Partial(int[] labels, int[] counts, double size, double log2, double lonely) {
    this.labels = labels;
    this.counts = counts;
    this.size = size;
    this.log2 = log2;
    this.lonely = lonely;
  }
}
