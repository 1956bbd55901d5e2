package dev.einkorn.compiler.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Writes JSON; reading it is nobody's business here. */
public final class Json {
  private Json() {}

  /** A quoted string. */
  public static String string(String text) {
    var out = new StringBuilder("\"");
    for (int n = 0; n < text.length(); n++) {
      char c = text.charAt(n);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> {
          if (c < ' ' || Character.isSurrogate(c)) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }

  /** An object of alternating names and values; the values are JSON already. */
  public static String object(String... namesAndValues) {
    List<String> members = new ArrayList<>();
    for (int n = 0; n < namesAndValues.length; n += 2) {
      members.add(string(namesAndValues[n]) + ": " + namesAndValues[n + 1]);
    }
    return "{" + String.join(", ", members) + "}";
  }

  /** An array of values that are JSON already. */
  public static String array(Collection<String> values) {
    return "[" + String.join(", ", values) + "]";
  }
}
