package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.BinaryOperator;
import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.Subscript;
import dev.einkorn.compiler.ast.UnaryOperator;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says what kind of expression stands as a subscript. */
final class SubscriptForm {
  private SubscriptForm() {}

  /** Whether it is an integer with a minus sign. */
  static boolean isNegativeInteger(Expression expression) {
    return expression instanceof Expression.Unary(UnaryOperator operator, Expression operand, _)
        && operator == UnaryOperator.NEGATE
        && isInteger(operand);
  }

  /** Whether it is computed from a tensor or an extent, as a gather is. */
  static boolean isGather(Expression expression) {
    return readsTensor(expression) && linear(expression).isEmpty();
  }

  private static boolean readsTensor(Expression expression) {
    return expression instanceof Expression.Access
        || (expression instanceof Expression.Call call && call.name().equals("extent"))
        || operands(expression).stream().anyMatch(SubscriptForm::readsTensor);
  }

  /**
   * A sum of names times integers, and an integer: {@code 2*x + r - 1}.
   *
   * @param coefficients none of them 0, in written order
   */
  record Linear(Map<String, BigInteger> coefficients, BigInteger constant) {

    private static Linear of(BigInteger constant) {
      return new Linear(new LinkedHashMap<>(), constant);
    }

    private Linear plus(Linear other, BigInteger factor) {
      Map<String, BigInteger> sum = new LinkedHashMap<>(coefficients);
      other.coefficients.forEach(
          (name, coefficient) -> sum.merge(name, coefficient.multiply(factor), BigInteger::add));
      sum.values().removeIf(each -> each.signum() == 0);
      return new Linear(sum, constant.add(other.constant.multiply(factor)));
    }

    private Linear times(BigInteger factor) {
      return of(BigInteger.ZERO).plus(this, factor);
    }
  }

  /** The expression as a sum of indices times integers, if it is one. */
  static Optional<Linear> linear(Expression expression) {
    return switch (expression) {
      case Expression.Name(String name, _) ->
          Optional.of(
              new Linear(new LinkedHashMap<>(Map.of(name, BigInteger.ONE)), BigInteger.ZERO));
      case Expression.NumberLiteral literal ->
          literal.integer() ? Optional.of(Linear.of(literal.integerValue())) : Optional.empty();
      case Expression.Unary(UnaryOperator operator, Expression operand, _) ->
          switch (operator) {
            case PLUS -> linear(operand);
            case NEGATE -> linear(operand).map(each -> each.times(BigInteger.ONE.negate()));
            case NOT -> Optional.empty();
          };
      case Expression.Binary(var operator, Expression left, Expression right, _) ->
          linear(left).flatMap(l -> linear(right).flatMap(r -> linear(operator, l, r)));
      case Expression.ConstantLiteral _,
          Expression.Access _,
          Expression.Call _,
          Expression.Reduction _ ->
          Optional.empty();
    };
  }

  private static Optional<Linear> linear(BinaryOperator operator, Linear left, Linear right) {
    return switch (operator) {
      case ADD -> Optional.of(left.plus(right, BigInteger.ONE));
      case SUBTRACT -> Optional.of(left.plus(right, BigInteger.ONE.negate()));
      case MULTIPLY ->
          right.coefficients().isEmpty()
              ? Optional.of(left.times(right.constant()))
              : left.coefficients().isEmpty()
                  ? Optional.of(right.times(left.constant()))
                  : Optional.empty();
      case DIVIDE,
          FLOOR_DIVIDE,
          REMAINDER,
          POWER,
          LESS,
          LESS_OR_EQUAL,
          GREATER,
          GREATER_OR_EQUAL,
          EQUAL,
          NOT_EQUAL,
          AND,
          OR ->
          Optional.empty();
    };
  }

  /** The expressions in it, one level down; those between the brackets of an access too. */
  static List<Expression> operands(Expression expression) {
    return switch (expression) {
      case Expression.NumberLiteral _, Expression.ConstantLiteral _, Expression.Name _ -> List.of();
      case Expression.Access access -> positions(access.subscripts());
      case Expression.Unary unary -> List.of(unary.operand());
      case Expression.Binary binary -> List.of(binary.left(), binary.right());
      case Expression.Call call -> call.arguments();
      case Expression.Reduction reduction -> {
        List<Expression> operands = new ArrayList<>(List.of(reduction.body()));
        operands.addAll(reduction.where());
        yield operands;
      }
    };
  }

  /** Whether an access in it has an ellipsis. */
  static boolean hasEllipsis(Expression expression) {
    return (expression instanceof Expression.Access access
            && access.subscripts().stream().anyMatch(Subscript.Ellipsis.class::isInstance))
        || operands(expression).stream().anyMatch(SubscriptForm::hasEllipsis);
  }

  /** The expressions between brackets. */
  static List<Expression> positions(List<Subscript> subscripts) {
    return subscripts.stream()
        .filter(Subscript.Position.class::isInstance)
        .map(each -> ((Subscript.Position) each).expression())
        .toList();
  }

  private static boolean isInteger(Expression expression) {
    return expression instanceof Expression.NumberLiteral literal && literal.integer();
  }
}
