package dev.einkorn.compiler.emit.cuda;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.PositionMagnitude;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.compiler.pass.DevicePipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A program with inputs, compiled for a device.
 *
 * @param program as checked
 * @param plan whose operands the device program has
 * @param inputs by name
 */
public record DeviceCase(
    IndexProgram program,
    ExecutionPlan plan,
    DeviceProgram device,
    Sizes sizes,
    Map<String, Tensor> inputs) {

  /** The program in its written order, scheduled for the sizes and strides of the inputs. */
  public static DeviceCase of(
      IndexProgram program, Map<String, Tensor> inputs, Arithmetic arithmetic) {
    return of(program, inputs, arithmetic, Map.of());
  }

  /** The same with pinned schedules. */
  public static DeviceCase of(
      IndexProgram program,
      Map<String, Tensor> inputs,
      Arithmetic arithmetic,
      Map<String, Schedule> schedules) {
    ExecutionPlan plan = Planner.plan(program);
    IndexProgram optimized = plan.optimized();
    Sizes sizes = sizes(optimized, inputs);
    Map<String, Layout> layouts = new LinkedHashMap<>();
    Map<String, List<Long>> strides = new LinkedHashMap<>();
    operands(optimized, sizes, inputs)
        .forEach(
            (name, tensor) -> {
              layouts.put(name, layout(tensor));
              strides.put(name, strides(tensor));
            });
    boolean wide = PositionMagnitude.exceedsInt(optimized, sizes::value);
    var options =
        new PipelineOptions(
            layouts,
            wide,
            schedules,
            "unused",
            Optional.of(new CallShape(sizes.byName(), strides)),
            Target.SCALAR,
            arithmetic);
    return new DeviceCase(program, plan, DevicePipeline.compile(plan, options), sizes, inputs);
  }

  /** The device programs of some cases. */
  public static List<DeviceProgram> devices(List<DeviceCase> cases) {
    return cases.stream().map(DeviceCase::device).toList();
  }

  private static Sizes sizes(IndexProgram program, Map<String, Tensor> inputs) {
    Map<String, Long> values = new LinkedHashMap<>();
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis axis = size.axes().getFirst();
      values.put(size.name(), ProgramText.named(inputs, axis.tensor()).extent(axis.position()));
    }
    return new Sizes(program, values);
  }

  private static List<Long> strides(Tensor tensor) {
    return LongStream.range(0, tensor.rank())
        .map(axis -> tensor.stride((int) axis))
        .boxed()
        .toList();
  }

  private static Layout layout(Tensor tensor) {
    int unit = Layout.NO_AXIS;
    for (int axis = 0; axis < tensor.rank(); axis++) {
      if (tensor.stride(axis) == 1 && (tensor.extent(axis) > 1 || unit == Layout.NO_AXIS)) {
        unit = axis;
      }
    }
    return new Layout(Layout.Storage.ARRAY, unit);
  }

  /** Inputs, then targets, new ones where the caller passes none. */
  private static Map<String, Tensor> operands(
      IndexProgram program, Sizes sizes, Map<String, Tensor> inputs) {
    Map<String, Tensor> operands = new LinkedHashMap<>();
    for (TensorDeclaration input : program.inputs()) {
      operands.put(input.name(), ProgramText.named(inputs, input.name()));
    }
    for (TensorDeclaration target : program.targets()) {
      Tensor initial = inputs.get(target.name());
      long[] shape = target.type().extents().stream().mapToLong(sizes::value).toArray();
      Tensor own = Tensor.zeros(target.type().elementType(), shape);
      if (initial != null) {
        own.copyFrom(initial);
      }
      operands.put(target.name(), own);
    }
    return operands;
  }

  /**
   * The outputs, computed on a device that has compiled this program.
   *
   * @throws KernelException if the program meets values for which there is no result
   */
  public Map<String, Tensor> run(
      CpuDevice cpu, int number, CpuDevice.Order order, boolean javaFunctions) {
    Map<String, Tensor> operands = operands(plan.optimized(), sizes, inputs);
    long[] failure = cpu.run(number, operands, sizes::value, order, javaFunctions);
    DeviceFailure.of(failure, device.places())
        .ifPresent(
            e -> {
              throw e;
            });
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    program.outputs().forEach(name -> outputs.put(name, ProgramText.named(operands, name)));
    return outputs;
  }

  /** The outputs, computed by the interpreter. */
  public Map<String, Tensor> expected() {
    return ReferenceInterpreter.evaluate(program, inputs);
  }
}
