package dev.einkorn.compiler.index;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A checked program.
 *
 * @param inputs tensors that the caller passes, in order of first appearance
 * @param targets tensors that the program assigns, in order of first assignment
 * @param sizes the values that {@link Extent.Symbolic} extents refer to, in order of first
 *     appearance
 * @param derived sizes that follow from others, each after those it mentions
 * @param assignments the statements, in order
 * @param outputs names of the targets that the caller receives, in order
 */
public record IndexProgram(
    List<TensorDeclaration> inputs,
    List<TensorDeclaration> targets,
    List<SizeParameter> sizes,
    List<DerivedSize> derived,
    List<Assignment> assignments,
    List<String> outputs) {
  public IndexProgram {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
    sizes = List.copyOf(sizes);
    derived = List.copyOf(derived);
    assignments = List.copyOf(assignments);
    outputs = List.copyOf(outputs);
  }

  /** A program whose sizes all come from axes. */
  public IndexProgram(
      List<TensorDeclaration> inputs,
      List<TensorDeclaration> targets,
      List<SizeParameter> sizes,
      List<Assignment> assignments,
      List<String> outputs) {
    this(inputs, targets, sizes, List.of(), assignments, outputs);
  }

  /** The type of an input or target. */
  public TensorType typeOf(String tensor) {
    return find(inputs, tensor)
        .or(() -> find(targets, tensor))
        .orElseThrow(() -> new NoSuchElementException("no tensor named " + tensor))
        .type();
  }

  /**
   * Whether the first statement that writes this target accumulates, so that the caller passes its
   * first value.
   */
  public boolean isAccumulatedFromCaller(String target) {
    return assignments.stream()
        .filter(assignment -> assignment.target().equals(target))
        .findFirst()
        .map(assignment -> assignment.operator().accumulates())
        .orElse(false);
  }

  /** This program with other statements. */
  public IndexProgram withAssignments(
      List<TensorDeclaration> newTargets, List<Assignment> newAssignments) {
    return new IndexProgram(inputs, newTargets, sizes, derived, newAssignments, outputs);
  }

  private static Optional<TensorDeclaration> find(
      List<TensorDeclaration> declarations, String name) {
    return declarations.stream().filter(d -> d.name().equals(name)).findFirst();
  }
}
