package dev.einkorn.compiler.pass;

import dev.einkorn.compiler.emit.cuda.CudaEmitter;
import dev.einkorn.compiler.emit.cuda.DeviceProgram;
import dev.einkorn.compiler.emit.cuda.DeviceUnit;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopVerifier;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.compiler.schedule.DeviceSchedule;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Scheduler;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.List;

/** The stages behind planning for a GPU: the same loop nests, other schedules, CUDA C++. */
public final class DevicePipeline {
  private DevicePipeline() {}

  /**
   * A checked program in its written order.
   *
   * @throws ScheduleException if a given schedule is not legal
   */
  public static DeviceProgram compile(IndexProgram program, PipelineOptions options) {
    return compile(Planner.plan(program), options);
  }

  /**
   * All stages after planning. Of the options the vectors of the target do not count.
   *
   * @throws ScheduleException if a given schedule is not legal
   */
  public static DeviceProgram compile(ExecutionPlan plan, PipelineOptions options) {
    List<DeviceUnit.Step> steps = new ArrayList<>();
    Compilation compilation = compilation(plan, options);
    for (String statement : IndexPrinter.statements(plan.optimized())) {
      Compilation.Step step = compilation.steps().get(steps.size());
      steps.add(new DeviceUnit.Step(statement.strip(), step.scheduled(), step.schedule()));
    }
    boolean exact = options.arithmetic().equals(Arithmetic.STRICT);
    DeviceProgram program =
        CudaEmitter.emit(
            new DeviceUnit(DeviceHeader.lines(plan, steps, options), options.wide(), exact, steps));
    StageDump.fromSystemProperties().ifPresent(dump -> dump.write(compilation, program));
    return program;
  }

  /**
   * The stages up to the scheduled loop nests, without any source.
   *
   * @throws ScheduleException if a given schedule is not legal
   */
  public static Compilation compilation(ExecutionPlan plan, PipelineOptions options) {
    LoweredPlan lowered = Pipeline.lower(plan, options);
    List<Compilation.Step> steps = new ArrayList<>();
    for (int n = 0; n < lowered.nests().size(); n++) {
      LoopNest nest = lowered.nests().get(n);
      Schedule given = options.schedules().get(plan.steps().get(n).target());
      Schedule schedule =
          given != null
              ? given
              : DeviceSchedule.choose(nest, options.shape(), options.arithmetic());
      LoopNest scheduled =
          LoopVerifier.check(
              Scheduler.apply(nest, schedule, options.arithmetic()), "schedule " + schedule);
      DeviceSchedule.requireRoundings(scheduled, schedule, options.arithmetic());
      steps.add(new Compilation.Step(plan.steps().get(n), nest, schedule, scheduled));
    }
    return new Compilation(
        plan,
        Pipeline.operands(plan.optimized(), options),
        Pipeline.sizes(plan.optimized()),
        steps,
        List.of());
  }
}
