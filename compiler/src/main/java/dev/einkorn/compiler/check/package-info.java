/**
 * From the syntax tree to the typed index IR: names, ranks, implicit sums, extents and types.
 *
 * <p>In: a {@link dev.einkorn.compiler.ast.Program} or {@link dev.einkorn.compiler.ast.EinsumAst}
 * and what is known of the bound tensors. Out: an {@link dev.einkorn.compiler.index.IndexProgram},
 * or one {@link dev.einkorn.compiler.source.CompileException} with everything that is wrong. The
 * program
 *
 * {@snippet lang=text :
 * c[k] = A[i,k] * x
 * }
 *
 * with an {@code f32} matrix {@code A} and an {@code f64} scalar {@code x} becomes
 *
 * {@snippet lang=text :
 * (A: f32[i,k], x: f64) -> (c: f64[k])
 * c[k] = f64(sum[i](A[i,k])) * x
 * }
 *
 * <p>Stages, each a class: {@code HeaderReader} and {@code Resolver} (what every name means; with
 * {@code Ellipses}), {@code RankChecker} and {@code OrderChecker}, {@code SumPlacement} (implicit
 * sums become explicit), {@code ExtentSolver} (which axes have one extent; with {@code
 * AffineInference} for indices such as {@code 2*x + r}), {@code TypeChecker} (promotions become
 * casts), {@code KnownExtents} and {@code AccessRanges} (the sizes of this call). A part in which
 * an error was found becomes a {@code Term.Broken}, about which later stages are silent. The result
 * does not depend on the sizes of a call, so it serves every size; only an ellipsis makes it depend
 * on which axes have extent 1.
 */
@NullMarked
package dev.einkorn.compiler.check;

import org.jspecify.annotations.NullMarked;
