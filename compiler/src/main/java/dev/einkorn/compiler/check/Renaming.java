package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import java.util.List;
import java.util.Map;

/** Gives index variables of an expression other names. */
final class Renaming {
  private final Map<IndexVariable, IndexVariable> names;

  /** A renaming to names that the expressions do not contain. */
  Renaming(Map<IndexVariable, IndexVariable> names) {
    this.names = Map.copyOf(names);
  }

  /** The expression with the other names, also where a reduction in it binds them. */
  IndexExpr of(IndexExpr expression) {
    IndexExpr inner = expression.mapChildren(this::of);
    return switch (inner) {
      case IndexExpr.Access(var tensor, var subscripts, var border, var type) ->
          new IndexExpr.Access(tensor, subscripts.stream().map(this::of).toList(), border, type);
      case IndexExpr.IndexValue(var variable) -> new IndexExpr.IndexValue(of(variable));
      case IndexExpr.Reduction(var operator, var bindings, var body) ->
          new IndexExpr.Reduction(operator, of(bindings), body);
      case IndexExpr.ArgumentReduction(var operator, var bindings, var condition, var body) ->
          new IndexExpr.ArgumentReduction(operator, of(bindings), condition, body);
      case IndexExpr.Literal _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ ->
          inner;
    };
  }

  private Subscript of(Subscript subscript) {
    return switch (subscript) {
      case Subscript.Affine(var terms, long constant) ->
          new Subscript.Affine(
              terms.stream()
                  .map(each -> new Subscript.Term(of(each.variable()), each.coefficient()))
                  .toList(),
              constant);
      case Subscript.Gather gather -> gather;
    };
  }

  /** The bindings with the other names. */
  List<IndexBinding> of(List<IndexBinding> bindings) {
    return bindings.stream()
        .map(each -> new IndexBinding(of(each.variable()), each.extent()))
        .toList();
  }

  private IndexVariable of(IndexVariable variable) {
    return names.getOrDefault(variable, variable);
  }
}
