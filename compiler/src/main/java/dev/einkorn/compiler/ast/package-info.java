/**
 * The tree of a program as it was written. In: the text. Out: an {@link
 * dev.einkorn.compiler.ast.Program}, or an {@link dev.einkorn.compiler.ast.EinsumAst}, of immutable
 * records with exact spans, and the syntax errors.
 *
 * {@snippet :
 * Program program = IndexNotationReader.parse(SourceText.of("c[k]=A[i,k]*-B[i,k]"), diagnostics);
 * AstPrinter.print(program); // c[k] = A[i,k] * -B[i,k]
 * }
 */
@NullMarked
package dev.einkorn.compiler.ast;

import org.jspecify.annotations.NullMarked;
