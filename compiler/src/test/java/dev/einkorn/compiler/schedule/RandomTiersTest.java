package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.random.Profile;
import dev.einkorn.compiler.random.ProgramGenerator;
import dev.einkorn.compiler.random.RandomInputs;
import dev.einkorn.compiler.random.RandomProgram;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random programs of the whole language under the schedules that are chosen for their sizes: every
 * vector width, one worker and three, must give the bits of the scalar kernel that answers first.
 * {@code -Deinkorn.property.tiers=} sets how many programs.
 */
class RandomTiersTest {
  private static final long COUNT = Long.getLong("einkorn.property.tiers", 700);
  private static final KernelClassCompiler COMPILER = new KernelClassCompiler();

  private int withVectors;

  @Test
  void vectorKernelsGiveTheBitsOfScalarKernels() {
    for (long seed = 1; seed <= COUNT; seed++) {
      RandomProgram drawn = ProgramGenerator.draw(seed, Profile.FULL);
      if (!drawn.mayFail()) {
        check(drawn, seed);
      }
    }
    assertThat(withVectors).isGreaterThan((int) COUNT / 20);
  }

  private void check(RandomProgram drawn, long seed) {
    Map<String, Tensor> inputs = RandomInputs.draw(drawn);
    ExecutionPlan plan = Planner.plan(drawn.program());
    Optional<Map<String, Tensor>> scalar = run(plan, inputs, ScheduledKernel.SCALARS, 1);
    for (int bits : List.of(128, 256, 512)) {
      Target target = new Target(bits, 3, 32 << 10, 1 << 20, 2 << 20);
      Optional<Map<String, Tensor>> vector = run(plan, inputs, target, bits == 256 ? 1 : 3);
      assertThat(vector.isPresent()).isEqualTo(scalar.isPresent());
      scalar.ifPresent(
          expected ->
              expected.forEach(
                  (name, tensor) ->
                      ScheduledKernel.assertSame(
                          ProgramText.named(vector.orElseThrow(), name),
                          tensor,
                          name + " of seed " + seed + " with " + bits + " bits\n" + drawn)));
    }
  }

  /** The outputs; empty if the computation fails. */
  private Optional<Map<String, Tensor>> run(
      ExecutionPlan plan, Map<String, Tensor> inputs, Target target, int workers) {
    IndexProgram program = plan.optimized();
    Map<String, Long> given = new HashMap<>();
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis axis = size.axes().getFirst();
      given.put(size.name(), ProgramText.named(inputs, axis.tensor()).extent(axis.position()));
    }
    var sizes = new Sizes(program, given);
    Map<String, Long> values = new LinkedHashMap<>(given);
    for (DerivedSize size : program.derived()) {
      values.put(size.name(), sizes.value(new Extent.Symbolic(size.name())));
    }
    Map<String, Tensor> operands = new LinkedHashMap<>();
    for (TensorDeclaration input : program.inputs()) {
      operands.put(input.name(), ProgramText.named(inputs, input.name()));
    }
    for (TensorDeclaration output : program.targets()) {
      long[] shape = output.type().extents().stream().mapToLong(sizes::value).toArray();
      Tensor first = inputs.get(output.name());
      operands.put(
          output.name(),
          first == null ? Tensor.zeros(output.type().elementType(), shape) : first.copy());
    }
    Map<String, Layout> layouts = new HashMap<>();
    Map<String, List<Long>> strides = new HashMap<>();
    operands.forEach(
        (name, tensor) -> {
          long[] all = IntStream.range(0, tensor.rank()).mapToLong(tensor::stride).toArray();
          layouts.put(name, Layout.of(Layout.Storage.ARRAY, tensor.shape(), all));
          strides.put(name, LongStream.of(all).boxed().toList());
        });
    boolean inArrays = operands.values().stream().noneMatch(Tensor::isSegment);
    if (!inArrays) {
      return Optional.empty();
    }
    Compilation compilation =
        Pipeline.compile(
            plan,
            new PipelineOptions(
                layouts,
                false,
                Map.of(),
                KernelClassCompiler.PACKAGE,
                Optional.of(new CallShape(values, strides)),
                target,
                Arithmetic.DETERMINISTIC));
    withVectors += target.simd() && compilation.simd() ? 1 : 0;
    Tensor[] ordered =
        compilation.operands().stream()
            .map(operand -> ProgramText.named(operands, operand.name()))
            .toArray(Tensor[]::new);
    long[] passed =
        compilation.sizes().stream().mapToLong(name -> ProgramText.named(values, name)).toArray();
    try (var pool = new WorkerPool(workers)) {
      for (EmittedSource source : compilation.sources()) {
        pool.run(COMPILER.compile(source), ordered, passed, compilation.parallel() ? workers : 1);
      }
    } catch (KernelException e) {
      return Optional.empty();
    }
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    program.outputs().forEach(name -> outputs.put(name, ProgramText.named(operands, name)));
    return Optional.of(outputs);
  }
}
