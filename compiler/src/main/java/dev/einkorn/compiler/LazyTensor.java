package dev.einkorn.compiler;

import dev.einkorn.compiler.check.InputType;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A tensor that is described and not computed. Immutable; one lazy tensor may be used in many
 * compositions. Element type and shape are known and checked when it is made.
 */
public final class LazyTensor {
  /** How a lazy tensor comes about. */
  private sealed interface Origin {
    /** A given tensor. */
    record Leaf(Tensor tensor) implements Origin {}

    /**
     * One statement over other lazy tensors.
     *
     * @param statement with the names that {@link LazyProgram} replaces
     */
    record Computed(LazyStatement statement, List<LazyTensor> operands) implements Origin {}
  }

  /** The element in the expression of {@link #map}. */
  private static final Pattern ELEMENT = Pattern.compile("\\bx\\b");

  private final Origin origin;
  private final ElementType elementType;
  private final long[] shape;

  private LazyTensor(Origin origin, ElementType elementType, long[] shape) {
    this.origin = origin;
    this.elementType = elementType;
    this.shape = shape;
  }

  static LazyTensor leaf(Tensor tensor) {
    return new LazyTensor(new Origin.Leaf(tensor), tensor.elementType(), tensor.shape());
  }

  static LazyTensor einsum(String subscripts, List<LazyTensor> operands) {
    var frontend = new EinsumFrontend(subscripts);
    Map<String, InputType> types = new LinkedHashMap<>();
    for (int n = 0; n < operands.size(); n++) {
      boolean known = n < frontend.inputs().size();
      types.put(
          known ? frontend.inputs().get(n).name() : "operand " + (n + 1),
          InputType.of(operands.get(n).elementType, operands.get(n).shape));
    }
    return computed(frontend.check(types), operands);
  }

  private static LazyTensor computed(IndexProgram program, List<LazyTensor> operands) {
    LazyStatement statement = LazyStatement.of(program);
    long[] shape = statement.shape(operands.stream().map(LazyTensor::shape).toList());
    ElementType type = program.typeOf(program.outputs().getFirst()).elementType();
    return new LazyTensor(new Origin.Computed(statement, List.copyOf(operands)), type, shape);
  }

  /**
   * The sum, element by element; axes align from the last and an axis of extent 1 broadcasts, as in
   * numpy.
   *
   * @throws IllegalArgumentException if the shapes do not broadcast
   */
  public LazyTensor plus(LazyTensor other) {
    return elementwise("+", other);
  }

  /** The difference, element by element, as {@link #plus}. */
  public LazyTensor minus(LazyTensor other) {
    return elementwise("-", other);
  }

  /** The product, element by element, as {@link #plus}. */
  public LazyTensor times(LazyTensor other) {
    return elementwise("*", other);
  }

  /**
   * A function of each element.
   *
   * @param expression in the language, over the element {@code x}, such as {@code exp(x) + 1}
   * @throws CompileException if the expression is malformed, or names anything but {@code x} and
   *     functions
   * @throws IllegalArgumentException if it is more than one expression
   */
  public LazyTensor map(String expression) {
    List<String> indices = indices();
    String element = Matcher.quoteReplacement("A" + brackets(indices));
    String value = ELEMENT.matcher(expression).replaceAll(element);
    return computed("out" + brackets(indices) + " = " + value, this);
  }

  /**
   * The sum over axes, or over all axes if none is given.
   *
   * @param axes from 0, each at most once
   * @throws IllegalArgumentException if there is no such axis, or one is given twice
   */
  public LazyTensor sum(int... axes) {
    return reduced("sum", axes);
  }

  /** The largest element along axes, or of all, as {@link #sum}. */
  public LazyTensor max(int... axes) {
    return reduced("max", axes);
  }

  /** The smallest element along axes, or of all, as {@link #sum}. */
  public LazyTensor min(int... axes) {
    return reduced("min", axes);
  }

  private LazyTensor reduced(String operator, int... axes) {
    List<String> all = indices();
    List<String> reduced = new ArrayList<>();
    for (int axis : axes) {
      if (axis < 0 || axis >= shape.length || reduced.contains(all.get(axis))) {
        throw new IllegalArgumentException(
            "UNKNOWN_AXIS: axes %s of a tensor of shape %s"
                .formatted(Arrays.toString(axes), Arrays.toString(shape)));
      }
      reduced.add(all.get(axis));
    }
    if (axes.length == 0) {
      reduced.addAll(all);
    }
    if (reduced.isEmpty()) {
      return this;
    }
    List<String> kept = all.stream().filter(index -> !reduced.contains(index)).toList();
    return computed(
        "out%s = %s%s(A%s)".formatted(brackets(kept), operator, brackets(reduced), brackets(all)),
        this);
  }

