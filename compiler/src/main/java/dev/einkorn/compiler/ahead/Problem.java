package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.source.Severity;

/**
 * Something that is wrong, or suspicious, with a method.
 *
 * @param message for people, with a picture where there is something to point at
 */
public record Problem(Severity severity, Place place, String message) {
  /** What of a method a problem is about. */
  public sealed interface Place {
    /** The program. */
    record Program() implements Place {}

    /** The method itself, or its result. */
    record Method() implements Place {}

    /** The n-th parameter. */
    record Parameter(int number) implements Place {}

    /** The typical extents. */
    record Extents() implements Place {}

    /** The n-th value of an element of the annotation, such as {@code schedule}. */
    record Option(String name, int number) implements Place {}
  }

  static Problem error(Place place, String code, String message) {
    return new Problem(Severity.ERROR, place, "error[%s]: %s".formatted(code, message));
  }

  static Problem error(Place place, String code, String message, String hint) {
    return error(place, code, message + "\n  hint: " + hint);
  }

  static Problem warning(Place place, String code, String message, String hint) {
    String text = "warning[%s]: %s\n  hint: %s".formatted(code, message, hint);
    return new Problem(Severity.WARNING, place, text);
  }
}
