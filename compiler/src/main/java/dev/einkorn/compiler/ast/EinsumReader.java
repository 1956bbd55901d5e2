package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import java.util.Optional;

/** Reads einsum strings. */
public final class EinsumReader {
  private EinsumReader() {}

  /** Reads an einsum string; empty, with errors reported, if it is not one. */
  public static Optional<EinsumAst> parse(SourceText source, Diagnostics diagnostics) {
    Span whole = new Span(0, source.text().length());
    diagnostics.error(ErrorCode.NOT_SUPPORTED_YET, whole, "einsum strings cannot be read yet");
    return Optional.empty();
  }
}
