package dev.einkorn.compiler;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
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
    HostPlan found = null;
    long least = Long.MAX_VALUE;
    for (PlanRequest request : einkorn.planRequests(sizes)) {
      PlannedProgram planned =
          CompilerThread.call(() -> call.specialization.plan(sizes, request, einkorn.planCache()));
      WorkspaceLayout layout = WorkspaceLayout.of(planned.plan(), sizes);
      BudgetFit fit = einkorn.fit(call.request(planned.plan()), sizes, layout.bytes());
      boolean fits = einkorn.isWithinBudget(fit.leastBytes());
      Optional<SlabFit> slabs =
          fits
              ? einkorn.slabsForSpeed(planned.plan(), sizes, call.known)
              : einkorn.slabsForMemory(planned.plan(), sizes, call.known);
      least = Math.min(least, fit.leastBytes());
      if (slabs.isPresent()) {
        least = Math.min(least, slabs.get().leastBytes());
      }
      found = new HostPlan(call, planned, layout, fit, slabs, least);
      if (!einkorn.isWithinBudget(least)) {
        found = found.sliced(request);
        least = found.leastBytes;
      }
      if (einkorn.isWithinBudget(least)) {
        break;
      }
    }
    if (found == null) {
      throw new AssertionError("no plan was tried");
    }
    return found;
  }

  /** A plan with slabs of an index that is summed over, if one fits; else this one. */
  private HostPlan sliced(PlanRequest request) {
    Einkorn einkorn = call.einkorn;
    HostPlan result = this;
    for (PlannedProgram cut : CompilerThread.call(() -> SumSlices.of(planned, request))) {
      Optional<SlabFit> found = einkorn.slabsForMemory(cut.plan(), call.sizes, call.known);
      long least = found.map(SlabFit::leastBytes).orElse(Long.MAX_VALUE);
      if (least < result.leastBytes) {
        WorkspaceLayout newLayout = WorkspaceLayout.of(cut.plan(), call.sizes);
        BudgetFit newFit = einkorn.fit(call.request(cut.plan()), call.sizes, newLayout.bytes());
        result = new HostPlan(call, cut, newLayout, newFit, found, least);
      }
      if (einkorn.isWithinBudget(least)) {
        break;
      }
    }
    return result;
  }

  @Override
  public void requireBudget() {
    long temporaries = slabs.map(found -> found.staged().layout(1).bytes()).orElse(layout.bytes());
    call.einkorn.checkBudget(Math.min(temporaries, leastBytes), leastBytes);
  }

  /** How many share a call. */
  int workers() {
    return CompilerThread.call(this::countWorkers);
  }

  private int countWorkers() {
    double nanos =
        Executable.nanos(
            fit.chosen().operations(call.einkorn.tierPolicy()),
            call.sizes::value,
            Specialization.operandBytes(planned.plan(), call.sizes));
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
          int workers = countWorkers();
          PipelineOptions options = call.request(planned.plan()).options();
          if (slabs.isPresent()) {
            StagedPlan staged = slabs.get().staged();
            return new Plan(
                staged.compilation(),
                Optional.of(staged.memory(call.einkorn.tierPolicy(), workers)),
                planned,
                staged.slabs(),
                options);
          }
          Executable.Chosen chosen = fit.chosen();
          var memory =
              new CallMemory(layout, chosen.memory(call.einkorn.tierPolicy()), call.sizes, workers);
          return new Plan(chosen.compilation(), Optional.of(memory), planned, List.of(), options);
        });
  }
}
