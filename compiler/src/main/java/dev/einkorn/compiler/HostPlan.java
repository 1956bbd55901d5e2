package dev.einkorn.compiler;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.optimize.SumSlices;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.schedule.CallShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A plan for the processors of this machine, its temporaries, and the schedules that leave it
 * within the budget, if any do.
 *
 * @param call what it is for
 * @param slabs the plan in stages, if it is to run so
 * @param leastBytes the least that any plan needs that was tried
 */
record HostPlan(
    Call call,
    PlannedProgram planned,
    WorkspaceLayout layout,
    BudgetFit fit,
    Optional<SlabFit> slabs,
    long leastBytes)
    implements CallPlan {
  /**
   * The calls that a plan is for.
   *
   * @param known geometries of operands that the call does not make
   */
  record Call(
      Einkorn einkorn, Specialization specialization, Sizes sizes, Map<String, Geometry> known) {
    /** What to compile for operands of known geometry; all others are made by the call. */
    private Executable.Request request(ExecutionPlan plan) {
      List<Layout> layouts = new ArrayList<>();
      Map<String, List<Long>> strides = new LinkedHashMap<>();
      IndexProgram optimized = plan.optimized();
      boolean wide = Specialization.needsLongPositions(plan, sizes);
      for (TensorDeclaration operand : Executable.operands(optimized)) {
        Geometry geometry = known.get(operand.name());
        if (geometry == null) {
          geometry =
              Geometry.rowMajor(
                  operand.type().elementType(), specialization.shape(operand.type(), sizes));
        }
        layouts.add(geometry.layout());
        strides.put(operand.name(), geometry.strides());
        wide |= geometry.isWide();
      }
      return einkorn.request(
          plan, layouts, wide, Optional.of(new CallShape(sizes.byName(), strides)));
    }
  }

  /** The fastest plan that fits the budget: with ever smaller temporaries, until one does. */
  static HostPlan of(Call call) {
    Einkorn einkorn = call.einkorn;
    Sizes sizes = call.sizes;
    long least = Long.MAX_VALUE;
    HostPlan found = null;
    for (PlanRequest request : einkorn.planRequests(sizes)) {
      PlannedProgram planned =
          CompilerThread.call(() -> call.specialization.plan(sizes, request, einkorn.planCache()));
      PlannedProgram inPlace = einkorn.inPlace(planned, request, call.known);
      HostPlan whole = of(call, inPlace);
      if (!whole.isFast()) {
        whole = inPlace.equals(planned) ? whole : of(call, planned);
        whole = whole.isFast() ? whole : whole.sliced(request);
      }
      found = whole;
      least = Math.min(least, found.leastBytes);
      if (found.fits()) {
        return found;
      }
    }
    if (found == null) {
      throw new AssertionError("no plan was tried");
    }
    return new HostPlan(call, found.planned, found.layout, found.fit, found.slabs, least);
  }

  /** The fastest way to run a plan within the budget. */
  private static HostPlan of(Call call, PlannedProgram planned) {
    Einkorn einkorn = call.einkorn;
    WorkspaceLayout layout = WorkspaceLayout.of(planned.plan(), call.sizes);
    BudgetFit fit = einkorn.fit(call.request(planned.plan()), call.sizes, layout.bytes());
    boolean fits = einkorn.isWithinBudget(fit.leastBytes());
    if (fits && fit.thrift() == Thrift.NONE) {
      Optional<SlabFit> slabs =
          layout.isPossible()
              ? einkorn.slabsForSpeed(planned.plan(), call.sizes, call.known)
              : Optional.empty();
      return new HostPlan(call, planned, layout, fit, slabs, fit.leastBytes());
    }
    var whole = new HostPlan(call, planned, layout, fit, Optional.empty(), fit.leastBytes());
    if (whole.isFast()) {
      return whole;
    }
    return einkorn
        .slabsForMemory(planned.plan(), call.sizes, call.known)
        .map(
            found ->
                new HostPlan(call, planned, layout, fit, Optional.of(found), found.leastBytes()))
        .filter(cut -> cut.isBetterThan(whole))
        .orElse(whole);
  }

  /** A plan with slabs of an index that is summed over, if one is better; else this one. */
  private HostPlan sliced(PlanRequest request) {
    HostPlan best = this;
    for (PlannedProgram cut : CompilerThread.call(() -> SumSlices.of(planned, request))) {
      HostPlan next = of(call, cut);
      if (next.isBetterThan(best)) {
        best = next;
      }
      if (best.isFast()) {
        break;
      }
    }
    return best;
  }

  private Fit running() {
    return slabs.<Fit>map(found -> found).orElse(fit);
  }

  private boolean fits() {
    return call.einkorn.isWithinBudget(leastBytes);
  }

  /** Whether the budget leaves room for fast schedules. */
  private boolean isFast() {
    return fits() && running().thrift().isFast();
  }

  private boolean isBetterThan(HostPlan other) {
    return fits() == other.fits()
        ? fits() ? isFast() && !other.isFast() : leastBytes < other.leastBytes
        : fits();
  }

  /**
   * {@inheritDoc}
   *
   * @throws OutOfMemoryError if no machine has memory for the temporaries
   */
  @Override
  public void requireBudget() {
    if (slabs.isEmpty() && !layout.isPossible()) {
      throw new OutOfMemoryError(
          "the temporaries of this plan take "
              + Quantity.bytes(layout.bytes())
              + ", more than a process can address; explain shows which");
    }
    long temporaries = slabs.map(found -> found.staged().layout(1).bytes()).orElse(layout.bytes());
    call.einkorn.checkBudget(Math.min(temporaries, leastBytes), leastBytes);
  }

  /** How many share a call. */
  int workers() {
    return CompilerThread.call(this::countWorkers);
  }

  private int countWorkers() {
    return workers(fit.chosen().operations(call.einkorn.tierPolicy()));
  }

  /**
   * How many share a call.
   *
   * @param operations of the kernels that answer first
   */
  int workers(OperationCount operations) {
    double nanos =
        Executable.nanos(
            operations, call.sizes::value, Specialization.operandBytes(planned.plan(), call.sizes));
    return Math.min(
        slabs.map(SlabFit::mostWorkers).orElse(fit.mostWorkers()), call.einkorn.workers(nanos));
  }

  /** The plan with a stage for each step. */
  StagedPlan byStep() {
    return CompilerThread.call(
        () ->
            slabs
                .map(SlabFit::staged)
                .orElseGet(() -> StagedPlan.whole(planned.plan(), call.sizes, fit.chosen()))
                .byStep());
  }

  @Override
  public Plan plan() {
    return CompilerThread.call(
        () -> {
          PipelineOptions options = call.request(planned.plan()).options();
          if (slabs.isPresent()) {
            StagedPlan staged = slabs.get().staged();
            return new Plan(
                staged::compilation,
                Optional.of(() -> staged.memory(call.einkorn.tierPolicy(), countWorkers())),
                planned,
                staged.slabs(),
                options);
          }
          return new Plan(
              () -> fit.chosen().compilation(),
              Optional.of(this::memory),
              planned,
              List.of(),
              options);
        });
  }

  private CallMemory memory() {
    return new CallMemory(
        layout, fit.chosen().memory(call.einkorn.tierPolicy()), call.sizes, countWorkers());
  }
}
