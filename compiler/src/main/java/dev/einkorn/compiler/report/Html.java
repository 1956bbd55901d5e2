package dev.einkorn.compiler.report;

import java.util.List;

/** Writes HTML and SVG. Every text goes through {@link #text}; everything else is markup. */
public final class Html {
  private Html() {}

  /**
   * A text as content or as the value of an attribute in quotes: what could be markup is escaped,
   * what no page may contain becomes a replacement character.
   */
  public static String text(String text) {
    var out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\t' -> out.appendCodePoint(c);
                default -> out.appendCodePoint(isAllowed(c) ? c : 0xFFFD);
              }
            });
    return out.toString();
  }

  /** No control characters, no halves of pairs, and nothing that turns the direction of text. */
  private static boolean isAllowed(int c) {
    return !Character.isISOControl(c)
        && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
        && Character.getType(c) != Character.FORMAT;
  }

  /**
   * An element around markup.
   *
   * @param namesAndValues attributes, alternating; the values are texts
   */
  public static String element(String name, String markup, String... namesAndValues) {
    return open(name, namesAndValues) + ">" + markup + "</" + name + ">";
  }

  /** An element without content, as SVG and HTML both read it. */
  public static String empty(String name, String... namesAndValues) {
    return open(name, namesAndValues) + "/>";
  }

  private static String open(String name, String... namesAndValues) {
    var out = new StringBuilder("<").append(name);
    for (int n = 0; n < namesAndValues.length; n += 2) {
      out.append(' ')
          .append(namesAndValues[n])
          .append("=\"")
          .append(text(namesAndValues[n + 1]))
          .append('"');
    }
    return out.toString();
  }

  /** A text in lines as they are. */
  public static String code(String text) {
    return element("pre", element("code", text(text.stripTrailing())));
  }

  /** A row of a table; the cells are texts. */
  public static String row(String cell, List<String> cells) {
    var out = new StringBuilder();
    cells.forEach(value -> out.append(element(cell, text(value))));
    return element("tr", out.toString());
  }

  /** A list of texts. */
  public static String list(List<String> items) {
    var out = new StringBuilder();
    items.forEach(item -> out.append(element("li", text(item))));
    return element("ul", out.toString());
  }
}
