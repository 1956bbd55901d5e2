/**
 * What a compiled kernel and its caller need at run time: tensors, element types, npy and npz
 * files, the kernel interface and the functions that kernels call.
 *
 * <p>In: arrays, memory segments, npy and npz files. Out: strided {@link Tensor} views for kernels
 * to read and write, and files again. The package depends on the JDK alone and never on the
 * compiler. A view shares its elements with what it was taken from; geometry is immutable; there is
 * no static mutable state.
 *
 * {@snippet :
 * Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
 * System.out.println(a.transpose().reverse(0));
 * }
 *
 * prints
 *
 * <pre>{@code
 * f32[3,2]
 * [[3.0, 6.0],
 *  [2.0, 5.0],
 *  [1.0, 4.0]]
 * }</pre>
 */
@NullMarked
package dev.einkorn.runtime;

import org.jspecify.annotations.NullMarked;
