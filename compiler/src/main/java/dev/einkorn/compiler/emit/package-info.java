/**
 * What every emitter shares: the unit of emission, its result, the memory that it works in, and
 * names.
 *
 * <p>In: a {@link dev.einkorn.compiler.emit.KernelUnit} of scheduled loop nests. Out: an {@link
 * dev.einkorn.compiler.emit.EmittedSource}. Every identifier of emitted text is made by {@link
 * dev.einkorn.compiler.emit.NameAllocator}: the user's name {@code k} stays {@code k}, {@code for}
 * becomes {@code for_1}.
 */
@NullMarked
package dev.einkorn.compiler.emit;

import org.jspecify.annotations.NullMarked;
