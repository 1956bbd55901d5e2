package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes sums of everything over two tensors that lie across each other, such as {@code
 * sum[i,j](A[i,j] * B[j,i])}, in parts along one of the two axes. Schedules copy blocks of one
 * tensor so that both are read along rows, but only where an index is kept that vectors run along.
 */
final class TurnedSums {
  /** Terms from which on another step costs little. */
  private static final double LEAST_TERMS = 1 << 14;

  private final PlanRequest request;

  private TurnedSums(PlanRequest request) {
    this.request = request;
  }

  /** The program with such sums in parts. */
  static SumOptimizer.Optimized split(SumOptimizer.Optimized optimized, PlanRequest request) {
    var turned = new TurnedSums(request);
    return StepRewrite.of(
        optimized,
        request,
        (step, unused) ->
            turned
                .cut(step, unused)
                .map(
                    cut ->
                        new StepRewrite.Result(
                            cut.steps(),
                            List.of(cut.parts()),
                            "summed in parts, which lets blocks be turned",
                            "one sum, across the rows of a tensor")));
  }

  private Optional<SumParts> cut(Assignment step, Supplier<String> unused) {
    List<IndexExpr.Reduction> sums = sums(step.value());
    if (sums.size() != 1 || !FreeVariables.of(sums.getFirst()).isEmpty()) {
      return Optional.empty();
    }
    IndexExpr.Reduction sum = sums.getFirst();
    double terms = 1;
    for (IndexBinding binding : sum.bindings()) {
      terms *= request.sizes().applyAsLong(binding.extent());
    }
    if (terms < LEAST_TERMS || sum.mayFail() || Sides.reduces(sum.body())) {
      return Optional.empty();
    }
    Optional<IndexVariable> along = turnedAlong(sum.body());
    return along
        .flatMap(
            variable ->
                sum.bindings().stream().filter(b -> b.variable().equals(variable)).findFirst())
        .filter(binding -> sum.bindings().size() > 1)
        .flatMap(binding -> SumParts.of(step, sum, binding, unused.get()));
  }

  /** The last axis of the first tensor, if another tensor has that axis, but not as its last. */
  private static Optional<IndexVariable> turnedAlong(IndexExpr body) {
    List<IndexExpr.Access> accesses = new ArrayList<>();
    if (!collect(body, accesses) || accesses.size() != 2) {
      return Optional.empty();
    }
    Optional<IndexVariable> first = last(accesses.get(0));
    Optional<IndexVariable> second = last(accesses.get(1));
    boolean isTurned =
        first.isPresent()
            && second.isPresent()
            && !first.equals(second)
            && FreeVariables.of(accesses.get(0)).contains(second.get())
            && FreeVariables.of(accesses.get(1)).contains(first.get());
    return first.filter(_ -> isTurned);
  }

  private static Optional<IndexVariable> last(IndexExpr.Access access) {
    return access.subscripts().getLast() instanceof Subscript.Affine form && form.isVariable()
        ? Optional.of(form.variable())
        : Optional.empty();
  }

  /** Collects what is read; false if something is not read at plain places of its tensor. */
  private static boolean collect(IndexExpr value, List<IndexExpr.Access> accesses) {
    if (value instanceof IndexExpr.Access access) {
      if (access.subscripts().isEmpty()) {
        return true;
      }
      accesses.add(access);
      return access.border() == Border.NONE;
    }
    boolean plain = !(value instanceof IndexExpr.IndexValue || value instanceof IndexExpr.Select);
    for (IndexExpr child : value.children()) {
      plain &= collect(child, accesses);
    }
    return plain;
  }

  private static List<IndexExpr.Reduction> sums(IndexExpr value) {
    List<IndexExpr.Reduction> found = new ArrayList<>();
    if (value instanceof IndexExpr.Reduction reduction) {
      if (reduction.operator() == ReductionOperator.SUM) {
        found.add(reduction);
      }
      return found;
    }
    value.children().forEach(child -> found.addAll(sums(child)));
    return found;
  }
}
