package dev.einkorn.compiler.optimize.rule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Replaces the free index variables of an expression by affine forms of other variables. */
final class Substitution {
  private final Map<IndexVariable, Subscript.Affine> forms;

  /** With the form of each variable; variables without one stay. */
  Substitution(Map<IndexVariable, Subscript.Affine> forms) {
    this.forms = Map.copyOf(forms);
  }

  /** The expression over the new variables. What it binds itself must differ from all of them. */
  IndexExpr apply(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Access(
              String tensor,
              List<Subscript> subscripts,
              Border border,
              ElementType type) ->
          new IndexExpr.Access(tensor, subscripts.stream().map(this::apply).toList(), border, type);
      case IndexExpr.IndexValue(IndexVariable variable) -> {
        Subscript.Affine form = forms.get(variable);
        yield form == null ? expr : value(form);
      }
      case IndexExpr.Reduction(var operator, var bindings, IndexExpr body) -> {
        bindings.forEach(binding -> requireFresh(binding.variable()));
        yield new IndexExpr.Reduction(operator, bindings, apply(body));
      }
      case IndexExpr.ArgumentReduction reduction ->
          throw new IllegalArgumentException("cannot substitute below " + reduction.operator());
      case IndexExpr.Literal _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ ->
          expr.mapChildren(this::apply);
    };
  }

  /** A variable that is bound below must have nothing to do with those that are replaced. */
  private void requireFresh(IndexVariable bound) {
    boolean used =
        forms.containsKey(bound)
            || forms.values().stream()
                .flatMap(form -> form.terms().stream())
                .anyMatch(term -> term.variable().equals(bound));
    if (used) {
      throw new IllegalArgumentException("cannot substitute below a binding of " + bound);
    }
  }

  private Subscript apply(Subscript subscript) {
    return switch (subscript) {
      case Subscript.Gather(IndexExpr index) -> new Subscript.Gather(apply(index));
      case Subscript.Affine(List<Subscript.Term> terms, long constant) -> {
        Map<IndexVariable, Long> sum = new LinkedHashMap<>();
        long offset = constant;
        for (Subscript.Term term : terms) {
          Subscript.Affine form = forms.get(term.variable());
          if (form == null) {
            sum.merge(term.variable(), term.coefficient(), Long::sum);
          } else {
            form.terms()
                .forEach(
                    t -> sum.merge(t.variable(), term.coefficient() * t.coefficient(), Long::sum));
            offset += term.coefficient() * form.constant();
          }
        }
        List<Subscript.Term> result = new ArrayList<>();
        sum.forEach(
            (variable, coefficient) -> {
              if (coefficient != 0) {
                result.add(new Subscript.Term(variable, coefficient));
              }
            });
        yield new Subscript.Affine(result, offset);
      }
    };
  }

  /** An affine form as a number. */
  private static IndexExpr value(Subscript.Affine form) {
    IndexExpr sum = null;
    for (Subscript.Term term : form.terms()) {
      IndexExpr value = new IndexExpr.IndexValue(term.variable());
      if (term.coefficient() != 1) {
        IndexExpr coefficient = IndexExpr.Literal.of(term.coefficient(), ElementType.I64);
        value = new IndexExpr.Binary(BinaryOperator.MULTIPLY, coefficient, value);
      }
      sum = sum == null ? value : new IndexExpr.Binary(BinaryOperator.ADD, sum, value);
    }
    IndexExpr constant = IndexExpr.Literal.of(form.constant(), ElementType.I64);
    if (sum == null) {
      return constant;
    }
    return form.constant() == 0 ? sum : new IndexExpr.Binary(BinaryOperator.ADD, sum, constant);
  }
}
