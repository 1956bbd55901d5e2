/**
 * What tests of CUDA need on machines without a GPU: a stand-in for the driver, compiled from C,
 * and the skips of what a machine lacks. Shared by the tests of the runtime and of the compiler.
 */
@NullMarked
package dev.einkorn.standin;

import org.jspecify.annotations.NullMarked;
