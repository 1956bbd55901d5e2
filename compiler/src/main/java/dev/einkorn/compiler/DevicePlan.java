package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.emit.cuda.DeviceProgram;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.pass.DevicePipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.schedule.CallShape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A plan for a GPU. Nothing here needs one.
 *
 * @param einkorn whose budget it keeps, if it can
 * @param options what the program was made with
 * @param program kernels and launches
 * @param layout all that a call needs in the device's memory beside its operands
 * @param operands geometries of inputs and targets by name, row-major where the call makes them
 */
record DevicePlan(
    Einkorn einkorn,
    PlannedProgram planned,
    PipelineOptions options,
    DeviceProgram program,
    WorkspaceLayout layout,
    Sizes sizes,
    Map<String, Geometry> operands)
    implements CallPlan {
  /**
   * Positions stay ints as long as no operand spans so many elements: an eighth of what an int
   * counts is left for threads beyond the end of an operand.
   */
  private static final long MOST_NARROW = Integer.MAX_VALUE - (1L << 28);

  /**
   * The fastest plan that fits the budget: with ever smaller temporaries, until one does; else the
   * one that needs least.
   *
   * @param known geometries on the device of operands that the call does not make
   */
  static DevicePlan of(
      Einkorn einkorn, Specialization specialization, Sizes sizes, Map<String, Geometry> known) {
    DevicePlan best = null;
    for (PlanRequest request : einkorn.planRequests(sizes)) {
      PlannedProgram planned =
          CompilerThread.call(() -> specialization.plan(sizes, request, einkorn.planCache()));
      Map<String, Geometry> operands = operands(specialization, planned.plan(), sizes, known);
      var shape = new CallShape(sizes.byName(), strides(operands));
      // Schedules for unknown sizes share no sum among blocks, so they store no parts of sums.
      for (Optional<CallShape> chosenFor :
          List.of(Optional.of(shape), Optional.<CallShape>empty())) {
        DevicePlan plan = scheduled(einkorn, planned, sizes, operands, chosenFor);
        if (best == null || plan.bytes() < best.bytes()) {
          best = plan;
        }
        if (einkorn.isWithinBudget(best.bytes())) {
          return best;
        }
      }
    }
    if (best == null) {
      throw new AssertionError("no plan was tried");
    }
    return best;
  }

  private static DevicePlan scheduled(
      Einkorn einkorn,
      PlannedProgram planned,
      Sizes sizes,
      Map<String, Geometry> operands,
      Optional<CallShape> shape) {
    PipelineOptions options =
        einkorn.deviceOptions(layouts(operands), isWide(planned.plan(), sizes, operands), shape);
    DeviceProgram program =
        CompilerThread.call(() -> DevicePipeline.compile(planned.plan(), options));
    WorkspaceLayout layout = WorkspaceLayout.of(planned.plan(), program, sizes);
    return new DevicePlan(einkorn, planned, options, program, layout, sizes, operands);
  }

  /** What a call allocates beside its operands. */
  private long bytes() {
    return layout.bytes();
  }

  /** The plan for row-major operands of unknown sizes. Recursive: for a {@link CompilerThread}. */
  static Plan typical(Einkorn einkorn, PlannedProgram planned, boolean wide) {
    Map<String, Layout> layouts = new LinkedHashMap<>();
    for (TensorDeclaration tensor : Executable.operands(planned.plan().optimized())) {
      layouts.put(tensor.name(), Layout.rowMajor(tensor.type().rank()));
    }
    PipelineOptions options = einkorn.deviceOptions(layouts, wide, Optional.empty());
    return Plan.ofDevice(
        DevicePipeline.compilation(planned.plan(), options),
        Optional.empty(),
        planned,
        options,
        DevicePipeline.compile(planned.plan(), options));
  }

  private static Map<String, Geometry> operands(
      Specialization specialization, ExecutionPlan plan, Sizes sizes, Map<String, Geometry> known) {
    Map<String, Geometry> operands = new LinkedHashMap<>();
    for (TensorDeclaration operand : Executable.operands(plan.optimized())) {
      Geometry geometry = known.get(operand.name());
      operands.put(
          operand.name(),
          geometry != null
              ? geometry
              : Geometry.rowMajor(
                      operand.type().elementType(), specialization.shape(operand.type(), sizes))
                  .onDevice());
    }
    return Collections.unmodifiableMap(operands);
  }

  private static Map<String, Layout> layouts(Map<String, Geometry> operands) {
    Map<String, Layout> layouts = new LinkedHashMap<>();
    operands.forEach((name, geometry) -> layouts.put(name, geometry.layout().apart()));
    return layouts;
  }

  private static Map<String, List<Long>> strides(Map<String, Geometry> operands) {
    Map<String, List<Long>> strides = new LinkedHashMap<>();
    operands.forEach((name, geometry) -> strides.put(name, geometry.strides()));
    return strides;
  }

  private static boolean isWide(ExecutionPlan plan, Sizes sizes, Map<String, Geometry> operands) {
    return Specialization.needsLongPositions(plan, sizes)
        || operands.values().stream().anyMatch(geometry -> geometry.span() > MOST_NARROW);
  }

  @Override
  public void requireBudget() {
    einkorn.checkBudget(bytes(), bytes());
  }

  @Override
  public Plan plan() {
    return CompilerThread.call(
        () -> {
          var compilation = DevicePipeline.compilation(planned.plan(), options);
          var none = new WorkingMemory(Collections.nCopies(compilation.steps().size(), List.of()));
          var memory = new CallMemory(layout, none, sizes, 1);
          return Plan.ofDevice(compilation, Optional.of(memory), planned, options, program);
        });
  }
}
