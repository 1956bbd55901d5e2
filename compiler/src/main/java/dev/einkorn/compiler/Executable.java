package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.LoweredPlan;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kernels of a plan for one class of layouts and one choice of schedules. */
final class Executable {
  /**
   * What a call wants compiled.
   *
   * @param layouts of the operands, in their order
   * @param schedules given by the user
   * @param shape of the call, if it is known
   */
  record Request(
      ExecutionPlan plan,
      List<Layout> layouts,
      boolean wide,
      Map<String, Schedule> schedules,
      Optional<CallShape> shape,
      Target target,
      Arithmetic arithmetic) {
    private PipelineOptions options() {
      Map<String, Layout> byName = new LinkedHashMap<>();
      List<TensorDeclaration> operands = operands(plan.optimized());
      for (int n = 0; n < operands.size(); n++) {
        byName.put(operands.get(n).name(), layouts.get(n));
      }
      return new PipelineOptions(
          byName, wide, schedules, KernelClassCompiler.PACKAGE, shape, target, arithmetic);
    }
  }

  /** What decides the text of a plan's kernels: calls with equal keys share them. */
  record Key(
      ExecutionPlan plan,
      List<Layout> layouts,
      boolean wide,
      List<Schedule> schedules,
      Target target,
      Arithmetic arithmetic) {}

  /** A request on its way: lowered, its schedules chosen, and not compiled. */
  record Chosen(Key key, LoweredPlan lowered, PipelineOptions options) {
    Compilation compilation() {
      return Pipeline.compile(lowered, key.schedules(), options);
    }
  }

  private final Kernel[] kernels;

  private Executable(List<Kernel> kernels) {
    this.kernels = kernels.toArray(Kernel[]::new);
  }

  /** Inputs, then targets: what kernels are called with. */
  static List<TensorDeclaration> operands(IndexProgram program) {
    List<TensorDeclaration> operands = new ArrayList<>(program.inputs());
    operands.addAll(program.targets());
    return operands;
  }

  /** Lowers the plan and chooses its schedules. Recursive: for a {@link CompilerThread}. */
  static Chosen choose(Request request) {
    PipelineOptions options = request.options();
    LoweredPlan lowered = Pipeline.lower(request.plan(), options);
    List<Schedule> schedules = Pipeline.choose(lowered, options);
    var key =
        new Key(
            request.plan(),
            request.layouts(),
            request.wide(),
            schedules,
            request.target(),
            request.arithmetic());
    return new Chosen(key, lowered, options);
  }

  /** Every stage of the plan. */
  static Compilation compilation(Request request) {
    return CompilerThread.call(() -> choose(request).compilation());
  }

  /** Emits and compiles. Recursive: for a {@link CompilerThread}. */
  static Executable compile(Chosen chosen, KernelClassCompiler compiler) {
    List<Kernel> kernels = new ArrayList<>();
    for (EmittedSource source : chosen.compilation().sources()) {
      kernels.add(compiler.compile(source));
    }
    return new Executable(kernels);
  }

  /** Runs the kernels one after the other, alone on the calling thread. */
  void run(Tensor[] operands, long[] sizes) {
    Worker worker = Worker.solo();
    for (Kernel kernel : kernels) {
      kernel.run(operands, sizes, worker);
    }
  }
}
