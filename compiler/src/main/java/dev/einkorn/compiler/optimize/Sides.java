package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import java.util.Set;

/** Tells the sums of products of two sides, which have indices of their own, from other sums. */
final class Sides {
  private Sides() {}

  /** Whether a sum is over products of two sides. */
  static boolean areTwo(IndexExpr.Reduction sum) {
    return areTwo(sum, FreeVariables.of(sum));
  }

  /** Whether a sum is over products of two sides, of the kept indices that count. */
  static boolean areTwo(IndexExpr.Reduction sum, Set<IndexVariable> kept) {
    return sum.body() instanceof IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right)
        && operator == BinaryOperator.MULTIPLY
        && areTwo(left, right, kept);
  }

  /** Whether two factors each have an index that is kept and that the other one has not. */
  static boolean areTwo(IndexExpr left, IndexExpr right, Set<IndexVariable> kept) {
    Set<IndexVariable> ofLeft = FreeVariables.of(left);
    Set<IndexVariable> ofRight = FreeVariables.of(right);
    return kept.stream().anyMatch(v -> ofLeft.contains(v) && !ofRight.contains(v))
        && kept.stream().anyMatch(v -> ofRight.contains(v) && !ofLeft.contains(v));
  }

  /** Whether something is folded inside of a value. */
  static boolean reduces(IndexExpr value) {
    return value instanceof IndexExpr.Reduction
        || value instanceof IndexExpr.ArgumentReduction
        || value.children().stream().anyMatch(Sides::reduces);
  }
}
