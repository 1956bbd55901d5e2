/**
 * The meaning of the index IR, executed: a naive interpreter, the oracle of every test.
 *
 * <p>In: an {@link dev.einkorn.compiler.index.IndexProgram} and its input tensors. Out: its output
 * tensors. There is nothing clever here, so that it is obviously right: one loop an index variable,
 * one value an expression, in the order in which the IR is written. It shares no code with the
 * optimizer or the emitters; arithmetic beyond Java's operators is {@link
 * dev.einkorn.runtime.KernelMath}, which kernels call too.
 *
 * {@snippet :
 * // (A: f32[i,k], x: f32[k]) -> (y: f32[i])
 * // y[i] = sum[k](A[i,k] * x[k])
 * Tensor a = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
 * Tensor x = Tensor.of(new float[] {1, -1}, 2);
 * ReferenceInterpreter.evaluate(program, Map.of("A", a, "x", x)).get("y"); // [-1, -1]
 * }
 */
@NullMarked
package dev.einkorn.compiler.interpret;

import org.jspecify.annotations.NullMarked;
