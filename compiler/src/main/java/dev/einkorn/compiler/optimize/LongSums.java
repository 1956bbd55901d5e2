package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.BoundExtents;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.rule.SplitSum;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Splits long sums for few elements, which workers could not share out otherwise. The sizes alone
 * decide, so that any number of workers gives the same bits.
 */
final class LongSums {
  /** With more elements there are tiles enough for many workers. */
  private static final double MOST_KEPT = 64 * 64;

  /** Terms of a chunk that make beginning and storing it cheap. */
  private static final long LEAST_LENGTH = 1024;

  /** What the length of a long chunk is a multiple of, so that chunks begin alike in memory. */
  private static final long GRAIN = 16;

  /** Many more chunks than workers, so that they come out even. */
  private static final long MOST_CHUNKS = 32;

  /** Chunks that are worth a further step. */
  private static final long LEAST_CHUNKS = 4;

  /** Iterations from which on waking workers pays for each half of them. */
  private static final double LEAST_WORK = 1 << 23;

  /** What splitting may cost one worker, in parts of the whole. */
  private static final double MOST_COST = 1.05;

  private final PlanRequest request;
  private final NestCosts costs;

  private LongSums(PlanRequest request) {
    this.request = request;
    this.costs = new NestCosts(request);
  }

  /** The program with its long sums split where that pays. */
  static SumOptimizer.Optimized split(SumOptimizer.Optimized optimized, PlanRequest request) {
    return StepRewrite.of(optimized, request, new LongSums(request)::split);
  }

  private Optional<StepRewrite.Result> split(Assignment assignment, Supplier<String> unused) {
    List<Assignment> steps = new ArrayList<>();
    List<TensorDeclaration> stored = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    Map<IndexVariable, Extent> extents = BoundExtents.of(assignment);
    IndexExpr value =
        replaced(
            assignment.value(),
            sum -> {
              Optional<SplitSum.Split> split = split(sum, extents, unused, texts);
              split.ifPresent(
                  s -> {
                    steps.addAll(s.steps());
                    stored.addAll(s.temporaries());
                  });
              return split.map(SplitSum.Split::value).orElse(sum);
            });
    if (steps.isEmpty()) {
      return Optional.empty();
    }
    steps.add(assignment.withValue(value));
    double parts = steps.stream().mapToDouble(costs::nanos).sum();
    if (parts > MOST_COST * costs.nanos(assignment)) {
      return Optional.empty();
    }
    return Optional.of(
        new StepRewrite.Result(
            steps, stored, String.join(", ", texts), "one sum, which workers cannot share"));
  }

  private interface Replacement {
    IndexExpr of(IndexExpr.Reduction sum);
  }

  /** The value with its outermost reductions replaced. */
  private static IndexExpr replaced(IndexExpr value, Replacement replacement) {
    return value instanceof IndexExpr.Reduction sum
        ? replacement.of(sum)
        : value instanceof IndexExpr.ArgumentReduction
            ? value
            : value.mapChildren(child -> replaced(child, replacement));
  }

  private Optional<SplitSum.Split> split(
      IndexExpr.Reduction sum,
      Map<IndexVariable, Extent> extents,
      Supplier<String> unused,
      List<String> texts) {
    List<IndexBinding> kept = new ArrayList<>();
    for (IndexVariable variable : FreeVariables.of(sum)) {
      Extent extent = extents.get(variable);
      if (extent == null) {
        return Optional.empty();
      }
      kept.add(new IndexBinding(variable, extent));
    }
    double elements = size(kept);
    double depth = size(sum.bindings());
    if (elements > MOST_KEPT
        || elements * depth < LEAST_WORK
        || !Sides.areTwo(sum, longerThanOne(kept)) // All other sums wait for memory.
        || !SplitSum.applies(sum)) {
      return Optional.empty();
    }
    IndexBinding along = sum.bindings().getFirst();
    for (IndexBinding binding : sum.bindings()) {
      along = value(binding) > value(along) ? binding : along;
    }
    long positions = value(along);
    long wanted = (long) Math.min(MOST_CHUNKS, depth / LEAST_LENGTH);
    long even = Math.max(1, positions / Math.max(1, wanted));
    long length = even < LEAST_LENGTH ? even : even - even % GRAIN;
    long chunks = wanted < LEAST_CHUNKS ? 0 : positions / length;
    if (chunks * length < positions) {
      chunks--; // A rest of a few terms is no contraction; with a chunk it is.
    }
    double bytes = chunks * elements * sum.elementType().byteSize();
    if (chunks < LEAST_CHUNKS || bytes > request.intermediateBytes()) {
      return Optional.empty();
    }
    texts.add("sum of %s in %s chunks of %s".formatted(along.variable(), chunks, length));
    return Optional.of(
        new SplitSum(sum, along, kept, unused).into(chunks, length, positions - chunks * length));
  }

  /** A side of one row or column makes no tiles. */
  private Set<IndexVariable> longerThanOne(List<IndexBinding> bindings) {
    Set<IndexVariable> variables = new HashSet<>();
    for (IndexBinding binding : bindings) {
      if (value(binding) > 1) {
        variables.add(binding.variable());
      }
    }
    return variables;
  }

  private double size(List<IndexBinding> bindings) {
    return bindings.stream().mapToDouble(this::value).reduce(1, (a, b) -> a * b);
  }

  private long value(IndexBinding binding) {
    return request.sizes().applyAsLong(binding.extent());
  }
}
