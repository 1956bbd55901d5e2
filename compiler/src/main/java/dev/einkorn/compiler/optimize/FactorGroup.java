package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.optimize.algebra.Factors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Factors of a product that belong to one side of a contraction.
 *
 * @param free the variables that they depend on
 */
record FactorGroup(List<IndexExpr> factors, Set<IndexVariable> free) {
  static final FactorGroup NONE = new FactorGroup(List.of(), Set.of());

  FactorGroup {
    factors = List.copyOf(factors);
    free = Collections.unmodifiableSet(new LinkedHashSet<>(free));
  }

  /** Factors that share one of some variables, which cannot be on different sides, together. */
  static List<FactorGroup> of(List<IndexExpr> factors, Collection<IndexVariable> own) {
    List<FactorGroup> groups = new ArrayList<>();
    for (IndexExpr factor : factors) {
      FactorGroup merged = new FactorGroup(List.of(factor), FreeVariables.of(factor));
      List<FactorGroup> apart = new ArrayList<>();
      for (FactorGroup group : groups) {
        if (group.shares(merged, own)) {
          merged = group.and(merged);
        } else {
          apart.add(group);
        }
      }
      apart.add(merged);
      groups = apart;
    }
    return groups;
  }

  /**
   * The indices that are kept and stand in all factors which have such indices: they tell no sides
   * apart.
   */
  static List<IndexVariable> batch(List<IndexExpr> factors, Collection<IndexVariable> kept) {
    List<Set<IndexVariable>> indices =
        factors.stream()
            .<Set<IndexVariable>>map(FreeVariables::of)
            .filter(free -> kept.stream().anyMatch(free::contains))
            .toList();
    return kept.stream()
        .filter(variable -> indices.stream().allMatch(free -> free.contains(variable)))
        .toList();
  }

  /** Whether the factors have one of some variables. */
  boolean hasAny(Collection<IndexVariable> variables) {
    return variables.stream().anyMatch(free::contains);
  }

  private boolean shares(FactorGroup other, Collection<IndexVariable> own) {
    return own.stream().anyMatch(v -> free.contains(v) && other.free.contains(v));
  }

  FactorGroup and(FactorGroup other) {
    List<IndexExpr> all = new ArrayList<>(factors);
    all.addAll(other.factors);
    Set<IndexVariable> both = new LinkedHashSet<>(free);
    both.addAll(other.free);
    return new FactorGroup(all, both);
  }

  /** This group and those that have none of some variables, and so no side of their own. */
  FactorGroup withLoose(List<FactorGroup> groups, Collection<IndexVariable> own) {
    return groups.stream().filter(group -> !group.hasAny(own)).reduce(this, FactorGroup::and);
  }

  IndexExpr product() {
    return Factors.product(factors);
  }
}
