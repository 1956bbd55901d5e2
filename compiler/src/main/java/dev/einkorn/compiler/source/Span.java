package dev.einkorn.compiler.source;

/**
 * A range of a program's text, in UTF-16 offsets: from {@code start} up to, not including, {@code
 * end}. An empty span stands for the place before {@code start}.
 *
 * @param start the offset of the first character
 * @param end the offset after the last character
 */
public record Span(int start, int end) {
  /** Checks that the range is not reversed and not negative. */
  public Span {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("not a span: " + start + " to " + end);
    }
  }

  /** The empty span before {@code offset}. */
  public static Span at(int offset) {
    return new Span(offset, offset);
  }

  /** The number of UTF-16 characters covered. */
  public int length() {
    return end - start;
  }

  /** Whether no character is covered. */
  public boolean isEmpty() {
    return start == end;
  }

  /** The smallest span that covers this one and {@code other}. */
  public Span to(Span other) {
    return new Span(Math.min(start, other.start), Math.max(end, other.end));
  }
}
