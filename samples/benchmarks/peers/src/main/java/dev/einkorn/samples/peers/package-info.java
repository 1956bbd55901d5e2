/**
 * Other libraries as peers of {@code einkorn bench --peers}: OpenBLAS, oneMKL and PyTorch.
 *
 * <p>In: problems with their data. Out: runnable tasks on off-heap copies of the data in the same
 * storage order. {@link dev.einkorn.samples.peers.GemmShape} says which einsum strings are matrix
 * products; {@code bij,bjk->bik} is a batch of {@code b} products, for instance, and {@code
 * nhd,khd->nkd} is none, because {@code d} is innermost everywhere.
 */
@NullMarked
package dev.einkorn.samples.peers;

import org.jspecify.annotations.NullMarked;
