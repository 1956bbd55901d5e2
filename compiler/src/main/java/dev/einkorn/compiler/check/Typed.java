package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.runtime.ElementType;
import java.math.BigInteger;

/** What a term has become. */
sealed interface Typed {

  /** An expression with a type, which is weak if it comes from literals alone. */
  record Value(IndexExpr expression, Promotion promotion) implements Typed {}

  /** An integer literal that has not met a type yet. */
  record IntegerLiteral(BigInteger value) implements Typed {}

  /** An error was reported here or in a part; followers are silent. */
  record Unknown() implements Typed {}

  /** An expression whose type does not adapt. */
  static Typed strong(IndexExpr expression) {
    return new Value(expression, Promotion.strong(expression.elementType()));
  }

  /** An expression of that type, weak or not. */
  static Typed of(IndexExpr expression, boolean weak) {
    return new Value(expression, new Promotion(expression.elementType(), weak));
  }

  /** Whether an error was reported. */
  default boolean isUnknown() {
    return this instanceof Unknown;
  }

  /** The type; of an unknown one it means nothing. */
  default Promotion promotion() {
    return switch (this) {
      case Value(_, Promotion promotion) -> promotion;
      case IntegerLiteral _, Unknown _ -> Promotion.weak(ElementType.I64);
    };
  }
}
