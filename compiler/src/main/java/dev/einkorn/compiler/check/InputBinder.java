package dev.einkorn.compiler.check;

import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.compiler.source.Suggestions;
import dev.einkorn.runtime.ElementType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Matches the tensors that a caller passes with those that a program takes. */
final class InputBinder {
  private final Diagnostics diagnostics;
  private final Analysis analysis;
  private final Map<String, InputType> given;

  /** Given names that are near those of missing inputs. */
  private final Set<String> misspelt = new HashSet<>();

  InputBinder(Diagnostics diagnostics, Analysis analysis, Map<String, InputType> given) {
    this.diagnostics = diagnostics;
    this.analysis = analysis;
    this.given = given;
  }

  /** The tensors whose types are known; the others have an error that has been reported. */
  Map<String, TypeChecker.TensorKind> bind() {
    Map<String, TypeChecker.TensorKind> kinds = new LinkedHashMap<>();
    List<Tensor> passed = analysis.symbols().tensors().stream().filter(this::isPassed).toList();
    for (Tensor tensor : passed) {
      elementType(tensor)
          .ifPresent(
              type ->
                  kinds.put(
                      tensor.name(), new TypeChecker.TensorKind(type, tensor.rank().orElse(-1))));
    }
    for (String name : given.keySet()) {
      if (isUnderstood()
          && !misspelt.contains(name)
          && passed.stream().noneMatch(tensor -> tensor.name().equals(name))) {
        extra(name);
      }
    }
    return kinds;
  }

  /** Whether the whole program was understood, so that what it does not read is known. */
  private boolean isUnderstood() {
    return !analysis.statements().isEmpty()
        && analysis.statements().stream().noneMatch(ResolvedStatement::broken);
  }

  private boolean isPassed(Tensor tensor) {
    return analysis.inputs().contains(tensor) || tensor.isAccumulatedFromCaller();
  }

  private Optional<ElementType> elementType(Tensor tensor) {
    InputType type = given.get(tensor.name());
    Optional<ElementType> declared = tensor.declared().flatMap(Tensor.Declared::elementType);
    if (type == null) {
      if (tensor.declared().isEmpty()) {
        missing(tensor);
      }
      return declared;
    }
    new RankChecker(diagnostics).checkPassed(tensor, type);
    if (declared.isPresent() && declared.get() != type.elementType()) {
      diagnostics.error(
          ErrorCode.TYPE_MISMATCH,
          tensor.declared().orElseThrow().span(),
          "%s is %s in the header, but the tensor given is %s"
              .formatted(tensor.name(), declared.get(), type.elementType()));
      return declared;
    }
    return Optional.of(type.elementType());
  }

  private void missing(Tensor tensor) {
    String name = tensor.name();
    if (analysis.symbols().isIndex(name) || isUndeclared(tensor)) {
      return;
    }
    List<String> unused =
        given.keySet().stream().filter(each -> analysis.symbols().tensor(each).isEmpty()).toList();
    misspelt.addAll(Suggestions.near(name, unused));
    Span span = tensor.uses().isEmpty() ? tensor.place() : tensor.uses().getFirst().span();
    String message =
        tensor.isTarget()
            ? name + " accumulates into a tensor of the caller, which is not given"
            : "no tensor is given for the input " + name;
    diagnostics.error(
        ErrorCode.MISSING_INPUT,
        span,
        message,
        Suggestions.hint(name, unused)
            .orElse("pass a tensor named " + name + ", or give its type in a header"));
  }

  /** Whether a header exists that does not name the tensor, which is an error of its own. */
  private boolean isUndeclared(Tensor tensor) {
    return tensor.role() == Tensor.Role.UNDECLARED
        && !tensor.isTarget()
        && analysis.symbols().tensors().stream()
            .anyMatch(each -> each.role() != Tensor.Role.UNDECLARED);
  }

  private void extra(String name) {
    List<String> inputs = analysis.inputs().stream().map(Tensor::name).toList();
    boolean computed = analysis.targets().stream().anyMatch(each -> each.name().equals(name));
    Diagnostic extra =
        Diagnostic.error(
            ErrorCode.EXTRA_INPUT,
            Span.at(0),
            computed
                ? "a tensor is given for " + name + ", which the program computes itself"
                : "a tensor is given for " + name + ", which the program does not read");
    List<String> missing = inputs.stream().filter(each -> !given.containsKey(each)).toList();
    diagnostics.add(
        Suggestions.hint(name, missing)
            .map(extra::withHint)
            .orElseGet(
                () ->
                    extra.withHint(
                        inputs.isEmpty()
                            ? "the program has no inputs"
                            : "the inputs are " + String.join(", ", inputs))));
  }
}
