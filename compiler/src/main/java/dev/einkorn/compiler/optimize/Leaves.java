package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.optimize.algebra.Factors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;

/**
 * {@code sum[summed](value * value * ..)}, not yet stored.
 *
 * @param values the factors
 * @param summed none for a product that is computed where it is read
 */
record Leaves(List<IndexExpr> values, List<IndexBinding> summed) {
  Leaves {
    values = List.copyOf(values);
    summed = List.copyOf(summed);
  }

  /** The variables that the value depends on. */
  SequencedSet<IndexVariable> free() {
    SequencedSet<IndexVariable> free = new LinkedHashSet<>();
    values.forEach(value -> free.addAll(FreeVariables.of(value)));
    summed.forEach(binding -> free.remove(binding.variable()));
    return free;
  }

  /** The expression; factors of one side of a contraction stand together. */
  IndexExpr expression() {
    IndexExpr product = Factors.product(sides());
    return summed.isEmpty()
        ? product
        : new IndexExpr.Reduction(ReductionOperator.SUM, summed, product);
  }

  /**
   * The factors in groups: those that share a variable of the result that not all factors have
   * belong to one side.
   */
  private List<IndexExpr> sides() {
    if (summed.isEmpty() || values.size() < 3) {
      return values;
    }
    SequencedSet<IndexVariable> free = free();
    Set<IndexVariable> own = new HashSet<>(free);
    own.removeAll(FactorGroup.batch(values, free));
    if (own.isEmpty()) {
      return together(free);
    }
    List<FactorGroup> groups = FactorGroup.of(values, own);
    List<FactorGroup> sides =
        new ArrayList<>(groups.stream().filter(group -> group.hasAny(own)).toList());
    sides.set(0, sides.getFirst().withLoose(groups, own));
    return sides.stream().map(FactorGroup::product).toList();
  }

  /** The factors of a sum without sides, those that have kept indices first. */
  private List<IndexExpr> together(Set<IndexVariable> kept) {
    List<IndexExpr> factors = new ArrayList<>(values);
    factors.sort(
        Comparator.comparing(value -> Collections.disjoint(FreeVariables.of(value), kept)));
    return factors;
  }
}
