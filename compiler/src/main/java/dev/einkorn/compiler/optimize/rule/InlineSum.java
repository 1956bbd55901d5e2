package dev.einkorn.compiler.optimize.rule;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.algebra.Renaming;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the sum that a target holds where it is read, so that it can be contracted in another
 * order together with what reads it.
 *
 * {@snippet lang=text :
 * T[i,j] = sum[k](A[i,k] * B[k,j])     =>   y[i] = sum[j](sum[k](A[i,k] * B[k,j]) * x[j])
 * y[i]   = sum[j](T[i,j] * x[j])
 * }
 *
 * <p>Applies to a target that is no output, is assigned once over distinct plain indices, cannot
 * fail, and is read inside its bounds only. By itself this repeats work; {@link
 * dev.einkorn.compiler.optimize.Planner} keeps it only if the plan that follows is cheaper.
 */
public final class InlineSum {
  private final Renaming names;

  /** With new names for what copies bind. */
  public InlineSum(Renaming names) {
    this.names = names;
  }

  /** The targets to which the rewrite applies, last first. */
  public List<String> candidates(IndexProgram program) {
    List<String> found = new ArrayList<>();
    for (Assignment definition : program.assignments().reversed()) {
      if (isCandidate(program, definition)) {
        found.add(definition.target());
      }
    }
    return found;
  }

  /** The program without the target; empty if the rewrite does not apply. */
  public Optional<IndexProgram> apply(IndexProgram program, String target) {
    Optional<Assignment> definition =
        program.assignments().stream()
            .filter(a -> a.target().equals(target) && isCandidate(program, a))
            .findFirst();
    return definition.map(d -> inlined(program, d));
  }

  private static boolean isCandidate(IndexProgram program, Assignment definition) {
    String target = definition.target();
    if (program.outputs().contains(target)
        || definition.operator() != AssignmentOperator.ASSIGN
        || Uses.writes(program, target) != 1
        || definition.value().mayFail()
        || !isSum(definition.value())
        || !isPlain(definition)) {
      return false;
    }
    // A tensor that is written to later would be read with its later value.
    if (Contents.of(definition.value()).tensors().stream()
        .anyMatch(tensor -> Uses.writes(program, tensor) > 1)) {
      return false;
    }
    boolean read = false;
    for (Assignment assignment : program.assignments()) {
      for (IndexExpr.Access access : Uses.reads(assignment.value(), target)) {
        read = true;
        if (access.border() != Border.NONE
            || !access.subscripts().stream().allMatch(Subscript.Affine.class::isInstance)) {
          return false;
        }
      }
      if (read && assignment.value().mayFail()) {
        return false;
      }
    }
    return read;
  }

  /** Whether a value is sums and products around at least one sum over indices. */
  private static boolean isSum(IndexExpr value) {
    return switch (value) {
      case IndexExpr.Reduction(ReductionOperator operator, _, _) ->
          operator == ReductionOperator.SUM && value.elementType().isNumeric();
      case IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right) ->
          switch (operator) {
            case ADD, SUBTRACT, MULTIPLY -> isSum(left) || isSum(right);
            case DIVIDE -> value.elementType().isFloating() && isSum(left);
            default -> false;
          };
      case IndexExpr.Unary(var operator, IndexExpr operand) ->
          operator == dev.einkorn.compiler.index.UnaryOperator.NEGATE && isSum(operand);
      default -> false;
    };
  }

  private static boolean isPlain(Assignment definition) {
    Set<IndexVariable> seen = new HashSet<>();
    return definition.subscripts().stream()
        .allMatch(s -> s instanceof Subscript.Affine f && f.isVariable() && seen.add(f.variable()));
  }

  private IndexProgram inlined(IndexProgram program, Assignment definition) {
    List<Assignment> assignments = new ArrayList<>();
    for (Assignment assignment : program.assignments()) {
      if (!assignment.equals(definition)) {
        assignments.add(assignment.withValue(replace(assignment.value(), definition)));
      }
    }
    List<TensorDeclaration> targets =
        program.targets().stream().filter(t -> !t.name().equals(definition.target())).toList();
    return program.withAssignments(targets, assignments);
  }

  private IndexExpr replace(IndexExpr value, Assignment definition) {
    IndexExpr inside = value.mapChildren(child -> replace(child, definition));
    if (!(inside instanceof IndexExpr.Access access)
        || !access.tensor().equals(definition.target())) {
      return inside;
    }
    return at(access, definition.withValue(names.freshInside(definition.value())));
  }

  /**
   * The value that a statement gives to an element.
   *
   * @param definition over distinct plain indices, whose value binds no variable of the access
   */
  public static IndexExpr at(IndexExpr.Access access, Assignment definition) {
    Map<IndexVariable, Subscript.Affine> forms = new LinkedHashMap<>();
    for (int axis = 0; axis < access.subscripts().size(); axis++) {
      if (definition.subscripts().get(axis) instanceof Subscript.Affine from
          && access.subscripts().get(axis) instanceof Subscript.Affine to) {
        forms.put(from.variable(), to);
      }
    }
    return new Substitution(forms).apply(definition.value());
  }
}
