package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the outputs of one call go: each is computed into a tensor that shares no memory with an
 * input or another output, and copied from there where the caller's own tensor does.
 */
final class OutputBinding {
  private final Map<String, Tensor> computed = new LinkedHashMap<>();
  private final Map<String, Tensor> results = new LinkedHashMap<>();

  /**
   * Checks and prepares the outputs.
   *
   * @param passed the inputs, with the first values of accumulated outputs
   * @param outputs the caller's own output tensors, some or all
   */
  OutputBinding(
      Specialization specialization,
      Sizes sizes,
      Map<String, Tensor> passed,
      Map<String, Tensor> outputs) {
    List<String> names = specialization.program().outputs();
    for (String name : outputs.keySet()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "UNKNOWN_OUTPUT: the program has no output " + name + "; its outputs are " + names);
      }
    }
    for (String name : names) {
      ElementType type = specialization.program().typeOf(name).elementType();
      long[] shape = specialization.shape(name, sizes);
      Tensor initial = passed.get(name);
      Tensor wanted = outputs.get(name);
      if (wanted == null) {
        Tensor fresh = initial == null ? Tensor.zeros(type, shape) : initial.copy();
        computed.put(name, fresh);
        results.put(name, fresh);
      } else {
        check(name, wanted, type, shape);
        computed.put(name, target(name, wanted, initial, passed));
        results.put(name, wanted);
      }
    }
  }

  /** The tensors that kernels write, by name. */
  Map<String, Tensor> computed() {
    return computed;
  }

  /** Copies what was computed aside, and gives all outputs by name. */
  Map<String, Tensor> finish() {
    results.forEach(
        (name, result) -> {
          Tensor source = computed.get(name);
          if (source != null && source != result) {
            result.copyFrom(source);
          }
        });
    return results;
  }

  /** The caller's tensor itself, or a tensor aside if writing it would disturb another one. */
  private Tensor target(
      String name, Tensor wanted, @Nullable Tensor initial, Map<String, Tensor> passed) {
    boolean shared = results.values().stream().anyMatch(wanted::overlaps);
    for (Map.Entry<String, Tensor> input : passed.entrySet()) {
      shared |= !input.getKey().equals(name) && wanted.overlaps(input.getValue());
    }
    if (initial == null) {
      return shared ? Tensor.zeros(wanted.elementType(), wanted.shape()) : wanted;
    }
    if (shared) {
      return initial.copy();
    }
    if (initial != wanted) {
      wanted.copyFrom(initial);
    }
    return wanted;
  }

  private static void check(String name, Tensor tensor, ElementType type, long[] shape) {
    if (tensor.elementType() != type || !Arrays.equals(tensor.shape(), shape)) {
      throw new IllegalArgumentException(
          "OUTPUT_MISMATCH: output %s is %s%s in the program, but the tensor passed for it is %s%s"
              .formatted(name, type, text(shape), tensor.elementType(), text(tensor.shape())));
    }
    if (!tensor.isWritableView()) {
      throw new IllegalArgumentException(
          "OUTPUT_MISMATCH: output "
              + name
              + " is a view in which two positions share an element, such as a broadcast; pass a"
              + " copy");
    }
  }

  private static String text(long[] shape) {
    return Arrays.toString(shape).replace(" ", "");
  }
}
