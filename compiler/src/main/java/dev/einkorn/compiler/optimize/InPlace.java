package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Computes a large temporary where the output will lie that is made of it element by element, so
 * that there is one large tensor less to pass through memory. Sums over the temporary are stored
 * first: the last step then reads nothing of it but the element that it writes.
 *
 * {@snippet lang=text :
 * z[r,c] = exp(X[r,c])                        P[r,c] = exp(X[r,c])
 * P[r,c] = z[r,c] / sum[d](z[r,d])     =>     t1[r] = sum[d](P[r,d])
 *                                             P[r,c] = P[r,c] / t1[r]
 * }
 */
public final class InPlace {
  /**
   * Bytes of temporaries that no cache of one core holds beside what else a step passes. It is the
   * same for all machines, because sums that are stored are rounded otherwise.
   */
  public static final double LEAST_BYTES = 4 << 20;

  /** What is stored in addition has to be so many times smaller. */
  private static final double LESS = 8;

  private final PlanRequest request;
  private final IndexProgram program;
  private final List<Assignment> steps;

  private InPlace(IndexProgram program, PlanRequest request) {
    this.program = program;
    this.request = request;
    this.steps = program.assignments();
  }

  /**
   * The plan with its large temporaries in place, as far as it has outputs for them; this very plan
   * if it has none.
   *
   * @param request what the plan was made for
   * @param isRowMajor whether an output of the plan lies as a temporary would
   * @param leastBytes of a temporary that is large
   */
  public static PlannedProgram of(
      PlannedProgram planned,
      PlanRequest request,
      Predicate<String> isRowMajor,
      double leastBytes) {
    IndexProgram current = planned.plan().optimized();
    boolean changed = false;
    for (TensorDeclaration temporary : planned.plan().temporaries()) {
      var inPlace = new InPlace(current, request);
      if (request.bytes(temporary.type()) >= leastBytes) {
        Optional<IndexProgram> next = inPlace.move(temporary, isRowMajor);
        changed |= next.isPresent();
        current = next.orElse(current);
      }
    }
    if (!changed) {
      return planned;
    }
    IndexVerifier.check(current, "storing temporaries in place");
    var costs = new NestCosts(request);
    return new PlannedProgram(
        new ExecutionPlan(planned.plan().written(), current),
        current.assignments().stream().map(costs::nanos).toList(),
        planned.decisions(),
        planned.search());
  }

  private double elements(List<Extent> extents) {
    double elements = 1;
    for (Extent extent : extents) {
      elements *= request.sizes().applyAsLong(extent);
    }
    return elements;
  }

  private Optional<IndexProgram> move(TensorDeclaration temporary, Predicate<String> isRowMajor) {
    String name = temporary.name();
    List<Integer> writes = new ArrayList<>();
    List<Integer> reads = new ArrayList<>();
    for (int n = 0; n < steps.size(); n++) {
      if (steps.get(n).target().equals(name)) {
        writes.add(n);
      }
      if (reads(steps.get(n).value(), name)) {
        reads.add(n);
      }
    }
    int last = reads.isEmpty() ? -1 : reads.getLast();
    if (writes.size() != 1 || last <= writes.getFirst() || !isWhole(steps.get(writes.getFirst()))) {
      return Optional.empty();
    }
    Assignment made = steps.get(last);
    String output = made.target();
    if (!program.outputs().contains(output)
        || !isWhole(made)
        || !program.typeOf(output).equals(temporary.type())
        || !isRowMajor.test(output)
        || !isFree(output, last)) {
      return Optional.empty();
    }
    return stored(made, name).map(sums -> moved(temporary, last, sums));
  }

  /** Whether it assigns each element of its target once. */
  private static boolean isWhole(Assignment step) {
    Set<IndexVariable> seen = new HashSet<>();
    return step.operator() == AssignmentOperator.ASSIGN
        && step.subscripts().stream()
            .allMatch(
                subscript ->
                    subscript instanceof Subscript.Affine form
                        && form.isVariable()
                        && seen.add(form.variable()));
  }

