/**
 * The CUDA emitter: scheduled loop nests become kernels, by the templates of {@code
 * dev.einkorn.cuda.template}.
 *
 * <p>In: a {@link dev.einkorn.compiler.emit.cuda.DeviceUnit} of loop nests whose schedules say whom
 * loops are shared out among. Out: a {@link dev.einkorn.compiler.emit.cuda.DeviceProgram}: one
 * source text and the launches that make up a call, as data. A reduction over a slow index, {@code
 * c[k] = A[i,k]}, reads
 *
 * {@snippet lang=c :
 * for (int i = threadIdx.y; i < iExtent; i += 8) {
 *   c_sum += A[i * A_i + k];
 * }
 * c_sum = fold_y<Sum, 8>(c_sum, scratch_f32);
 * }
 *
 * <p>A kernel's parameters are pointers to first elements, then sizes, then strides in elements.
 * Positions are {@code int}, or {@code long long} where a call may need them. Nothing here depends
 * on a GPU being there.
 */
@NullMarked
package dev.einkorn.compiler.emit.cuda;

import org.jspecify.annotations.NullMarked;
