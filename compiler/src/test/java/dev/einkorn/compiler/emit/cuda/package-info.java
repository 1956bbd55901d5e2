/**
 * Tests of generated CUDA C++, which g++ compiles for the CPU: one fiber for each CUDA thread, with
 * real barriers and shuffles. In: device programs and tensors. Out: their results, or what a GPU
 * would have hung on.
 */
@NullMarked
package dev.einkorn.compiler.emit.cuda;

import org.jspecify.annotations.NullMarked;
