package dev.einkorn.compiler;

import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.jit.KernelCache;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Strided;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Checks a program for the tensors of a call, wherever they lie: types and ranks once for each
 * combination, extents at each call.
 */
final class Specializer {
  private static final int MOST_SPECIALIZATIONS = 256;

  /** Types and ranks, and where it matters which axes have extent 1. */
  private record SignatureKey(List<ElementType> types, List<List<Boolean>> axes) {}

  private final Frontend frontend;
  private final KernelCache<SignatureKey, Specialization> specializations =
      new KernelCache<>(MOST_SPECIALIZATIONS);

  Specializer(Frontend frontend) {
    this.frontend = frontend;
  }

  /**
   * The program for these tensors, which it accepts.
   *
   * @throws CompileException if names, ranks, extents or types do not fit the program
   * @throws KernelException if a subscript leaves its tensor
   */
  Specialization specialize(Map<String, ? extends Strided> tensors) {
    List<ElementType> types = new ArrayList<>();
    List<List<Boolean>> axes = new ArrayList<>();
    int present = 0;
    for (Frontend.Parameter parameter : frontend.inputs()) {
      Strided tensor = tensors.get(parameter.name());
      if (tensor != null) {
        present++;
        types.add(tensor.elementType());
        axes.add(unitAxes(tensor));
      }
    }
    if (present != frontend.inputs().size() || present != tensors.size()) {
      check(tensors);
      // What the header declares, the checker does without; a call does not.
      for (Frontend.Parameter parameter : frontend.inputs()) {
        if (!tensors.containsKey(parameter.name())) {
          throw frontend.missing(parameter.name());
        }
      }
      throw new AssertionError("the checker accepts the wrong names " + tensors.keySet());
    }
    var key = new SignatureKey(types, axes);
    Specialization specialization =
        specializations.get(
            key,
            () -> CompilerThread.call(() -> new Specialization(frontend.check(types(tensors)))));
    if (!specialization.accepts(tensors)) {
      check(tensors);
      // A position that the checker could not judge; it is refused whether or not a loop would
      // reach it.
      throw new KernelException(
          KernelException.Code.INDEX_OUT_OF_RANGE,
          specialization
              .outOfRange(tensors)
              .orElseThrow(() -> new AssertionError("unexplained refusal of " + tensors)));
    }
    return specialization;
  }

  /** The error of a call whose names are not those of the program. */
  RuntimeException refusal(
      Map<String, ? extends Strided> inputs, Map<String, ? extends Strided> outputs) {
    Map<String, Strided> passed = new LinkedHashMap<>(inputs);
    for (String name : frontend.accumulated()) {
      Strided current = outputs.get(name);
      if (current != null) {
        passed.putIfAbsent(name, current);
      }
    }
    try {
      specialize(passed);
    } catch (RuntimeException e) {
      return e;
    }
    for (String name : outputs.keySet()) {
      if (!frontend.outputs().contains(name)) {
        return new IllegalArgumentException(
            "UNKNOWN_OUTPUT: the program has no output "
                + name
                + "; its outputs are "
                + frontend.outputs());
      }
    }
    throw new AssertionError("no error in " + inputs.keySet() + " and " + outputs.keySet());
  }

  /** Throws the errors that the checker finds for these tensors, if it finds any. */
  private void check(Map<String, ? extends Strided> tensors) {
    Map<String, InputType> types = types(tensors);
    CompilerThread.call(() -> frontend.check(types));
  }

  private List<Boolean> unitAxes(Strided tensor) {
    if (!frontend.dependsOnUnitExtents()) {
      return Collections.nCopies(tensor.rank(), false);
    }
    return Arrays.stream(tensor.shape()).mapToObj(extent -> extent == 1).toList();
  }

  /** What is known of the tensors, those of the program first and in its order. */
  private Map<String, InputType> types(Map<String, ? extends Strided> tensors) {
    Map<String, Strided> ordered = new LinkedHashMap<>();
    for (Frontend.Parameter parameter : frontend.inputs()) {
      Strided tensor = tensors.get(parameter.name());
      if (tensor != null) {
        ordered.put(parameter.name(), tensor);
      }
    }
    tensors.forEach(ordered::putIfAbsent);
    Map<String, InputType> types = new LinkedHashMap<>();
    ordered.forEach(
        (name, tensor) ->
            types.put(
                name,
                new InputType(
                    tensor.elementType(),
                    Arrays.stream(tensor.shape()).mapToObj(OptionalLong::of).toList())));
    return types;
  }
}
