package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.BoundExtents;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.Symmetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Says which statements compute one half of a symmetric product and copy the other one: {@code
 * G[i,j] = sum[k](A[i,k] * A[j,k])} of at least so many rows and terms. Schedules follow the same
 * rule, so that the plan tells and costs what will run.
 */
final class SymmetricSums {
  /** Rows of a product from which on half of its tiles is clearly less than all. */
  private static final long LEAST_EXTENT = 96;

  /** Terms of a sum that cost as much as copying its value. */
  private static final long LEAST_DEPTH = 48;

  private SymmetricSums() {}

  /** The symmetry that halves a statement, if one does. */
  static Optional<Symmetry> halved(Assignment step, PlanRequest request) {
    return halved(step, request.sizes(), request.regroups());
  }

  /**
   * The symmetry that halves a statement, if one does.
   *
   * @param regroups whether products may be taken in another order and grouping
   */
  static Optional<Symmetry> halved(
      Assignment step, ToLongFunction<Extent> sizes, boolean regroups) {
    Optional<Symmetry> symmetry = Symmetry.of(step).filter(found -> found.exact() || regroups);
    List<IndexExpr.Reduction> sums = reductions(step.value());
    if (symmetry.isEmpty() || sums.size() != 1 || !isStoredAlong(step, symmetry.get())) {
      return Optional.empty();
    }
    IndexExpr.Reduction sum = sums.getFirst();
    double depth = 1;
    for (IndexBinding binding : sum.bindings()) {
      depth *= sizes.applyAsLong(binding.extent());
    }
    boolean pays = extent(step, symmetry.get(), sizes) >= LEAST_EXTENT && depth >= LEAST_DEPTH;
    return symmetry.filter(found -> pays && isContraction(sum, found));
  }

  /** Notes which statements are halved, with what the whole would cost. */
  static SumOptimizer.Optimized noted(SumOptimizer.Optimized optimized, PlanRequest request) {
    List<Decision> decisions = new ArrayList<>(optimized.decisions());
    var costs = new NestCosts(request);
    for (Assignment step : optimized.program().assignments()) {
      halved(step, request)
          .ifPresent(
              symmetry ->
                  note(decisions, step, symmetry, costs.nanos(step), costs.wholeNanos(step)));
    }
    return new SumOptimizer.Optimized(optimized.program(), optimized.nanos(), decisions);
  }

  private static void note(
      List<Decision> decisions, Assignment step, Symmetry symmetry, double nanos, double whole) {
    String text =
        "symmetric in %s and %s, half computed and half copied"
            .formatted(symmetry.first(), symmetry.second());
    var other = new Decision.Rejected("all of " + step.target() + " computed", whole, 1);
    for (int n = decisions.size() - 1; n >= 0; n--) {
      Decision known = decisions.get(n);
      if (known.target().equals(step.target())) {
        List<Decision.Rejected> rejected = new ArrayList<>(known.rejected());
        rejected.add(other);
        decisions.set(n, known.then(text, 0).withRejected(rejected));
        return;
      }
    }
    decisions.add(new Decision(step.target(), text, nanos, List.of(), List.of(), List.of(other)));
  }

  /** Positions of each of the two indices. */
  static long extent(Assignment step, Symmetry symmetry, ToLongFunction<Extent> sizes) {
    Extent extent = BoundExtents.of(step).get(symmetry.first());
    return extent == null ? 0 : sizes.applyAsLong(extent);
  }

  /** Whether one of the two walks the last axis: vectors along a batch index have no tiles. */
  private static boolean isStoredAlong(Assignment step, Symmetry symmetry) {
    return step.subscripts().getLast() instanceof Subscript.Affine form
        && form.isVariable()
        && Set.of(symmetry.first(), symmetry.second()).contains(form.variable());
  }

  /** Whether it folds products of two sides, each of which has one of the two indices. */
  private static boolean isContraction(IndexExpr.Reduction sum, Symmetry symmetry) {
    if (Sides.reduces(sum.body())) {
      return false;
    }
    List<IndexExpr> sides =
        switch (sum.body()) {
          case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
              when operator == BinaryOperator.MULTIPLY && !left.equals(right) ->
              List.of(left, right);
          case IndexExpr.Binary(
                  BinaryOperator _,
                  IndexExpr.Binary(BinaryOperator _, IndexExpr left, IndexExpr right),
                  IndexExpr _) ->
              List.of(left, right);
          default -> List.of();
        };
    return sides.size() == 2
        && (areSides(sides, symmetry.first(), symmetry.second())
            || areSides(sides, symmetry.second(), symmetry.first()));
  }

  private static boolean areSides(List<IndexExpr> sides, IndexVariable left, IndexVariable right) {
    Set<IndexVariable> ofLeft = FreeVariables.of(sides.get(0));
    Set<IndexVariable> ofRight = FreeVariables.of(sides.get(1));
    return ofLeft.contains(left)
        && !ofLeft.contains(right)
        && ofRight.contains(right)
        && !ofRight.contains(left);
  }

  private static List<IndexExpr.Reduction> reductions(IndexExpr value) {
    List<IndexExpr.Reduction> found = new ArrayList<>();
    if (value instanceof IndexExpr.Reduction reduction) {
      found.add(reduction);
    }
    value.children().forEach(child -> found.addAll(reductions(child)));
    return found;
  }
}
