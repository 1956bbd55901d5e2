package dev.einkorn.runtime;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses the text of an npy header: the literal of a Python dictionary with the keys {@code descr},
 * {@code fortran_order} and {@code shape}, each once, in any order. Nothing else is accepted, and
 * nothing is ever evaluated.
 */
final class NpyHeaderParser {
  private static final String SUPPORTED = "supported are f4, f8, i4, i8 and b1";
  private static final char END = '\0';

  private final String text;
  private final String file;
  private int at;

  private @Nullable ElementType type;
  private ByteOrder order = ByteOrder.nativeOrder();
  private boolean fortranOrder;
  private List<Long> shape = List.of();

  private NpyHeaderParser(String text, String file) {
    this.text = text;
    this.file = file;
  }

  static NpyHeader parse(String text, String file) throws NpyException {
    return new NpyHeaderParser(text, file).parseDictionary();
  }

  private NpyHeader parseDictionary() throws NpyException {
    expect('{');
    Set<String> keys = new HashSet<>();
    while (peek() != '}') {
      int start = at;
      String key = parseString("a key in quotes");
      if (!keys.add(key)) {
        at = start;
        throw failure("key '%s' occurs twice".formatted(abridge(key)));
      }
      expect(':');
      switch (key) {
        case "descr" -> parseDescriptor();
        case "fortran_order" -> fortranOrder = parseBoolean();
        case "shape" -> shape = parseTuple();
        default -> {
          at = start;
          throw failure(
              "expected the keys 'descr', 'fortran_order' and 'shape', found '%s'"
                  .formatted(abridge(key)));
        }
      }
      if (peek() != '}') {
        expect(',');
      }
    }
    expect('}');
    if (peek() != END || at < text.length()) {
      throw failure("expected nothing after the dictionary, found " + found());
    }
    if (type == null || keys.size() < 3) {
      throw failure("expected the keys 'descr', 'fortran_order' and 'shape', found only " + keys);
    }
    return new NpyHeader(type, order, fortranOrder, shape);
  }

  private void parseDescriptor() throws NpyException {
    if (peek() == '[' || peek() == '{' || peek() == '(') {
      throw failure("structured dtypes are not supported; " + SUPPORTED);
    }
    String descriptor = parseString("a dtype in quotes");
    boolean ordered = !descriptor.isEmpty() && "<>|=".indexOf(descriptor.charAt(0)) >= 0;
    char mark = ordered ? descriptor.charAt(0) : '=';
    String kind = ordered ? descriptor.substring(1) : descriptor;
    if (kind.startsWith("O")) {
      throw failure(
          "dtype %s holds pickled Python objects; pickles are never executed", abridge(kind));
    }
    order =
        switch (mark) {
          case '<' -> ByteOrder.LITTLE_ENDIAN;
          case '>' -> ByteOrder.BIG_ENDIAN;
          default -> ByteOrder.nativeOrder();
        };
    type =
        switch (kind) {
          case "f4" -> ElementType.F32;
          case "f8" -> ElementType.F64;
          case "i4" -> ElementType.I32;
          case "i8" -> ElementType.I64;
          case "b1", "?" -> ElementType.BOOL;
          default ->
              throw failure(
                  "dtype %s is not supported; " + SUPPORTED + "; convert with numpy's astype",
                  abridge(descriptor));
        };
  }

  private boolean parseBoolean() throws NpyException {
    peek();
    for (String word : List.of("True", "False")) {
      if (text.startsWith(word, at)) {
        at += word.length();
        return word.equals("True");
      }
    }
    throw failure("expected True or False, found " + found());
  }

  private List<Long> parseTuple() throws NpyException {
    expect('(');
    List<Long> extents = new ArrayList<>();
    boolean comma = true;
    while (peek() != ')') {
      if (!comma) {
        throw failure("expected ',' or ')', found " + found());
      }
      extents.add(parseExtent());
      comma = peek() == ',';
      if (comma) {
        at++;
      }
    }
    if (extents.size() == 1 && !comma) {
      throw failure("expected a tuple, which of one extent has a trailing comma, found a number");
    }
    expect(')');
    return extents;
  }

  private long parseExtent() throws NpyException {
    peek();
    int start = at;
    while (at < text.length() && ",) \n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    String digits = word.endsWith("L") ? word.substring(0, word.length() - 1) : word;
    String number = digits.startsWith("-") ? digits.substring(1) : digits;
    boolean integer =
        !number.isEmpty()
            && number.chars().allMatch(c -> c >= '0' && c <= '9')
            && (number.length() == 1 || number.charAt(0) != '0');
    if (!integer || digits.startsWith("-")) {
      at = start;
      throw failure("expected a whole number from 0 as an extent, found '%s'", abridge(word));
    }
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException e) {
      at = start;
      throw failure("extent %s is beyond the largest long, 2^63 - 1", abridge(word));
    }
  }

  private String parseString(String expected) throws NpyException {
    char quote = peek();
    int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
    if (end < 0) {
      throw failure("expected %s, found %s", expected, found());
    }
    String value = text.substring(at + 1, end);
    at = end + 1;
    return value;
  }

  private void expect(char c) throws NpyException {
    if (peek() != c) {
      throw failure("expected '%s', found %s", String.valueOf(c), found());
    }
    at++;
  }

  /** The next character that is not white space, and to where it stands. */
  private char peek() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : END;
  }

  private String found() {
    return at < text.length() ? "'" + abridge(text.substring(at)) + "'" : "the end of the header";
  }

  private static String abridge(String value) {
    String shown = value.length() <= 24 ? value : value.substring(0, 24) + "...";
    var printable = new StringBuilder();
    shown
        .chars()
        .forEach(
            c -> {
              if (c < ' ' || c == 0x7F) {
                printable.append("\\x%02x".formatted(c));
              } else {
                printable.append((char) c);
              }
            });
    return printable.toString();
  }

  private NpyException failure(String problem) {
    return new NpyException(file, "npy header, column %s: %s".formatted(at + 1, problem));
  }

  private NpyException failure(String format, String... values) {
    return failure(format.formatted((Object[]) values));
  }
}
