package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.emit.WorkerArray;
import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlanStage;
import dev.einkorn.compiler.optimize.SlabGroup;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.runtime.tier.TierPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/**
 * A plan that runs in stages, some of them slab by slab, for the sizes of a call.
 *
 * @param parts in the order of the steps
 */
record StagedPlan(ExecutionPlan plan, Sizes sizes, List<Part> parts) {
  /** Slots of stages of slabs are counted from here, so that they are not those of other stages. */
  private static final int SLAB_SLOTS = 1 << 20;

  /**
   * One stage and its schedules.
   *
   * @param sizes of the stage: with the extent of a slab, if there are slabs
   */
  record Part(PlanStage stage, Sizes sizes, Executable.Chosen chosen) {
    /** The positions of a slab. */
    long slab(PlanStage.Cut cut) {
      return sizes.value(new Extent.Symbolic(cut.size()));
    }

    /** The extent with the positions of a slab written out. */
    private Extent written(Extent extent) {
      return stage
          .slabs()
          .filter(cut -> extent.equals(new Extent.Symbolic(cut.size())))
          .<Extent>map(cut -> new Extent.Fixed(slab(cut)))
          .orElse(extent);
    }
  }

  StagedPlan {
    parts = List.copyOf(parts);
  }

  /**
   * Chooses the schedules of all stages. Recursive: for a {@link CompilerThread}.
   *
   * @param slabs the positions of a slab of each group
   * @param known geometries of operands that the call does not make
   */
  static StagedPlan of(
      Einkorn einkorn,
      ExecutionPlan plan,
      Sizes sizes,
      List<SlabGroup> groups,
      ToLongFunction<SlabGroup> slabs,
      Map<String, Geometry> known) {
    List<Part> parts = new ArrayList<>();
    for (PlanStage stage : PlanStage.of(plan, groups)) {
      Sizes own = stageSizes(stage, sizes, slabs);
      parts.add(new Part(stage, own, choose(einkorn, plan, sizes, stage, own, known)));
    }
    return new StagedPlan(plan, sizes, parts);
  }

  /** All steps as one stage. */
  static StagedPlan whole(ExecutionPlan plan, Sizes sizes, Executable.Chosen chosen) {
    PlanStage stage = PlanStage.whole(plan, 0, plan.steps().size());
    return new StagedPlan(plan, sizes, List.of(new Part(stage, stageSizes(stage, sizes), chosen)));
  }

  /** The same with a stage for each step, but for those that run slab by slab. */
  StagedPlan byStep() {
    List<Part> single = new ArrayList<>();
    for (Part part : parts) {
      if (part.stage().slabs().isPresent()) {
        single.add(part);
        continue;
      }
      for (int n = part.stage().from(); n < part.stage().to(); n++) {
        PlanStage alone = PlanStage.whole(plan, n, n + 1);
        Executable.Chosen chosen = part.chosen().step(n - part.stage().from(), alone.plan());
        single.add(new Part(alone, stageSizes(alone, sizes), chosen));
      }
    }
    return new StagedPlan(plan, sizes, single);
  }

  private static Sizes stageSizes(PlanStage stage, Sizes sizes) {
    return stageSizes(stage, sizes, _ -> 1);
  }

