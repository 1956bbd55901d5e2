package dev.einkorn.compiler.optimize.path;

import java.util.List;

/**
 * One loop nest of a path.
 *
 * @param inputs the values that are multiplied: an operand by its number, the result of step s as
 *     the count of operands plus s
 * @param result the labels of what is stored. If an earlier step is the same, its labels correspond
 *     to these one by one; otherwise the order means nothing
 * @param summed the labels that end in this nest
 * @param loop iterations: product of the extents of both
 * @param size elements stored: product of the extents of the result's labels
 * @param sameAs the first step that computes the same up to the names of labels, whose result can
 *     be read instead; -1 if there is none
 */
public record Step(
    List<Integer> inputs,
    List<Integer> result,
    List<Integer> summed,
    double loop,
    double size,
    int sameAs) {
  public Step {
    inputs = List.copyOf(inputs);
    result = List.copyOf(result);
    summed = List.copyOf(summed);
  }

  /** Whether the result is that of an earlier step, so that this one need not run. */
  public boolean isShared() {
    return sameAs >= 0;
  }
}
