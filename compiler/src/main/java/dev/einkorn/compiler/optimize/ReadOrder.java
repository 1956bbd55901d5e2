package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets steps that read the same large input follow each other, as far as none of them needs what
 * another one has not computed yet; {@link Slabs} may then read it once for all of them.
 *
 * {@snippet lang=text :
 * w[j] = sum[i](B[i] * Z[i,j])          w[j] = sum[i](B[i] * Z[i,j])
 * v[k] = sum[j](A[k,j] * Y[j])    =>    u[i] = sum[j](Z[i,j] * Y[j])
 * u[i] = sum[j](Z[i,j] * Y[j])          v[k] = sum[j](A[k,j] * Y[j])
 * }
 */
final class ReadOrder {
  private final List<Assignment> steps;
  private final Map<String, Double> large = new HashMap<>();
  private final List<Set<String>> reads = new ArrayList<>();

  private ReadOrder(IndexProgram program, PlanRequest request) {
    steps = program.assignments();
    for (TensorDeclaration input : program.inputs()) {
      double bytes = input.type().elementType().byteSize();
      for (Extent extent : input.type().extents()) {
        bytes *= request.sizes().applyAsLong(extent);
      }
      if (bytes > Slabs.LARGE_CACHES * (double) request.model().l2()) {
        large.put(input.name(), bytes);
      }
    }
    for (Assignment step : steps) {
      Set<String> tensors = new HashSet<>();
      PlanStage.reads(step.value(), tensors);
      reads.add(tensors);
    }
  }

  /** The program with its steps in such an order: the one that it has, but for this. */
  static IndexProgram of(IndexProgram program, PlanRequest request) {
    var order = new ReadOrder(program, request);
    if (order.large.isEmpty() || !request.regroups()) {
      return program;
    }
    List<Assignment> ordered = order.ordered();
    return ordered.equals(program.assignments())
        ? program
        : program.withAssignments(SumOptimizer.inOrder(program.targets(), ordered), ordered);
  }

  private List<Assignment> ordered() {
    List<Integer> waiting = new ArrayList<>();
    for (int n = 0; n < steps.size(); n++) {
      waiting.add(n);
    }
    List<Assignment> ordered = new ArrayList<>();
    Set<String> recent = Set.of();
    while (!waiting.isEmpty()) {
      int next = next(waiting, recent);
      waiting.remove(Integer.valueOf(next));
      ordered.add(steps.get(next));
      recent = reads.get(next);
    }
    return ordered;
  }

  /** The first step that may run now and reads most of what has just been read. */
  private int next(List<Integer> waiting, Set<String> recent) {
    int best = waiting.getFirst();
    double most = 0;
    for (int place = 0; place < waiting.size(); place++) {
      int step = waiting.get(place);
      double bytes = 0;
      for (Map.Entry<String, Double> tensor : large.entrySet()) {
        if (recent.contains(tensor.getKey()) && reads.get(step).contains(tensor.getKey())) {
          bytes += tensor.getValue();
        }
      }
      if (bytes > most && waiting.subList(0, place).stream().noneMatch(b -> needs(step, b))) {
        most = bytes;
        best = step;
      }
    }
    return best;
  }

  /** Whether a step has to come after one that is written before it. */
  private boolean needs(int step, int before) {
    String target = steps.get(step).target();
    String other = steps.get(before).target();
    return target.equals(other)
        || reads.get(step).contains(other)
        || reads.get(before).contains(target);
  }
}
