package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import java.util.List;
import java.util.Optional;

/** Reads programs in index notation. */
public final class IndexNotationReader {
  /** The deepest nesting of an expression's tree. */
  public static final int MAXIMUM_DEPTH = 400;

  /** The longest name or number, in characters. */
  public static final int MAXIMUM_NAME = 255;

  private IndexNotationReader() {}

  /**
   * Reads a program. Statements that cannot be read are reported and left out, so a caller that
   * wants only whole programs asks {@link Diagnostics#hasErrors()}.
   */
  public static Program parse(SourceText source, Diagnostics diagnostics) {
    Span whole = new Span(0, source.text().length());
    diagnostics.error(ErrorCode.NOT_SUPPORTED_YET, whole, "programs cannot be read yet");
    return new Program(Optional.empty(), List.of(), whole);
  }
}
