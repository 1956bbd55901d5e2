package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.optimize.algebra.Divisor;
import java.util.ArrayList;
import java.util.Collection;
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
    IndexExpr product = product(sides());
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
    own.removeAll(batch(values, free));
    if (own.isEmpty()) {
      return together(free);
    }
    List<List<IndexExpr>> groups = new ArrayList<>();
    for (IndexExpr value : values) {
      List<IndexExpr> merged = new ArrayList<>(List.of(value));
      List<List<IndexExpr>> apart = new ArrayList<>();
      for (List<IndexExpr> group : groups) {
        if (group.stream().anyMatch(other -> sharesAny(other, value, own))) {
          merged.addAll(0, group);
        } else {
          apart.add(group);
        }
      }
      apart.add(merged);
      groups = apart;
    }
    return joined(groups, own).stream().map(Leaves::product).toList();
  }

  /**
   * The indices that are kept and stand in all factors which have such indices: they tell no sides
   * apart.
   */
  static List<IndexVariable> batch(List<IndexExpr> factors, Collection<IndexVariable> kept) {
    List<Set<IndexVariable>> indices = new ArrayList<>();
    for (IndexExpr factor : factors) {
      Set<IndexVariable> free = FreeVariables.of(factor);
      if (!disjoint(free, kept)) {
        indices.add(free);
      }
    }
    return kept.stream()
        .filter(variable -> indices.stream().allMatch(free -> free.contains(variable)))
        .toList();
  }

  /** The factors of a sum without sides, those that have kept indices first. */
  private List<IndexExpr> together(Set<IndexVariable> kept) {
    List<IndexExpr> factors = new ArrayList<>(values);
    factors.sort(Comparator.comparing(value -> disjoint(FreeVariables.of(value), kept)));
    return factors;
  }

  /** The groups, those without variables of their own as part of the first that has some. */
  private static List<List<IndexExpr>> joined(
      List<List<IndexExpr>> groups, Set<IndexVariable> own) {
    List<List<IndexExpr>> sides = new ArrayList<>();
    List<IndexExpr> loose = new ArrayList<>();
    for (List<IndexExpr> group : groups) {
      if (group.stream().allMatch(value -> disjoint(FreeVariables.of(value), own))) {
        loose.addAll(group);
      } else {
        sides.add(new ArrayList<>(group));
      }
    }
    if (sides.isEmpty()) {
      return groups;
    }
    sides.getFirst().addAll(loose);
    return sides;
  }

  private static boolean disjoint(Set<IndexVariable> some, Collection<IndexVariable> others) {
    return some.stream().noneMatch(others::contains);
  }

  private static boolean sharesAny(IndexExpr left, IndexExpr right, Set<IndexVariable> own) {
    Set<IndexVariable> shared = new HashSet<>(FreeVariables.of(left));
    shared.retainAll(FreeVariables.of(right));
    shared.retainAll(own);
    return !shared.isEmpty();
  }

  static IndexExpr product(List<IndexExpr> factors) {
    return Divisor.product(factors);
  }
}