  private static Executable.Chosen choose(
      Einkorn einkorn,
      ExecutionPlan plan,
      Sizes sizes,
      PlanStage stage,
      Sizes own,
      Map<String, Geometry> known) {
    IndexProgram program = stage.plan().optimized();
    List<Layout> layouts = new ArrayList<>();
    Map<String, List<Long>> strides = new LinkedHashMap<>();
    Map<String, List<Long>> wholeStrides = new LinkedHashMap<>();
    boolean wide =
        Specialization.needsLongPositions(stage.plan(), own)
            || Specialization.needsLongPositions(plan, sizes);
    for (TensorDeclaration declaration : Executable.operands(program)) {
      PlanStage.Operand operand = operand(stage, declaration.name());
      Geometry whole = known.get(operand.tensor());
      if (whole == null || operand.axis() == SlabGroup.PARTS) {
        whole = rowMajor(plan.optimized(), operand.tensor(), sizes);
      }
      Geometry geometry = operand.own() ? rowMajor(program, declaration.name(), own) : whole;
      // A slab ends before its axis does.
      layouts.add(operand.axis() < 0 ? geometry.layout() : geometry.layout().cut(operand.axis()));
      strides.put(declaration.name(), geometry.strides());
      wholeStrides.put(declaration.name(), whole.strides());
      wide |= geometry.isWide();
    }
    var shape = new CallShape(own.byName(), strides);
    if (stage.slabs().isEmpty()) {
      return Executable.choose(einkorn.request(stage.plan(), layouts, wide, shape));
    }
    PlanStage.Cut cut = stage.slabs().get();
    Map<String, Long> wholeSizes = new LinkedHashMap<>(own.byName());
    wholeSizes.put(cut.size(), cut.group().positions());
    var whole = new CallShape(wholeSizes, wholeStrides);
    return Executable.choose(einkorn.slabRequest(stage.plan(), layouts, wide, shape, whole));
  }

  static PlanStage.Operand operand(PlanStage stage, String name) {
    PlanStage.Operand operand = stage.operands().get(name);
    if (operand == null) {
      throw new AssertionError("no operand " + name);
    }
    return operand;
  }

  private static Geometry rowMajor(IndexProgram program, String tensor, Sizes sizes) {
    var type = program.typeOf(tensor);
    return Geometry.rowMajor(
        type.elementType(), type.extents().stream().mapToLong(sizes::value).toArray());
  }

  /** The same with other schedules. */
  StagedPlan with(UnaryOperator<Executable.Chosen> schedules) {
    return new StagedPlan(
        plan,
        sizes,
        parts.stream()
            .map(part -> new Part(part.stage(), part.sizes(), schedules.apply(part.chosen())))
            .toList());
  }

  /** Where the temporaries lie, those of slabs for each of so many workers. */
  WorkspaceLayout layout(int workers) {
    List<WorkspaceLayout.Slabs> slabs = new ArrayList<>();
    for (Part part : parts) {
      if (part.stage().slabs().isPresent()) {
        slabs.add(slabs(part.stage(), part.sizes()));
      }
    }
    return WorkspaceLayout.of(plan, sizes, slabs, workers);
  }

  private static WorkspaceLayout.Slabs slabs(PlanStage stage, Sizes own) {
    var layout = WorkspaceLayout.of(stage.plan(), own);
    Map<TensorDeclaration, List<Long>> parts = new LinkedHashMap<>();
    stage
        .slabs()
        .ifPresent(
            cut -> {
              long slabs = cut.slabs(own.value(new Extent.Symbolic(cut.size())));
              for (String sum : stage.sums()) {
                TensorType type = stage.plan().optimized().typeOf(sum);
                List<Extent> extents = new ArrayList<>(List.of(new Extent.Fixed(slabs)));
                extents.addAll(type.extents());
                String name = WorkspaceLayout.partsOf(operand(stage, sum).tensor());
                parts.put(
                    new TensorDeclaration(name, new TensorType(type.elementType(), extents)),
                    extents.stream().map(own::value).toList());
              }
            });
    return new WorkspaceLayout.Slabs(layout, stage.from(), stage.to() - 1, parts);
  }

  /** Where the temporaries of one worker would lie. */
  static WorkspaceLayout layout(
      ExecutionPlan plan,
      Sizes sizes,
      List<SlabGroup> groups,
      ToLongFunction<SlabGroup> positions) {
    List<WorkspaceLayout.Slabs> slabs = new ArrayList<>();
    for (PlanStage stage : PlanStage.of(plan, groups)) {
      if (stage.slabs().isPresent()) {
        slabs.add(slabs(stage, stageSizes(stage, sizes, positions)));
      }
    }
    return WorkspaceLayout.of(plan, sizes, slabs, 1);
  }

