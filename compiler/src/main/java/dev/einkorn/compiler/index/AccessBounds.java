package dev.einkorn.compiler.index;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds affine subscripts that leave their axis for given sizes. Every variable counts with its
 * whole range, whatever a condition around the access says: an access that may leave its tensor
 * needs a {@link Border}.
 */
public final class AccessBounds {
  private final IndexProgram program;
  private final Sizes sizes;

  private AccessBounds(IndexProgram program, Sizes sizes) {
    this.program = program;
    this.sizes = sizes;
  }

  /**
   * An access that leaves its tensor.
   *
   * @param statement the number of its statement, from 0
   * @param axis the axis, from 0
   * @param position the first position outside, the smallest if that is negative
   * @param extent the axis's extent
   */
  public record Violation(
      int statement, IndexExpr.Access access, int axis, long position, long extent) {
    @Override
    public String toString() {
      return "position %s is outside of axis %s of %s, of extent %s, in %s"
          .formatted(position, axis, access.tensor(), extent, IndexPrinter.print(access));
    }
  }

  /**
   * The first violation in statement order, if there is one. A statement that runs for no position
   * has none.
   */
  public static Optional<Violation> violation(IndexProgram program, Sizes sizes) {
    var bounds = new AccessBounds(program, sizes);
    for (int n = 0; n < program.assignments().size(); n++) {
      Assignment assignment = program.assignments().get(n);
      Map<IndexVariable, Long> ranges = new HashMap<>();
      if (bounds.bind(assignment.bindings(), ranges)) {
        Optional<Violation> found = bounds.find(n, assignment.value(), ranges);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** Adds the ranges; false if one is empty. */
  private boolean bind(List<IndexBinding> bindings, Map<IndexVariable, Long> ranges) {
    for (IndexBinding binding : bindings) {
      long extent = sizes.value(binding.extent());
      if (extent == 0) {
        return false;
      }
      ranges.put(binding.variable(), extent);
    }
    return true;
  }

  private Optional<Violation> find(int statement, IndexExpr expr, Map<IndexVariable, Long> ranges) {
    Map<IndexVariable, Long> inside = ranges;
    if (expr instanceof IndexExpr.Reduction reduction) {
      inside = new HashMap<>(ranges);
      if (!bind(reduction.bindings(), inside)) {
        return Optional.empty();
      }
    } else if (expr instanceof IndexExpr.ArgumentReduction reduction) {
      inside = new HashMap<>(ranges);
      if (!bind(reduction.bindings(), inside)) {
        return Optional.empty();
      }
    } else if (expr instanceof IndexExpr.Access access && access.border() == Border.NONE) {
      Optional<Violation> found = check(statement, access, ranges);
      if (found.isPresent()) {
        return found;
      }
    }
    for (IndexExpr child : expr.children()) {
      Optional<Violation> found = find(statement, child, inside);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<Violation> check(
      int statement, IndexExpr.Access access, Map<IndexVariable, Long> ranges) {
    for (int axis = 0; axis < access.subscripts().size(); axis++) {
      if (access.subscripts().get(axis) instanceof Subscript.Affine(var terms, long constant)) {
        long least = constant;
        long most = constant;
        for (Subscript.Term term : terms) {
          long reach = ranges.getOrDefault(term.variable(), 1L) - 1;
          long last = product(term.coefficient(), reach);
          least = sum(least, Math.min(0, last));
          most = sum(most, Math.max(0, last));
        }
        long extent = sizes.value(program.typeOf(access.tensor()).extents().get(axis));
        if (least < 0 || most >= extent) {
          return Optional.of(
              new Violation(statement, access, axis, least < 0 ? least : most, extent));
        }
      }
    }
    return Optional.empty();
  }

  /** The product, or the nearest number that a long holds. */
  private static long product(long left, long right) {
    long product = left * right;
    boolean fits = Math.multiplyHigh(left, right) == product >> (Long.SIZE - 1);
    return fits ? product : nearest((left < 0) != (right < 0));
  }

  /** The sum, or the nearest number that a long holds. */
  private static long sum(long left, long right) {
    long sum = left + right;
    boolean fits = ((left ^ sum) & (right ^ sum)) >= 0;
    return fits ? sum : nearest(left < 0);
  }

  private static long nearest(boolean negative) {
    return negative ? Long.MIN_VALUE : Long.MAX_VALUE;
  }
}
