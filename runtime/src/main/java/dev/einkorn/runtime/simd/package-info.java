/**
 * Vectors of {@code jdk.incubator.vector}: whether kernels may use them, and functions on them.
 *
 * <p>In: the modules and system properties of the JVM. Out: {@link
 * dev.einkorn.runtime.simd.SimdSupport}, which says how wide vectors are, or why there are none.
 * Only this package and emitted kernels mention the incubating module; it may be absent as long as
 * nobody asks for vectors.
 *
 * {@snippet :
 * System.out.println(SimdSupport.detect().reason());
 * }
 *
 * prints
 *
 * <pre>{@code
 * off; java --add-modules jdk.incubator.vector switches it on
 * }</pre>
 */
@NullMarked
package dev.einkorn.runtime.simd;

import org.jspecify.annotations.NullMarked;
