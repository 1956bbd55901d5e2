package dev.einkorn.compiler.cli;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads tensors from the command line: {@code 3.5}, {@code [1, 2, 3]}, {@code [[1, 2], [3, 4]]}.
 * Whole numbers give i64, any other number among them f64, as an empty list does; {@code true} and
 * {@code false} give bool. A type around it converts: {@code f32([1, 2])}.
 */
final class LiteralReader {
  private static final Pattern TYPED = Pattern.compile("(f32|f64|i32|i64|bool)\\((.*)\\)");
  private static final Pattern SCALAR =
      Pattern.compile("[+-]?(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?|inf|nan)|true|false");
  private static final Pattern WHOLE = Pattern.compile("[+-]?\\d+");
  private static final int DEEPEST = 100;

  private final String text;
  private final List<String> elements = new ArrayList<>();
  private final List<Integer> extents = new ArrayList<>();
  private int rank = -1;
  private int at;

  private LiteralReader(String text) {
    this.text = text;
  }

  /**
   * The tensor that a text denotes; empty if it does not begin like one, so that it is a file name.
   *
   * @throws UsageException if it begins like one and is none
   */
  static Optional<Tensor> read(String text) {
    Matcher typed = TYPED.matcher(text);
    if (typed.matches()) {
      ElementType type = ElementType.valueOf(typed.group(1).toUpperCase(java.util.Locale.ROOT));
      return Optional.of(new LiteralReader(typed.group(2)).tensor().cast(type));
    }
    if (text.startsWith("[") || SCALAR.matcher(text).matches()) {
      return Optional.of(new LiteralReader(text).tensor());
    }
    return Optional.empty();
  }

  private Tensor tensor() {
    value(0);
    skipSpace();
    if (at < text.length()) {
      throw error("the end");
    }
    long[] shape = extents.stream().mapToLong(Integer::longValue).toArray();
    boolean truths = elements.stream().anyMatch(e -> e.equals("true") || e.equals("false"));
    if (truths) {
      return Tensor.ofBooleans(booleans(), shape);
    }
    try {
      if (!elements.isEmpty() && elements.stream().allMatch(e -> WHOLE.matcher(e).matches())) {
        return Tensor.of(elements.stream().mapToLong(Long::parseLong).toArray(), shape);
      }
    } catch (NumberFormatException e) {
      throw new UsageException(
          "a whole number in " + abridged() + " does not fit 64 bits; write it with a point");
    }
    return Tensor.of(elements.stream().mapToDouble(LiteralReader::number).toArray(), shape);
  }

  private boolean[] booleans() {
    boolean[] values = new boolean[elements.size()];
    for (int n = 0; n < values.length; n++) {
      if (SCALAR.matcher(elements.get(n)).matches() && elements.get(n).matches("true|false")) {
        values[n] = elements.get(n).equals("true");
      } else {
        throw new UsageException(
            "numbers and truth values do not mix in one tensor: " + abridged());
      }
    }
    return values;
  }

  private static double number(String element) {
    return switch (element) {
      case "inf", "+inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan", "+nan", "-nan" -> Double.NaN;
      default -> Double.parseDouble(element);
    };
  }

  private void value(int depth) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == '[') {
      if (depth == DEEPEST) {
        throw new UsageException("more than " + DEEPEST + " brackets in one another");
      }
      list(depth);
      return;
    }
    int start = at;
    while (at < text.length() && "[], \t\n\r".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String element = text.substring(start, at);
    if (!SCALAR.matcher(element).matches()) {
      at = start;
      throw error("a number");
    }
    if (rank >= 0 && rank != depth) {
      throw ragged();
    }
    rank = depth;
    elements.add(element);
  }

  private void list(int depth) {
    at++;
    int level = extents.size();
    if (level == depth) {
      extents.add(-1);
    }
    int count = 0;
    skipSpace();
    if (at < text.length() && text.charAt(at) == ']') {
      at++;
      if (rank >= 0 && rank != depth + 1) {
        throw ragged();
      }
      rank = depth + 1;
    } else {
      boolean more = true;
      while (more) {
        value(depth + 1);
        count++;
        skipSpace();
        if (at >= text.length() || ",]".indexOf(text.charAt(at)) < 0) {
          throw error("a comma or a closing bracket");
        }
        more = text.charAt(at++) == ',';
      }
    }
    int known = extents.get(depth);
    if (known >= 0 && known != count) {
      throw ragged();
    }
    extents.set(depth, count);
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private UsageException ragged() {
    return new UsageException("the rows of " + abridged() + " differ in length or depth");
  }

  private UsageException error(String expected) {
    String found = at < text.length() ? text.substring(at, Math.min(at + 10, text.length())) : "";
    return new UsageException(
        "expected %s at character %s of %s, found %s"
            .formatted(
                expected, at + 1, abridged(), found.isEmpty() ? "the end" : "'" + found + "'"));
  }

  private String abridged() {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
