/**
 * Annotations for interfaces whose methods are computed by kernels generated at build time.
 *
 * <p>In: an interface with {@link dev.einkorn.runtime.annotation.TensorKernels} and programs on its
 * methods. Out, by the annotation processor of the compiler: a class of the same package that
 * implements it in plain Java, named like the interface with {@code Kernels} at the end. The
 * annotations are not there at run time.
 *
 * {@snippet :
 * @TensorKernels
 * interface Pairwise {
 *   @TensorKernel("E[n,k,d] = A[n,h,d] * B[k,h,d]")
 *   void pairwise(Tensor A, Tensor B, @Output Tensor E);
 *
 *   static Pairwise create() {
 *     return new PairwiseKernels();
 *   }
 * }
 * }
 */
@NullMarked
package dev.einkorn.runtime.annotation;

import org.jspecify.annotations.NullMarked;
