package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;

/** One of the things between the brackets of an access or a target. */
public sealed interface Subscript extends AstNode {

  /**
   * Any number of axes: {@code ...}.
   *
   * @param span its range
   */
  record Ellipsis(Span span) implements Subscript {}

  /**
   * A position on one axis: an index {@code i}, an affine expression {@code 2*x+r-1}, an integer,
   * or an access to a tensor of integers {@code idx[k]}. The checker refuses all others.
   *
   * @param expression the position
   * @param span its range, parentheses included
   */
  record Position(Expression expression, Span span) implements Subscript {}
}
