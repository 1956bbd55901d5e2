package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.cuda.DeviceFailure;
import dev.einkorn.compiler.emit.cuda.DeviceProgram;
import dev.einkorn.compiler.emit.cuda.Launch;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.runtime.cuda.CudaException;
import dev.einkorn.runtime.cuda.CudaFunction;
import dev.einkorn.runtime.cuda.CudaModule;
import dev.einkorn.runtime.cuda.DeviceTensor;
import dev.einkorn.runtime.cuda.KernelArguments;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * All launches of calls of one plan, with operands of its sizes and strides: grids, sizes and
 * strides are worked out once. Immutable.
 */
final class DeviceCall {
  /** Puts one argument behind those before it; takes the tensors of the call by name. */
  private interface Argument extends BiConsumer<KernelArguments, Map<String, DeviceTensor>> {}

  /** A kernel with all that does not change from call to call. */
  private record Bound(
      CudaFunction function, dev.einkorn.runtime.cuda.Launch launch, List<Argument> arguments) {}

  /** What a kernel can take since CUDA 12.1; NVRTC of before refuses more than 4096. */
  private static final long MOST_PARAMETER_BYTES = 32_764;

  /** The name of the tensor that kernels note failures in; no program has such a name. */
  private static final String FAILURE = "failure.";

  private final CudaDevice device;
  private final DevicePlan plan;
  private final List<Bound> launches = new ArrayList<>();

  /**
   * Compiles and loads the kernels that are not there yet.
   *
   * @throws CudaException if the device refuses them
   * @throws ScheduleException if one has more parameters than a kernel can have
   */
  DeviceCall(CudaBackend backend, DevicePlan plan) {
    this.device = backend.device();
    this.plan = plan;
    DeviceProgram program = plan.program();
    Map<String, List<Long>> strides = new LinkedHashMap<>();
    plan.operands().forEach((name, geometry) -> strides.put(name, geometry.strides()));
    plan.layout()
        .temporaries()
        .forEach(
            it ->
                strides.put(
                    it.declaration().name(),
                    Geometry.rowMajor(
                            it.elementType(),
                            it.shape().stream().mapToLong(Long::longValue).toArray())
                        .strides()));
    CudaModule module = backend.load(program);
    Map<String, CudaFunction> functions = new HashMap<>();
    for (Launch launch : program.launches()) {
      if (launch.blocks(plan.sizes()::value) > 0) {
        launches.add(
            new Bound(
                functions.computeIfAbsent(launch.kernel(), module::function),
                geometry(launch),
                arguments(launch, strides)));
      }
    }
  }

  private dev.einkorn.runtime.cuda.Launch geometry(Launch launch) {
    return new dev.einkorn.runtime.cuda.Launch(
        blocks(launch, launch.gridX().evaluate(plan.sizes()::value)),
        blocks(launch, launch.gridY().evaluate(plan.sizes()::value)),
        1,
        launch.blockX(),
        launch.blockY(),
        1,
        launch.dynamicSharedBytes());
  }

  private static int blocks(Launch launch, long count) {
    if (count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s needs %s blocks; a GPU launches %s at most"
              .formatted(launch.kernel(), count, Integer.MAX_VALUE));
    }
    return (int) count;
  }

  private List<Argument> arguments(Launch launch, Map<String, List<Long>> strides) {
    long bytes = launch.parameterBytes(plan.program().wide());
    if (bytes > MOST_PARAMETER_BYTES) {
      throw new ScheduleException(
          "%s takes %s bytes of pointers, sizes and strides; a kernel can take %s: let several"
                  .formatted(launch.kernel(), bytes, MOST_PARAMETER_BYTES)
              + " statements compute it");
    }
    List<Argument> arguments = new ArrayList<>();
    for (Launch.Argument argument : launch.arguments()) {
      arguments.add(
          switch (argument) {
            case Launch.Argument.Pointer(String tensor, _) -> pointer(tensor);
            case Launch.Argument.Failure _ -> pointer(FAILURE);
            case Launch.Argument.Size(Extent extent) -> number(plan.sizes().value(extent));
            case Launch.Argument.Stride(String tensor, int axis) ->
                number(named(strides, tensor).get(axis));
          });
    }
    return List.copyOf(arguments);
  }

  private static Argument pointer(String tensor) {
    return (arguments, tensors) -> arguments.tensor(named(tensors, tensor));
  }

  /** A size or a stride, in the width that the kernels have. */
  private Argument number(long value) {
    if (plan.program().wide()) {
      return (arguments, _) -> arguments.i64(value);
    }
    int narrow = Math.toIntExact(value);
    return (arguments, _) -> arguments.i32(narrow);
  }

  private static <T> T named(Map<String, T> values, String name) {
    T value = values.get(name);
    if (value == null) {
      throw new AssertionError("a launch without " + name);
    }
    return value;
  }

  /**
   * Puts all launches into the device's stream. Returns before they have run, unless the program
   * may fail for values of its inputs.
   *
   * @param operands inputs and outputs by name, of the geometries of the plan
   * @throws KernelException if the program has met values for which there is no result
   * @throws CudaException if the device has not enough memory, or is lost
   */
  void run(Map<String, DeviceTensor> operands) {
    List<DeviceTensor> own = new ArrayList<>();
    try {
      Map<String, DeviceTensor> tensors = new HashMap<>(operands);
      temporaries(tensors, own);
      boolean mayFail = plan.program().mayFail();
      if (mayFail) {
        tensors.put(FAILURE, keep(own, device.zeros(ElementType.I64, DeviceFailure.WORDS)));
      }
      for (Bound bound : launches) {
        var arguments = new KernelArguments();
        bound.arguments.forEach(argument -> argument.accept(arguments, tensors));
        bound.function.launch(device.stream(), bound.launch, arguments);
      }
      if (mayFail) {
        long[] words = named(tensors, FAILURE).download().toLongArray();
        DeviceFailure.of(words, plan.program().places())
            .ifPresent(
                failure -> {
                  throw failure;
                });
      }
    } finally {
      // The pool gives their memory to later work only, in the order of the stream.
      own.forEach(DeviceTensor::close);
    }
  }

  /** Views of new memory, one for each temporary; both are closed with the call. */
  private void temporaries(Map<String, DeviceTensor> tensors, List<DeviceTensor> own) {
    List<DeviceTensor> arenas = new ArrayList<>();
    for (WorkspaceLayout.Arena arena : plan.layout().arenas()) {
      arenas.add(keep(own, device.allocate(arena.elementType(), arena.elements())));
    }
    for (WorkspaceLayout.Temporary temporary : plan.layout().temporaries()) {
      long end = temporary.offset() + temporary.elements();
      DeviceTensor slice =
          keep(own, arenas.get(temporary.arena()).slice(0, temporary.offset(), end, 1));
      long[] shape = temporary.shape().stream().mapToLong(Long::longValue).toArray();
      tensors.put(temporary.declaration().name(), keep(own, slice.reshape(shape)));
    }
  }

  private static DeviceTensor keep(List<DeviceTensor> own, DeviceTensor tensor) {
    own.add(tensor);
    return tensor;
  }
}
