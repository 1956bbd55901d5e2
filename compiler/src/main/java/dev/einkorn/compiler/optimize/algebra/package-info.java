/**
 * Sums of products over indices, and the single steps that rewrite them: distributing a product
 * over a sum, and factoring a sum.
 *
 * <p>In: an expression of the index IR, from {@link
 * dev.einkorn.compiler.optimize.algebra.TermReader}. Out: terms of equal value that cost more or
 * less; {@link dev.einkorn.compiler.optimize.TermSearch} chooses among them. What is not
 * polynomial, such as {@code exp(...)} or a maximum, is a {@link
 * dev.einkorn.compiler.optimize.algebra.Term.Factor} as a whole.
 *
 * {@snippet lang=text :
 * sum[k](A[i,k] * (B[k,j] + C[k,j]))
 *   distributed:  sum[k](A[i,k] * B[k,j]) + sum[k](A[i,k] * C[k,j])
 *   and factored: sum[k](A[i,k] * (B[k,j] + C[k,j]))
 * }
 */
@NullMarked
package dev.einkorn.compiler.optimize.algebra;

import org.jspecify.annotations.NullMarked;
