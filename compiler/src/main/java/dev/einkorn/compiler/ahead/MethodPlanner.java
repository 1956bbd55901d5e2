package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.ahead.KernelMethod.Kind;
import dev.einkorn.compiler.ahead.PlannedMethod.Kernels;
import dev.einkorn.compiler.ahead.PlannedMethod.Memory;
import dev.einkorn.compiler.ahead.PlannedMethod.Part;
import dev.einkorn.compiler.ahead.PlannedMethod.Variant;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.PositionMagnitude;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.optimize.CostModel;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.InPlace;
import dev.einkorn.compiler.optimize.OrderGoal;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.PlanStage;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.optimize.SlabGroup;
import dev.einkorn.compiler.optimize.Slabs;
import dev.einkorn.compiler.pass.LoweredPlan;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.annotation.Rounding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToLongFunction;

/** Plans a checked method for its typical sizes and makes the kernels of its variants. */
final class MethodPlanner {
  // Long enough that no search ends by the clock: a build gives the same kernels again.
  private static final Duration PLANNING_TIME = Duration.ofMinutes(2);

  private static final long LEAST_TEMPORARY = 64;

  private final CheckedMethod checked;
  private final IndexProgram program;
  private final BuildTarget target;
  private final Sizes typical;

  private MethodPlanner(CheckedMethod checked, BuildTarget target) {
    this.checked = checked;
    this.program = checked.program();
    this.target = target;
    this.typical = typical(checked);
  }

  /**
   * Plans. Recursive: for a thread with a large stack.
   *
   * @param problems gets what is wrong with pinned schedules and orders, or the memory budget
   */
  static Optional<PlannedMethod> plan(
      CheckedMethod checked, BuildTarget target, List<Problem> problems) {
    try {
      return Optional.of(new MethodPlanner(checked, target).plan());
    } catch (ScheduleException e) {
      boolean schedule = !checked.schedules().isEmpty();
      var place = new Problem.Place.Option(schedule ? "schedule" : "order", 0);
      String code = schedule ? "INVALID_SCHEDULE" : "INVALID_ORDER";
      problems.add(Problem.error(place, code, String.valueOf(e.getMessage())));
    } catch (BudgetException e) {
      problems.add(
          Problem.error(
              new Problem.Place.Option("memoryBudget", 0),
              "MEMORY_BUDGET",
              String.valueOf(e.getMessage()),
              "give typical extents by @Extents, if these are not typical"));
    }
    return Optional.empty();
  }

