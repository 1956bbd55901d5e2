package dev.einkorn.compiler.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;

/**
 * A program with its inputs, given as nested Java arrays or boxed scalars.
 *
 * @param inputs by name
 */
record Example(String program, Map<String, Tensor> inputs) {
  private static final Einkorn INTERPRETER = Einkorn.builder().backend(Backend.REFERENCE).build();

  private static final ThreadLocal<List<Example>> COLLECTED = new ThreadLocal<>();

  /** What asks for examples. */
  interface Test {
    Object run() throws ReflectiveOperationException;
  }

  /** Adds the examples that a test asks for to a list; they are not computed. */
  static void collect(List<Example> into, Test test) throws ReflectiveOperationException {
    COLLECTED.set(into);
    try {
      test.run();
    } finally {
      COLLECTED.remove();
    }
  }

  static Example of(String program) {
    return new Example(program, Map.of());
  }

  /** This with one more input. */
  Example with(String name, Object value) {
    Map<String, Tensor> more = new LinkedHashMap<>(inputs);
    more.put(name, tensor(value));
    return new Example(program, more);
  }

  /** Asserts that the program's only output equals {@code expected}, bit for bit and in type. */
  void gives(Object expected) {
    Tensor tensor = tensor(expected);
    check(Example::single, tensor, Tensor::contentEquals);
  }

  /** Asserts that the output of this name equals {@code expected}; further outputs may follow. */
  Example gives(String output, Object expected) {
    Tensor tensor = tensor(expected);
    check(outputs -> named(outputs, output), tensor, Tensor::contentEquals);
    return this;
  }

  /**
   * Asserts that the only output differs from {@code expected} by what rounding explains: each side
   * makes at most {@code operations} roundings on the way to an element, each of half a unit in the
   * last place of a value no larger than {@code scale}, or of a whole unit for functions such as
   * exp.
   */
  void givesWithin(int operations, double scale, Object expected) {
    Tensor tensor = tensor(expected);
    double bound =
        2 * operations * scale * (tensor.elementType() == ElementType.F32 ? 0x1p-23 : 0x1p-52);
    check(Example::single, tensor, (actual, wanted) -> isWithin(bound, actual, wanted));
  }

  private interface Selection {
    Tensor of(Map<String, Tensor> outputs);
  }

  private void check(Selection output, Tensor expected, BiPredicate<Tensor, Tensor> isEqual) {
    List<Example> collected = COLLECTED.get();
    if (collected != null) {
      collected.add(this);
      return;
    }
    Map<String, Map<String, Tensor>> results = new LinkedHashMap<>();
    results.put("compiled", Einkorn.compile(program).call(inputs));
    results.put("compiled, other strides", Einkorn.compile(program).call(inputs(Example::strided)));
    results.put("interpreted", INTERPRETER.prepare(program).call(inputs));
    results.forEach(
        (how, outputs) -> {
          Tensor actual = output.of(outputs);
          String name = how + ": " + program;
          assertThat(actual.elementType()).as(name).isEqualTo(expected.elementType());
          assertThat(actual.shape()).as(name).isEqualTo(expected.shape());
          assertThat(isEqual.test(actual, expected))
              .as(() -> "%s\nexpected %s\nbut was %s".formatted(name, expected, actual))
              .isTrue();
        });
  }

  private Map<String, Tensor> inputs(UnaryOperator<Tensor> change) {
    Map<String, Tensor> changed = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> changed.put(name, change.apply(tensor)));
    return changed;
  }

  /** The same values with the first axis fastest, stored backwards at every other element. */
  private static Tensor strided(Tensor tensor) {
    int rank = tensor.rank();
    long[] reversed = new long[rank + 1];
    for (int axis = 0; axis < rank; axis++) {
      reversed[axis] = tensor.extent(rank - 1 - axis);
    }
    reversed[rank] = 2;
    Tensor view = Tensor.zeros(tensor.elementType(), reversed).select(rank, 1).transpose();
    for (int axis = 0; axis < rank; axis++) {
      view = view.reverse(axis);
    }
    view.copyFrom(tensor);
    return view;
  }

  private static Tensor single(Map<String, Tensor> outputs) {
    assertThat(outputs).hasSize(1);
    return outputs.values().iterator().next();
  }

  private static Tensor named(Map<String, Tensor> outputs, String name) {
    Tensor tensor = outputs.get(name);
    if (tensor == null) {
      throw new AssertionError("no output " + name + " but " + outputs.keySet());
    }
    return tensor;
  }

  private static boolean isWithin(double bound, Tensor actual, Tensor expected) {
    double[] a = actual.toDoubleArray();
    double[] e = expected.toDoubleArray();
    for (int n = 0; n < e.length; n++) {
      if (Double.compare(a[n], e[n]) != 0 && !(Math.abs(a[n] - e[n]) <= bound)) {
        return false;
      }
    }
    return true;
  }

  /** The tensor of a nested Java array, its type that of the array's elements. */
  static Tensor tensor(Object nested) {
    List<Object> elements = new ArrayList<>();
    List<Long> shape = new ArrayList<>();
    Object first = nested;
    while (first.getClass().isArray()) {
      shape.add((long) Array.getLength(first));
      first = Array.get(first, 0);
    }
    flatten(nested, elements);
    long[] extents = shape.stream().mapToLong(extent -> extent).toArray();
    assertThat(elements).hasSize((int) Arrays.stream(extents).reduce(1, (a, b) -> a * b));
    Tensor tensor = Tensor.zeros(type(first), elements.size());
    for (int n = 0; n < elements.size(); n++) {
      switch (elements.get(n)) {
        case Boolean value -> tensor.setBoolean(value, n);
        case Integer value -> tensor.setLong(value, n);
        case Long value -> tensor.setLong(value, n);
        case Number value -> tensor.set(value.doubleValue(), n);
        case Object other -> throw new IllegalArgumentException("no element: " + other);
      }
    }
    return tensor.reshape(extents);
  }

  private static ElementType type(Object element) {
    return switch (element) {
      case Float _ -> ElementType.F32;
      case Double _ -> ElementType.F64;
      case Integer _ -> ElementType.I32;
      case Long _ -> ElementType.I64;
      case Boolean _ -> ElementType.BOOL;
      case Object other -> throw new IllegalArgumentException("no element: " + other);
    };
  }

  private static void flatten(Object nested, List<Object> elements) {
    if (!nested.getClass().isArray()) {
      elements.add(nested);
      return;
    }
    for (int n = 0; n < Array.getLength(nested); n++) {
      flatten(Array.get(nested, n), elements);
    }
  }
}
