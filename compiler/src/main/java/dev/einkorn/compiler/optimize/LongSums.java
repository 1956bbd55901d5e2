package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.rule.SplitSum;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
  private final Set<String> taken = new HashSet<>();
  private final List<Assignment> steps = new ArrayList<>();
  private final List<TensorDeclaration> temporaries = new ArrayList<>();
  private final List<Decision> decisions;

  private LongSums(IndexProgram program, PlanRequest request, List<Decision> decisions) {
    this.request = request;
    this.costs = new NestCosts(request);
    this.decisions = new ArrayList<>(decisions);
    program.inputs().forEach(input -> taken.add(input.name()));
    program.targets().forEach(target -> taken.add(target.name()));
  }

  /** The program with its long sums split where that pays. */
  static SumOptimizer.Optimized split(SumOptimizer.Optimized optimized, PlanRequest request) {
    IndexProgram program = optimized.program();
    var sums = new LongSums(program, request, optimized.decisions());
    double nanos = optimized.nanos();
    for (Assignment assignment : program.assignments()) {
      nanos += sums.add(assignment);
    }
    if (sums.temporaries.isEmpty()) {
      return optimized;
    }
    List<TensorDeclaration> targets = new ArrayList<>(sums.temporaries);
    targets.addAll(program.targets());
    return new SumOptimizer.Optimized(
        program.withAssignments(SumOptimizer.inOrder(targets, sums.steps), sums.steps),
        nanos,
        sums.decisions);
  }

  /** Adds a statement, split or not, and returns what that changes in predicted time. */
  private double add(Assignment assignment) {
    List<Assignment> before = new ArrayList<>();
    List<TensorDeclaration> stored = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    Map<IndexVariable, Extent> extents = BoundExtents.of(assignment);
    Set<String> names = new HashSet<>(taken);
    IndexExpr value =
        replaced(
            assignment.value(),
            sum -> {
              Optional<SplitSum.Split> split = split(sum, extents, names, texts);
              split.ifPresent(
                  s -> {
                    before.addAll(s.steps());
                    stored.addAll(s.temporaries());
                  });
              return split.map(SplitSum.Split::value).orElse(sum);
            });
    Assignment after = assignment.withValue(value);
    double whole = costs.nanos(assignment);
    double parts = costs.nanos(after) + before.stream().mapToDouble(costs::nanos).sum();
    if (before.isEmpty() || parts > MOST_COST * whole) {
      steps.add(assignment);
      return 0;
    }
    taken.addAll(names);
    steps.addAll(before);
    steps.add(after);
    temporaries.addAll(stored);
    decide(assignment.target(), String.join(", ", texts), parts - whole, whole);
    return parts - whole;
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
      Set<String> names,
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
    texts.add("sum of %s in %d chunks of %d".formatted(along.variable(), chunks, length));
    return Optional.of(
        new SplitSum(sum, along, kept, stem -> unused(stem, names))
            .into(chunks, length, positions - chunks * length));
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

  /** Notes the choice with what was chosen before for the same target. */
  private void decide(String target, String text, double more, double whole) {
    for (int n = decisions.size() - 1; n >= 0; n--) {
      Decision known = decisions.get(n);
      if (known.target().equals(target)) {
        decisions.set(n, known.then(text, more));
        return;
      }
    }
    decisions.add(
        new Decision(
            target,
            text,
            whole + more,
            List.of(),
            List.of(),
            List.of(new Decision.Rejected("one sum, which workers cannot share", whole, 1))));
  }

  private static String unused(String stem, Set<String> names) {
    int number = 1;
    while (!names.add(stem + number)) {
      number++;
    }
    return stem + number;
  }

  private double size(List<IndexBinding> bindings) {
    return bindings.stream().mapToDouble(this::value).reduce(1, (a, b) -> a * b);
  }

  private long value(IndexBinding binding) {
    return request.sizes().applyAsLong(binding.extent());
  }
}
