/**
 * Compiles emitted Java in memory with Janino, into hidden classes that are unloaded with their
 * kernel.
 *
 * <p>In: an {@link dev.einkorn.compiler.emit.EmittedSource}, for instance the class {@code
 * Kernel_c}. Out: a {@link dev.einkorn.runtime.Kernel}, kept in a bounded {@link
 * dev.einkorn.compiler.jit.KernelCache}.
 */
@NullMarked
package dev.einkorn.compiler.jit;

import org.jspecify.annotations.NullMarked;
