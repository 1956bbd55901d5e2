package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import java.math.BigInteger;

/** The extent of an axis as a header gives it. */
public sealed interface DeclaredExtent extends AstNode {

  /**
   * An integer.
   *
   * @param value the value, never negative; it may be too large for an extent
   * @param span its range
   */
  record Fixed(BigInteger value, Span span) implements DeclaredExtent {}

  /**
   * A size name: the same name is the same extent everywhere in the header.
   *
   * @param name the name
   * @param span its range
   */
  record Named(String name, Span span) implements DeclaredExtent {}
}
