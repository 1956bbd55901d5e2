/**
 * Benchmarks for the project's record, run by hand: each checks its result against plain loops or
 * the interpreter, then times it. For instance {@link
 * dev.einkorn.samples.benchmarks.StencilBenchmark}.
 */
@NullMarked
package dev.einkorn.samples.benchmarks;

import org.jspecify.annotations.NullMarked;
