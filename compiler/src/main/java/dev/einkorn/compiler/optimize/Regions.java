package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import java.util.ArrayList;
import java.util.List;

/** The largest polynomials inside of a value: what functions and comparisons are made of. */
final class Regions {
  private Regions() {}

  /** Those below functions, innermost first; not the value itself. */
  static List<IndexExpr> inside(IndexExpr value) {
    List<IndexExpr> found = new ArrayList<>();
    collect(value, true, found);
    found.remove(value);
    return found;
  }

  private static void collect(IndexExpr value, boolean begins, List<IndexExpr> found) {
    boolean polynomial = isPolynomial(value);
    for (IndexExpr child : value.children()) {
      collect(child, !polynomial, found);
    }
    if (polynomial && begins && value.elementType().isNumeric()) {
      found.add(value);
    }
  }

  private static boolean isPolynomial(IndexExpr value) {
    return switch (value) {
      case IndexExpr.Binary(BinaryOperator operator, _, _) ->
          operator == BinaryOperator.ADD
              || operator == BinaryOperator.SUBTRACT
              || operator == BinaryOperator.MULTIPLY
              || operator == BinaryOperator.POWER;
      case IndexExpr.Unary(UnaryOperator operator, _) -> operator == UnaryOperator.NEGATE;
      case IndexExpr.Reduction(ReductionOperator operator, _, _) ->
          operator == ReductionOperator.SUM;
      default -> false;
    };
  }

  /** The value with one part, this very one, replaced. */
  static IndexExpr replace(IndexExpr value, IndexExpr part, IndexExpr with) {
    return value == part ? with : value.mapChildren(child -> replace(child, part, with));
  }
}