  private List<String> indices() {
    return IntStream.range(0, shape.length).mapToObj(axis -> "i" + axis).toList();
  }

  private static LazyTensor computed(String text, LazyTensor operand) {
    Map<String, InputType> types = Map.of("A", InputType.of(operand.elementType, operand.shape));
    IndexProgram program = TextFrontend.of(text).check(types);
    if (program.assignments().size() != 1) {
      throw new IllegalArgumentException(
          "SYNTAX_ERROR: one expression was expected, found " + text);
    }
    return computed(program, List.of(operand));
  }

  private LazyTensor elementwise(String operator, LazyTensor other) {
    int rank = Math.max(shape.length, other.shape.length);
    List<String> all = new ArrayList<>();
    List<String> mine = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      int left = axis - (rank - shape.length);
      int right = axis - (rank - other.shape.length);
      long leftExtent = left < 0 ? 1 : shape[left];
      long rightExtent = right < 0 ? 1 : other.shape[right];
      if (leftExtent != rightExtent && leftExtent != 1 && rightExtent != 1) {
        throw new IllegalArgumentException(
            "EXTENT_MISMATCH: shapes %s and %s do not broadcast: axis %s has extent %s and %s"
                .formatted(
                    Arrays.toString(shape),
                    Arrays.toString(other.shape),
                    axis,
                    leftExtent,
                    rightExtent));
      }
      String index = "i" + axis;
      all.add(index);
      if (left >= 0) {
        mine.add(leftExtent == 1 && rightExtent != 1 ? "0" : index);
      }
      if (right >= 0) {
        others.add(rightExtent == 1 && leftExtent != 1 ? "0" : index);
      }
    }
    String text =
        "out%s = A%s %s B%s".formatted(brackets(all), brackets(mine), operator, brackets(others));
    Map<String, InputType> types = new LinkedHashMap<>();
    types.put("A", InputType.of(elementType, shape));
    types.put("B", InputType.of(other.elementType, other.shape));
    return computed(TextFrontend.of(text).check(types), List.of(this, other));
  }

  private static String brackets(List<String> subscripts) {
    return "[" + String.join(",", subscripts) + "]";
  }

  /** The element type of the result. */
  public ElementType elementType() {
    return elementType;
  }

  /** The extents of the result, a copy. */
  public long[] shape() {
    return shape.clone();
  }

  /** Computes the result into a new row-major tensor, with default options. */
  public Tensor evaluate() {
    if (origin instanceof Origin.Leaf(Tensor tensor)) {
      return tensor.copy();
    }
    LazyProgram program = program(List.of(this));
    return Einkorn.evaluate(program.text(), program.inputs());
  }

  /** Computes several results by one program, which shares what they have in common. */
  static List<Tensor> evaluate(List<LazyTensor> results) {
    if (results.isEmpty()) {
      return List.of();
    }
    // A result that another one reads is no output by itself.
    List<LazyTensor> outputs = results.stream().map(result -> result.map("x")).toList();
    LazyProgram program = program(outputs);
    Map<String, Tensor> values = Einkorn.compile(program.text()).call(program.inputs());
    List<Tensor> tensors = new ArrayList<>();
    for (LazyTensor output : outputs) {
      tensors.add(program.value(output, values));
    }
    return tensors;
  }

  /** The plan of the whole composition; nothing is computed. */
  public Plan plan() {
    LazyProgram program = program(List.of(this));
    return Einkorn.compile(program.text()).plan(program.inputs());
  }

  private static LazyProgram program(List<LazyTensor> results) {
    var program = new LazyProgram();
    List<LazyTensor> pending = new ArrayList<>(results.reversed());
    // Operands before their users, without recursion: compositions may be thousands of steps deep.
    while (!pending.isEmpty()) {
      LazyTensor tensor = pending.getLast();
      List<LazyTensor> missing = List.of();
      if (tensor.origin instanceof Origin.Computed(_, List<LazyTensor> operands)) {
        missing = operands.stream().filter(operand -> !program.contains(operand)).toList();
      }
      if (missing.isEmpty()) {
        pending.removeLast();
        if (!program.contains(tensor)) {
          tensor.addTo(program);
        }
      } else {
        pending.addAll(missing);
      }
    }
    return program;
  }

  private void addTo(LazyProgram program) {
    switch (origin) {
      case Origin.Leaf(Tensor tensor) -> program.addInput(this, tensor);
      case Origin.Computed(LazyStatement statement, List<LazyTensor> operands) ->
          program.addStatement(this, statement, operands);
    }
  }
}
