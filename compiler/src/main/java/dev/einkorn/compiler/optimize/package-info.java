/**
 * The whole-program optimizer: which tensors are stored, and which never exist.
 *
 * <p>In: a checked {@link dev.einkorn.compiler.index.IndexProgram}. Out: an {@link
 * dev.einkorn.compiler.optimize.ExecutionPlan} whose steps each become one fused loop nest. Rules
 * are one class each in {@code optimize.rule}; the {@link dev.einkorn.compiler.optimize.Planner}
 * lists them. Before and after {@code InlineTarget}:
 *
 * {@snippet lang=text :
 * C[i,j,k] = B[i] * A[j,k]                     E[k] = sum[i,j](B[i] * A[j,k] * (B[i] * A[k,j]))
 * E[k] = sum[i,j](C[i,j,k] * C[i,k,j])
 * }
 */
@NullMarked
package dev.einkorn.compiler.optimize;

import org.jspecify.annotations.NullMarked;
