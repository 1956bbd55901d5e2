package dev.einkorn.compiler.check;

import java.util.List;

/**
 * What can be said of a program without types: for {@code C[i,j] += A[i,k] * B[k,j]} the inputs
 * {@code A} and {@code B} and the output {@code C}, each of rank 2, and that {@code C} accumulates.
 *
 * @param inputs tensors that the caller passes: those of the header, then in first-appearance order
 * @param outputs tensors that the caller receives, in the header's order or that of first
 *     assignment
 * @param accumulated names of targets whose first value the caller passes too
 * @param dependsOnUnitExtents whether the checked program depends on which axes have extent 1, as
 *     the broadcasting of an ellipsis does: then it serves only calls that agree with it in this
 */
public record ProgramSignature(
    List<Parameter> inputs,
    List<Parameter> outputs,
    List<String> accumulated,
    boolean dependsOnUnitExtents) {
  /** Copies the lists. */
  public ProgramSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    accumulated = List.copyOf(accumulated);
  }

  /**
   * A tensor at the surface of a program.
   *
   * @param name its name
   * @param rank its number of axes; -1 if only the tensor passed tells
   */
  public record Parameter(String name, int rank) {}
}
