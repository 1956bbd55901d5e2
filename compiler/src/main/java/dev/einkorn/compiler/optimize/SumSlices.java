package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lets steps run slab by slab along an index that is summed over: what the slabs contribute to the
 * sum is stored for each position, and added up in order.
 *
 * {@snippet lang=text :
 * t[i,k] = sum[j](A[i,j] * B[j,k])        t[i,k] = sum[j](A[i,j] * B[j,k])  ) slab
 * s = sum[i,k](t[i,k] * C[k,i])     =>    p[i] = sum[k](t[i,k] * C[k,i])    ) by slab of i
 *                                         s = sum[i](p[i])
 * }
 *
 * <p>So a call needs one slab of {@code t} and, for each position, an element for each one of the
 * target. The sum is taken in another grouping, the same for all slabs; strict plans stay as they
 * are.
 */
public final class SumSlices {
  /** So many plans are looked at. */
  private static final int MOST = 8;

  /** How many times smaller the parts must be than what is cut. */
  private static final double LEAST_GAIN = 4;

  private final PlannedProgram planned;
  private final PlanRequest request;
  private final Set<String> temporaries = new HashSet<>();

  private SumSlices(PlannedProgram planned, PlanRequest request) {
    this.planned = planned;
    this.request = request;
    planned.plan().temporaries().forEach(temporary -> temporaries.add(temporary.name()));
  }

  /** A plan with the bytes of a temporary that it no longer needs at a time. */
  private record Candidate(PlannedProgram planned, double bytes) {}

  /** The plan with one of its sums over a large temporary cut, the largest first. */
  public static List<PlannedProgram> of(PlannedProgram planned, PlanRequest request) {
    return request.regroups() ? new SumSlices(planned, request).all() : List.of();
  }

  private List<PlannedProgram> all() {
    List<Candidate> found = new ArrayList<>();
    List<Assignment> steps = planned.plan().steps();
    for (int n = 0; n < steps.size(); n++) {
      for (IndexExpr.Reduction sum : sums(steps.get(n).value())) {
        for (IndexBinding along : sum.bindings()) {
          double bytes = cutBytes(sum, along.variable());
          if (bytes > 0) {
            int step = n;
            sliced(steps.get(n), sum, along, bytes)
                .ifPresent(
                    cut -> found.add(new Candidate(replaced(step, cut, along.variable()), bytes)));
          }
        }
      }
    }
    return found.stream()
        .sorted(Comparator.comparingDouble(Candidate::bytes).reversed())
        .limit(MOST)
        .map(Candidate::planned)
        .toList();
  }

  /** The outermost sums of a value. */
  private static List<IndexExpr.Reduction> sums(IndexExpr value) {
    if (value instanceof IndexExpr.Reduction reduction) {
      return reduction.operator() == ReductionOperator.SUM && !reduction.mayFail()
          ? List.of(reduction)
          : List.of();
    }
    List<IndexExpr.Reduction> found = new ArrayList<>();
    value.children().forEach(child -> found.addAll(sums(child)));
    return found;
  }

  /** Bytes of the largest temporary that a sum reads along an index. */
  private double cutBytes(IndexExpr value, IndexVariable along) {
    double most = 0;
    if (value instanceof IndexExpr.Access access
        && temporaries.contains(access.tensor())
        && SlabGrowth.axisOf(along, access.subscripts()) >= 0) {
      most = bytes(planned.plan().optimized().typeOf(access.tensor()));
    }
    for (IndexExpr child : value.children()) {
      most = Math.max(most, cutBytes(child, along));
    }
    return most;
  }

  private double bytes(TensorType type) {
    double bytes = type.elementType().byteSize();
    for (Extent extent : type.extents()) {
      bytes *= request.sizes().applyAsLong(extent);
    }
    return bytes;
  }

  private Optional<SumParts> sliced(
      Assignment step, IndexExpr.Reduction sum, IndexBinding along, double bytes) {
    return SumParts.of(step, sum, along, unused())
        .filter(cut -> bytes(cut.parts().type()) * LEAST_GAIN <= bytes);
  }

  private String unused() {
    Set<String> names = new HashSet<>(Slabs.declarations(planned.plan().optimized()).keySet());
    int number = 1;
    while (names.contains("t" + number)) {
      number++;
    }
    return "t" + number;
  }

  private PlannedProgram replaced(int step, SumParts cut, IndexVariable along) {
    IndexProgram program = planned.plan().optimized();
    List<Assignment> steps = new ArrayList<>(program.assignments());
    Assignment before = steps.remove(step);
    steps.addAll(step, cut.steps());
    List<TensorDeclaration> targets = new ArrayList<>(List.of(cut.parts()));
    targets.addAll(program.targets());
    IndexProgram after = program.withAssignments(SumOptimizer.inOrder(targets, steps), steps);
    IndexVerifier.check(after, "slicing sums");
    var costs = new NestCosts(request);
    double more = cut.steps().stream().mapToDouble(costs::nanos).sum() - costs.nanos(before);
    String text = "sum over %s in slices".formatted(along);
    Map<String, Decision> decisions = new LinkedHashMap<>();
    planned.decisions().forEach(decision -> decisions.put(decision.target(), decision));
    decisions.merge(
        before.target(),
        new Decision(
            before.target(), text, costs.nanos(before) + more, List.of(), List.of(), List.of()),
        (known, _) -> known.then(text, more));
    return new PlannedProgram(
        new ExecutionPlan(planned.plan().written(), after),
        steps.stream().map(costs::nanos).toList(),
        List.copyOf(decisions.values()),
        planned.search());
  }
}
