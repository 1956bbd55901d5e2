package dev.einkorn.compiler.source;

import java.util.List;

/** A program was refused. The message is the full rendering of everything that is wrong with it. */
public final class CompileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  // A diagnostic is not serializable; a deserialized exception has its message only.
  private final transient SourceText source;
  private final transient List<Diagnostic> diagnostics;

  /** A refusal of {@code source} for {@code diagnostics}, in their order. */
  public CompileException(SourceText source, List<Diagnostic> diagnostics) {
    this(source, diagnostics, 0);
  }

  CompileException(SourceText source, List<Diagnostic> diagnostics, int omitted) {
    super(message(source, diagnostics, omitted));
    this.source = source;
    this.diagnostics = List.copyOf(diagnostics);
  }

  /** The program. */
  public SourceText source() {
    return source;
  }

  /** What is wrong with it, by position. */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }

  private static String message(SourceText source, List<Diagnostic> diagnostics, int omitted) {
    String rendered = new DiagnosticRenderer(source).render(diagnostics);
    return omitted == 0 ? rendered : rendered + "\n... and " + omitted + " more";
  }
}
