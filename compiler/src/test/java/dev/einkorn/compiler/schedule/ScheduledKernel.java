package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kernels of a program under given schedules, for row-major arrays. */
final class ScheduledKernel {
  /** Vectors are objects of the Vector API. */
  static final Target VECTORS = new Target(512, 4, 32 << 10, 1 << 20, 2 << 20);

  /** Vectors are arrays. */
  static final Target SCALARS = VECTORS.withoutSimd();

  private static final KernelClassCompiler COMPILER = new KernelClassCompiler();

  private final Compilation compilation;
  private final List<Kernel> kernels = new ArrayList<>();

  private ScheduledKernel(Compilation compilation) {
    this.compilation = compilation;
    for (EmittedSource source : compilation.sources()) {
      kernels.add(COMPILER.compile(source));
    }
  }

  /** The program with one schedule for all of its steps. */
  static ScheduledKernel of(String program, String schedule, Target target) {
    IndexProgram checked = ProgramText.check(program);
    Map<String, Schedule> schedules = new LinkedHashMap<>();
    checked.targets().forEach(t -> schedules.put(t.name(), Schedule.parse(schedule)));
    return of(checked, schedules, target);
  }

  static ScheduledKernel of(IndexProgram program, Map<String, Schedule> schedules, Target target) {
    return new ScheduledKernel(
        Pipeline.compile(
            program,
            new PipelineOptions(
                Map.of(),
                false,
                schedules,
                KernelClassCompiler.PACKAGE,
                Optional.empty(),
                target,
                Arithmetic.DETERMINISTIC)));
  }

  Compilation compilation() {
    return compilation;
  }

  /** The targets for these inputs, computed by a team of so many workers. */
  Map<String, Tensor> run(Map<String, Tensor> inputs, int workers) {
    Map<String, Tensor> all = operands(inputs);
    run(all, sizes(inputs), workers);
    return all;
  }

  private Map<String, Tensor> operands(Map<String, Tensor> inputs) {
    Sizes sizes = sizesOf(inputs);
    Map<String, Tensor> operands = new LinkedHashMap<>();
    IndexProgram program = compilation.plan().optimized();
    for (TensorDeclaration input : program.inputs()) {
      operands.put(input.name(), ProgramText.named(inputs, input.name()).copy());
    }
    for (TensorDeclaration target : program.targets()) {
      Tensor given = inputs.get(target.name());
      long[] shape = target.type().extents().stream().mapToLong(sizes::value).toArray();
      operands.put(
          target.name(),
          given == null ? Tensor.zeros(target.type().elementType(), shape) : given.copy());
    }
    return operands;
  }

  private Sizes sizesOf(Map<String, Tensor> inputs) {
    IndexProgram program = compilation.plan().optimized();
    Map<String, Long> values = new HashMap<>();
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis axis = size.axes().getFirst();
      values.put(size.name(), ProgramText.named(inputs, axis.tensor()).extent(axis.position()));
    }
    return new Sizes(program, values);
  }

  private long[] sizes(Map<String, Tensor> inputs) {
    Sizes sizes = sizesOf(inputs);
    return compilation.sizes().stream()
        .mapToLong(name -> sizes.value(new Extent.Symbolic(name)))
        .toArray();
  }

  private void run(Map<String, Tensor> operands, long[] sizes, int workers) {
    try (var pool = new WorkerPool(workers)) {
      Tensor[] ordered =
          compilation.operands().stream()
              .map(operand -> ProgramText.named(operands, operand.name()))
              .toArray(Tensor[]::new);
      for (Kernel kernel : kernels) {
        pool.run(kernel, ordered, sizes, workers);
      }
    }
  }

  /** Asserts equal bits. */
  static void assertSame(Tensor actual, Tensor expected, String what) {
    assertThat(actual.contentEquals(expected)).as("%s%n%s%n%s", what, actual, expected).isTrue();
  }
}
