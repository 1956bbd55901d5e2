/**
 * The annotation processor: interfaces with {@link dev.einkorn.runtime.annotation.TensorKernels}
 * become classes.
 *
 * <p>In: annotated interfaces, as javac sees them. Out: one class an interface, written through the
 * filer; errors and warnings on the annotation's value or the parameter that they are about, with a
 * picture of the program. {@link dev.einkorn.compiler.processor.InterfaceReader} does the reading,
 * for javac and for the command line alike.
 *
 * {@snippet lang=text :
 * Pairwise.java:9: error: error[RANK_MISMATCH]: A is accessed with 2 indices and with 3
 *     @TensorKernel("E[n,k] = A[n,h] * A[n,h,k]")
 *                   ^
 * }
 */
@NullMarked
package dev.einkorn.compiler.processor;

import org.jspecify.annotations.NullMarked;
