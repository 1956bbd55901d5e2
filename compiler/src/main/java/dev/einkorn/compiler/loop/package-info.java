/**
 * The loop-nest IR: loops, scalar locals, loads and stores, one nest a plan step.
 *
 * <p>In: {@code lower} makes a canonical nest. {@code schedule} rewrites it. Out: the emitters. A
 * nest knows element types, the roles and layouts of its tensors, and which sizes it needs; it
 * knows nothing of Java or CUDA. Canonical form of {@code c[k] = sum[i](A[i,k])}, then the same
 * nest after {@code reorder(i, k)}:
 *
 * {@snippet lang=text :
 * for k:                      for k:
 *   c[k] = 0.0                  c[k] = 0.0
 * for k:                      for i:
 *   for i:                      for k:
 *     c[k] += A[i,k]              c[k] += A[i,k]
 * }
 */
@NullMarked
package dev.einkorn.compiler.loop;

import org.jspecify.annotations.NullMarked;
