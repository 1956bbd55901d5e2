package dev.einkorn.compiler.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Collects the diagnostics of one program while it is read and checked. Of each severity the first
 * {@value #LIMIT} are kept, of the rest the number.
 */
public final class Diagnostics {
  /** How many diagnostics of each severity are kept. */
  public static final int LIMIT = 100;

  private final List<Diagnostic> kept = new ArrayList<>();
  private int errors;
  private int warnings;

  /** An empty collection. */
  public Diagnostics() {}

  /** Adds {@code diagnostic}; the same one a second time is ignored. */
  public void add(Diagnostic diagnostic) {
    if (kept.contains(diagnostic)) {
      return;
    }
    int before =
        switch (diagnostic.severity()) {
          case ERROR -> errors++;
          case WARNING -> warnings++;
        };
    if (before < LIMIT) {
      kept.add(diagnostic);
    }
  }

  /** Adds an error. */
  public void error(ErrorCode code, Span span, String message, String... hints) {
    add(new Diagnostic(code, Severity.ERROR, span, List.of(), message, List.of(hints)));
  }

  /** Whether there is an error. */
  public boolean hasErrors() {
    return errors > 0;
  }

  /** How many errors were added. */
  public int errorCount() {
    return errors;
  }

  /** How many diagnostics were added beyond those kept. */
  public int omitted() {
    return errors + warnings - kept.size();
  }

  /** Those kept, by position; at one position in the order of adding. */
  public List<Diagnostic> list() {
    return kept.stream()
        .sorted(
            Comparator.comparingInt((Diagnostic each) -> each.span().start())
                .thenComparingInt(each -> each.span().end()))
        .toList();
  }

  /**
   * Ends the compilation if there is an error.
   *
   * @throws CompileException with everything collected, warnings too
   */
  public void throwIfErrors(SourceText source) {
    if (hasErrors()) {
      throw new CompileException(source, list(), omitted());
    }
  }
}
