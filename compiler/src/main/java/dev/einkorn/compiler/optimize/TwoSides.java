package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Makes two sides of the factors of a sum of products, so that it is a product of matrices whose
 * panels are multiplied while they are packed.
 *
 * {@snippet lang=text :
 * for all a, b, c, d: O[a,b,c,d] = sum[r](A[a,r] * B[b,r] * C[c,r] * D[d,r])
 * for all a, b, c, d: O[a,b,c,d] = sum[r]((A[a,r] * B[b,r]) * (C[c,r] * D[d,r]))
 * }
 *
 * <p>Multiplied from the left, all factors but the last one are the first side, which has as many
 * elements as all of their indices together have positions. Here the two sides have as few elements
 * as they can; of equally good ones those that keep the order of the target's axes, with as few of
 * them as can be on the second side, along which neighbours are stored.
 */
final class TwoSides {
  /** With more groups of factors, those from the first one on are tried as a side. */
  private static final int MOST_GROUPS = 8;

  private final List<IndexVariable> kept;
  private final ToDoubleFunction<IndexVariable> extents;

  private TwoSides(List<IndexVariable> kept, ToDoubleFunction<IndexVariable> extents) {
    this.kept = kept;
    this.extents = extents;
  }

  /** Factors that share indices of the target, which cannot be on different sides. */
  private record Group(List<IndexExpr> factors, Set<IndexVariable> free) {
    Group and(Group other) {
      List<IndexExpr> all = new ArrayList<>(factors);
      all.addAll(other.factors);
      Set<IndexVariable> both = new HashSet<>(free);
      both.addAll(other.free);
      return new Group(all, both);
    }
  }

  /** The statement with the sums of its value arranged. */
  static Assignment arranged(Assignment step, ToDoubleFunction<IndexVariable> extents) {
    List<IndexVariable> kept = step.bindings().stream().map(IndexBinding::variable).toList();
    IndexExpr value = new TwoSides(kept, extents).arranged(step.value());
    return value.equals(step.value())
        ? step
        : new Assignment(step.target(), step.subscripts(), step.bindings(), step.operator(), value);
  }

  private IndexExpr arranged(IndexExpr value) {
    IndexExpr inside = value.mapChildren(this::arranged);
    return inside instanceof IndexExpr.Reduction(var operator, var bindings, var body)
            && operator == ReductionOperator.SUM
        ? new IndexExpr.Reduction(operator, bindings, product(body))
        : inside;
  }

  private IndexExpr product(IndexExpr body) {
    List<IndexExpr> factors = new ArrayList<>();
    collect(body, factors);
    if (factors.size() < 3) {
      return body;
    }
    List<IndexVariable> own = new ArrayList<>(kept);
    own.removeAll(Leaves.batch(factors, kept));
    List<Group> groups = groups(factors, own);
    List<Group> sides =
        new ArrayList<>(groups.stream().filter(group -> place(group, own) < own.size()).toList());
    if (sides.size() < 3) {
      return body;
    }
    sides.sort(Comparator.comparingInt(group -> place(group, own)));
    long best = best(sides);
    Group first = side(sides, best);
    Group second = side(sides, ~best);
    for (Group loose : groups) {
      if (place(loose, own) == own.size()) {
        first = first.and(loose);
      }
    }
    return Leaves.product(
        List.of(Leaves.product(first.factors()), Leaves.product(second.factors())));
  }

  /** The first side as bits, one a group. */
  private long best(List<Group> sides) {
    long all = (1L << Math.min(sides.size(), Long.SIZE - 1)) - 1;
    long best = 1;
    double least = Double.POSITIVE_INFINITY;
    for (int length = sides.size() - 1; length > 0; length--) {
      long prefix = (1L << length) - 1;
      double elements = elements(sides, prefix);
      if (elements < least) {
        best = prefix;
        least = elements;
      }
    }
    if (sides.size() <= MOST_GROUPS) {
      for (long subset = 1; subset < all; subset += 2) {
        double elements = elements(sides, subset);
        if (elements < least) {
          best = subset;
          least = elements;
        }
      }
    }
    return best;
  }

  private double elements(List<Group> sides, long subset) {
    return elements(side(sides, subset)) + elements(side(sides, ~subset));
  }

  private double elements(Group group) {
    double elements = 1;
    for (IndexVariable variable : group.free()) {
      elements *= extents.applyAsDouble(variable);
    }
    return elements;
  }

  private static Group side(List<Group> sides, long subset) {
    Group side = new Group(List.of(), Set.of());
    for (int n = 0; n < sides.size(); n++) {
      if ((subset >> n & 1) == 1) {
        side = side.and(sides.get(n));
      }
    }
    return side;
  }

  private static List<Group> groups(List<IndexExpr> factors, List<IndexVariable> own) {
    List<Group> groups = new ArrayList<>();
    for (IndexExpr factor : factors) {
      Group merged = new Group(List.of(factor), FreeVariables.of(factor));
      List<Group> apart = new ArrayList<>();
      for (Group group : groups) {
        if (own.stream().anyMatch(v -> group.free().contains(v) && hasFree(factor, v))) {
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

  private static boolean hasFree(IndexExpr factor, IndexVariable variable) {
    return FreeVariables.of(factor).contains(variable);
  }

  /** The first axis of the target that a group has; behind all of them if it has none. */
  private static int place(Group group, List<IndexVariable> own) {
    int place = 0;
    while (place < own.size() && !group.free().contains(own.get(place))) {
      place++;
    }
    return place;
  }

  private static void collect(IndexExpr value, List<IndexExpr> factors) {
    if (value instanceof IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right)
        && operator == BinaryOperator.MULTIPLY) {
      collect(left, factors);
      collect(right, factors);
    } else {
      factors.add(value);
    }
  }
}
