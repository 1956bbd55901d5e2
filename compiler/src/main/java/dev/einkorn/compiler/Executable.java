package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernels of a plan for one class of layouts. */
record Executable(Compilation compilation, List<Kernel> kernels) {

  /**
   * What decides the text of a plan's kernels.
   *
   * @param layouts of the operands, in their order
   */
  record Key(
      ExecutionPlan plan, List<Layout> layouts, boolean wide, Map<String, Schedule> schedules) {
    private PipelineOptions options() {
      Map<String, Layout> byName = new LinkedHashMap<>();
      List<String> names = new ArrayList<>();
      plan.optimized().inputs().forEach(input -> names.add(input.name()));
      plan.optimized().targets().forEach(target -> names.add(target.name()));
      for (int n = 0; n < names.size(); n++) {
        byName.put(names.get(n), layouts.get(n));
      }
      return new PipelineOptions(byName, wide, schedules, KernelClassCompiler.PACKAGE);
    }
  }

  static Compilation compilation(Key key) {
    return CompilerThread.call(() -> Pipeline.compile(key.plan(), key.options()));
  }

  static Executable compile(Key key, KernelClassCompiler compiler) {
    return CompilerThread.call(() -> compileHere(key, compiler));
  }

  private static Executable compileHere(Key key, KernelClassCompiler compiler) {
    Compilation compilation = Pipeline.compile(key.plan(), key.options());
    List<Kernel> kernels = new ArrayList<>();
    for (EmittedSource source : compilation.sources()) {
      kernels.add(compiler.compile(source));
    }
    return new Executable(compilation, List.copyOf(kernels));
  }

  /** What a kernel may assume of a tensor. */
  static Layout layout(Tensor tensor) {
    Layout.Storage storage = tensor.isSegment() ? Layout.Storage.SEGMENT : Layout.Storage.ARRAY;
    int unitAxis = Layout.NO_AXIS;
    for (int axis = 0; axis < tensor.rank(); axis++) {
      if (tensor.stride(axis) == 1) {
        unitAxis = axis;
      }
    }
    return new Layout(storage, unitAxis);
  }

  /** Whether a kernel needs 64-bit positions for this tensor. */
  static boolean isWide(Tensor tensor) {
    if (tensor.isSegment()) {
      return true;
    }
    for (int axis = 0; axis < tensor.rank(); axis++) {
      if (tensor.extent(axis) > Integer.MAX_VALUE) {
        return true;
      }
    }
    return false;
  }

  /** Runs the kernels one after the other, alone on the calling thread. */
  void run(Tensor[] operands, long[] sizes) {
    Worker worker = Worker.solo();
    for (Kernel kernel : kernels) {
      kernel.run(operands, sizes, worker);
    }
  }
}
