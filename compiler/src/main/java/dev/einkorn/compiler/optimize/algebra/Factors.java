package dev.einkorn.compiler.optimize.algebra;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexExpr;
import java.util.ArrayList;
import java.util.List;

/** Products as they are written, taken apart and put together. */
public final class Factors {
  private Factors() {}

  /** The factors of a product as it is written, from left to right. */
  public static List<IndexExpr> of(IndexExpr product) {
    List<IndexExpr> factors = new ArrayList<>();
    collect(product, factors);
    return factors;
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

  /** The product of some factors, divided by those that stand for divisions. */
  public static IndexExpr product(List<IndexExpr> factors) {
    List<IndexExpr> divisors = new ArrayList<>();
    IndexExpr product = null;
    for (IndexExpr factor : factors) {
      if (Divisor.is(factor)) {
        divisors.add(factor);
      } else {
        product =
            product == null
                ? factor
                : new IndexExpr.Binary(BinaryOperator.MULTIPLY, product, factor);
      }
    }
    if (product == null) {
      product = divisors.removeFirst();
    }
    for (IndexExpr divisor : divisors) {
      product = new IndexExpr.Binary(BinaryOperator.DIVIDE, product, Divisor.value(divisor));
    }
    return product;
  }
}
