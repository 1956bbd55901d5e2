package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.InPlace;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step that makes an output of what lies in its place takes each element in once. */
class InPlaceTilesTest {
  private static final String PROGRAM =
      """
      z[r,c] = max[k](A[r,k] + B[k,c])
      P[r,c] = z[r,c]*Y[r,c] - z[r,c] - max[d](z[r,d])\
      """;

  private static IndexProgram inPlace() {
    IndexProgram program = ProgramText.check(PROGRAM);
    return InPlace.of(Planner.plan(program, PlanRequest.WRITTEN), PlanRequest.WRITTEN, _ -> true, 1)
        .plan()
        .optimized();
  }

  @Test
  void sums_are_stored_first() {
    assertThat(IndexPrinter.print(inPlace()))
        .endsWith(
            """
            P[r,c] = max[k](A[r,k] + B[k,c])
            t1[r] = max[d](P[r,d])
            P[r,c] = P[r,c] * Y[r,c] - P[r,c] - t1[r]
            """);
  }

  @Test
  void an_output_that_is_read_before_keeps_its_elements() {
    IndexProgram program =
        ProgramText.check(
            """
            P[r,c] = A[r,c]
            z[r,c] = max[k](A[r,k] + P[k,c])
            P[r,c] += z[r,c]*z[r,c]
            Q[r,c] = z[c,r] + max[d](z[r,d])\
            """);
    var planned = Planner.plan(program, PlanRequest.WRITTEN);
    assertThat(InPlace.of(planned, PlanRequest.WRITTEN, _ -> true, 1)).isSameAs(planned);
  }

  /** Extents around vectors and tiles of every length. */
  @ParameterizedTest
  @ValueSource(ints = {3, 4, 7, 8, 15, 16, 17, 31, 48, 63, 64, 65, 70, 100, 127, 129})
  void each_element_is_taken_in_once(int columns) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", numbers(5, 3));
    inputs.put("B", numbers(3, columns));
    inputs.put("Y", numbers(5, columns));
    IndexProgram program = inPlace();
    Tensor expected =
        ProgramText.named(ReferenceInterpreter.evaluate(ProgramText.check(PROGRAM), inputs), "P");
    for (int bits : List.of(0, 128, 256, 512)) {
      for (int workers : List.of(1, 3)) {
        var target = new Target(bits, workers, 32 << 10, 1 << 20, 2 << 20);
        ScheduledKernel.assertSame(
            run(program, inputs, target), expected, columns + " columns, " + target);
      }
    }
  }

  private static Tensor run(IndexProgram program, Map<String, Tensor> inputs, Target target) {
    Map<String, Long> values = new HashMap<>();
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis axis = size.axes().getFirst();
      values.put(size.name(), ProgramText.named(inputs, axis.tensor()).extent(axis.position()));
    }
    var sizes = new Sizes(program, values);
    Map<String, Tensor> operands = new LinkedHashMap<>(inputs);
    Map<String, List<Long>> strides = new HashMap<>();
    for (TensorDeclaration output : program.targets()) {
      long[] shape = output.type().extents().stream().mapToLong(sizes::value).toArray();
      operands.put(output.name(), Tensor.zeros(output.type().elementType(), shape));
    }
    operands.forEach(
        (name, tensor) ->
            strides.put(name, tensor.rank() == 1 ? List.of(1L) : List.of(tensor.extent(1), 1L)));
    Compilation compilation =
        Pipeline.compile(
            new ExecutionPlan(program, program),
            new PipelineOptions(
                Map.of(),
                false,
                Map.of(),
                KernelClassCompiler.PACKAGE,
                Optional.of(new CallShape(values, strides)),
                target,
                Arithmetic.DETERMINISTIC));
    Tensor[] ordered =
        compilation.operands().stream()
            .map(operand -> ProgramText.named(operands, operand.name()))
            .toArray(Tensor[]::new);
    long[] passed =
        compilation.sizes().stream().mapToLong(name -> ProgramText.named(values, name)).toArray();
    try (var pool = new WorkerPool(target.threads())) {
      for (EmittedSource source : compilation.sources()) {
        int workers = compilation.parallel() ? target.threads() : 1;
        pool.run(new KernelClassCompiler().compile(source), ordered, passed, workers);
      }
    }
    return ProgramText.named(operands, "P");
  }

  private static Tensor numbers(long... shape) {
    long count = shape[0] * shape[1];
    Tensor flat = Tensor.zeros(ElementType.F32, count);
    for (long n = 0; n < count; n++) {
      flat.setLong(n * 7 % 11 - 5, n);
    }
    return flat.reshape(shape);
  }
}
