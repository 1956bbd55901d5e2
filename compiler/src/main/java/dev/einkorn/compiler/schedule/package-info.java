/**
 * Schedules: which order the loops of a nest take, how they are tiled, packed and shared out, and
 * what stays in registers, as data.
 *
 * <p>In: a canonical {@link dev.einkorn.compiler.loop.LoopNest}. {@link
 * dev.einkorn.compiler.schedule.AutoSchedule} chooses a {@link
 * dev.einkorn.compiler.schedule.Schedule}, or the user gives one as text; {@link
 * dev.einkorn.compiler.schedule.Scheduler} applies it, and refuses an illegal directive with a
 * reason. Out: a nest that computes the same bits, except for the directives that say otherwise and
 * that a mode must allow. What is chosen depends on the kind of nest: {@code ContractionSchedule}
 * for sums of products of two factors ({@code BatchSchedule} where a batch index lies side by
 * side), {@code ReductionSchedule} for folds along memory, {@code ElementwiseSchedule} for streams,
 * else an order of scalar loops; {@code ParallelSchedule} shares out what pays. For {@code E[n,k,d]
 * = A[n,h,d] * B[k,h,d]} on row-major tensors:
 *
 * {@snippet lang=text :
 * fuse(n, k, d); promote(E); contract(); tile(n: 1, k: 2, d: 1 x 16)
 *
 * for n:
 *   for k step 2 clamped:
 *     for d step 16 clamped:
 *       f32x16 E_sum_0 = 0.0
 *       f32x16 E_sum_1 = 0.0
 *       for h:
 *         f32x16 A_0 = A[n,h,d]<16>
 *         E_sum_0 += exact(A_0 * B[k,h,d]<16>)
 *         E_sum_1 += exact(A_0 * B[k + 1,h,d]<16>)
 *       E[n,k,d] = E_sum_0
 *       E[n,k + 1,d] = E_sum_1
 * }
 */
@NullMarked
package dev.einkorn.compiler.schedule;

import org.jspecify.annotations.NullMarked;