  /** Whether an output is written by one step and read by none before it. */
  private boolean isFree(String output, int step) {
    for (int n = 0; n < steps.size(); n++) {
      if ((n != step && steps.get(n).target().equals(output))
          || (n <= step && reads(steps.get(n).value(), output))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The parts of a value to be stored first, so that what is left reads the temporary at the
   * target's place only and sums over nothing: a sum may wait in the target. Empty if there are
   * none such.
   */
  private Optional<List<IndexExpr>> stored(Assignment made, String temporary) {
    List<IndexExpr> sums = new ArrayList<>();
    List<IndexExpr.Access> direct = new ArrayList<>();
    collect(made.value(), temporary, sums, direct);
    boolean inPlace =
        direct.stream()
            .allMatch(
                access ->
                    access.border() == Border.NONE
                        && access.subscripts().equals(made.subscripts()));
    double whole = elements(made.bindings().stream().map(IndexBinding::extent).toList());
    boolean small =
        sums.stream()
            .allMatch(
                sum ->
                    !sum.mayFail()
                        && LESS
                                * elements(
                                    own(made, sum).stream().map(IndexBinding::extent).toList())
                            <= whole);
    return direct.isEmpty() || !inPlace || !small ? Optional.empty() : Optional.of(sums);
  }

  /** The outermost sums, and the accesses of the temporary beside them. */
  private static void collect(
      IndexExpr value, String temporary, List<IndexExpr> sums, List<IndexExpr.Access> direct) {
    if (value instanceof IndexExpr.Reduction || value instanceof IndexExpr.ArgumentReduction) {
      sums.add(value);
      return;
    }
    if (value instanceof IndexExpr.Access access && access.tensor().equals(temporary)) {
      direct.add(access);
    }
    value.children().forEach(child -> collect(child, temporary, sums, direct));
  }

  /** The indices of the target that a part of its value depends on. */
  private static List<IndexBinding> own(Assignment made, IndexExpr part) {
    Set<IndexVariable> free = FreeVariables.of(part);
    return made.bindings().stream().filter(b -> free.contains(b.variable())).toList();
  }

  private IndexProgram moved(TensorDeclaration temporary, int last, List<IndexExpr> sums) {
    String output = steps.get(last).target();
    List<TensorDeclaration> targets = new ArrayList<>(program.targets());
    targets.remove(temporary);
    Set<String> taken = new HashSet<>(Slabs.declarations(program).keySet());
    program.sizes().forEach(size -> taken.add(size.name()));
    program.derived().forEach(size -> taken.add(size.name()));
    List<Assignment> moved = new ArrayList<>();
    for (int n = 0; n < steps.size(); n++) {
      Assignment step = steps.get(n);
      if (n == last) {
        for (IndexExpr sum : sums) {
          List<IndexBinding> own = own(step, sum);
          List<Subscript> subscripts = own.stream().map(b -> Subscript.of(b.variable())).toList();
          String name = StepRewrite.unused(taken);
          var type =
              new TensorType(sum.elementType(), own.stream().map(IndexBinding::extent).toList());
          targets.add(new TensorDeclaration(name, type));
          IndexExpr value = renamed(sum, temporary.name(), output);
          moved.add(new Assignment(name, subscripts, own, AssignmentOperator.ASSIGN, value));
          IndexExpr read = new IndexExpr.Access(name, subscripts, sum.elementType());
          step = step.withValue(Regions.replace(step.value(), sum, read));
        }
      }
      moved.add(
          new Assignment(
              step.target().equals(temporary.name()) ? output : step.target(),
              step.subscripts(),
              step.bindings(),
              step.operator(),
              renamed(step.value(), temporary.name(), output)));
    }
    return program.withAssignments(SumOptimizer.inOrder(targets, moved), moved);
  }

  private static IndexExpr renamed(IndexExpr value, String from, String to) {
    IndexExpr inside = value.mapChildren(child -> renamed(child, from, to));
    return inside instanceof IndexExpr.Access access && access.tensor().equals(from)
        ? new IndexExpr.Access(to, access.subscripts(), access.border(), access.elementType())
        : inside;
  }

  private static boolean reads(IndexExpr value, String tensor) {
    Set<String> tensors = new HashSet<>();
    PlanStage.reads(value, tensors);
    return tensors.contains(tensor);
  }
}
