package dev.einkorn.compiler.optimize.algebra;

import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Variables for other ones, and new names for what is bound where two copies meet. */
public final class Renaming {
  private static final String MARK = "'";

  private int used;

  /** A variable that no term has yet. */
  public IndexVariable fresh(IndexVariable like) {
    return new IndexVariable(stem(like) + MARK + ++used);
  }

  /** The name that the user gave to a variable. */
  public static String stem(IndexVariable variable) {
    int mark = variable.name().indexOf(MARK);
    return mark < 0 ? variable.name() : variable.name().substring(0, mark);
  }

  /** The product with new names for what it binds, inside too. */
  public Term.Product fresh(Term.Product product) {
    Map<IndexVariable, IndexVariable> names = new LinkedHashMap<>();
    List<IndexBinding> summed =
        product.summed().stream()
            .map(
                binding -> {
                  IndexVariable name = fresh(binding.variable());
                  names.put(binding.variable(), name);
                  return new IndexBinding(name, binding.extent());
                })
            .toList();
    List<Term> factors =
        product.factors().stream().map(factor -> fresh(apply(factor, names))).toList();
    return new Term.Product(product.coefficient(), summed, factors);
  }

  private Term fresh(Term term) {
    return switch (term) {
      case Term.Factor(IndexExpr value) -> new Term.Factor(freshInside(value));
      case Term.Sum(List<Term.Product> products) ->
          new Term.Sum(products.stream().map(this::fresh).toList());
      case Term.Product product -> fresh(product);
    };
  }

  /** A value with new names for what it binds itself. */
  public IndexExpr freshInside(IndexExpr value) {
    IndexExpr inside = value.mapChildren(this::freshInside);
    return switch (inside) {
      case IndexExpr.Reduction(var operator, var bindings, IndexExpr body) -> {
        Map<IndexVariable, IndexVariable> names = new LinkedHashMap<>();
        List<IndexBinding> renamed = rename(bindings, names);
        yield new IndexExpr.Reduction(operator, renamed, apply(body, names));
      }
      case IndexExpr.ArgumentReduction(var operator, var bindings, var condition, var body) -> {
        Map<IndexVariable, IndexVariable> names = new LinkedHashMap<>();
        List<IndexBinding> renamed = rename(bindings, names);
        yield new IndexExpr.ArgumentReduction(
            operator, renamed, apply(condition, names), apply(body, names));
      }
      case IndexExpr.Access _,
          IndexExpr.Literal _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ ->
          inside;
    };
  }

  private List<IndexBinding> rename(
      List<IndexBinding> bindings, Map<IndexVariable, IndexVariable> names) {
    return bindings.stream()
        .map(
            binding -> {
              IndexVariable name = fresh(binding.variable());
              names.put(binding.variable(), name);
              return new IndexBinding(name, binding.extent());
            })
        .toList();
  }

  /** The term over other variables; what it binds itself must not be among them. */
  static Term apply(Term term, Map<IndexVariable, IndexVariable> names) {
    return switch (term) {
      case Term.Factor(IndexExpr value) -> new Term.Factor(apply(value, names));
      case Term.Sum sum -> apply(sum, names);
      case Term.Product product -> apply(product, names);
    };
  }

  static Term.Sum apply(Term.Sum sum, Map<IndexVariable, IndexVariable> names) {
    return new Term.Sum(sum.products().stream().map(p -> apply(p, names)).toList());
  }

  static Term.Product apply(Term.Product product, Map<IndexVariable, IndexVariable> names) {
    return new Term.Product(
        product.coefficient(),
        product.summed().stream()
            .map(b -> new IndexBinding(names.getOrDefault(b.variable(), b.variable()), b.extent()))
            .toList(),
        product.factors().stream().map(factor -> apply(factor, names)).toList());
  }

  /** The value over other variables, also where it binds them. */
  public static IndexExpr apply(IndexExpr value, Map<IndexVariable, IndexVariable> names) {
    if (names.isEmpty()) {
      return value;
    }
    IndexExpr inside = value.mapChildren(child -> apply(child, names));
    return switch (inside) {
      case IndexExpr.Access(String tensor, List<Subscript> subscripts, var border, var type) ->
          new IndexExpr.Access(
              tensor, subscripts.stream().map(s -> apply(s, names)).toList(), border, type);
      case IndexExpr.IndexValue(IndexVariable variable) ->
          new IndexExpr.IndexValue(names.getOrDefault(variable, variable));
      case IndexExpr.Reduction(var operator, var bindings, IndexExpr body) ->
          new IndexExpr.Reduction(operator, bindings(bindings, names), body);
      case IndexExpr.ArgumentReduction(var operator, var bindings, var condition, var body) ->
          new IndexExpr.ArgumentReduction(operator, bindings(bindings, names), condition, body);
      case IndexExpr.Literal _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ ->
          inside;
    };
  }

  private static List<IndexBinding> bindings(
      List<IndexBinding> bindings, Map<IndexVariable, IndexVariable> names) {
    return bindings.stream()
        .map(b -> new IndexBinding(names.getOrDefault(b.variable(), b.variable()), b.extent()))
        .toList();
  }

  private static Subscript apply(Subscript subscript, Map<IndexVariable, IndexVariable> names) {
    if (!(subscript instanceof Subscript.Affine(List<Subscript.Term> terms, long constant))) {
      return subscript; // A gather's value is a child, and renamed already.
    }
    Map<IndexVariable, Long> sum = new LinkedHashMap<>();
    for (Subscript.Term term : terms) {
      IndexVariable name = names.getOrDefault(term.variable(), term.variable());
      sum.merge(name, term.coefficient(), Long::sum);
    }
    List<Subscript.Term> renamed = new ArrayList<>();
    sum.forEach(
        (variable, coefficient) -> {
          if (coefficient != 0) {
            renamed.add(new Subscript.Term(variable, coefficient));
          }
        });
    return new Subscript.Affine(renamed, constant);
  }
}
