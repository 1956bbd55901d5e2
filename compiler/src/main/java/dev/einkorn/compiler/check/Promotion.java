package dev.einkorn.compiler.check;

import dev.einkorn.runtime.ElementType;

/**
 * Numpy's type promotion, with literals that adapt. A type is weak if the value comes from literals
 * alone: a weak integer takes any type that it meets, a weak real any floating one, and makes an
 * {@code f64} of integers.
 *
 * @param element the type, of a weak one that which it has if it meets nothing
 * @param weak whether it adapts
 */
record Promotion(ElementType element, boolean weak) {
  static Promotion strong(ElementType type) {
    return new Promotion(type, false);
  }

  static Promotion weak(ElementType type) {
    return new Promotion(type, true);
  }

  /** The type of a value made of this and {@code other}; two conditions stay a condition. */
  Promotion with(Promotion other) {
    if (weak && other.weak) {
      return weak(common(element, other.element));
    }
    if (weak) {
      return other.with(this);
    }
    if (!other.weak) {
      return strong(common(element, other.element));
    }
    boolean adapts = other.element.isInteger() ? element.isNumeric() : element.isFloating();
    return strong(adapts ? element : common(element, other.element));
  }

  /** This, or {@code i64} for a condition. */
  Promotion arithmetic() {
    return element.isNumeric() ? this : new Promotion(ElementType.I64, weak);
  }

  /** This, or {@code f64} for an integer or a condition. */
  Promotion floating() {
    return element.isFloating() ? this : new Promotion(ElementType.F64, weak);
  }

  /**
   * Numpy's common type: that of the pair which holds the values of both, {@code f64} for an
   * integer with a floating type.
   */
  static ElementType common(ElementType one, ElementType other) {
    if (one == other || !other.isNumeric()) {
      return one;
    }
    if (!one.isNumeric()) {
      return other;
    }
    boolean integers = one.isInteger() && other.isInteger();
    return integers ? ElementType.I64 : ElementType.F64;
  }

  /** Numpy's "same kind" rule for storing into a tensor: never from a number to a lesser kind. */
  static boolean isSameKind(ElementType from, ElementType to) {
    return kind(from) <= kind(to);
  }

  private static int kind(ElementType type) {
    return switch (type) {
      case BOOL -> 0;
      case I32, I64 -> 1;
      case F32, F64 -> 2;
    };
  }
}
