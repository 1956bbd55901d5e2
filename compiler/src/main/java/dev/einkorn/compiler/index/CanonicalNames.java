package dev.einkorn.compiler.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Renames the variables that an expression binds, so that expressions which differ in them only
 * become equal: {@code max[k](S[i,k])} and {@code max[m](S[i,m])} both become {@code
 * max[%0](S[i,%0])}. Free variables keep their names. The result is a key for look-ups, not a part
 * of a program.
 */
public final class CanonicalNames {
  private CanonicalNames() {}

  /** The expression over canonical bound variables. */
  public static IndexExpr of(IndexExpr expr) {
    return rename(expr, Map.of(), 0);
  }

  private static IndexExpr rename(
      IndexExpr expr, Map<IndexVariable, IndexVariable> names, int depth) {
    return switch (expr) {
      case IndexExpr.Access(String tensor, List<Subscript> subscripts, Border border, var type) ->
          new IndexExpr.Access(
              tensor, subscripts.stream().map(s -> rename(s, names, depth)).toList(), border, type);
      case IndexExpr.IndexValue(IndexVariable variable) ->
          new IndexExpr.IndexValue(names.getOrDefault(variable, variable));
      case IndexExpr.Reduction(ReductionOperator operator, var bindings, IndexExpr body) -> {
        Map<IndexVariable, IndexVariable> inner = bind(bindings, names, depth);
        int deeper = depth + bindings.size();
        yield new IndexExpr.Reduction(
            operator, renamed(bindings, inner), rename(body, inner, deeper));
      }
      case IndexExpr.ArgumentReduction(var operator, var bindings, var condition, var body) -> {
        Map<IndexVariable, IndexVariable> inner = bind(bindings, names, depth);
        int deeper = depth + bindings.size();
        yield new IndexExpr.ArgumentReduction(
            operator,
            renamed(bindings, inner),
            rename(condition, inner, deeper),
            rename(body, inner, deeper));
      }
      case IndexExpr.Literal _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ ->
          expr.mapChildren(child -> rename(child, names, depth));
    };
  }

  private static Subscript rename(
      Subscript subscript, Map<IndexVariable, IndexVariable> names, int depth) {
    return switch (subscript) {
      case Subscript.Affine(List<Subscript.Term> terms, long constant) ->
          new Subscript.Affine(
              terms.stream()
                  .map(
                      term ->
                          new Subscript.Term(
                              names.getOrDefault(term.variable(), term.variable()),
                              term.coefficient()))
                  .toList(),
              constant);
      case Subscript.Gather(IndexExpr index) -> new Subscript.Gather(rename(index, names, depth));
    };
  }

  private static Map<IndexVariable, IndexVariable> bind(
      List<IndexBinding> bindings, Map<IndexVariable, IndexVariable> names, int depth) {
    Map<IndexVariable, IndexVariable> inner = new HashMap<>(names);
    for (int n = 0; n < bindings.size(); n++) {
      inner.put(bindings.get(n).variable(), new IndexVariable("%" + (depth + n)));
    }
    return inner;
  }

  private static List<IndexBinding> renamed(
      List<IndexBinding> bindings, Map<IndexVariable, IndexVariable> names) {
    List<IndexBinding> result = new ArrayList<>();
    for (IndexBinding binding : bindings) {
      IndexVariable name = names.getOrDefault(binding.variable(), binding.variable());
      result.add(new IndexBinding(name, binding.extent()));
    }
    return result;
  }
}
