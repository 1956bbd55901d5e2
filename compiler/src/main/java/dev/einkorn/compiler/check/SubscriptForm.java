package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.Subscript;
import dev.einkorn.compiler.ast.UnaryOperator;
import java.util.List;

/** Says what kind of expression stands as a subscript. */
final class SubscriptForm {
  private SubscriptForm() {}

  /** Whether it is an integer with a minus sign. */
  static boolean isNegativeInteger(Expression expression) {
    return expression instanceof Expression.Unary(UnaryOperator operator, Expression operand, _)
        && operator == UnaryOperator.NEGATE
        && isInteger(operand);
  }

  /** Whether it accesses a tensor, as a gather does. */
  static boolean readsTensor(Expression expression) {
    return expression instanceof Expression.Access
        || operands(expression).stream().anyMatch(SubscriptForm::readsTensor);
  }

  /** Whether it is a sum of indices and integers times integers. */
  static boolean isAffine(Expression expression) {
    return switch (expression) {
      case Expression.Name _ -> true;
      case Expression.NumberLiteral literal -> literal.integer();
      case Expression.Unary(UnaryOperator operator, Expression operand, _) ->
          operator != UnaryOperator.NOT && isAffine(operand);
      case Expression.Binary(var operator, Expression left, Expression right, _) ->
          switch (operator) {
            case ADD, SUBTRACT -> isAffine(left) && isAffine(right);
            case MULTIPLY ->
                isAffine(left) && isAffine(right) && (isConstant(left) || isConstant(right));
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
                false;
          };
      case Expression.ConstantLiteral _,
          Expression.Access _,
          Expression.Call _,
          Expression.Reduction _ ->
          false;
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
      case Expression.Reduction reduction -> List.of(reduction.body());
    };
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

  private static boolean isConstant(Expression expression) {
    return !(expression instanceof Expression.Name)
        && operands(expression).stream().allMatch(SubscriptForm::isConstant);
  }
}
