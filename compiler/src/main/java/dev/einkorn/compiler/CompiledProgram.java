package dev.einkorn.compiler;

import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.jit.KernelCache;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A program that can be called again and again, with tensors of any sizes, strides and storage.
 * Kernels are compiled when a combination of element types, ranks and layouts is first seen, and
 * kept. Immutable to its callers and safe to share between threads.
 *
 * {@snippet lang=java :
 * CompiledProgram f = Einkorn.compile("E[n,k,d] = A[n,h,d] * B[k,h,d]");
 * Tensor e = f.call(Map.of("A", a, "B", b)).get("E");
 * }
 */
public final class CompiledProgram {
  private static final int MOST_SPECIALIZATIONS = 256;

  /** Types and ranks, and where it matters which axes have extent 1. */
  private record SignatureKey(List<ElementType> types, List<List<Boolean>> axes) {}

  private final Einkorn einkorn;
  private final Frontend frontend;
  private final KernelCache<SignatureKey, Specialization> specializations =
      new KernelCache<>(MOST_SPECIALIZATIONS);

  CompiledProgram(Einkorn einkorn, Frontend frontend) {
    this.einkorn = einkorn;
    this.frontend = frontend;
  }

  /** Names of the tensors that a call must pass, in order of first appearance. */
  public List<String> inputNames() {
    return frontend.inputs().stream().map(Frontend.Parameter::name).toList();
  }

