package dev.einkorn.compiler.index;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * The index variables of an expression that are bound outside of it, such as {@code i} in {@code
 * sum[k](A[i,k])}.
 */
public final class FreeVariables {
  private final SequencedSet<IndexVariable> free = new LinkedHashSet<>();

  private FreeVariables() {}

  /** The free variables in order of first appearance. */
  public static SequencedSet<IndexVariable> of(IndexExpr expr) {
    var collector = new FreeVariables();
    collector.collect(expr, List.of());
    return collector.free;
  }

  private void collect(IndexExpr expr, List<IndexVariable> bound) {
    switch (expr) {
      case IndexExpr.Access access -> {
        for (Subscript subscript : access.subscripts()) {
          if (subscript instanceof Subscript.Affine form) {
            form.terms().forEach(term -> add(term.variable(), bound));
          }
        }
        access.children().forEach(child -> collect(child, bound));
      }
      case IndexExpr.IndexValue(IndexVariable variable) -> add(variable, bound);
      case IndexExpr.Reduction reduction -> collectInside(expr, reduction.bindings(), bound);
      case IndexExpr.ArgumentReduction reduction ->
          collectInside(expr, reduction.bindings(), bound);
      case IndexExpr.Literal _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ ->
          expr.children().forEach(child -> collect(child, bound));
    }
  }

  private void collectInside(
      IndexExpr reduction, List<IndexBinding> bindings, List<IndexVariable> bound) {
    List<IndexVariable> inner = new ArrayList<>(bound);
    bindings.forEach(binding -> inner.add(binding.variable()));
    reduction.children().forEach(child -> collect(child, inner));
  }

  private void add(IndexVariable variable, List<IndexVariable> bound) {
    if (!bound.contains(variable)) {
      free.add(variable);
    }
  }
}
