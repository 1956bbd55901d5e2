package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.SizeParameter.Axis;
import dev.einkorn.compiler.index.UnaryOperator;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A condition that can give an index its extent: {@code x < extent(I, 0) // 2 + 1}. It means {@code
 * x < floor((sum of summands + constant) / divisor) + offset}.
 *
 * @param variable the index
 * @param limit what it stays below
 * @param condition the whole
 */
record Bound(Variable variable, Limit limit, Term condition) {

  /** One summand: {@code coefficient * extent(tensor, position)}. */
  record Summand(long coefficient, Axis axis) {}

  /** {@code floor((sum of summands + constant) / divisor) + offset}. */
  record Limit(List<Summand> summands, long constant, long divisor, long offset) {
    Limit {
      summands = List.copyOf(summands);
    }

    private Limit plus(Limit other, long sign) {
      if (other.summands.isEmpty() && other.divisor == 1) {
        long addend = Math.multiplyExact(sign, other.constant);
        return divisor == 1
            ? new Limit(summands, Math.addExact(constant, addend), 1, 0)
            : new Limit(summands, constant, divisor, Math.addExact(offset, addend));
      }
      if (divisor != 1 || other.divisor != 1) {
        if (summands.isEmpty() && divisor == 1 && sign == 1) {
          return other.plus(this, 1);
        }
        throw new ArithmeticException("a sum of quotients");
      }
      List<Summand> sum = new ArrayList<>(summands);
      other.summands.forEach(
          each -> sum.add(new Summand(Math.multiplyExact(sign, each.coefficient), each.axis)));
      return new Limit(
          sum, Math.addExact(constant, Math.multiplyExact(sign, other.constant)), 1, 0);
    }

    private Limit times(Limit factor) {
      if (!factor.summands.isEmpty()) {
        if (!summands.isEmpty()) {
          throw new ArithmeticException("a product of extents");
        }
        return factor.times(this);
      }
      if (divisor != 1 || factor.divisor != 1) {
        throw new ArithmeticException("a product of a quotient");
      }
      return new Limit(List.of(), 0, 1, 0)
          .plus(
              new Limit(
                  summands.stream()
                      .map(
                          each ->
                              new Summand(
                                  Math.multiplyExact(each.coefficient, factor.constant), each.axis))
                      .toList(),
                  Math.multiplyExact(constant, factor.constant),
                  1,
                  0),
              1);
    }

    private Limit over(Limit other) {
      if (!other.summands.isEmpty() || other.divisor != 1 || other.constant < 1 || offset != 0) {
        throw new ArithmeticException("not a quotient by a number");
      }
      return new Limit(summands, constant, Math.multiplyExact(divisor, other.constant), 0);
    }
  }

  /** The condition as a bound, if it is one. */
  static Optional<Bound> of(Term condition) {
    if (!(condition instanceof Term.Infix(BinaryOperator operator, Term left, Term right, _))) {
      return Optional.empty();
    }
    boolean less = operator == BinaryOperator.LESS || operator == BinaryOperator.LESS_OR_EQUAL;
    boolean greater =
        operator == BinaryOperator.GREATER || operator == BinaryOperator.GREATER_OR_EQUAL;
    Term index = less ? left : right;
    Term limit = less ? right : left;
    if (!(less || greater) || !(index instanceof Term.Position(Variable variable, _))) {
      return Optional.empty();
    }
    boolean inclusive =
        operator == BinaryOperator.LESS_OR_EQUAL || operator == BinaryOperator.GREATER_OR_EQUAL;
    try {
      Limit one = new Limit(List.of(), inclusive ? 1 : 0, 1, 0);
      return Optional.of(new Bound(variable, limit(limit).plus(one, 1), condition));
    } catch (ArithmeticException notAffine) {
      return Optional.empty();
    }
  }

  /** The limit; throws an {@link ArithmeticException} if the term has another form. */
  private static Limit limit(Term term) {
    return switch (term) {
      case Term.IntegerNumber(BigInteger value, _) ->
          new Limit(List.of(), value.longValueExact(), 1, 0);
      case Term.Size(String tensor, int axis, _) ->
          new Limit(List.of(new Summand(1, new Axis(tensor, axis))), 0, 1, 0);
      case Term.Prefix(UnaryOperator operator, Term operand, _)
          when operator == UnaryOperator.NEGATE ->
          limit(operand).times(new Limit(List.of(), -1, 1, 0));
      case Term.Infix(BinaryOperator operator, Term left, Term right, _)
          when operator == BinaryOperator.ADD ->
          limit(left).plus(limit(right), 1);
      case Term.Infix(BinaryOperator operator, Term left, Term right, _)
          when operator == BinaryOperator.SUBTRACT ->
          limit(left).plus(limit(right), -1);
      case Term.Infix(BinaryOperator operator, Term left, Term right, _)
          when operator == BinaryOperator.MULTIPLY ->
          limit(left).times(limit(right));
      case Term.Infix(BinaryOperator operator, Term left, Term right, _)
          when operator == BinaryOperator.FLOOR_DIVIDE ->
          limit(left).over(limit(right));
      case Term.Infix _,
          Term.Prefix _,
          Term.RealNumber _,
          Term.Truth _,
          Term.Position _,
          Term.Read _,
          Term.Apply _,
          Term.Reduce _,
          Term.Broken _ ->
          throw new ArithmeticException("not a sum of extents");
    };
  }
}
