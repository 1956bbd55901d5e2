package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.Plan;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What the reference interpreter computes, and how far off it a result of another order of
 * operations may be: {@code c * eps} times the largest sum of absolute terms, which the program
 * itself gives for the absolute values of its inputs, with {@code c = 16 + 8 * sqrt(operations of
 * an element)} (roundings taken as independent: Higham, Accuracy and Stability of Numerical
 * Algorithms, section 2.8). Nothing in {@link Mode#STRICT} and for integers.
 *
 * @param expected the reference's outputs, by name
 */
record RoundingBound(Map<String, Tensor> expected, Map<String, Double> allowed) {
  /**
   * Evaluates a program by the interpreter.
   *
   * @param prepare makes the program for an instance
   * @param plan of the program as it was run
   */
  static RoundingBound of(
      Function<Einkorn, CompiledProgram> prepare,
      Map<String, Tensor> inputs,
      Plan plan,
      Mode mode) {
    return of(
        prepare.apply(Einkorn.builder().backend(Backend.REFERENCE).build()), inputs, plan, mode);
  }

  /** The same for what another program computes that stands in for the interpreter. */
  static RoundingBound of(
      CompiledProgram program, Map<String, Tensor> inputs, Plan plan, Mode mode) {
    Map<String, Tensor> expected = program.call(inputs);
    Map<String, Tensor> absolute = absoluteTerms(program, inputs, expected);
    Map<String, Double> allowed = new LinkedHashMap<>();
    expected.forEach(
        (name, tensor) -> {
          boolean exact = mode == Mode.STRICT || !tensor.elementType().isFloating();
          Tensor terms = absolute.getOrDefault(name, tensor);
          double operations = (double) plan.flops() / Math.max(1, tensor.elementCount());
          double scale = Math.max(largest(tensor), largest(terms));
          double epsilon = tensor.elementType() == ElementType.F32 ? Math.ulp(1f) : Math.ulp(1d);
          allowed.put(name, exact ? 0 : (16 + 8 * Math.sqrt(operations)) * epsilon * scale);
        });
    return new RoundingBound(expected, allowed);
  }

  private static Map<String, Tensor> absoluteTerms(
      CompiledProgram program, Map<String, Tensor> inputs, Map<String, Tensor> otherwise) {
    Map<String, Tensor> absolute = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> absolute.put(name, absolute(tensor)));
    try {
      return program.call(absolute);
    } catch (KernelException e) {
      return otherwise; // A gather may depend on a sign.
    }
  }

  private static Tensor absolute(Tensor tensor) {
    if (!tensor.elementType().isFloating()) {
      return tensor;
    }
    double[] values = tensor.cast(ElementType.F64).toDoubleArray();
    for (int n = 0; n < values.length; n++) {
      values[n] = Math.abs(values[n]);
    }
    return Tensor.of(values, tensor.shape()).cast(tensor.elementType());
  }

  /** The largest finite magnitude. */
  private static double largest(Tensor tensor) {
    double largest = 0;
    for (double value : tensor.cast(ElementType.F64).toDoubleArray()) {
      if (Double.isFinite(value)) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }

  /** How the results compare, by output. */
  List<Comparison> compare(Map<String, Tensor> results) {
    return expected.entrySet().stream()
        .map(
            output -> {
              Tensor result = results.get(output.getKey());
              if (result == null) {
                throw new AssertionError(
                    "the reference interpreter alone computes " + output.getKey());
              }
              return Comparison.of(
                  output.getKey(),
                  result,
                  output.getValue(),
                  allowed.getOrDefault(output.getKey(), 0.0));
            })
        .toList();
  }
}
