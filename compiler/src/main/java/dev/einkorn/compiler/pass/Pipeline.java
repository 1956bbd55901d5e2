package dev.einkorn.compiler.pass;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.emit.KernelUnit;
import dev.einkorn.compiler.emit.NameAllocator;
import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.emit.java.JavaEmitter;
import dev.einkorn.compiler.emit.java.StepArrays;
import dev.einkorn.compiler.emit.java.VectorForm;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopVerifier;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.lower.Lowering;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.schedule.AutoSchedule;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Scheduler;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs the stages in order and verifies the result of each. */
public final class Pipeline {
  /**
   * How many steps share a class, so that no generated class or method nears the limits of the JVM.
   */
  static final int STEPS_PER_KERNEL = 64;

  private Pipeline() {}

  /**
   * All stages of a checked program.
   *
   * @throws ScheduleException if a given schedule is not legal
   */
  public static Compilation compile(IndexProgram program, PipelineOptions options) {
    return compile(Planner.plan(program), options);
  }

  /** All stages after planning. */
  public static Compilation compile(ExecutionPlan plan, PipelineOptions options) {
    LoweredPlan lowered = lower(plan, options);
    return compile(lowered, choose(lowered, options), options);
  }

  /** The canonical loop nests of a plan; of the options only the layouts count. */
  public static LoweredPlan lower(ExecutionPlan plan, PipelineOptions options) {
    IndexProgram program = plan.optimized();
    List<LoopNest> nests = new ArrayList<>();
    for (Assignment assignment : plan.steps()) {
      nests.add(
          LoopVerifier.check(
              Lowering.lower(program, assignment, tensor -> options.layout(program, tensor)),
              "lowering"));
    }
    return new LoweredPlan(plan, nests);
  }

  /**
   * The schedule of each step, as given by the options or chosen for their shape and target. Cheap
   * beside {@link #compile(LoweredPlan, List, PipelineOptions)}: plans for which this gives equal
   * schedules can share their kernels.
   *
   * @throws ScheduleException if a schedule is given for what no step computes
   */
  public static List<Schedule> choose(LoweredPlan lowered, PipelineOptions options) {
    rejectUnknownSchedules(lowered.plan(), options);
    List<Schedule> schedules = new ArrayList<>();
    for (int step = 0; step < lowered.nests().size(); step++) {
      Schedule given = options.schedules().get(lowered.plan().steps().get(step).target());
      schedules.add(given != null ? given : choose(lowered.nests().get(step), options));
    }
    return schedules;
  }

  /** The schedule for the shape, unless it would round otherwise than the whole that it is of. */
  private static Schedule choose(LoopNest nest, PipelineOptions options) {
    Schedule chosen =
        AutoSchedule.choose(nest, options.shape(), options.target(), options.arithmetic());
    if (options.rounding().isEmpty()) {
      return chosen;
    }
    Schedule whole =
        AutoSchedule.choose(nest, options.rounding(), options.target(), options.arithmetic());
    return chosen.roundings().equals(whole.roundings()) ? chosen : whole;
  }

  /**
   * The nests under their schedules.
   *
   * @param schedules one for each step
   * @throws ScheduleException if a schedule is not legal
   */
  public static List<LoopNest> schedule(
      LoweredPlan lowered, List<Schedule> schedules, PipelineOptions options) {
    List<LoopNest> scheduled = new ArrayList<>();
    for (int step = 0; step < schedules.size(); step++) {
      Schedule schedule = schedules.get(step);
      scheduled.add(
          LoopVerifier.check(
              Scheduler.apply(lowered.nests().get(step), schedule, options.arithmetic()),
              "schedule " + schedule));
    }
    return scheduled;
  }

  /** What the workers of a call of these scheduled nests work in. */
  public static WorkingMemory memory(List<LoopNest> scheduled, PipelineOptions options) {
    return StepArrays.of(scheduled, options.wide(), form(options));
  }

  /** The arithmetic of all steps under these schedules, one for each step. */
  public static OperationCount operations(LoweredPlan lowered, List<Schedule> schedules) {
    List<OperationCount> counts = new ArrayList<>();
    for (int step = 0; step < schedules.size(); step++) {
      counts.add(Compilation.operations(lowered.nests().get(step), schedules.get(step)));
    }
    return OperationCount.sum(counts);
  }

  /** How vectors are written for the target of these options. */
  public static VectorForm form(PipelineOptions options) {
    return options.target().simd() ? VectorForm.VECTOR_API : VectorForm.LANE_LOOPS;
  }

