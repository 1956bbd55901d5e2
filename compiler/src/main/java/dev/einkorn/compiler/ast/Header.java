package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import java.util.List;
import java.util.Optional;

/**
 * The types and outputs of a program: {@code (A: f32[n,h,d], x: f64) -> (E, F: f32[n])}.
 *
 * @param inputs the declared inputs; {@code ()} declares that there are none
 * @param outputs the declared outputs, empty if the part from {@code ->} on is not written
 * @param span from the first parenthesis to the last
 */
public record Header(List<Declaration> inputs, Optional<List<Declaration>> outputs, Span span)
    implements AstNode {
  /** Copies the lists. */
  public Header {
    inputs = List.copyOf(inputs);
    outputs = outputs.map(List::copyOf);
  }
}
