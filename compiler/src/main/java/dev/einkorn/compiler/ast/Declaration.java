package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Span;
import java.util.Optional;

/**
 * A name in a header, with its type if one is written: {@code A: f32[n,4]} or {@code E}.
 *
 * @param name the tensor's name
 * @param nameSpan the range of the name
 * @param type the type
 * @param span the name and the type
 */
public record Declaration(String name, Span nameSpan, Optional<TypeAnnotation> type, Span span)
    implements AstNode {}
