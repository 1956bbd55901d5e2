package dev.einkorn.compiler;

import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.random.Profile;
import dev.einkorn.compiler.random.RandomInputs;
import dev.einkorn.compiler.random.RandomProgram;
import dev.einkorn.compiler.random.Risk;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Programs as text, checked the way the facade checks them, and inputs to call them with. */
@SuppressWarnings("exports") // Tests are no part of the module, though javac patches them into it.
public final class ProgramText {
  private static final long[] EXTENTS = {3, 4, 2, 5, 1};

  private ProgramText() {}

  /** The program for inputs of unknown sizes, {@code f32} unless its header says otherwise. */
  public static IndexProgram check(String text) {
    return check(text, Map.of());
  }

  /** The program, with what is known of some inputs. */
  public static IndexProgram check(String text, Map<String, InputType> known) {
    return check(new TextFrontend(SourceText.of(text)), known);
  }

  /** The program of an einsum string, whose operands are named A, B and so on. */
  public static IndexProgram checkEinsum(String subscripts, Map<String, InputType> known) {
    return check(new EinsumFrontend(subscripts), known);
  }

  private static IndexProgram check(Frontend frontend, Map<String, InputType> known) {
    Map<String, InputType> types = new LinkedHashMap<>();
    for (Frontend.Parameter input : frontend.inputs()) {
      InputType type = known.get(input.name());
      types.put(
          input.name(),
          type != null
              ? type
              : InputType.ofRank(input.declared().orElse(ElementType.F32), input.rank()));
    }
    return frontend.check(types);
  }

  /** Small whole numbers in strided views; the sizes of the program are 3, 4, 2, 5, 1, 3, ... */
  public static Map<String, Tensor> drawInputs(IndexProgram program, long seed) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    List<SizeParameter> parameters = program.sizes();
    for (int n = 0; n < parameters.size(); n++) {
      sizes.put(parameters.get(n).name(), EXTENTS[n % EXTENTS.length]);
    }
    return RandomInputs.draw(new RandomProgram(seed, Profile.EXACT, program, sizes, Risk.NONE));
  }

  /** What a plan never stores, as {@code explain} says it. */
  public static List<String> neverStored(ExecutionPlan plan) {
    return NeverStored.of(plan).stream()
        .map(value -> value.text() + "  (" + value.type() + ")")
        .toList();
  }

  /** The types of tensors, with all of their extents known. */
  public static Map<String, InputType> types(Map<String, Tensor> tensors) {
    Map<String, InputType> types = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) ->
            types.put(
                name,
                new InputType(
                    tensor.elementType(),
                    Arrays.stream(tensor.shape()).mapToObj(OptionalLong::of).toList())));
    return types;
  }

  /** The value of this name, which must be there. */
  public static <T> T named(Map<String, T> values, String name) {
    T value = values.get(name);
    if (value == null) {
      throw new AssertionError("there is no " + name + " in " + values.keySet());
    }
    return value;
  }

  /** What the facade makes of a checked program. */
  public static CompiledProgram compile(Einkorn einkorn, IndexProgram program) {
    return new CompiledProgram(einkorn, new CheckedFrontend(program));
  }
}
