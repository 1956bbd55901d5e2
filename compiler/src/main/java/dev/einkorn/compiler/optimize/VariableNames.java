package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.optimize.algebra.Renaming;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives the variables of a statement the user's names again, with numbers where they meet. */
final class VariableNames {
  private final Set<String> taken;
  private final Map<IndexVariable, IndexVariable> names = new LinkedHashMap<>();

  private VariableNames(Set<String> tensors) {
    taken = new HashSet<>(tensors);
  }

  /**
   * The statement over readable names.
   *
   * @param tensors names that no variable may have
   */
  static Assignment readable(Assignment step, Set<String> tensors) {
    var variables = new VariableNames(tensors);
    step.bindings().forEach(binding -> variables.name(binding.variable()));
    FreeVariables.of(step.value()).forEach(variables::name);
    variables.bound(step.value());
    List<IndexBinding> bindings =
        step.bindings().stream()
            .map(b -> new IndexBinding(variables.name(b.variable()), b.extent()))
            .toList();
    List<Subscript> subscripts = new ArrayList<>();
    for (Subscript subscript : step.subscripts()) {
      subscripts.add(
          subscript instanceof Subscript.Affine form && form.isVariable()
              ? Subscript.of(variables.name(form.variable()))
              : subscript);
    }
    return new Assignment(
        step.target(),
        subscripts,
        bindings,
        step.operator(),
        Renaming.apply(step.value(), variables.names));
  }

  /** Values over readable names, which are the same variables in all of them. */
  static List<IndexExpr> readable(List<IndexExpr> values) {
    var variables = new VariableNames(Set.of());
    values.forEach(value -> FreeVariables.of(value).forEach(variables::name));
    values.forEach(variables::bound);
    return values.stream().map(value -> Renaming.apply(value, variables.names)).toList();
  }

  private void bound(IndexExpr value) {
    if (value instanceof IndexExpr.Reduction reduction) {
      reduction.bindings().forEach(binding -> name(binding.variable()));
    } else if (value instanceof IndexExpr.ArgumentReduction reduction) {
      reduction.bindings().forEach(binding -> name(binding.variable()));
    }
    value.children().forEach(this::bound);
  }

  private IndexVariable name(IndexVariable variable) {
    return names.computeIfAbsent(
        variable,
        v -> {
          String stem = Renaming.stem(v);
          String name = stem;
          for (int n = 1; !taken.add(name); n++) {
            name = stem + "_" + n;
          }
          return new IndexVariable(name);
        });
  }
}
