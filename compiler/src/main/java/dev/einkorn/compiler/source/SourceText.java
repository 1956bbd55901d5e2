package dev.einkorn.compiler.source;

/**
 * The text of a program and the name it is reported under. Lines end at {@code \n}, {@code \r\n} or
 * {@code \r}; lines and columns count from 1, columns in code points, a tab being one column.
 *
 * @param name a file name or other name for messages, empty if the text has none
 * @param text the whole text
 */
public record SourceText(String name, String text) {

  /**
   * A place as a reader counts it.
   *
   * @param line the line, from 1
   * @param column the column in code points, from 1
   */
  public record Position(int line, int column) {}

  /** A text without a name. */
  public static SourceText of(String text) {
    return new SourceText("", text);
  }

  /** The characters that {@code span} covers; the part beyond the end of the text is left out. */
  public String text(Span span) {
    int length = text.length();
    return text.substring(Math.min(span.start(), length), Math.min(span.end(), length));
  }

  /** Where {@code offset} is; an offset beyond the text counts as its end. */
  public Position position(int offset) {
    int place = Math.min(offset, text.length());
    int line = 1;
    int start = 0;
    for (int end = lineEnd(0);
        nextLine(end) > end && nextLine(end) <= place;
        end = lineEnd(start)) {
      start = nextLine(end);
      line++;
    }
    return new Position(line, 1 + text.codePointCount(start, place));
  }

  /** The number of lines; the empty text has one. */
  public int lineCount() {
    return position(text.length()).line();
  }

  /** The span of the line around {@code offset}, without its line end. */
  public Span lineAround(int offset) {
    int place = Math.min(offset, text.length());
    int start = place;
    // An offset between \r and \n belongs to the line that they end.
    if (isInsideLineEnd(start)) {
      start--;
    }
    while (start > 0 && !isLineEnd(text.charAt(start - 1))) {
      start--;
    }
    return new Span(start, lineEnd(start));
  }

  /** The offset of the line end, or of the end of the text, at or after {@code from}. */
  int lineEnd(int from) {
    int end = from;
    while (end < text.length() && !isLineEnd(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** The offset at which the line after the line end at {@code lineEnd} begins. */
  int nextLine(int lineEnd) {
    if (lineEnd >= text.length()) {
      return lineEnd;
    }
    return isInsideLineEnd(lineEnd + 1) ? lineEnd + 2 : lineEnd + 1;
  }

  private boolean isInsideLineEnd(int offset) {
    return offset > 0
        && offset < text.length()
        && text.charAt(offset - 1) == '\r'
        && text.charAt(offset) == '\n';
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }
}
