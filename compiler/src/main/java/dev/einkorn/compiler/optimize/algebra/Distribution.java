package dev.einkorn.compiler.optimize.algebra;

import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Multiplies a product out over one of the sums among its factors.
 *
 * {@snippet lang=text :
 * sum[k](A[i,k] * (B[k,j] + C[k,j]))   =>   sum[k](A[i,k] * B[k,j]) + sum[k](A[i,k] * C[k,j])
 * sum[i](x[i] * (y[i] + s))            =>   sum[i](x[i] * y[i]) + sum[i](x[i] * s)
 * }
 *
 * <p>A difference that the product holds twice, such as {@code (x[i] - y[j]) * (x[i] - y[j])}, is
 * multiplied out only if that is allowed: where the difference is small, the products cancel. So it
 * is with other indices of the same kind, as in a covariance, {@code sum[i]((X[i,j] - m[j]) *
 * (X[i,k] - m[k]))}, whose diagonal holds squares, and in a quadratic form, {@code sum[i,j]((x[n,i]
 * - m[i]) * P[i,j] * (x[n,j] - m[j]))}; and so it is where two factors are centred, each with its
 * own mean, as in {@code sum[i]((X[i,j] - m[j]) * (Y[i,k] - n[k]))}.
 */
public final class Distribution {
  private final Renaming names;
  private final ElementType elementType;
  private final boolean expandsDifferences;

  /** Distribution in expressions of a type. */
  public Distribution(Renaming names, ElementType elementType, boolean expandsDifferences) {
    this.names = names;
    this.elementType = elementType;
    this.expandsDifferences = expandsDifferences;
  }

  /** All terms that one step makes of a sum. */
  public List<Term.Sum> steps(Term.Sum sum) {
    List<Term.Sum> found = new ArrayList<>();
    for (int at = 0; at < sum.products().size(); at++) {
      Term.Product product = sum.products().get(at);
      for (int factor = 0; factor < product.factors().size(); factor++) {
        if (!(product.factors().get(factor) instanceof Term.Sum inner)) {
          continue;
        }
        if (isAllowed(product, factor)) {
          found.add(replaced(sum, at, distribute(product, factor)));
        }
        for (Term.Sum rewritten : steps(inner)) {
          List<Term> factors = new ArrayList<>(product.factors());
          factors.set(factor, rewritten);
          found.add(
              replaced(
                  sum,
                  at,
                  List.of(new Term.Product(product.coefficient(), product.summed(), factors))));
        }
      }
    }
    return found;
  }

  /**
   * The sum multiplied out as far as is allowed, like terms together; empty if that takes more
   * terms than a limit.
   */
  public Optional<Term.Sum> expanded(Term.Sum sum, int mostTerms) {
    List<Term.Product> done = new ArrayList<>();
    List<Term.Product> left = new ArrayList<>(sum.products());
    while (!left.isEmpty()) {
      Term.Product product = left.removeLast();
      Optional<Integer> factor = firstSum(product);
      if (factor.isEmpty()) {
        done.add(product);
      } else {
        left.addAll(distribute(product, factor.get()).reversed());
      }
      if (done.size() + left.size() > mostTerms) {
        return Optional.empty();
      }
    }
    return Optional.of(likeTerms(new Term.Sum(done)));
  }

  /** Adds up the coefficients of equal products. */
  public static Term.Sum likeTerms(Term.Sum sum) {
    Map<String, Term.Product> terms = new LinkedHashMap<>();
    for (Term.Product product : sum.products()) {
      Term.Product alone = new Term.Product(1, product.summed(), product.factors());
      terms.merge(
          CanonicalForm.of(alone).text(),
          product,
          (known, other) ->
              new Term.Product(
                  known.coefficient() + other.coefficient(), known.summed(), known.factors()));
    }
    return new Term.Sum(terms.values().stream().filter(p -> p.coefficient() != 0).toList());
  }

  private Optional<Integer> firstSum(Term.Product product) {
    for (int factor = 0; factor < product.factors().size(); factor++) {
      if (product.factors().get(factor) instanceof Term.Sum && isAllowed(product, factor)) {
        return Optional.of(factor);
      }
    }
    return Optional.empty();
  }

  private boolean isAllowed(Term.Product product, int factor) {
    if (expandsDifferences || !(product.factors().get(factor) instanceof Term.Sum sum)) {
      return true;
    }
    if (!TermReader.isDifference(sum)) {
      return true;
    }
    String text = text(sum, product);
    boolean centred = isCentred(sum, product);
    for (int other = 0; other < product.factors().size(); other++) {
      if (other != factor
          && product.factors().get(other) instanceof Term.Sum same
          && (text(same, product).equals(text)
              || (centred && TermReader.isDifference(same) && isCentred(same, product)))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a difference takes something from what is summed that is the same for all terms, and
   * multiplying out would leave as many terms to multiply.
   */
  private static boolean isCentred(Term.Sum difference, Term.Product product) {
    Set<IndexVariable> summed = new HashSet<>();
    product.summed().forEach(binding -> summed.add(binding.variable()));
    List<Term.Product> varying =
        difference.products().stream()
            .filter(term -> !Collections.disjoint(term.free(), summed))
            .toList();
    return !varying.isEmpty()
        && varying.size() < difference.products().size()
        && varying.stream().allMatch(term -> term.free().containsAll(difference.free()));
  }

  /** What a factor has in common with those that differ in names of summed or of free indices. */
  private static String text(Term.Sum factor, Term.Product product) {
    List<IndexBinding> summed =
        product.summed().stream()
            .filter(binding -> factor.free().contains(binding.variable()))
            .toList();
    return CanonicalForm.upToFree(new Term.Product(1, summed, List.of(factor))).text();
  }

  private List<Term.Product> distribute(Term.Product product, int factor) {
    Term.Sum sum = (Term.Sum) product.factors().get(factor);
    Term.Product rest =
        new Term.Product(
            product.coefficient(), product.summed(), Products.without(product.factors(), factor));
    List<Term.Product> result = new ArrayList<>();
    for (Term.Product inner : sum.products()) {
      Term.Product copy = names.fresh(Products.multiply(rest, inner));
      result.add(Products.of(copy.coefficient(), copy.summed(), copy.factors(), elementType));
    }
    return result;
  }

  private static Term.Sum replaced(Term.Sum sum, int at, List<Term.Product> with) {
    List<Term.Product> products = new ArrayList<>(sum.products());
    products.remove(at);
    products.addAll(at, with);
    return new Term.Sum(products);
  }
}
