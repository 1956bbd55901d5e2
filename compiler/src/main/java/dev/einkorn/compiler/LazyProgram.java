package dev.einkorn.compiler;

import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The program that a composition of lazy tensors stands for, as text: one statement for each lazy
 * tensor.
 */
final class LazyProgram {
  private final IdentityHashMap<LazyTensor, String> names = new IdentityHashMap<>();
  private final IdentityHashMap<Tensor, String> inputNames = new IdentityHashMap<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final List<Entry> statements = new ArrayList<>();

  private record Entry(LazyTensor target, LazyStatement statement, List<LazyTensor> operands) {}

  boolean contains(LazyTensor tensor) {
    return names.containsKey(tensor);
  }

  /** Adds a leaf; leaves of one tensor share an input. */
  void addInput(LazyTensor leaf, Tensor tensor) {
    String name = inputNames.computeIfAbsent(tensor, _ -> "X" + (inputs.size() + 1));
    inputs.put(name, tensor);
    names.put(leaf, name);
  }

  void addStatement(LazyTensor target, LazyStatement statement, List<LazyTensor> operands) {
    names.put(target, "T" + (statements.size() + 1));
    statements.add(new Entry(target, statement, operands));
  }

  /** The tensors to call the program with. */
  Map<String, Tensor> inputs() {
    Map<String, Tensor> named = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> named.put(unlike(name), tensor));
    return named;
  }

  String text() {
    List<String> lines = new ArrayList<>();
    for (Entry entry : statements) {
      lines.add(
          entry
              .statement()
              .text(name(entry.target()), entry.operands().stream().map(this::name).toList()));
    }
    return String.join("\n", lines);
  }

  /** The value of a lazy tensor among the outputs of the program. */
  Tensor value(LazyTensor tensor, Map<String, Tensor> outputs) {
    Tensor value = outputs.get(name(tensor));
    if (value == null) {
      throw new AssertionError("a result that is no output: " + name(tensor));
    }
    return value;
  }

  private String name(LazyTensor tensor) {
    String name = names.get(tensor);
    if (name == null) {
      throw new AssertionError("a lazy tensor is used before it is added");
    }
    return unlike(name);
  }

  /** The name, longer if a label of some einsum is called so. */
  private String unlike(String name) {
    String result = name;
    while (isIndex(result)) {
      result += "_";
    }
    return result;
  }

  private boolean isIndex(String name) {
    return statements.stream().anyMatch(entry -> entry.statement().usesIndex(name));
  }
}
