package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import java.util.List;

/**
 * The left side of a statement: {@code E[n,k]}, or {@code s} for a scalar ({@code s[]} is the
 * same). Any subscript can be written; the checker refuses those that have no meaning here.
 *
 * @param name the tensor's name
 * @param nameSpan the range of the name
 * @param subscripts the subscripts
 * @param span the whole left side
 */
public record Target(String name, Span nameSpan, List<Subscript> subscripts, Span span)
    implements AstNode {
  /** Copies the list. */
  public Target {
    subscripts = List.copyOf(subscripts);
  }
}
