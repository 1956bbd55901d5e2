/**
 * The rewrites of index programs, one class each: its Javadoc is the rewrite, from and to. A rule
 * takes a program and gives one that computes the same values, or says that it does not apply;
 * {@link dev.einkorn.compiler.optimize.rule.InlineTarget} turns {@code C[i] = 2.0 * x[i]; s =
 * sum[i](C[i])} into {@code s = sum[i](2.0 * x[i])}.
 */
@NullMarked
package dev.einkorn.compiler.optimize.rule;

import org.jspecify.annotations.NullMarked;
