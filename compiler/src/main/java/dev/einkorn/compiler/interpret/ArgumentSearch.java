package dev.einkorn.compiler.interpret;

import dev.einkorn.compiler.index.ArgumentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Finds where the first largest or smallest of some values stands; a NaN beats every number. */
final class ArgumentSearch {
  private final ArgumentOperator operator;
  private long position;
  private long found = -1;
  private @Nullable Object best;

  ArgumentSearch(ArgumentOperator operator) {
    this.operator = operator;
  }

  /** The value at the next position. */
  void offer(Object value) {
    if (best == null || isBetter(value, best)) {
      best = value;
      found = position;
    }
    position++;
  }

  /** The next position does not take part. */
  void skip() {
    position++;
  }

  /** The position of the best value, from 0; -1 if there was none. */
  long found() {
    return found;
  }

  private boolean isBetter(Object value, Object than) {
    if (isNaN(than) || isNaN(value)) {
      return !isNaN(than);
    }
    BinaryOperator comparison =
        switch (operator) {
          case ARGMAX -> BinaryOperator.GREATER;
          case ARGMIN -> BinaryOperator.LESS;
        };
    return (Boolean) Arithmetic.binary(comparison, value, than);
  }

  private static boolean isNaN(Object value) {
    return (value instanceof Float x && x.isNaN()) || (value instanceof Double y && y.isNaN());
  }
}
