package dev.einkorn.compiler.ast;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The conditions of a where clause: a list, in which {@code and} means the same as a comma. */
final class Conditions {
  private Conditions() {}

  /** Adds the operands of the topmost {@code and}s of {@code condition}, in their order. */
  static void addConjuncts(Expression condition, List<Expression> conditions) {
    Deque<Expression> open = new ArrayDeque<>(List.of(condition));
    while (!open.isEmpty()) {
      Expression next = open.pop();
      if (next instanceof Expression.Binary(var operator, var left, var right, _)
          && operator == BinaryOperator.AND) {
        open.push(right);
        open.push(left);
      } else {
        conditions.add(next);
      }
    }
  }
}
