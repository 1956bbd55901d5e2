package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import java.util.List;

/**
 * A tensor type: {@code f32[n,4]}, or {@code f64} for a scalar ({@code f64[]} is the same).
 *
 * @param elementType the element type's name as written; it may not exist
 * @param elementTypeSpan the range of that name
 * @param extents the extents, one for each axis
 * @param span the whole type
 */
public record TypeAnnotation(
    String elementType, Span elementTypeSpan, List<DeclaredExtent> extents, Span span)
    implements AstNode {
  /** Copies the list. */
  public TypeAnnotation {
    extents = List.copyOf(extents);
  }
}
