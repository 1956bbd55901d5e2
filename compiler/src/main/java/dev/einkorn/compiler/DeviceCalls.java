package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.jit.KernelCache;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.runtime.cuda.DeviceTensor;
import dev.einkorn.runtime.kernel.Arguments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a program with tensors in the memory of a GPU. As for the host a call is a frame:
 * the inputs of the program in order, then its outputs, null where the call makes a new tensor.
 * What a call needs is worked out once for tensors of one geometry.
 */
final class DeviceCalls {
  private static final int MOST_CALLS = 1024;

  /** What calls of one geometry have in common. */
  private record Kind(DeviceCall call, List<Output> outputs) {}

  /** An output as the program determines it for these inputs. */
  private record Output(String name, ElementType elementType, List<Long> extents) {
    DeviceTensor allocate(CudaDevice device) {
      return device.allocate(elementType, shape());
    }

    long[] shape() {
      return extents.stream().mapToLong(Long::longValue).toArray();
    }
  }

  private final Einkorn einkorn;
  private final Specializer specializer;
  private final List<String> inputs;
  private final List<String> outputs;

  /** For each output which input has its first value, or -1. */
  private final int[] initial;

  private final KernelCache<List<Optional<Geometry>>, Kind> kinds = new KernelCache<>(MOST_CALLS);

  DeviceCalls(
      Einkorn einkorn,
      Specializer specializer,
      List<String> inputs,
      List<String> outputs,
      int[] initial) {
    this.einkorn = einkorn;
    this.specializer = specializer;
    this.inputs = inputs;
    this.outputs = outputs;
    this.initial = initial;
  }

  /** The device of all tensors. */
  CudaDevice device() {
    return einkorn.device();
  }

  /**
   * Fills in the outputs of a frame. What it has made is closed again if the call fails.
   *
   * @throws IllegalArgumentException if an output is of another type or shape, writes an element
   *     twice, or a tensor is on another device
   */
  DeviceTensor[] run(@Nullable DeviceTensor[] frame) {
    CudaDevice device = device();
    for (DeviceTensor tensor : frame) {
      if (tensor != null && tensor.device() != device) {
        throw new IllegalArgumentException(
            "a tensor is on another device than the program: make it by Einkorn.device()");
      }
    }
    @Nullable DeviceTensor[] wanted = separate(frame);
    List<Optional<Geometry>> key =
        Arrays.stream(frame).map(t -> Optional.ofNullable(t).map(Geometry::of)).toList();
    Kind kind = kinds.get(key, () -> bind(frame));
    List<DeviceTensor> made = new ArrayList<>();
    boolean done = false;
    try {
      complete(frame, kind, wanted, made);
      @SuppressWarnings("NullAway") // Every slot is filled by now.
      DeviceTensor[] complete = frame;
      Map<String, DeviceTensor> operands = new HashMap<>();
      for (int n = 0; n < complete.length; n++) {
        operands.put(
            n < inputs.size() ? inputs.get(n) : outputs.get(n - inputs.size()), complete[n]);
      }
      kind.call.run(operands);
      for (int n = 0; n < wanted.length; n++) {
        DeviceTensor output = wanted[n];
        if (output != null) {
          DeviceTensor aside = complete[inputs.size() + n];
          copy(aside, output);
          aside.close();
          complete[inputs.size() + n] = output;
        }
      }
      done = true;
      return complete;
    } finally {
      if (!done) {
        made.forEach(DeviceTensor::close);
      }
    }
  }

  /** Takes those outputs out of a frame that share memory with another tensor of it. */
  private @Nullable DeviceTensor[] separate(@Nullable DeviceTensor[] frame) {
    @Nullable DeviceTensor[] wanted = new @Nullable DeviceTensor[outputs.size()];
    for (int n = 0; n < wanted.length; n++) {
      DeviceTensor output = frame[inputs.size() + n];
      if (output != null && isShared(frame, n, output)) {
        wanted[n] = output;
      }
    }
    for (int n = 0; n < wanted.length; n++) {
      if (wanted[n] != null) {
        frame[inputs.size() + n] = null;
      }
    }
    return wanted;
  }

  /** Whether an output overlaps an input, its own first value apart, or an output before it. */
  private boolean isShared(@Nullable DeviceTensor[] frame, int n, DeviceTensor output) {
    for (int other = 0; other < inputs.size() + n; other++) {
      DeviceTensor tensor = frame[other];
      boolean itself = other == initial[n] && tensor == output;
      if (tensor != null && !itself && output.overlaps(tensor)) {
        return true;
      }
    }
    return false;
  }

  private Kind bind(@Nullable DeviceTensor[] frame) {
    Map<String, DeviceTensor> passed = new LinkedHashMap<>();
    Map<String, Geometry> known = new LinkedHashMap<>();
    for (int n = 0; n < inputs.size(); n++) {
      DeviceTensor input = frame[n];
      if (input != null) {
        passed.put(inputs.get(n), input);
        known.put(inputs.get(n), Geometry.of(input));
      }
    }
    Specialization specialization = specializer.specialize(passed);
    Sizes sizes = specialization.sizes(passed);
    List<Output> written = new ArrayList<>();
    for (int n = 0; n < outputs.size(); n++) {
      String name = outputs.get(n);
      DeviceTensor given = frame[inputs.size() + n];
      written.add(
          new Output(
              name,
              specialization.program().typeOf(name).elementType(),
              Arrays.stream(specialization.shape(name, sizes)).boxed().toList()));
      if (given == null) {
        known.remove(name); // A new output, not the first value that it starts from.
      } else {
        check(written.getLast(), given);
        known.put(name, Geometry.of(given));
      }
    }
    DevicePlan plan = DevicePlan.of(einkorn, specialization, sizes, known);
    plan.requireBudget();
    return new Kind(new DeviceCall(einkorn.cuda(), plan), written);
  }

  private static void check(Output output, DeviceTensor tensor) {
    Arguments.output(output.name, tensor, output.elementType, output.shape());
  }

  /** Makes the outputs that are missing, and gives each accumulated one its first value. */
  private void complete(
      @Nullable DeviceTensor[] frame,
      Kind kind,
      @Nullable DeviceTensor[] wanted,
      List<DeviceTensor> made) {
    for (int n = 0; n < outputs.size(); n++) {
      Output output = kind.outputs.get(n);
      DeviceTensor later = wanted[n];
      if (later != null) {
        check(output, later);
      }
      DeviceTensor given = frame[inputs.size() + n];
      DeviceTensor first = initial[n] < 0 ? null : frame[initial[n]];
      if (given == null) {
        given = output.allocate(device());
        made.add(given);
        frame[inputs.size() + n] = given;
      }
      if (first != null && first != given) {
        copy(first, given);
      }
    }
  }

  /** Copies elements by a program of its own, in the order of the device's stream. */
  private void copy(DeviceTensor from, DeviceTensor to) {
    List<String> axes = new ArrayList<>();
    for (int axis = 0; axis < from.rank(); axis++) {
      axes.add("i" + axis);
    }
    String subscripts = axes.isEmpty() ? "" : "[" + String.join(", ", axes) + "]";
    einkorn
        .program("T%s = S%s".formatted(subscripts, subscripts))
        .callOnDevice(Map.of("S", from), Map.of("T", to));
  }
}