  /** No plan that was tried fits the memory budget. */
  private static final class BudgetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BudgetException(long budget, long least, Sizes sizes) {
      super(
          "the memory budget is %s bytes, but at %s the least that would do is %s"
              .formatted(budget, text(sizes), least));
    }
  }

  /** Sizes for people: {@code n=256, k=64}. */
  static String text(Sizes sizes) {
    List<String> texts = new ArrayList<>();
    sizes.byName().forEach((name, value) -> texts.add(name + "=" + value));
    return String.join(", ", texts);
  }

  private static Sizes typical(CheckedMethod checked) {
    KernelMethod.Options options = checked.method().options();
    Map<String, Long> given = new LinkedHashMap<>(options.commonExtents());
    given.putAll(options.extents());
    Map<String, String> names = SizeAliases.of(checked.method(), checked.program());
    Map<String, Long> values = new LinkedHashMap<>();
    for (SizeParameter size : checked.program().sizes()) {
      values.put(size.name(), PlanRequest.TYPICAL_EXTENT);
    }
    given.forEach((name, value) -> values.replace(names.getOrDefault(name, name), value));
    return new Sizes(checked.program(), values);
  }

  /** As for calls at run time; kernels of a variant that is not contiguous do the same. */
  private PlannedProgram inPlace(PlannedProgram planned, PlanRequest request) {
    return checked.schedules().isEmpty()
        ? InPlace.of(planned, request, _ -> true, InPlace.LEAST_BYTES)
        : planned;
  }

  private PlannedMethod plan() {
    Optional<Long> budget = checked.method().options().memoryBudget();
    long least = Long.MAX_VALUE;
    for (PlanRequest request : requests(budget)) {
      PlannedProgram planned = inPlace(Planner.plan(program, request), request);
      Choice whole = choice(BuildStages.whole(planned.plan()), budget);
      least = Math.min(least, whole.bytes());
      if (whole.isWithin(budget)) {
        Choice fast = slabsForSpeed(planned.plan(), budget).orElse(whole);
        return planned(planned, fast);
      }
      for (BuildStages stages : slabsForMemory(planned.plan())) {
        Choice slabs = choice(stages, budget);
        least = Math.min(least, slabs.bytes());
        if (slabs.isWithin(budget)) {
          return planned(planned, slabs);
        }
      }
    }
    throw new BudgetException(budget.orElse(0L), least, typical);
  }

  /**
   * Stages and their kernels.
   *
   * @param bytes that a call of one worker takes for the typical sizes
   */
  private record Choice(
      BuildStages stages, TemporaryArenas arenas, List<Variant> variants, long bytes) {
    boolean isWithin(Optional<Long> budget) {
      return budget.isEmpty() || bytes <= budget.get();
    }
  }

  private Choice choice(BuildStages stages, Optional<Long> budget) {
    var arenas = TemporaryArenas.of(stages.plan(), stages.own());
    long temporaries = arenas.bytes(typical::value);
    List<Variant> variants = variants(stages);
    if (budget.isPresent()) {
      long room = budget.get() - temporaries;
      variants = variants.stream().map(each -> within(each, room)).toList();
    }
    long working = variants.stream().mapToLong(each -> bytes(each.scalar())).max().orElse(0);
    return new Choice(stages, arenas, variants, temporaries + working);
  }

  /** Slabs whose temporaries stay in the cache, if they make the plan faster and fit the budget. */
  private Optional<Choice> slabsForSpeed(ExecutionPlan plan, Optional<Long> budget) {
    var slabs = new Slabs(plan, typical::value, Map.of());
    List<SlabGroup> groups = cut(plan, slabs.forCache(target.l2(), target.mostThreads(), false));
    if (groups.isEmpty()) {
      return Optional.empty();
    }
    ToLongFunction<SlabGroup> lengths =
        group -> slabs.slab(group, target.l2(), target.mostThreads());
    return Optional.of(choice(BuildStages.of(plan, groups, lengths), budget))
        .filter(choice -> choice.isWithin(budget));
  }

  /** Ever smaller slabs, down to slabs of one position. */
  private List<BuildStages> slabsForMemory(ExecutionPlan plan) {
    List<SlabGroup> groups = cut(plan, new Slabs(plan, typical::value, Map.of()).forMemory());
    List<BuildStages> all = new ArrayList<>();
    long most = groups.stream().mapToLong(SlabGroup::positions).max().orElse(0);
    for (long part = 4; part / 4 < most; part *= 4) {
      long divisor = part;
      all.add(BuildStages.of(plan, groups, group -> Math.max(1, group.positions() / divisor)));
    }
    return all;
  }

  private List<SlabGroup> cut(ExecutionPlan plan, List<SlabGroup> groups) {
    return checked.schedules().isEmpty()
        ? groups.stream().filter(group -> BuildStages.isCutForAllSizes(plan, group)).toList()
        : List.of();
  }

  private PlannedMethod planned(PlannedProgram planned, Choice choice) {
    var others = OtherPlans.of(planned.plan(), typical, this::request);
    return new PlannedMethod(
        checked,
        typical,
        planned,
        largest(planned.plan()),
        choice.stages(),
        operations(planned.plan()),
        choice.arenas(),
        choice.variants(),
        others);
  }

  /** The arithmetic of all steps in scalar loops. */
  private OperationCount operations(ExecutionPlan plan) {
    Operands operands = operands(BuildStages.whole(plan), Memory.CONTIGUOUS);
    var shape = new CallShape(typical.byName(), operands.strides());
    PipelineOptions options =
        options(operands.layouts(), false, shape, target.target(0, target.mostThreads()));
    LoweredPlan lowered = Pipeline.lower(plan, options);
    return Pipeline.operations(lowered, Pipeline.choose(lowered, options));
  }

  /** What plans to make until one fits: the fastest, then those with smaller temporaries. */
  private List<PlanRequest> requests(Optional<Long> budget) {
    PlanRequest fastest = request(typical);
    List<PlanRequest> requests = new ArrayList<>(List.of(fastest));
    if (fastest.regroups() && budget.isPresent()) {
      for (long bytes = budget.get(); bytes >= LEAST_TEMPORARY; bytes /= 4) {
        requests.add(fastest.withIntermediateBytes(bytes));
      }
      requests.add(fastest.withIntermediateBytes(0));
      requests.add(fastest.asWritten());
    }
    return requests;
  }

  /** The fastest plan for these sizes. */
  private PlanRequest request(Sizes sizes) {
    Rounding rounding = checked.method().options().rounding();
    return new PlanRequest(
        sizes::value,
        rounding != Rounding.STRICT && checked.schedules().isEmpty(),
        rounding == Rounding.FAST,
        CostModel.of(target.l2(), target.l3(), OrderGoal.TIME),
        Long.MAX_VALUE,
        PLANNING_TIME,
        checked.orders());
  }

  /** The largest size up to which all positions fit an {@code int}, whatever the others are. */
  private static long largest(ExecutionPlan plan) {
    for (long size = 1L << 30; size > 1; size /= 2) {
      long bound = size;
      if (!PositionMagnitude.exceedsInt(
          plan.optimized(), extent -> extent instanceof Extent.Fixed(long value) ? value : bound)) {
        return size;
      }
    }
    return 0;
  }

  private List<Variant> variants(BuildStages stages) {
    List<Variant> variants = new ArrayList<>();
    boolean wide = largest(stages.plan()) == 0 || hasSegments();
    Variant usual = variant(stages, Memory.CONTIGUOUS, wide, 0);
    for (int processors : target.threads().subList(0, target.threads().size() - 1)) {
      Variant other = variant(stages, Memory.CONTIGUOUS, wide, processors);
      if (!other.hasKernelsOf(usual)) {
        variants.add(other);
      }
    }
    variants.add(usual);
    if (hasPermutable(stages.plan())) {
      variants.add(variant(stages, Memory.PERMUTED, wide, 0));
    }
    variants.add(variant(stages, Memory.GENERAL, true, 0));
    return variants;
  }

  private boolean hasSegments() {
    return checked.method().parameters().stream().anyMatch(each -> each.kind() == Kind.SEGMENT);
  }

  /** Whether an input can be a view of other strides. */
  private boolean hasPermutable(ExecutionPlan plan) {
    return plan.optimized().inputs().stream()
        .anyMatch(
            input ->
                input.type().rank() > 0
                    && checked
                        .parameter(input.name())
                        .filter(each -> each.kind() == Kind.TENSOR)
                        .isPresent());
  }

  /** How operands lie in memory. */
  private record Operands(Map<String, Layout> layouts, Map<String, List<Long>> strides) {}

  private Operands operands(BuildStages stages, Memory memory) {
    ExecutionPlan plan = stages.plan();
    Map<String, Layout> layouts = new LinkedHashMap<>();
    Map<String, List<Long>> strides = new LinkedHashMap<>();
    for (TensorDeclaration operand : BuildStages.operands(plan.optimized())) {
      boolean input = plan.optimized().inputs().contains(operand);
      Optional<Kind> kind = checked.parameter(operand.name()).map(KernelMethod.Parameter::kind);
      boolean reversed =
          memory == Memory.PERMUTED && input && kind.filter(Kind.TENSOR::equals).isPresent();
      layouts.put(operand.name(), layout(operand, memory, kind, reversed));
      strides.put(operand.name(), strides(operand, typical, reversed));
    }
    return new Operands(layouts, strides);
  }

  /**
   * The kernels for one kind of memory.
   *
   * @param processors the most that they are for; 0 if they are for any machine
   */
  private Variant variant(BuildStages stages, Memory memory, boolean wide, int processors) {
    int threads = processors == 0 ? target.mostThreads() : processors;
    List<Integer> widths = memory == Memory.GENERAL ? List.of() : target.widths();
    Operands operands = operands(stages, memory);
    SequencedMap<Integer, Kernels> kernels = new LinkedHashMap<>();
    for (int bits : widths) {
      Kernels made = kernels(stages, operands, wide, target.target(bits, threads));
      if (made.simd()) {
        kernels.put(bits, made);
      }
    }
    kernels.put(0, kernels(stages, operands, wide, target.target(0, threads)));
    List<Layout> layouts = new ArrayList<>();
    for (TensorDeclaration operand : stages.operands()) {
      layouts.add(PlannedMethod.of(operands.layouts(), operand.name()));
    }
    return new Variant(memory, processors, layouts, wide, kernels);
  }

  private Kernels kernels(BuildStages stages, Operands operands, boolean wide, Target machine) {
    if (stages.isWhole()) {
      var shape = new CallShape(typical.byName(), operands.strides());
      PipelineOptions options = options(operands.layouts(), wide, shape, machine);
      return new Kernels(List.of(part(Optional.empty(), stages.plan(), options)));
    }
    return new Kernels(
        stages.stages().stream().map(stage -> part(stage, operands, wide, machine)).toList());
  }

  private Part part(BuildStages.Stage stage, Operands operands, boolean wide, Target machine) {
    Map<String, Layout> layouts = new LinkedHashMap<>();
    Map<String, List<Long>> strides = new LinkedHashMap<>();
    Map<String, List<Long>> wholeStrides = new LinkedHashMap<>();
    Sizes sizes = stage.sizes(typical);
    for (TensorDeclaration operand : stage.operands()) {
      PlanStage.Operand meant = stage.operand(operand.name());
      List<Long> whole = PlannedMethod.of(operands.strides(), meant.tensor());
      layouts.put(operand.name(), PlannedMethod.of(operands.layouts(), meant.tensor()));
      strides.put(operand.name(), meant.own() ? strides(operand, sizes, false) : whole);
      wholeStrides.put(operand.name(), whole);
    }
    var shape = new CallShape(sizes.byName(), strides);
    ExecutionPlan plan = stage.stage().plan();
    if (stage.slab().isEmpty()) {
      return part(Optional.of(stage), plan, options(layouts, wide, shape, machine));
    }
    var whole = new CallShape(stage.wholeSizes(typical).byName(), wholeStrides);
    Target alone = machine.alone();
    PipelineOptions own = options(layouts, wide, shape, alone);
    var options =
        new PipelineOptions(
            own.layouts(),
            own.wide(),
            own.schedules(),
            own.packageName(),
            own.shape(),
            Optional.of(whole),
            own.target(),
            own.arithmetic());
    return part(Optional.of(stage), plan, options);
  }

  private static Part part(
      Optional<BuildStages.Stage> stage, ExecutionPlan plan, PipelineOptions options) {
    LoweredPlan lowered = Pipeline.lower(plan, options);
    List<Schedule> schedules = Pipeline.choose(lowered, options);
    return new Part(stage, Pipeline.compile(lowered, schedules, options), options);
  }

  private static Layout layout(
      TensorDeclaration operand, Memory memory, Optional<Kind> kind, boolean reversed) {
    if (memory == Memory.GENERAL) {
      return new Layout(Layout.Storage.SEGMENT, Layout.NO_AXIS);
    }
    boolean segment = kind.filter(Kind.SEGMENT::equals).isPresent();
    Layout rowMajor = Layout.rowMajor(operand.type().rank());
    return new Layout(
        segment ? Layout.Storage.SEGMENT : Layout.Storage.ARRAY,
        reversed ? Layout.NO_AXIS : rowMajor.unitAxis());
  }

  /** The strides of a dense tensor. */
  private static List<Long> strides(TensorDeclaration operand, Sizes sizes, boolean reversed) {
    List<Extent> extents = operand.type().extents();
    Long[] strides = new Long[extents.size()];
    long stride = 1;
    for (int n = 0; n < strides.length; n++) {
      int axis = reversed ? n : strides.length - 1 - n;
      strides[axis] = stride;
      stride *= sizes.value(extents.get(axis));
    }
    return List.of(strides);
  }

  private PipelineOptions options(
      Map<String, Layout> layouts, boolean wide, CallShape shape, Target machine) {
    Arithmetic arithmetic =
        switch (checked.method().options().rounding()) {
          case STRICT -> Arithmetic.STRICT;
          case DETERMINISTIC -> Arithmetic.DETERMINISTIC;
          case FAST -> Arithmetic.FAST;
        };
    return new PipelineOptions(
        layouts, wide, checked.schedules(), "", Optional.of(shape), machine, arithmetic);
  }

  /** The variant with those kernels whose workers fit; scalar ones become plain loops if not. */
  private Variant within(Variant variant, long room) {
    SequencedMap<Integer, Kernels> kernels = new LinkedHashMap<>();
    variant
        .kernels()
        .forEach(
            (bits, each) -> {
              if (bytes(each) <= room) {
                kernels.put(bits, each);
              } else if (bits == 0) {
                kernels.put(
                    0, new Kernels(each.parts().stream().map(MethodPlanner::plain).toList()));
              }
            });
    return new Variant(
        variant.memory(), variant.processors(), variant.layouts(), variant.wide(), kernels);
  }

  /** Loops of one thread that need nothing to work in. */
  private static Part plain(Part part) {
    PipelineOptions options = part.options();
    var plain = new PipelineOptions(options.layouts(), options.wide(), options.schedules(), "");
    LoweredPlan lowered = Pipeline.lower(part.compilation().plan(), plain);
    List<Schedule> schedules = Pipeline.choose(lowered, plain);
    return new Part(part.stage(), Pipeline.compile(lowered, schedules, options), options);
  }

  /** What one worker works in. */
  private long bytes(Kernels kernels) {
    return kernels.memory().bytes(typical::value, 1);
  }
}
