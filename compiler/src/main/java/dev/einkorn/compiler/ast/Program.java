package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import java.util.List;
import java.util.Optional;

/**
 * A whole program.
 *
 * @param header the types and outputs, if they are written
 * @param statements the statements in the order written; empty only for a text without any
 * @param span the whole text
 */
public record Program(Optional<Header> header, List<Statement> statements, Span span)
    implements AstNode {
  /** Copies the list. */
  public Program {
    statements = List.copyOf(statements);
  }
}
