package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import java.util.List;

/**
 * One assignment: {@code O[x] = zero(I[x+r-1]) * K[r] where x < extent(I,0)}.
 *
 * @param target what is assigned
 * @param operator whether it is overwritten or accumulated into
 * @param value the right side
 * @param where the conditions; those joined by {@code and} are separate elements
 * @param span the whole statement, without what separates it from the next
 */
public record Statement(
    Target target, AssignmentOperator operator, Expression value, List<Expression> where, Span span)
    implements AstNode {
  /** Copies the list. */
  public Statement {
    where = List.copyOf(where);
  }
}
