package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.ElementType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.regex.Pattern;

/**
 * One computation to be timed.
 *
 * @param name unique in its file
 * @param group whose workloads are averaged
 * @param computation what is computed
 * @param operands its inputs, in order
 * @param sizes of the indices
 * @param type of all operands
 */
public record Workload(
    String name,
    String group,
    Computation computation,
    List<Operand> operands,
    SequencedMap<String, Long> sizes,
    ElementType type) {
  private static final Pattern TYPE_WORD = Pattern.compile("[fi](32|64)");

  /** Copies the lists. */
  public Workload {
    operands = List.copyOf(operands);
    sizes = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(sizes));
  }

  /** What a workload computes. */
  public sealed interface Computation {
    /** The einsum string or the program. */
    String text();

    /**
     * An einsum string with an explicit output.
     *
     * @param output its labels, all different
     */
    record Einsum(String text, List<String> output) implements Computation {
      /** Copies the list. */
      public Einsum {
        output = List.copyOf(output);
      }
    }

    /** A program in index notation. */
    record Program(String text) implements Computation {}
  }

  /**
   * An input.
   *
   * @param name as the program has it; {@code A}, {@code B}, ... for an einsum string
   * @param indices of its axes, in order
   * @param storage positions of the axes in memory order, slowest first
   */
  public record Operand(String name, List<String> indices, List<Integer> storage) {
    /** Copies the lists. */
    public Operand {
      indices = List.copyOf(indices);
      storage = List.copyOf(storage);
    }
  }

  /** The extents of an operand. */
  public long[] shape(Operand operand) {
    return operand.indices().stream().mapToLong(this::size).toArray();
  }

  /** The size of an index. */
  public long size(String index) {
    Long size = sizes.get(index);
    if (size == null) {
      throw new IllegalArgumentException(name + " gives no size for index " + index);
    }
    return size;
  }

  /** All indices of the operands, each once, in order of first appearance. */
  Set<String> indices() {
    Set<String> indices = new LinkedHashSet<>();
    operands.forEach(operand -> indices.addAll(operand.indices()));
    return indices;
  }

  /** The same computation at other sizes. */
  Workload resized(LongUnaryOperator resize) {
    SequencedMap<String, Long> resized = new LinkedHashMap<>();
    sizes.forEach((index, size) -> resized.put(index, resize.applyAsLong(size)));
    return new Workload(name, group, computation, operands, resized, type);
  }

  /** The first word of a name, and the second if it is an element type. */
  static String groupOf(String name) {
    String[] words = name.split("_", 3);
    return words.length > 1 && TYPE_WORD.matcher(words[1]).matches()
        ? words[0] + "_" + words[1]
        : words[0];
  }
}
