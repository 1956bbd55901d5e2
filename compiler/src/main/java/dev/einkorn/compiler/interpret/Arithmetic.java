package dev.einkorn.compiler.interpret;

import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelMath;

/**
 * The operators on boxed values. Each is Java's own operator on the unboxed type, so {@code f32}
 * rounds to binary32 after every operation and integers wrap; what Java lacks is {@link
 * KernelMath}.
 */
final class Arithmetic {
  private Arithmetic() {}

  static Object unary(UnaryOperator operator, Object operand) {
    return switch (operator) {
      case NOT -> !(Boolean) operand;
      case NEGATE ->
          switch (operand) {
            case Float x -> (Object) (-x);
            case Double x -> -x;
            case Integer x -> -x;
            case Long x -> -x;
            default -> throw notOfType(operand);
          };
    };
  }

  static Object binary(BinaryOperator operator, Object left, Object right) {
    return switch (left) {
      case Float a -> floats(operator, a, (Float) right);
      case Double a -> doubles(operator, a, (Double) right);
      case Integer a -> ints(operator, a, (Integer) right);
      case Long a -> longs(operator, a, (Long) right);
      case Boolean a -> booleans(operator, a, (Boolean) right);
      default -> throw notOfType(left);
    };
  }

  private static Object floats(BinaryOperator operator, float a, float b) {
    return switch (operator) {
      case ADD -> (Object) (a + b);
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case FLOOR_DIVIDE -> KernelMath.floorDiv(a, b);
      case REMAINDER -> KernelMath.floorMod(a, b);
      case POWER -> KernelMath.power(a, b);
      case LESS -> a < b;
      case LESS_OR_EQUAL -> a <= b;
      case GREATER -> a > b;
      case GREATER_OR_EQUAL -> a >= b;
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      case AND, OR -> throw notOfType(a);
    };
  }

  private static Object doubles(BinaryOperator operator, double a, double b) {
    return switch (operator) {
      case ADD -> (Object) (a + b);
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case FLOOR_DIVIDE -> KernelMath.floorDiv(a, b);
      case REMAINDER -> KernelMath.floorMod(a, b);
      case POWER -> KernelMath.power(a, b);
      case LESS -> a < b;
      case LESS_OR_EQUAL -> a <= b;
      case GREATER -> a > b;
      case GREATER_OR_EQUAL -> a >= b;
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      case AND, OR -> throw notOfType(a);
    };
  }

  private static Object ints(BinaryOperator operator, int a, int b) {
    return switch (operator) {
      case ADD -> (Object) (a + b);
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case FLOOR_DIVIDE -> KernelMath.floorDiv(a, b);
      case REMAINDER -> KernelMath.floorMod(a, b);
      case POWER -> KernelMath.power(a, b);
      case LESS -> a < b;
      case LESS_OR_EQUAL -> a <= b;
      case GREATER -> a > b;
      case GREATER_OR_EQUAL -> a >= b;
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      case DIVIDE, AND, OR -> throw notOfType(a);
    };
  }

  private static Object longs(BinaryOperator operator, long a, long b) {
    return switch (operator) {
      case ADD -> (Object) (a + b);
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case FLOOR_DIVIDE -> KernelMath.floorDiv(a, b);
      case REMAINDER -> KernelMath.floorMod(a, b);
      case POWER -> KernelMath.power(a, b);
      case LESS -> a < b;
      case LESS_OR_EQUAL -> a <= b;
      case GREATER -> a > b;
      case GREATER_OR_EQUAL -> a >= b;
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      case DIVIDE, AND, OR -> throw notOfType(a);
    };
  }

  private static Object booleans(BinaryOperator operator, boolean a, boolean b) {
    return switch (operator) {
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      case AND -> a && b;
      case OR -> a || b;
      case ADD,
          SUBTRACT,
          MULTIPLY,
          DIVIDE,
          FLOOR_DIVIDE,
          REMAINDER,
          POWER,
          LESS,
          LESS_OR_EQUAL,
          GREATER,
          GREATER_OR_EQUAL ->
          throw notOfType(a);
    };
  }

