package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.algebra.Renaming;
import dev.einkorn.compiler.optimize.rule.InlineSum;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finishes sums of products of two sides in the nest that computes them, where one statement makes
 * something of them element by element: tiles have an epilogue for that, so that the sums do not
 * pass through memory. No rounding changes.
 *
 * {@snippet lang=text :
 * t1[b,o] = sum[i](X[b,i] * W[o,i])     =>     Y[b,o] = relu(sum[i](X[b,i] * W[o,i]) + g[o])
 * Y[b,o] = relu(t1[b,o] + g[o])
 * }
 *
 * <p>What is read besides must lie along the last index of the target, if it has it, because tiles
 * are finished with vectors only then; and a symmetric sum is stored, because half of it is copied.
 */
final class FinishedSums {
  private final PlanRequest request;

  private FinishedSums(PlanRequest request) {
    this.request = request;
  }

  /** The program without temporaries for such sums. */
  static SumOptimizer.Optimized of(SumOptimizer.Optimized optimized, PlanRequest request) {
    var finished = new FinishedSums(request);
    SumOptimizer.Optimized current = optimized;
    for (TensorDeclaration target : optimized.program().targets()) {
      current = finished.finished(current, target.name());
    }
    return current;
  }

  private SumOptimizer.Optimized finished(SumOptimizer.Optimized optimized, String sum) {
    IndexProgram program = optimized.program();
    List<Assignment> readers = new ArrayList<>();
    Optional<Assignment> definition = Optional.empty();
    for (Assignment step : program.assignments()) {
      if (step.target().equals(sum)) {
        definition = Optional.of(step);
      }
      Set<String> read = new HashSet<>();
      PlanStage.reads(step.value(), read);
      if (read.contains(sum)) {
        readers.add(step);
      }
    }
    if (definition.isEmpty() || readers.size() != 1 || !isSumOfTwoSides(definition.get())) {
      return optimized;
    }
    Assignment reader = readers.getFirst();
    Assignment product = definition.get();
    Set<IndexExpr.Access> places = new HashSet<>();
    places(reader.value(), sum, places);
    var names = new Renaming();
    if (places.size() != 1
        || !isElementByElement(reader, places.iterator().next())
        || !new InlineSum(names).candidates(program).contains(sum)) {
      return optimized;
    }
    IndexExpr.Access place = places.iterator().next();
    // One copy for all places, so that equal sums show that they are equal.
    var copy = product.withValue(names.freshInside(product.value()));
    IndexExpr whole = InlineSum.at(place, copy);
    IndexExpr value = replaced(reader.value(), place, (IndexExpr.Reduction) whole);
    if (!isFinishedInRows(value, whole, last(reader))) {
      return optimized;
    }
    Assignment finished =
        VariableNames.readable(reader.withValue(value), Slabs.declarations(program).keySet());
    List<Assignment> steps = new ArrayList<>(program.assignments());
    steps.set(steps.indexOf(reader), finished);
    steps.remove(product);
    List<TensorDeclaration> targets =
        program.targets().stream().filter(target -> !target.name().equals(sum)).toList();
    var costs = new NestCosts(request);
    double more = costs.nanos(finished) - costs.nanos(product) - costs.nanos(reader);
    return new SumOptimizer.Optimized(
        program.withAssignments(targets, steps),
        optimized.nanos() + more,
        noted(optimized.decisions(), reader.target(), more));
  }

  private boolean isSumOfTwoSides(Assignment step) {
    return step.value() instanceof IndexExpr.Reduction sum
        && sum.operator() == ReductionOperator.SUM
        && sum.body() instanceof IndexExpr.Binary(_, IndexExpr left, IndexExpr right)
        && Sides.areTwo(sum)
        && !Sides.reduces(sum.body())
        && !tensors(left).equals(tensors(right));
  }

  /** Where a value reads a tensor. */
  private static void places(IndexExpr value, String tensor, Set<IndexExpr.Access> places) {
    if (value instanceof IndexExpr.Access access && access.tensor().equals(tensor)) {
      places.add(access);
    }
    value.children().forEach(child -> places(child, tensor, places));
  }

  /**
   * Whether a statement assigns each of its elements once, of one element each and of its type:
   * sums wait in the target from block to block.
   */
  private static boolean isElementByElement(Assignment reader, IndexExpr.Access place) {
    return reader.operator() == AssignmentOperator.ASSIGN
        && reader.value().elementType() == place.elementType()
        && !reader.value().mayFail()
        && !reader.subscripts().isEmpty()
        && areIndices(reader.subscripts())
        && areIndices(place.subscripts())
        && Set.copyOf(reader.subscripts()).equals(Set.copyOf(place.subscripts()));
  }

  /** Whether subscripts are single variables, each once. */
  private static boolean areIndices(List<Subscript> subscripts) {
    return new HashSet<>(subscripts).size() == subscripts.size()
        && subscripts.stream().allMatch(s -> s instanceof Subscript.Affine f && f.isVariable());
  }

  private static IndexVariable last(Assignment step) {
    return ((Subscript.Affine) step.subscripts().getLast()).variable();
  }

  /** The value with the sum where its temporary is read, and where it stands already. */
  private static IndexExpr replaced(
      IndexExpr value, IndexExpr.Access place, IndexExpr.Reduction sum) {
    return value.equals(place)
            || (value instanceof IndexExpr.Reduction other && areEqual(other, sum))
        ? sum
        : value.mapChildren(child -> replaced(child, place, sum));
  }

  /** Whether two sums are the same but for the names of what is summed over. */
  private static boolean areEqual(IndexExpr.Reduction one, IndexExpr.Reduction other) {
    if (one.operator() != other.operator() || one.bindings().size() != other.bindings().size()) {
      return false;
    }
    Map<IndexVariable, IndexVariable> names = new HashMap<>();
    for (int n = 0; n < one.bindings().size(); n++) {
      names.put(one.bindings().get(n).variable(), other.bindings().get(n).variable());
    }
    return Renaming.apply(one, names).equals(other);
  }

  /** Whether a value folds nothing but the sum and reads along rows of the target. */
  private static boolean isFinishedInRows(IndexExpr value, IndexExpr sum, IndexVariable last) {
    if (value.equals(sum)) {
      return true;
    }
    return switch (value) {
      case IndexExpr.Access access -> liesAlong(access, last);
      case IndexExpr.Reduction _,
          IndexExpr.ArgumentReduction _,
          IndexExpr.IndexValue _,
          IndexExpr.Select _ ->
          false;
      case IndexExpr.Literal _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _ ->
          value.children().stream().allMatch(child -> isFinishedInRows(child, sum, last));
    };
  }

  /** Whether neighbours of what is read lie along an index, or it is the same for all of them. */
  private static boolean liesAlong(IndexExpr.Access access, IndexVariable last) {
    int axis = SlabGrowth.axisOf(last, access.subscripts());
    return access.border() == Border.NONE
        && (axis == SlabGroup.WHOLE
            ? !FreeVariables.of(access).contains(last)
            : axis == access.subscripts().size() - 1);
  }

  private static Set<String> tensors(IndexExpr value) {
    Set<String> tensors = new HashSet<>();
    PlanStage.reads(value, tensors);
    return tensors;
  }

  private static List<Decision> noted(List<Decision> decisions, String target, double more) {
    return decisions.stream()
        .map(
            decision ->
                decision.target().equals(target) && !decision.isSilent()
                    ? decision.then("finished where it is summed", more)
                    : decision)
        .toList();
  }
}
