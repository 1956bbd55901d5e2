package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.runtime.ElementType;
import java.util.List;

/** What bounds of loops and conditions of guards are made of. */
final class LoopBounds {
  private LoopBounds() {}

  static Expr number(long value) {
    return new Expr.Constant(value, ElementType.I64);
  }

  static Expr plus(Expr left, Expr right) {
    return new Expr.BinaryOp(BinaryOperator.ADD, left, right);
  }

  static Expr minus(Expr left, Expr right) {
    return new Expr.BinaryOp(BinaryOperator.SUBTRACT, left, right);
  }

  static Expr min(Expr left, Expr right) {
    return new Expr.Call(Function.MIN, List.of(left, right));
  }

  static Expr max(Expr left, Expr right) {
    return new Expr.Call(Function.MAX, List.of(left, right));
  }

  /** Rounded down. */
  static Expr divide(Expr value, long divisor) {
    return new Expr.BinaryOp(BinaryOperator.FLOOR_DIVIDE, value, number(divisor));
  }

  static Expr times(long factor, Expr value) {
    return new Expr.BinaryOp(BinaryOperator.MULTIPLY, number(factor), value);
  }

  /** What whole steps of a length come to. */
  static Expr wholeSteps(Expr length, long step) {
    return new Expr.BinaryOp(BinaryOperator.MULTIPLY, divide(length, step), number(step));
  }

  static Expr and(Expr left, Expr right) {
    return new Expr.BinaryOp(BinaryOperator.AND, left, right);
  }

  static Expr atLeast(Expr value, long count) {
    return new Expr.BinaryOp(BinaryOperator.GREATER_OR_EQUAL, value, number(count));
  }

  static Expr atLeast(Extent extent, long count) {
    return atLeast(new Expr.ExtentValue(extent), count);
  }
}
