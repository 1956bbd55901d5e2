package dev.einkorn.compiler.optimize.algebra;

import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes a common factor out of two products of a sum.
 *
 * {@snippet lang=text :
 * sum[k](A[i,k] * B[k,j]) + sum[l](A[i,l] * C[l,j])   =>   sum[k](A[i,k] * (B[k,j] + C[k,j]))
 * }
 *
 * <p>The factors are common if they are equal up to the names of the variables that their products
 * sum over.
 */
public final class Factoring {
  private Factoring() {}

  /** All terms that one step makes of a sum. */
  public static List<Term.Sum> steps(Term.Sum sum) {
    List<Term.Sum> found = new ArrayList<>();
    List<Term.Product> products = sum.products();
    for (int first = 0; first < products.size(); first++) {
      for (int second = first + 1; second < products.size(); second++) {
        for (Term.Product factored : factored(products.get(first), products.get(second))) {
          List<Term.Product> rest = new ArrayList<>(products);
          rest.remove(second);
          rest.set(first, factored);
          found.add(new Term.Sum(rest));
        }
      }
      Term.Product product = products.get(first);
      for (int factor = 0; factor < product.factors().size(); factor++) {
        if (product.factors().get(factor) instanceof Term.Sum inner) {
          for (Term.Sum rewritten : steps(inner)) {
            List<Term> factors = new ArrayList<>(product.factors());
            factors.set(factor, rewritten);
            List<Term.Product> rest = new ArrayList<>(products);
            rest.set(first, new Term.Product(product.coefficient(), product.summed(), factors));
            found.add(new Term.Sum(rest));
          }
        }
      }
    }
    return found;
  }

  private static List<Term.Product> factored(Term.Product left, Term.Product right) {
    List<Term.Product> found = new ArrayList<>();
    for (int l = 0; l < left.factors().size(); l++) {
      for (int r = 0; r < right.factors().size(); r++) {
        Term common = left.factors().get(l);
        Term like = right.factors().get(r);
        match(left, common, right, like)
            .ifPresent(
                names -> {
                  Term.Product renamed = Renaming.apply(right, names);
                  List<Term> all = common(left, renamed);
                  found.add(factored(left, renamed, List.of(common)));
                  if (all.size() > 1) {
                    found.add(factored(left, renamed, all));
                  }
                });
      }
    }
    return found;
  }

  /** The single factors that both products have. */
  private static List<Term> common(Term.Product left, Term.Product right) {
    List<Term> rest = new ArrayList<>(right.factors());
    return left.factors().stream()
        .filter(Term.Factor.class::isInstance)
        .filter(rest::remove)
        .toList();
  }

  /** Both products over the same common factors. */
  private static Term.Product factored(Term.Product left, Term.Product right, List<Term> common) {
    Set<IndexVariable> shared = new HashSet<>();
    common.forEach(factor -> shared.addAll(factor.free()));
    List<IndexBinding> outer =
        left.summed().stream().filter(b -> shared.contains(b.variable())).toList();
    List<Term.Product> inner = new ArrayList<>(rest(left, common, shared));
    inner.addAll(rest(right, common, shared));
    List<Term> factors = new ArrayList<>(common);
    factors.add(new Term.Sum(inner));
    return new Term.Product(1, outer, factors);
  }

  /** What is left of a product; a sum that is left alone gives its terms. */
  private static List<Term.Product> rest(
      Term.Product product, List<Term> common, Set<IndexVariable> shared) {
    List<IndexBinding> summed =
        product.summed().stream().filter(b -> !shared.contains(b.variable())).toList();
    List<Term> factors = new ArrayList<>(product.factors());
    common.forEach(factors::remove);
    if (factors.size() == 1 && summed.isEmpty() && factors.getFirst() instanceof Term.Sum sum) {
      return sum.products().stream().map(p -> p.times(product.coefficient())).toList();
    }
    return List.of(new Term.Product(product.coefficient(), summed, factors));
  }

  /**
   * New names for what the right product sums over, under which its factor is the left one's; empty
   * if there are none.
   */
  private static Optional<Map<IndexVariable, IndexVariable>> match(
      Term.Product left, Term leftFactor, Term.Product right, Term rightFactor) {
    if (!(leftFactor instanceof Term.Factor(IndexExpr l))
        || !(rightFactor instanceof Term.Factor(IndexExpr r))) {
      return Optional.empty();
    }
    List<IndexVariable> from = List.copyOf(FreeVariables.of(r));
    List<IndexVariable> to = List.copyOf(FreeVariables.of(l));
    if (from.size() != to.size() || from.isEmpty()) {
      return Optional.empty();
    }
    Map<IndexVariable, IndexVariable> names = new LinkedHashMap<>();
    for (int n = 0; n < from.size(); n++) {
      boolean summedRight = right.bound().contains(from.get(n));
      boolean summedLeft = left.bound().contains(to.get(n));
      if (summedLeft != summedRight
          || (!summedRight && !from.get(n).equals(to.get(n)))
          || (summedRight && !extent(right, from.get(n)).equals(extent(left, to.get(n))))) {
        return Optional.empty();
      }
      names.put(from.get(n), to.get(n));
    }
    if (!Renaming.apply(r, names).equals(l)) {
      return Optional.empty();
    }
    names.entrySet().removeIf(entry -> entry.getKey().equals(entry.getValue()));
    return Optional.of(names);
  }

  private static Object extent(Term.Product product, IndexVariable variable) {
    return product.summed().stream()
        .filter(b -> b.variable().equals(variable))
        .findFirst()
        .orElseThrow()
        .extent();
  }
}
