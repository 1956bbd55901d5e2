/**
 * Program text, places in it, and what is wrong with it. In: the text, and what the later stages
 * find to complain about. Out: a {@link dev.einkorn.compiler.source.CompileException} whose message
 * shows each error with its code, its line, carets under the exact ranges and hints.
 *
 * <p>Offsets are UTF-16 offsets into the text; only what is shown to people is counted in lines and
 * code points. A diagnostic such as
 *
 * {@snippet :
 * SourceText source = SourceText.of("C[i,j] = A[i,k] * B[k,j]");
 * Diagnostics diagnostics = new Diagnostics();
 * diagnostics.add(
 *     Diagnostic.error(
 *             ErrorCode.EXTENT_MISMATCH,
 *             new Span(13, 14),
 *             "index k has extent 4 in A[i,k] but 5 in B[k,j]")
 *         .withSpan(new Span(20, 21))
 *         .withHint("A is f32[3,4], B is f32[5,6]"));
 * diagnostics.throwIfErrors(source);
 * }
 *
 * is shown as
 *
 * <pre>{@code
 * error[EXTENT_MISMATCH]: index k has extent 4 in A[i,k] but 5 in B[k,j]
 *   C[i,j] = A[i,k] * B[k,j]
 *                ^      ^
 *   hint: A is f32[3,4], B is f32[5,6]
 * }</pre>
 */
@NullMarked
package dev.einkorn.compiler.source;

import org.jspecify.annotations.NullMarked;