  /** Tensors by the names of the inputs, in order; superfluous ones get names that no input has. */
  Map<String, Tensor> named(List<Tensor> tensors) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (int n = 0; n < tensors.size(); n++) {
      boolean known = n < frontend.inputs().size();
      named.put(known ? frontend.inputs().get(n).name() : "operand " + (n + 1), tensors.get(n));
    }
    return named;
  }

  /**
   * Computes the outputs into new row-major tensors.
   *
   * @param inputs by name; for an accumulated output ({@code C[i] += ...}) also its first value,
   *     which is not changed
   * @return the outputs by name, in the order of the program
   * @throws CompileException if names, ranks, extents or types do not fit the program, with every
   *     error
   * @throws KernelException if the computation itself fails, for instance by an integer division by
   *     zero
   * @throws MemoryBudgetException if the temporaries would exceed the memory budget
   */
  public Map<String, Tensor> call(Map<String, Tensor> inputs) {
    return call(inputs, Map.of());
  }

  /**
   * Computes the outputs, some or all into the caller's tensors.
   *
   * @param inputs by name
   * @param outputs tensors to write to, by name, of the exact type and shape and of any strides
   *     that do not make two positions share an element. One that overlaps an input or another
   *     output is computed aside and then copied. An accumulated output is read first, unless
   *     {@code inputs} has its first value.
   * @return all outputs by name; the caller's own tensor objects where given
   * @throws IllegalArgumentException if an output is unknown, of another type or shape, or writes
   *     an element twice
   * @throws CompileException as for {@link #call(Map)}
   * @throws KernelException as for {@link #call(Map)}; the caller's outputs are then undefined
   */
  public Map<String, Tensor> call(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    Map<String, Tensor> passed = new LinkedHashMap<>(inputs);
    for (String name : frontend.accumulated()) {
      Tensor current = outputs.get(name);
      if (current != null) {
        passed.putIfAbsent(name, current);
      }
    }
    Specialization specialization = specialize(passed);
    Sizes sizes = specialization.sizes(passed);
    einkorn.checkBudget(specialization.temporaryBytes(sizes));
    var binding = new OutputBinding(specialization, sizes, passed, outputs);
    if (einkorn.backend() == Backend.REFERENCE) {
      Map<String, Tensor> values =
          CompilerThread.call(
              () -> ReferenceInterpreter.evaluate(specialization.program(), passed));
      binding.computed().forEach((name, tensor) -> tensor.copyFrom(value(values, name)));
    } else {
      run(specialization, passed, sizes, binding.computed());
    }
    return binding.finish();
  }

  /**
   * The plan for inputs of these types, sizes and layouts, with row-major outputs; nothing is
   * computed.
   *
   * @throws CompileException as for {@link #call(Map)}
   */
  public Plan plan(Map<String, Tensor> inputs) {
    Specialization specialization = specialize(inputs);
    Sizes sizes = specialization.sizes(inputs);
    List<Layout> layouts = new ArrayList<>();
    IndexProgram optimized = specialization.plan().optimized();
    optimized
        .inputs()
        .forEach(input -> layouts.add(Executable.layout(value(inputs, input.name()))));
    optimized.targets().forEach(target -> layouts.add(Layout.rowMajor(target.type().rank())));
    boolean wide =
        specialization.needsLongPositions(sizes)
            || inputs.values().stream().anyMatch(Executable::isWide);
    var key = new Executable.Key(specialization.plan(), layouts, wide, einkorn.schedules());
    return new Plan(specialization, Executable.compilation(key), Optional.of(sizes));
  }

  /**
   * The plan for row-major inputs of unknown sizes.
   *
   * @param elementType of every input whose type the program does not declare
   * @throws CompileException if the program is wrong for such inputs, or the rank of an input
   *     cannot be known
   */
  public Plan plan(ElementType elementType) {
    Map<String, InputType> types = new LinkedHashMap<>();
    for (Frontend.Parameter parameter : frontend.inputs()) {
      if (parameter.rank() < 0) {
        throw new IllegalArgumentException(
            "the rank of " + parameter.name() + " is not known without a tensor; pass the inputs");
      }
      ElementType type = parameter.declared().orElse(elementType);
      types.put(parameter.name(), InputType.ofRank(type, parameter.rank()));
    }
    Specialization specialization =
        CompilerThread.call(() -> new Specialization(frontend.check(types)));
    List<Layout> layouts = new ArrayList<>();
    IndexProgram optimized = specialization.plan().optimized();
    for (TensorDeclaration tensor : optimized.inputs()) {
      layouts.add(Layout.rowMajor(tensor.type().rank()));
    }
    for (TensorDeclaration tensor : optimized.targets()) {
      layouts.add(Layout.rowMajor(tensor.type().rank()));
    }
    boolean wide = specialization.needsLongPositions();
    var key = new Executable.Key(specialization.plan(), layouts, wide, einkorn.schedules());
    return new Plan(specialization, Executable.compilation(key), Optional.empty());
  }

  private Specialization specialize(Map<String, Tensor> tensors) {
    List<ElementType> types = new ArrayList<>();
    List<List<Boolean>> axes = new ArrayList<>();
    int present = 0;
    for (Frontend.Parameter parameter : frontend.inputs()) {
      Tensor tensor = tensors.get(parameter.name());
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

  /** Throws the errors that the checker finds for these tensors, if it finds any. */
  private void check(Map<String, Tensor> tensors) {
    Map<String, InputType> types = types(tensors);
    CompilerThread.call(() -> frontend.check(types));
  }

  private List<Boolean> unitAxes(Tensor tensor) {
    if (!frontend.dependsOnUnitExtents()) {
      return Collections.nCopies(tensor.rank(), false);
    }
    return Arrays.stream(tensor.shape()).mapToObj(extent -> extent == 1).toList();
  }

  /** What is known of the tensors, those of the program first and in its order. */
  private Map<String, InputType> types(Map<String, Tensor> tensors) {
    Map<String, Tensor> ordered = new LinkedHashMap<>();
    for (Frontend.Parameter parameter : frontend.inputs()) {
      Tensor tensor = tensors.get(parameter.name());
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

  private void run(
      Specialization specialization,
      Map<String, Tensor> inputs,
      Sizes sizes,
      Map<String, Tensor> computed) {
    List<Tensor> operands = new ArrayList<>();
    IndexProgram optimized = specialization.plan().optimized();
    for (TensorDeclaration input : optimized.inputs()) {
      operands.add(value(inputs, input.name()));
    }
    for (TensorDeclaration target : optimized.targets()) {
      Tensor output = computed.get(target.name());
      operands.add(
          output != null
              ? output
              : Tensor.zeros(
                  target.type().elementType(), specialization.shape(target.name(), sizes)));
    }
    einkorn
        .executable(key(specialization, operands, sizes))
        .run(operands.toArray(Tensor[]::new), sizes.toArray());
  }

  private Executable.Key key(Specialization specialization, List<Tensor> operands, Sizes sizes) {
    return new Executable.Key(
        specialization.plan(),
        operands.stream().map(Executable::layout).toList(),
        specialization.needsLongPositions(sizes) || operands.stream().anyMatch(Executable::isWide),
        einkorn.schedules());
  }

  private static Tensor value(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalStateException("internal error: no tensor " + name);
    }
    return tensor;
  }
}
