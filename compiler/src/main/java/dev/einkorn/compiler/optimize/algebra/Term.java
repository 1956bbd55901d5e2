package dev.einkorn.compiler.optimize.algebra;

import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.runtime.ElementType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * A polynomial over indices: sums of products, as deep as they were written. Sums hold products,
 * and the factors of a product are sums or values that are not looked into.
 */
public sealed interface Term {

  /** The variables that the term depends on and does not sum over, in order of first appearance. */
  SequencedSet<IndexVariable> free();

  /** A value that is not looked into: an access, or a function of something. */
  record Factor(IndexExpr value) implements Term {
    @Override
    public SequencedSet<IndexVariable> free() {
      return FreeVariables.of(value);
    }
  }

  /**
   * {@code coefficient * sum[summed](factor * factor * ..)}.
   *
   * @param summed the variables that the product binds, each in some factor
   * @param factors sums and single factors, in any order; none for the coefficient alone
   */
  record Product(double coefficient, List<IndexBinding> summed, List<Term> factors)
      implements Term {
    public Product {
      summed = List.copyOf(summed);
      factors = List.copyOf(factors);
      if (factors.stream().anyMatch(Product.class::isInstance)) {
        throw new IllegalArgumentException("a product in a product: " + factors);
      }
    }

    @Override
    public SequencedSet<IndexVariable> free() {
      SequencedSet<IndexVariable> free = new LinkedHashSet<>();
      factors.forEach(factor -> free.addAll(factor.free()));
      summed.forEach(binding -> free.remove(binding.variable()));
      return free;
    }

    /** This product with another coefficient. */
    public Product times(double factor) {
      return new Product(coefficient * factor, summed, factors);
    }

    /** The variables that are summed over. */
    public List<IndexVariable> bound() {
      return summed.stream().map(IndexBinding::variable).toList();
    }
  }

  /** A sum of products. */
  record Sum(List<Product> products) implements Term {
    public Sum {
      products = List.copyOf(products);
    }

    @Override
    public SequencedSet<IndexVariable> free() {
      SequencedSet<IndexVariable> free = new LinkedHashSet<>();
      products.forEach(product -> free.addAll(product.free()));
      return free;
    }
  }

  /** A polynomial with the type that its operations have. */
  record Typed(Sum sum, ElementType elementType) {}
}
