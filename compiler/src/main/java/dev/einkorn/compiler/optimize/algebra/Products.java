package dev.einkorn.compiler.optimize.algebra;

import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Makes products flat: what is multiplied by a single product takes in its factors. */
final class Products {
  /** The empty product. */
  static final Term.Product ONE = new Term.Product(1, List.of(), List.of());

  private Products() {}

  /**
   * A product that sums over variables. A sum over a variable that no factor depends on is as many
   * equal terms as its extent.
   *
   * @param elementType of the value
   */
  static Term.Product of(
      double coefficient, List<IndexBinding> summed, List<Term> factors, ElementType elementType) {
    Set<IndexVariable> used = new LinkedHashSet<>();
    factors.forEach(factor -> used.addAll(factor.free()));
    List<IndexBinding> bound = new ArrayList<>();
    List<Term> all = new ArrayList<>(factors);
    for (IndexBinding binding : summed) {
      if (used.contains(binding.variable())) {
        bound.add(binding);
      } else {
        IndexExpr extent = new IndexExpr.ExtentValue(binding.extent());
        all.add(
            new Term.Factor(
                elementType == ElementType.I64 ? extent : new IndexExpr.Cast(extent, elementType)));
      }
    }
    return new Term.Product(coefficient, bound, all);
  }

  /** The product of a product and a sum, whose bound variables differ. */
  static Term.Product multiply(Term.Product left, Term.Sum right) {
    if (right.products().size() != 1) {
      List<Term> factors = new ArrayList<>(left.factors());
      factors.add(right);
      return new Term.Product(left.coefficient(), left.summed(), factors);
    }
    return multiply(left, right.products().getFirst());
  }

  /** The product of two products whose bound variables differ. */
  static Term.Product multiply(Term.Product left, Term.Product right) {
    List<IndexBinding> summed = new ArrayList<>(left.summed());
    summed.addAll(right.summed());
    List<Term> factors = new ArrayList<>(left.factors());
    factors.addAll(right.factors());
    return new Term.Product(left.coefficient() * right.coefficient(), summed, factors);
  }

  /** The list without what stands at a position. */
  static <T> List<T> without(List<? extends T> list, int position) {
    List<T> rest = new ArrayList<>(list);
    rest.remove(position);
    return rest;
  }
}
