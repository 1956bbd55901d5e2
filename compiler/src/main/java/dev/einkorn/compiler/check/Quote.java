package dev.einkorn.compiler.check;

import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;

/** Quotes the program in hints. */
final class Quote {
  private static final int LONGEST = 60;

  private Quote() {}

  /** The text of {@code span}, or three dots if it is long or has several lines. */
  static String of(SourceText source, Span span) {
    String text = source.text(span);
    return text.length() <= LONGEST && text.lines().count() == 1 ? text : "...";
  }
}
