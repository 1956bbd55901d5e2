package dev.einkorn.compiler.check;

import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The names of a program: its tensors in first-appearance order, and where indices appear. */
final class Symbols {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, Span> indices = new LinkedHashMap<>();

  /** Adds a tensor of the header; the first of a name counts. */
  void declare(Tensor tensor) {
    tensors.putIfAbsent(tensor.name(), tensor);
  }

  /** Replaces a declaration, in its place. */
  void redeclare(Tensor tensor) {
    tensors.put(tensor.name(), tensor);
  }

  /** The tensor of this name. */
  Optional<Tensor> tensor(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** All tensors, those of the header first. */
  Collection<Tensor> tensors() {
    return tensors.values();
  }

  /** Notes an appearance of a tensor in a statement. */
  void use(String name, Tensor.Use use) {
    tensors
        .computeIfAbsent(
            name, key -> new Tensor(key, Tensor.Role.UNDECLARED, use.span(), Optional.empty()))
        .add(use);
  }

  /** Notes an appearance of an extent of a tensor. */
  void use(String name, Tensor.SizeUse use) {
    tensors
        .computeIfAbsent(
            name, key -> new Tensor(key, Tensor.Role.UNDECLARED, use.span(), Optional.empty()))
        .add(use);
  }

  /** Notes that an axis of a tensor broadcasts. */
  void broadcast(String name, int axis, Span place) {
    tensors
        .computeIfAbsent(
            name, key -> new Tensor(key, Tensor.Role.UNDECLARED, place, Optional.empty()))
        .broadcast(axis);
  }

  /** Notes an appearance of an index. */
  void useIndex(String name, Span span) {
    indices.putIfAbsent(name, span);
  }

  /** Whether a statement uses the name as an index. */
  boolean isIndex(String name) {
    return indices.containsKey(name);
  }

  /** Reports the names that are an index at one place and a tensor at another. */
  void reportClashes(Diagnostics diagnostics) {
    indices.forEach(
        (name, span) ->
            tensor(name)
                .ifPresent(
                    tensor -> {
                      List<Span> places =
                          tensor.place().start() < span.start()
                              ? List.of(span, tensor.place())
                              : List.of(tensor.place(), span);
                      diagnostics.add(
                          Diagnostic.error(
                                  ErrorCode.NAME_CLASH,
                                  places.getFirst(),
                                  name + " is used both as an index and as a tensor")
                              .withSpan(places.getLast())
                              .withHint("rename one of them"));
                    }));
  }
}