  /** What a reduction starts from. */
  static Object identity(ReductionOperator operator, ElementType type) {
    return switch (operator) {
      case SUM -> cast(0L, type);
      case PRODUCT -> cast(1L, type);
      case MAX -> lowest(type);
      case MIN -> highest(type);
      case ANY -> false;
      case ALL -> true;
    };
  }

  private static Object lowest(ElementType type) {
    return switch (type) {
      case F32 -> (Object) Float.NEGATIVE_INFINITY;
      case F64 -> Double.NEGATIVE_INFINITY;
      case I32 -> Integer.MIN_VALUE;
      case I64 -> Long.MIN_VALUE;
      case BOOL -> throw notOfType(type);
    };
  }

  private static Object highest(ElementType type) {
    return switch (type) {
      case F32 -> (Object) Float.POSITIVE_INFINITY;
      case F64 -> Double.POSITIVE_INFINITY;
      case I32 -> Integer.MAX_VALUE;
      case I64 -> Long.MAX_VALUE;
      case BOOL -> throw notOfType(type);
    };
  }

  /** One step of a reduction. */
  static Object fold(ReductionOperator operator, Object accumulator, Object value) {
    return switch (operator) {
      case SUM -> binary(BinaryOperator.ADD, accumulator, value);
      case PRODUCT -> binary(BinaryOperator.MULTIPLY, accumulator, value);
      case MAX -> greater(accumulator, value);
      case MIN -> smaller(accumulator, value);
      case ANY -> (Boolean) accumulator || (Boolean) value;
      case ALL -> (Boolean) accumulator && (Boolean) value;
    };
  }

  /** What an accumulating statement makes of the target's old value and its right side. */
  static Object accumulate(AssignmentOperator operator, Object old, Object value) {
    return switch (operator) {
      case ASSIGN -> value;
      case ADD -> binary(BinaryOperator.ADD, old, value);
      case MULTIPLY -> binary(BinaryOperator.MULTIPLY, old, value);
      case MAX -> greater(old, value);
      case MIN -> smaller(old, value);
    };
  }

  private static Object greater(Object left, Object right) {
    return switch (left) {
      case Float a -> (Object) KernelMath.max(a, (Float) right);
      case Double a -> KernelMath.max(a, (Double) right);
      case Integer a -> KernelMath.max(a, (Integer) right);
      case Long a -> KernelMath.max(a, (Long) right);
      default -> throw notOfType(left);
    };
  }

  private static Object smaller(Object left, Object right) {
    return switch (left) {
      case Float a -> (Object) KernelMath.min(a, (Float) right);
      case Double a -> KernelMath.min(a, (Double) right);
      case Integer a -> KernelMath.min(a, (Integer) right);
      case Long a -> KernelMath.min(a, (Long) right);
      default -> throw notOfType(left);
    };
  }

  /** Java's cast; true is 1, and every number but zero, NaN too, is true. */
  static Object cast(Object value, ElementType type) {
    return switch (value) {
      case Float x ->
          switch (type) {
            case F32 -> (Object) x;
            case F64 -> (double) x;
            case I32 -> (int) (float) x;
            case I64 -> (long) (float) x;
            case BOOL -> x != 0;
          };
      case Double x ->
          switch (type) {
            case F32 -> (Object) (float) (double) x;
            case F64 -> x;
            case I32 -> (int) (double) x;
            case I64 -> (long) (double) x;
            case BOOL -> x != 0;
          };
      case Integer x ->
          switch (type) {
            case F32 -> (Object) (float) x;
            case F64 -> (double) x;
            case I32 -> x;
            case I64 -> (long) x;
            case BOOL -> x != 0;
          };
      case Long x ->
          switch (type) {
            case F32 -> (Object) (float) x;
            case F64 -> (double) x;
            case I32 -> (int) (long) x;
            case I64 -> x;
            case BOOL -> x != 0;
          };
      case Boolean x -> type == ElementType.BOOL ? x : cast(x ? 1L : 0L, type);
      default -> throw notOfType(value);
    };
  }

  private static IllegalArgumentException notOfType(Object value) {
    return new IllegalArgumentException("the operation does not take " + value);
  }
}
