package dev.einkorn.compiler.optimize.algebra;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the polynomial that an expression is: sums, differences, products, small whole powers and
 * sums over indices, as they are written. Everything else is a factor. Inside of a sum over indices
 * a division is a product with a {@link Divisor}.
 *
 * {@snippet lang=text :
 * 2 * sum[k](A[i,k] * (B[k] - exp(C[k])))
 *   => 2 * sum[k](A[i,k] * (1 * B[k] + -1 * exp(C[k])))
 * sum[k](A[i,k] / s[i])
 *   => 1 * sum[k](A[i,k] * (1 / s[i]))
 * }
 */
public final class TermReader {
  /** Larger powers stay powers. */
  private static final long MOST_FACTORS = 4;

  private final Renaming names;
  private final boolean expandsDifferences;

  /**
   * A reader.
   *
   * @param names for what is bound: different everywhere in what is read
   * @param expandsDifferences whether powers of a difference are products, although multiplying
   *     them out may cancel digits
   */
  public TermReader(Renaming names, boolean expandsDifferences) {
    this.names = names;
    this.expandsDifferences = expandsDifferences;
  }

  /** The polynomial of a numeric value. */
  public Term.Sum read(IndexExpr value) {
    return readFresh(names.freshInside(value), false);
  }

  private Term.Sum readFresh(IndexExpr value, boolean summed) {
    return switch (value) {
      case IndexExpr.Literal(Double number, _) -> constant(number);
      case IndexExpr.Literal(Long number, _) when Math.abs(number) < 1L << 52 -> constant(number);
      case IndexExpr.Unary(UnaryOperator operator, IndexExpr operand)
          when operator == UnaryOperator.NEGATE ->
          times(readFresh(operand, summed), -1);
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
          when operator == BinaryOperator.ADD ->
          plus(readFresh(left, summed), readFresh(right, summed));
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
          when operator == BinaryOperator.SUBTRACT ->
          plus(readFresh(left, summed), times(readFresh(right, summed), -1));
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
          when operator == BinaryOperator.MULTIPLY ->
          product(List.of(readFresh(left, summed), readFresh(right, summed)));
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
          when operator == BinaryOperator.DIVIDE && summed && Divisor.isQuotient(value) ->
          product(List.of(readFresh(left, true), factor(Divisor.of(right))));
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr base, IndexExpr exponent)
          when operator == BinaryOperator.POWER ->
          power(value, base, exponent, summed);
      case IndexExpr.Reduction(ReductionOperator operator, var bindings, IndexExpr body)
          when operator == ReductionOperator.SUM && body.elementType().isNumeric() ->
          sumOver(bindings, readFresh(body, true), body.elementType());
      case IndexExpr.Literal _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Access _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _,
          IndexExpr.Reduction _,
          IndexExpr.ArgumentReduction _ ->
          factor(value);
    };
  }

  private Term.Sum power(IndexExpr whole, IndexExpr base, IndexExpr exponent, boolean summed) {
    double count =
        switch (exponent) {
          case IndexExpr.Literal(Double number, _) -> number;
          case IndexExpr.Literal(Long number, _) -> number;
          default -> 0;
        };
    if (count != Math.rint(count) || count < 2 || count > MOST_FACTORS) {
      return factor(whole);
    }
    Term.Sum read = readFresh(base, summed);
    if (isDifference(read) && !expandsDifferences) {
      return factor(whole);
    }
    List<Term.Sum> factors = new ArrayList<>(List.of(read));
    for (int n = 1; n < count; n++) {
      factors.add(readFresh(names.freshInside(base), summed));
    }
    return product(factors);
  }

  /** Whether terms may cancel: several, of which one is subtracted. */
  static boolean isDifference(Term.Sum sum) {
    return sum.products().size() > 1 && sum.products().stream().anyMatch(p -> p.coefficient() < 0);
  }

  private static Term.Sum constant(double value) {
    return new Term.Sum(List.of(new Term.Product(value, List.of(), List.of())));
  }

  private static Term.Sum factor(IndexExpr value) {
    return new Term.Sum(List.of(new Term.Product(1, List.of(), List.of(new Term.Factor(value)))));
  }

  private static Term.Sum times(Term.Sum sum, double factor) {
    return new Term.Sum(sum.products().stream().map(p -> p.times(factor)).toList());
  }

  private static Term.Sum plus(Term.Sum left, Term.Sum right) {
    List<Term.Product> products = new ArrayList<>(left.products());
    products.addAll(right.products());
    return new Term.Sum(products);
  }

  private static Term.Sum product(List<Term.Sum> sums) {
    Term.Product result = Products.ONE;
    for (Term.Sum sum : sums) {
      result = Products.multiply(result, sum);
    }
    return new Term.Sum(List.of(result));
  }

  private static Term.Sum sumOver(
      List<IndexBinding> bindings, Term.Sum body, ElementType elementType) {
    Term.Product inside = Products.multiply(Products.ONE, body);
    List<IndexBinding> summed = new ArrayList<>(inside.summed());
    summed.addAll(bindings);
    return new Term.Sum(
        List.of(Products.of(inside.coefficient(), summed, inside.factors(), elementType)));
  }
}
