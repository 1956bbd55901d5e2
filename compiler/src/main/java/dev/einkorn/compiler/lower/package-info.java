/**
 * Lowering: one assignment of the index IR becomes one loop nest in canonical form.
 *
 * <p>In: an {@link dev.einkorn.compiler.index.Assignment} of a checked program. Out: a {@link
 * dev.einkorn.compiler.loop.LoopNest} whose loops stand in written order, target indices first. A
 * statement whose right side is one reduction is split in two perfect nests, so that schedules may
 * order the second freely; any other reduction folds into a local:
 *
 * {@snippet lang=text :
 * C[i,j] = sum[k](A[i,k] * B[k,j])     y[i] = sqrt(sum[k](A[i,k]))
 *
 * for i:                               for i:
 *   for j:                               f32 sum_k = 0.0
 *     C[i,j] = 0.0                       for k:
 * for i:                                   sum_k += A[i,k]
 *   for j:                               y[i] = sqrt(sum_k)
 *     for k:
 *       C[i,j] += A[i,k] * B[k,j]
 * }
 */
@NullMarked
package dev.einkorn.compiler.lower;

import org.jspecify.annotations.NullMarked;
