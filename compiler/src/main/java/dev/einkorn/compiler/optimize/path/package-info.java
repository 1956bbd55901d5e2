/**
 * The order in which the factors of one product term are contracted.
 *
 * <p>In: a {@link dev.einkorn.compiler.optimize.path.Network}, which is the labels of each factor,
 * the labels of the result and their extents; a {@link
 * dev.einkorn.compiler.optimize.path.StepCost}, a limit on what may be stored, or an order that the
 * user has pinned. Out: a {@link dev.einkorn.compiler.optimize.path.ContractionPath}: a {@link
 * dev.einkorn.compiler.optimize.path.ContractionTree}, each node of which is one loop nest, the
 * nests in the order they should run, and what they cost. The package knows index sets and sizes
 * and nothing of tensors, expressions or loops.
 *
 * <p>Invariants: a tree holds each operand once; the same network, options and seed give the same
 * tree as long as the time limit is not met; sizes are {@code double} and stop at {@link
 * Double#MAX_VALUE} instead of becoming infinite.
 *
 * {@snippet lang=text :
 * E[i] = sum[j,k](A[i,j] * B[j,k] * x[k])        with extents of 1000
 * operands (0 1) (1 2) (2), result (0)     ->    (0 (1 2))     2e6 steps instead of 1e9
 * }
 */
@NullMarked
package dev.einkorn.compiler.optimize.path;

import org.jspecify.annotations.NullMarked;
