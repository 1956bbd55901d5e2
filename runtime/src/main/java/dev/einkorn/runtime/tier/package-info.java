/**
 * Kernels that answer at once, and faster ones that take over when they are warm.
 *
 * <p>In: scalar kernels, and vector kernels as a {@link dev.einkorn.runtime.tier.Candidate} with
 * data to warm them up on. Out: {@link dev.einkorn.runtime.tier.TieredKernels}, whose {@code
 * current} kernels are right at any time; both tiers compute the same bits. Vector kernels whose
 * vectors the JVM has not turned into registers are found by the bytes they allocate and do not
 * take over.
 *
 * {@snippet :
 * TieredKernels tiers = TieredKernels.replaceable(scalar, vectors, BackgroundCompiler.shared());
 * tiers.current().kernels().forEach(kernel -> kernel.run(operands, sizes, Worker.solo()));
 * tiers.start();
 * }
 */
@NullMarked
package dev.einkorn.runtime.tier;

import org.jspecify.annotations.NullMarked;
