/**
 * Programs from real fields, each beside a plain Java loop that computes the same without the
 * compiler. In: small whole numbers held in the element type, so that every order of a sum gives
 * the same bits. An example runs compiled, compiled for inputs of other strides, and interpreted:
 *
 * {@snippet lang=java :
 * Example.of("t = A[i,i]").with("A", matrix).gives(trace);
 * }
 */
@NullMarked
package dev.einkorn.compiler.examples;

import org.jspecify.annotations.NullMarked;
