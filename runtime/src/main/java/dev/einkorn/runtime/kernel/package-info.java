/**
 * What kernels that were generated at build time need when they are called: checks of their
 * arguments, the choice of a variant for operands that lie in memory one way or another, memory for
 * temporaries, and the number of workers.
 *
 * <p>In: tensors, and the {@link dev.einkorn.runtime.kernel.KernelVariants} that the annotation
 * processor has written. Out: outputs filled in by a {@link
 * dev.einkorn.runtime.kernel.BuiltKernel}, or an exception that names both sides of a
 * contradiction. Nothing is compiled or looked up by reflection.
 *
 * {@snippet :
 * private final BuiltKernel dots = new BuiltKernel(new DotsVariants(), WorkerPool.shared());
 *
 * public void dots(Tensor A, Tensor B, Tensor c) {
 *   Arguments.input("A", A, ElementType.F32, 2);
 *   ...
 *   dots.run(new Tensor[] {A, B, c}, new long[] {i, k}, TeamSize.nanos(2.0 * i * k, bytes));
 * }
 * }
 */
@NullMarked
package dev.einkorn.runtime.kernel;

import org.jspecify.annotations.NullMarked;
