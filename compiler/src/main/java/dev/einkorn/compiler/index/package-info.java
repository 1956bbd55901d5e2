/**
 * The typed index-notation IR: what a program means, after every name, rank, extent and type has
 * been checked.
 *
 * <p>In: the checker (from text), the einsum reader and lazy tensors. Out: the interpreter, the
 * optimizer and lowering. Nodes carry no source position, so equality is structural. Implicit sums
 * and promotions are explicit here: the statement {@code c[k] = A[i,k] * x} with an {@code f32}
 * matrix and an {@code f64} scalar prints as
 *
 * {@snippet lang=text :
 * (A: f32[i,k], x: f64) -> (c: f64[k])
 * c[k] = sum[i](f64(A[i,k])) * x
 * }
 *
 * <p>Extents are {@linkplain dev.einkorn.compiler.index.Extent.Symbolic symbolic} wherever the
 * sizes of the inputs decide them, so one program serves every size; {@link
 * dev.einkorn.compiler.index.SizeParameter} says which axes give the value.
 */
@NullMarked
package dev.einkorn.compiler.index;

import org.jspecify.annotations.NullMarked;
