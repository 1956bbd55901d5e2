package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.runtime.ElementType;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;

/**
 * Gives values the types that their context wants. A literal takes the type itself, also as a
 * branch of a {@code select}; everything else is cast.
 */
final class Conversion {
  private final Diagnostics diagnostics;

  Conversion(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /** The value as a {@code type}; empty if it is unknown or a literal out of range. */
  Optional<IndexExpr> convert(Typed value, ElementType type, Span span) {
    return switch (value) {
      case Typed.Unknown _ -> Optional.empty();
      case Typed.IntegerLiteral(BigInteger literal) -> integer(literal, type, span);
      case Typed.Value(IndexExpr expression, Promotion promotion) ->
          promotion.weak() ? adapt(expression, type, span) : Optional.of(cast(expression, type));
    };
  }

  /** A cast, if one is needed; of an integer literal to a real, the real literal. */
  static IndexExpr cast(IndexExpr expression, ElementType type) {
    if (expression instanceof IndexExpr.Literal(Long value, _) && type.isFloating()) {
      double real = type == ElementType.F32 ? (double) (float) (long) value : (double) value;
      return IndexExpr.Literal.of(real, type);
    }
    return expression.elementType() == type ? expression : new IndexExpr.Cast(expression, type);
  }

  private Optional<IndexExpr> integer(BigInteger value, ElementType type, Span span) {
    return switch (type) {
      case F32, F64 -> real(value.doubleValue(), value.toString(), type, span);
      case I32, I64 -> {
        if (value.bitLength() >= type.byteSize() * Byte.SIZE) {
          yield refuse(value.toString(), type, span);
        }
        yield Optional.of(IndexExpr.Literal.of(value.longValueExact(), type));
      }
      case BOOL -> Optional.of(IndexExpr.Literal.of(value.signum() != 0));
    };
  }

  private Optional<IndexExpr> real(double value, String text, ElementType type, Span span) {
    boolean overflows =
        type == ElementType.F32 ? Float.isInfinite((float) value) : Double.isInfinite(value);
    return overflows ? refuse(text, type, span) : Optional.of(IndexExpr.Literal.of(value, type));
  }

  private Optional<IndexExpr> adapt(IndexExpr expression, ElementType type, Span span) {
    if (expression.elementType() == type) {
      return Optional.of(expression);
    }
    return switch (expression) {
      case IndexExpr.Literal(Long value, _) -> integer(BigInteger.valueOf(value), type, span);
      case IndexExpr.Literal(Double value, _) when type.isFloating() ->
          value.isInfinite()
              ? Optional.of(IndexExpr.Literal.of((double) value, type))
              : real(value, value.toString().toLowerCase(Locale.ROOT), type, span);
      case IndexExpr.Select(IndexExpr condition, IndexExpr whenTrue, IndexExpr whenFalse) ->
          adapt(whenTrue, type, span)
              .flatMap(
                  t ->
                      adapt(whenFalse, type, span).map(f -> new IndexExpr.Select(condition, t, f)));
      case IndexExpr.Literal _,
          IndexExpr.Access _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Reduction _,
          IndexExpr.ArgumentReduction _ ->
          Optional.of(cast(expression, type));
    };
  }

  private Optional<IndexExpr> refuse(String literal, ElementType type, Span span) {
    diagnostics.error(
        ErrorCode.INVALID_LITERAL,
        span,
        "%s does not fit %s, the type that it takes here".formatted(literal, type),
        switch (type) {
          case I32 -> "write i64(...) around the value that it meets";
          case I64, BOOL -> "write a real number, such as 1e20, which is an f64";
          case F32 -> "write inf for infinity, or f64(...) around the value that it meets";
          case F64 -> "write inf for infinity";
        });
    return Optional.empty();
  }
}
