package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;

/**
 * A node of the tree of a program as it was written. Nothing is resolved: a name may turn out to be
 * a tensor, an index or nothing at all. Parentheses are not kept, the tree's shape stands for them.
 *
 * <p>Nodes are records, compared with their spans; compare {@link AstPrinter}'s text where places
 * do not matter.
 */
public sealed interface AstNode
    permits Program,
        Header,
        Declaration,
        TypeAnnotation,
        DeclaredExtent,
        Statement,
        Target,
        Expression,
        Subscript,
        IndexBinding {

  /** The range of the text that this node was read from, parentheses around it not included. */
  Span span();
}