  private static Sizes stageSizes(
      PlanStage stage, Sizes sizes, ToLongFunction<SlabGroup> positions) {
    Map<String, Long> parameters = new LinkedHashMap<>(sizes.byName());
    stage.slabs().ifPresent(cut -> parameters.put(cut.size(), positions.applyAsLong(cut.group())));
    return new Sizes(stage.plan().optimized(), parameters);
  }

  /** What the workers work in: the steps of this, then of the tier that answers first. */
  WorkingMemory working(TierPolicy policy) {
    List<List<WorkerArray>> steps = new ArrayList<>();
    List<List<WorkerArray>> others = new ArrayList<>();
    for (Part part : parts) {
      WorkingMemory memory = part.chosen().memory(policy);
      if (part.stage().slabs().isPresent()) {
        memory = memory.ofTeamsOfOne(SLAB_SLOTS, part::written);
      }
      int count = part.stage().plan().steps().size();
      steps.addAll(memory.steps().subList(0, count));
      others.addAll(memory.steps().subList(count, memory.steps().size()));
    }
    steps.addAll(others);
    return new WorkingMemory(steps);
  }

  /** What a call of so many workers takes. */
  long bytes(TierPolicy policy, int workers) {
    return memory(policy, workers).bytes();
  }

  CallMemory memory(TierPolicy policy, int workers) {
    return new CallMemory(layout(workers), working(policy), allSizes(), workers);
  }

  /** The sizes of all stages; what is a slab's is that of all slabs together. */
  private Sizes allSizes() {
    IndexProgram program = plan.optimized();
    List<SizeParameter> parameters = new ArrayList<>(program.sizes());
    Map<String, Long> values = new LinkedHashMap<>(sizes.byName());
    for (Part part : parts) {
      part.stage()
          .slabs()
          .ifPresent(
              cut -> {
                parameters.add(part.stage().plan().optimized().sizes().getLast());
                values.put(cut.size(), cut.group().positions());
              });
    }
    var all =
        new IndexProgram(
            program.inputs(),
            program.targets(),
            parameters,
            program.derived(),
            program.assignments(),
            program.outputs());
    return new Sizes(all, values);
  }

  /** The stages as one compilation. Recursive: for a {@link CompilerThread}. */
  Compilation compilation() {
    List<Compilation.Step> steps = new ArrayList<>();
    List<EmittedSource> sources = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Part part : parts) {
      Compilation compilation = part.chosen().compilation();
      for (Compilation.Step step : compilation.steps()) {
        steps.add(
            new Compilation.Step(
                plan.steps().get(steps.size()),
                step.canonical(),
                step.schedule(),
                step.scheduled()));
      }
      sources.addAll(compilation.sources());
      compilation.sizes().stream().filter(size -> !names.contains(size)).forEach(names::add);
    }
    return new Compilation(plan, List.of(), names, steps, sources);
  }

  private static String sums(Part part, PlanStage.Cut cut) {
    List<String> sums = cut.group().sums();
    return sums.isEmpty()
        ? ""
        : ", %s summed in %s parts"
            .formatted(String.join(" and ", sums), cut.slabs(part.slab(cut)));
  }

  /** What is run slab by slab, for people: {@code slabs of 64 along r, steps 1 to 2}. */
  List<String> slabs() {
    List<String> texts = new ArrayList<>();
    for (Part part : parts) {
      part.stage()
          .slabs()
          .ifPresent(
              cut ->
                  texts.add(
                      "slabs of %s along %s, steps %s to %s%s"
                          .formatted(
                              part.slab(cut),
                              cut.group().variables().getFirst().name(),
                              part.stage().from() + 1,
                              part.stage().to(),
                              sums(part, cut))));
    }
    return texts;
  }
}
