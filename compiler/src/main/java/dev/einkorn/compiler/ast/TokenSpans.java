package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/** Spans of tokens: ANTLR counts code points, a {@link Span} counts UTF-16 characters. */
final class TokenSpans {
  /** The UTF-16 offset of each code point and of the end; empty where the two counts are equal. */
  private final int[] offsets;

  TokenSpans(String text) {
    int points = text.codePointCount(0, text.length());
    offsets = points == text.length() ? new int[0] : new int[points + 1];
    int offset = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = offset;
      offset = i < points ? text.offsetByCodePoints(offset, 1) : offset;
    }
  }

  /** The range of one token. */
  Span of(Token token) {
    return between(token, token);
  }

  /** The range of all that a rule has matched, at least one token. */
  Span of(ParserRuleContext context) {
    return between(context.getStart(), context.getStop());
  }

  /** From the start of one token to the end of another. */
  Span between(Token first, Token last) {
    return new Span(offset(first.getStartIndex()), offset(last.getStopIndex() + 1));
  }

  private int offset(int codePoint) {
    return offsets.length == 0 ? codePoint : offsets[codePoint];
  }
}
