package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.ahead.KernelMethod.Kind;
import dev.einkorn.compiler.ahead.PlannedMethod.Kernels;
import dev.einkorn.compiler.ahead.PlannedMethod.Memory;
import dev.einkorn.compiler.ahead.PlannedMethod.Variant;
import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.PositionMagnitude;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.CostModel;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.pass.Compilation;
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
          "the memory budget is %d bytes, but at %s the least that would do is %d"
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

  private PlannedMethod plan() {
    Optional<Long> budget = checked.method().options().memoryBudget();
    long least = Long.MAX_VALUE;
    for (PlanRequest request : requests(budget)) {
      PlannedProgram planned = Planner.plan(program, request);
      var arenas = TemporaryArenas.of(planned.plan());
      long largest = largest(planned.plan());
      List<Variant> variants = variants(planned.plan(), largest);
      if (budget.isEmpty()) {
        return planned(planned, largest, arenas, variants);
      }
      long room = budget.get() - arenas.bytes(typical::value);
      List<Variant> fitting = variants.stream().map(each -> within(each, room)).toList();
      long bytes =
          arenas.bytes(typical::value)
              + fitting.stream().mapToLong(each -> bytes(each.scalar())).max().orElse(0);
      if (bytes <= budget.get()) {
        return planned(planned, largest, arenas, fitting);
      }
      least = Math.min(least, bytes);
    }
    throw new BudgetException(budget.orElse(0L), least, typical);
  }

  private PlannedMethod planned(
      PlannedProgram plan, long largest, TemporaryArenas arenas, List<Variant> variants) {
    var others = OtherPlans.of(plan.plan(), typical, this::request);
    return new PlannedMethod(checked, typical, plan, largest, arenas, variants, others);
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
        new CostModel(CostModel.TYPICAL.simdBits(), target.l2(), target.l3()),
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

  private List<Variant> variants(ExecutionPlan plan, long largest) {
    List<Variant> variants = new ArrayList<>();
    boolean wide = largest == 0 || hasSegments();
    variants.add(variant(plan, Memory.CONTIGUOUS, wide, target.widths()));
    if (hasPermutable(plan)) {
      variants.add(variant(plan, Memory.PERMUTED, wide, target.widths()));
    }
    variants.add(variant(plan, Memory.GENERAL, true, List.of()));
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

  private Variant variant(ExecutionPlan plan, Memory memory, boolean wide, List<Integer> widths) {
    List<Layout> layouts = new ArrayList<>();
    Map<String, Layout> byName = new LinkedHashMap<>();
    Map<String, List<Long>> strides = new LinkedHashMap<>();
    for (TensorDeclaration operand : PlannedMethod.operands(plan.optimized())) {
      boolean input = plan.optimized().inputs().contains(operand);
      Optional<Kind> kind = checked.parameter(operand.name()).map(KernelMethod.Parameter::kind);
      boolean reversed =
          memory == Memory.PERMUTED && input && kind.filter(Kind.TENSOR::equals).isPresent();
      Layout layout = layout(operand, memory, kind, reversed);
      layouts.add(layout);
      byName.put(operand.name(), layout);
      strides.put(operand.name(), strides(operand, reversed));
    }
    var shape = new CallShape(typical.byName(), strides);
    SequencedMap<Integer, Kernels> kernels = new LinkedHashMap<>();
    for (int bits : widths) {
      var options = options(byName, wide, shape, target.target(bits));
      Kernels made = kernels(plan, options);
      if (made.compilation().simd()) {
        kernels.put(bits, made);
      }
    }
    kernels.put(0, kernels(plan, options(byName, wide, shape, target.target(0))));
    return new Variant(memory, layouts, wide, kernels);
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

  /** The strides of a dense tensor of typical sizes. */
  private List<Long> strides(TensorDeclaration operand, boolean reversed) {
    List<Extent> extents = operand.type().extents();
    Long[] strides = new Long[extents.size()];
    long stride = 1;
    for (int n = 0; n < strides.length; n++) {
      int axis = reversed ? n : strides.length - 1 - n;
      strides[axis] = stride;
      stride *= typical.value(extents.get(axis));
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

  private static Kernels kernels(ExecutionPlan plan, PipelineOptions options) {
    LoweredPlan lowered = Pipeline.lower(plan, options);
    List<Schedule> schedules = Pipeline.choose(lowered, options);
    return new Kernels(Pipeline.compile(lowered, schedules, options), options);
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
                kernels.put(0, plain(each));
              }
            });
    return new Variant(variant.memory(), variant.layouts(), variant.wide(), kernels);
  }

  /** Loops of one thread that need nothing to work in. */
  private static Kernels plain(Kernels kernels) {
    PipelineOptions options = kernels.options();
    var plain = new PipelineOptions(options.layouts(), options.wide(), options.schedules(), "");
    LoweredPlan lowered = Pipeline.lower(kernels.compilation().plan(), plain);
    List<Schedule> schedules = Pipeline.choose(lowered, plain);
    return new Kernels(Pipeline.compile(lowered, schedules, options), options);
  }

  /** What one worker works in. */
  private long bytes(Kernels kernels) {
    return memory(kernels).bytes(typical::value, 1);
  }

  static WorkingMemory memory(Kernels kernels) {
    return Pipeline.memory(
        kernels.compilation().steps().stream().map(Compilation.Step::scheduled).toList(),
        kernels.options());
  }
}
