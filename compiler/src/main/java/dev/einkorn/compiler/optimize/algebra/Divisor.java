package dev.einkorn.compiler.optimize.algebra;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexExpr;

/**
 * What a product is divided by, as the factor {@code 1 / s}. It moves like any other factor; where
 * the product is written again it divides, so that no reciprocal is rounded:
 *
 * {@snippet lang=text :
 * sum[k](z[q,k] * V[k,d] / s[q])
 *   factors z[q,k], V[k,d], 1 / s[q]   =>   sum[k](z[q,k] * V[k,d]) / s[q]
 * }
 */
public final class Divisor {
  private Divisor() {}

  /** The factor that stands for a division by a value. */
  public static IndexExpr of(IndexExpr value) {
    return new IndexExpr.Binary(
        BinaryOperator.DIVIDE, IndexExpr.Literal.of(1.0, value.elementType()), value);
  }

  /** Whether a division has operands of the type of its result, which is floating. */
  static boolean isQuotient(IndexExpr value) {
    return value.elementType().isFloating()
        && value.children().stream().allMatch(c -> c.elementType() == value.elementType());
  }

  /** Whether a factor stands for a division. */
  public static boolean is(IndexExpr factor) {
    return factor instanceof IndexExpr.Binary(var operator, IndexExpr one, IndexExpr _)
        && operator == BinaryOperator.DIVIDE
        && isQuotient(factor)
        && one instanceof IndexExpr.Literal(Object value, _)
        && value.equals(1.0);
  }

  /** What a factor that {@link #is a division} divides by. */
  public static IndexExpr value(IndexExpr factor) {
    return factor.children().get(1);
  }
}
