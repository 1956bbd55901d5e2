package dev.einkorn.compiler.index;

import dev.einkorn.runtime.ElementType;
import java.util.List;

/** Short names for expression records, for tests that write programs by hand. */
public final class Expressions {
  private Expressions() {}

  public static IndexExpr f32(double value) {
    return IndexExpr.Literal.of(value, ElementType.F32);
  }

  public static IndexExpr f64(double value) {
    return IndexExpr.Literal.of(value, ElementType.F64);
  }

  public static IndexExpr i32(long value) {
    return IndexExpr.Literal.of(value, ElementType.I32);
  }

  public static IndexExpr i64(long value) {
    return IndexExpr.Literal.of(value, ElementType.I64);
  }

  public static IndexExpr bool(boolean value) {
    return IndexExpr.Literal.of(value);
  }

  public static IndexExpr add(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.ADD, left, right);
  }

  public static IndexExpr sub(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.SUBTRACT, left, right);
  }

  public static IndexExpr mul(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.MULTIPLY, left, right);
  }

  public static IndexExpr div(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.DIVIDE, left, right);
  }

  public static IndexExpr floorDiv(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.FLOOR_DIVIDE, left, right);
  }

  public static IndexExpr rem(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.REMAINDER, left, right);
  }

  public static IndexExpr pow(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.POWER, left, right);
  }

  public static IndexExpr less(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.LESS, left, right);
  }

  public static IndexExpr equal(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.EQUAL, left, right);
  }

  public static IndexExpr and(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.AND, left, right);
  }

  public static IndexExpr or(IndexExpr left, IndexExpr right) {
    return binary(BinaryOperator.OR, left, right);
  }

  public static IndexExpr binary(BinaryOperator operator, IndexExpr left, IndexExpr right) {
    return new IndexExpr.Binary(operator, left, right);
  }

  public static IndexExpr not(IndexExpr operand) {
    return new IndexExpr.Unary(UnaryOperator.NOT, operand);
  }

  public static IndexExpr negate(IndexExpr operand) {
    return new IndexExpr.Unary(UnaryOperator.NEGATE, operand);
  }

  public static IndexExpr call(Function function, IndexExpr... arguments) {
    return new IndexExpr.Call(function, List.of(arguments));
  }

  public static IndexExpr cast(ElementType type, IndexExpr operand) {
    return new IndexExpr.Cast(operand, type);
  }

  public static IndexExpr select(IndexExpr condition, IndexExpr yes, IndexExpr no) {
    return new IndexExpr.Select(condition, yes, no);
  }
}
