/**
 * Kernels ahead of time: the class that implements an annotated interface.
 *
 * <p>In: the methods of an interface as {@link dev.einkorn.compiler.ahead.KernelMethod}s, each with
 * a program. Out: the Java source of one class, or {@link dev.einkorn.compiler.ahead.Problem}s with
 * the place that each is about. Programs go through the same checker, planner, scheduler and
 * emitter as at run time, with typical sizes; what a call decides at run time, from its sizes and
 * the memory of its operands, is written out in the generated method. The same methods and options
 * give the same text.
 *
 * {@snippet lang=text :
 * c[k] = A[i,k] * B[i,k]        public void dots(Tensor A, Tensor B, Tensor c) {
 *                                 Arguments.input("A", A, ElementType.F32, 2);
 *                                 ...
 *                                 long i = A.extent(0);
 *                                 long k = A.extent(1);
 *                                 ...
 *                                 this.dots.run(operands, sizes, nanos);
 *                               }
 * }
 */
@NullMarked
package dev.einkorn.compiler.ahead;

import org.jspecify.annotations.NullMarked;
