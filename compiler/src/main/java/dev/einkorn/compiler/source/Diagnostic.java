package dev.einkorn.compiler.source;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that is wrong with a program: what, where and what to do about it. {@link
 * DiagnosticRenderer} is how it looks.
 *
 * {@snippet :
 * Diagnostic.error(ErrorCode.EXTENT_MISMATCH, kInA, "index k has extent 4 in A[i,k] but 5 in B[k,j]")
 *     .withSpan(kInB)
 *     .withHint("A is f32[3,4], B is f32[5,6]");
 * }
 *
 * @param code the stable code
 * @param severity whether the program is refused
 * @param span the range to blame; its start is the position reported
 * @param further more ranges that are marked, on the same or on other lines
 * @param message one sentence without a full stop, not naming the code
 * @param hints what to do about it or where it comes from, one sentence each
 */
public record Diagnostic(
    ErrorCode code,
    Severity severity,
    Span span,
    List<Span> further,
    String message,
    List<String> hints) {

  /** Copies the lists. */
  public Diagnostic {
    further = List.copyOf(further);
    hints = List.copyOf(hints);
  }

  /** An error without further ranges or hints. */
  public static Diagnostic error(ErrorCode code, Span span, String message) {
    return new Diagnostic(code, Severity.ERROR, span, List.of(), message, List.of());
  }

  /** A warning without further ranges or hints. */
  public static Diagnostic warning(ErrorCode code, Span span, String message) {
    return new Diagnostic(code, Severity.WARNING, span, List.of(), message, List.of());
  }

  /** This diagnostic with one more marked range. */
  public Diagnostic withSpan(Span another) {
    return new Diagnostic(code, severity, span, append(further, another), message, hints);
  }

  /** This diagnostic with one more hint. */
  public Diagnostic withHint(String hint) {
    return new Diagnostic(code, severity, span, further, message, append(hints, hint));
  }

  private static <T> List<T> append(List<T> list, T element) {
    List<T> longer = new ArrayList<>(list);
    longer.add(element);
    return longer;
  }
}
