package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.SourceText;
import java.util.Optional;

/** Reads einsum strings. */
public final class EinsumReader {
  private EinsumReader() {}

  /** Reads an einsum string; empty, with errors reported, if it is not one. */
  public static Optional<EinsumAst> parse(SourceText source, Diagnostics diagnostics) {
    throw new UnsupportedOperationException("not there yet");
  }
}
