package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.optimize.algebra.Factors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
    List<IndexExpr> factors = Factors.of(body);
    if (factors.size() < 3) {
      return body;
    }
    List<IndexVariable> own = new ArrayList<>(kept);
    own.removeAll(FactorGroup.batch(factors, kept));
    List<FactorGroup> groups = FactorGroup.of(factors, own);
    List<FactorGroup> sides =
        new ArrayList<>(groups.stream().filter(group -> group.hasAny(own)).toList());
    if (sides.size() < 3) {
      return body;
    }
    sides.sort(Comparator.comparingInt(group -> place(group, own)));
    long best = best(sides);
    FactorGroup first = side(sides, best).withLoose(groups, own);
    FactorGroup second = side(sides, ~best);
    return Factors.product(List.of(first.product(), second.product()));
  }

  /** The first side as bits, one a group. */
  private long best(List<FactorGroup> sides) {
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

  private double elements(List<FactorGroup> sides, long subset) {
    return elements(side(sides, subset)) + elements(side(sides, ~subset));
  }

  private double elements(FactorGroup group) {
    double elements = 1;
    for (IndexVariable variable : group.free()) {
      elements *= extents.applyAsDouble(variable);
    }
    return elements;
  }

  private static FactorGroup side(List<FactorGroup> sides, long subset) {
    FactorGroup side = FactorGroup.NONE;
    for (int n = 0; n < sides.size(); n++) {
      if ((subset >> n & 1) == 1) {
        side = side.and(sides.get(n));
      }
    }
    return side;
  }

  /** The first axis of the target that a group has. */
  private static int place(FactorGroup group, List<IndexVariable> own) {
    int place = 0;
    while (place < own.size() && !group.free().contains(own.get(place))) {
      place++;
    }
    return place;
  }
}
