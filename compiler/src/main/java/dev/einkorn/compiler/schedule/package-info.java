/**
 * Schedules: which order the loops of a nest take and what stays in registers, as data.
 *
 * <p>In: a canonical {@link dev.einkorn.compiler.loop.LoopNest}. {@link
 * dev.einkorn.compiler.schedule.AutoSchedule} chooses a {@link
 * dev.einkorn.compiler.schedule.Schedule}, or the user gives one as text; {@link
 * dev.einkorn.compiler.schedule.Scheduler} applies it, and refuses an illegal directive with a
 * reason. Out: a nest that computes the same bits. For {@code E[n,k,d] = A[n,h,d] * B[k,h,d]} on
 * row-major tensors:
 *
 * {@snippet lang=text :
 * reorder(n, k, h, d); fuse(n, k); hoist()
 *
 * for n:
 *   for k:
 *     for d:
 *       E[n,k,d] = 0.0
 *     for h:
 *       for d:
 *         E[n,k,d] += A[n,h,d] * B[k,h,d]
 * }
 */
@NullMarked
package dev.einkorn.compiler.schedule;

import org.jspecify.annotations.NullMarked;