  /**
   * Schedules and emits.
   *
   * @param schedules one for each step
   * @throws ScheduleException if a schedule is not legal
   */
  public static Compilation compile(
      LoweredPlan lowered, List<Schedule> schedules, PipelineOptions options) {
    return compile(lowered, schedules, schedule(lowered, schedules, options), options);
  }

  /**
   * Emits.
   *
   * @param scheduled the nests under their schedules, by {@link #schedule}
   */
  public static Compilation compile(
      LoweredPlan lowered,
      List<Schedule> schedules,
      List<LoopNest> scheduled,
      PipelineOptions options) {
    ExecutionPlan plan = lowered.plan();
    IndexProgram program = plan.optimized();
    List<Compilation.Step> steps = new ArrayList<>();
    for (int step = 0; step < schedules.size(); step++) {
      steps.add(
          new Compilation.Step(
              plan.steps().get(step),
              lowered.nests().get(step),
              schedules.get(step),
              scheduled.get(step)));
    }
    List<TensorParameter> operands = operands(program, options);
    List<String> sizes = sizes(program);
    var emitter = new JavaEmitter(form(options));
    List<EmittedSource> sources =
        units(plan, steps, operands, sizes, options).stream().map(emitter::emit).toList();
    var compilation = new Compilation(plan, operands, sizes, steps, sources);
    StageDump.fromSystemProperties().ifPresent(dump -> dump.write(compilation));
    return compilation;
  }

  private static void rejectUnknownSchedules(ExecutionPlan plan, PipelineOptions options) {
    Set<String> computed =
        plan.steps().stream().map(Assignment::target).collect(Collectors.toSet());
    options
        .schedules()
        .forEach(
            (target, schedule) -> {
              if (!computed.contains(target)) {
                throw new ScheduleException(
                    "no step computes " + target + ", so " + schedule + " has no loops to order");
              }
            });
  }

  /** Names of the sizes that kernels are called with. */
  static List<String> sizes(IndexProgram program) {
    List<String> sizes = new ArrayList<>();
    program.sizes().forEach(size -> sizes.add(size.name()));
    program.derived().forEach(size -> sizes.add(size.name()));
    return sizes;
  }

  /** What kernels are called with. */
  static List<TensorParameter> operands(IndexProgram program, PipelineOptions options) {
    List<TensorParameter> operands = new ArrayList<>();
    for (TensorDeclaration input : program.inputs()) {
      operands.add(parameter(input, program, options));
    }
    for (TensorDeclaration target : program.targets()) {
      operands.add(parameter(target, program, options));
    }
    return operands;
  }

  private static TensorParameter parameter(
      TensorDeclaration tensor, IndexProgram program, PipelineOptions options) {
    return new TensorParameter(
        tensor.name(), tensor.type(), options.layout(program, tensor.name()));
  }

  /** What was emitted for a compilation with these options, one unit a source. */
  public static List<KernelUnit> units(Compilation compilation, PipelineOptions options) {
    return units(
        compilation.plan(),
        compilation.steps(),
        compilation.operands(),
        compilation.sizes(),
        options);
  }

  private static List<KernelUnit> units(
      ExecutionPlan plan,
      List<Compilation.Step> steps,
      List<TensorParameter> operands,
      List<String> sizes,
      PipelineOptions options) {
    String outputs = String.join("_", plan.optimized().outputs());
    String name = "Kernel_" + (outputs.length() > 40 ? outputs.substring(0, 40) : outputs);
    List<String> written = KernelHeader.written(plan);
    List<KernelUnit.Step> nests = new ArrayList<>();
    for (String statement : IndexPrinter.statements(plan.optimized())) {
      nests.add(new KernelUnit.Step(statement, steps.get(nests.size()).scheduled()));
    }
    List<KernelUnit> units = new ArrayList<>();
    for (int from = 0; from < steps.size(); from += STEPS_PER_KERNEL) {
      int to = Math.min(from + STEPS_PER_KERNEL, steps.size());
      String suffix = from == 0 ? "" : "_part" + (from / STEPS_PER_KERNEL + 1);
      units.add(
          new KernelUnit(
              options.packageName(),
              NameAllocator.sanitize(name + suffix),
              KernelHeader.lines(written, plan, steps.subList(from, to), operands, options),
              operands,
              sizes,
              options.wide(),
              nests.subList(from, to)));
    }
    return units;
  }
}
