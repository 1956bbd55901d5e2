package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;

/**
 * An index that a reduction binds: {@code k} in {@code sum[k](e)}.
 *
 * @param name the index
 * @param span its range
 */
public record IndexBinding(String name, Span span) implements AstNode {}
