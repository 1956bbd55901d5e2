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
import java.util.HashSet;
import java.util.List;
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
    if (definition.isEmpty()
        || readers.size() != 1
        || !isSumOfTwoSides(definition.get())
        || !finishes(readers.getFirst(), sum)) {
      return optimized;
    }
    Assignment reader = readers.getFirst();
    Assignment product = definition.get();
    var names = new Renaming();
    if (!new InlineSum(names).candidates(program).contains(sum)) {
      return optimized;
    }
    // One copy for all places, so that equal sums show that they are equal.
    var copy = product.withValue(names.freshInside(product.value()));
    Assignment finished =
        VariableNames.readable(
            reader.withValue(inlined(reader.value(), copy)), Slabs.declarations(program).keySet());
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

  private static IndexExpr inlined(IndexExpr value, Assignment definition) {
    return value instanceof IndexExpr.Access access && access.tensor().equals(definition.target())
        ? InlineSum.at(access, definition)
        : value.mapChildren(child -> inlined(child, definition));
  }

  private boolean isSumOfTwoSides(Assignment step) {
    return step.value() instanceof IndexExpr.Reduction sum
        && sum.operator() == ReductionOperator.SUM
        && sum.body() instanceof IndexExpr.Binary(_, IndexExpr left, IndexExpr right)
        && Sides.areTwo(sum)
        && !Sides.reduces(sum.body())
        && !tensors(left).equals(tensors(right));
  }

  /** Whether a statement makes each of its elements of one element of the sum and nothing else. */
  private static boolean finishes(Assignment reader, String sum) {
    Set<IndexVariable> seen = new HashSet<>();
    for (Subscript subscript : reader.subscripts()) {
      if (!(subscript instanceof Subscript.Affine form)
          || !form.isVariable()
          || !seen.add(form.variable())) {
        return false;
      }
    }
    return reader.operator() == AssignmentOperator.ASSIGN
        && !reader.value().mayFail()
        && !seen.isEmpty()
        && reads(
            reader.value(),
            sum,
            seen,
            ((Subscript.Affine) reader.subscripts().getLast()).variable());
  }

  private static boolean reads(
      IndexExpr value, String sum, Set<IndexVariable> indices, IndexVariable last) {
    return switch (value) {
      case IndexExpr.Access access when access.tensor().equals(sum) ->
          access.subscripts().size() == indices.size()
              && access.subscripts().stream()
                  .allMatch(
                      s ->
                          s instanceof Subscript.Affine form
                              && form.isVariable()
                              && indices.contains(form.variable()))
              && new HashSet<>(access.subscripts()).size() == indices.size();
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
          value.children().stream().allMatch(child -> reads(child, sum, indices, last));
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
