/**
 * The Java emitter: one plain dialect that Janino and javac both take, no newer than Java 8 and
 * without lambdas.
 *
 * <p>In: a {@link dev.einkorn.compiler.emit.KernelUnit}. Out: one class that implements {@link
 * dev.einkorn.runtime.Kernel}, with one static method a step. The text uses the user's names: for
 * {@code c[k] = A[i,k] * B[i,k]} the heart of it reads
 *
 * {@snippet lang=java :
 * for (int i = 0; i < iExtent; i++) {
 *   for (int k = 0; k < kExtent; k++) {
 *     c[c_start + k] += A[A_start + i * A_i + k] * B[B_start + i * B_i + k];
 *   }
 * }
 * }
 */
@NullMarked
package dev.einkorn.compiler.emit.java;

import org.jspecify.annotations.NullMarked;
