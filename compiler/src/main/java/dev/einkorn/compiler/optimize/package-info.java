/**
 * The whole-program optimizer: which tensors are stored, which never exist, and in which form and
 * order sums of products are computed.
 *
 * <p>In: a checked {@link dev.einkorn.compiler.index.IndexProgram}, and with a {@link
 * dev.einkorn.compiler.optimize.PlanRequest} the sizes of a call. Out: an {@link
 * dev.einkorn.compiler.optimize.ExecutionPlan} whose steps each become one fused loop nest. The
 * {@link dev.einkorn.compiler.optimize.Planner} applies the rules of {@code optimize.rule}, which
 * change no rounding; then, where the mode allows, {@link
 * dev.einkorn.compiler.optimize.SumOptimizer} reads each statement's polynomials, {@link
 * dev.einkorn.compiler.optimize.TermSearch} tries their forms, and {@link
 * dev.einkorn.compiler.optimize.StepBuilder} makes and costs the steps of each:
 *
 * {@snippet lang=text :
 * T[i,j] = A[i,k] * B[k,j]                     t1[k] = sum[j](B[k,j] * x[j])
 * y[i] = T[i,j] * x[j]                   =>    y[i] = sum[k](A[i,k] * t1[k])
 * }
 *
 * <p>Then {@link dev.einkorn.compiler.optimize.FinishedSums} puts back what a tile can finish, and
 * {@link dev.einkorn.compiler.optimize.AlignedAxes} and others rewrite single steps ({@link
 * dev.einkorn.compiler.optimize.StepRewrite}): what lies across is turned, long sums are split.
 * Last, {@link dev.einkorn.compiler.optimize.InPlace} lets large temporaries lie where outputs
 * will, and {@link dev.einkorn.compiler.optimize.Slabs} finds the steps that run slab by slab.
 */
@NullMarked
package dev.einkorn.compiler.optimize;

import org.jspecify.annotations.NullMarked;
