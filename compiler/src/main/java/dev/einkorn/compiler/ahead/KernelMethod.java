package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.annotation.Rounding;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a method of an annotated interface asks for.
 *
 * @param name of the method
 * @param program that it computes; its name is what messages call it
 * @param result what it returns, if anything
 */
public record KernelMethod(
    String name,
    SourceText program,
    List<Parameter> parameters,
    Optional<Result> result,
    Options options) {
  /** Copies the list. */
  public KernelMethod {
    parameters = List.copyOf(parameters);
  }

  /** How a tensor is passed. */
  public enum Kind {
    /** A {@code Tensor} of any strides. */
    TENSOR,
    /** An array in row-major order. */
    ARRAY,
    /** A {@code MemorySegment} in row-major order. */
    SEGMENT,
    /** A number. */
    NUMBER
  }

  /**
   * A parameter.
   *
   * @param type of its elements, if the Java type says so
   * @param shape as annotated: names and integers
   * @param output whether it receives an output
   */
  public record Parameter(
      String name,
      Kind kind,
      Optional<ElementType> type,
      Optional<List<String>> shape,
      boolean output) {
    /** Copies the list. */
    public Parameter {
      shape = shape.map(List::copyOf);
    }

    /** Whether it may be a size. */
    boolean isInteger() {
      return kind == Kind.NUMBER && type.stream().anyMatch(ElementType::isInteger);
    }
  }

  /**
   * What a method returns: a tensor, an array or a number.
   *
   * @param type of the elements, if the Java type says so
   */
  public record Result(Kind kind, Optional<ElementType> type) {}

  /**
   * What a method's annotations choose.
   *
   * @param type of tensors whose type nothing says
   * @param memoryBudget in bytes; empty if there is no bound
   * @param extents typical ones, by name
   * @param commonExtents typical ones of whatever program has such names
   * @param schedules as text, {@code E: reorder(n, k)}
   * @param orders as text, {@code E=((0 1) 2)}
   */
  public record Options(
      ElementType type,
      Rounding rounding,
      Optional<Long> memoryBudget,
      Map<String, Long> extents,
      Map<String, Long> commonExtents,
      List<String> schedules,
      List<String> orders) {
    /** Those of a method without annotations of its own. */
    public static final Options DEFAULT =
        new Options(
            ElementType.F32,
            Rounding.DETERMINISTIC,
            Optional.empty(),
            Map.of(),
            Map.of(),
            List.of(),
            List.of());

    /** Copies the collections. */
    public Options {
      extents = Collections.unmodifiableMap(new LinkedHashMap<>(extents));
      commonExtents = Collections.unmodifiableMap(new LinkedHashMap<>(commonExtents));
      schedules = List.copyOf(schedules);
      orders = List.copyOf(orders);
    }
  }
}
