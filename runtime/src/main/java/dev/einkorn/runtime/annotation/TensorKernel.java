package dev.einkorn.runtime.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The program that a method computes. Its parameters are the inputs of the program, by name, and
 * those outputs that are {@link Output}s; the one other output, if there is one, is returned.
 *
 * <p>A parameter is a {@code Tensor} of any sizes and strides; an array ({@code float[] double[]
 * int[] long[]}) or a {@code MemorySegment} in row-major order, with a {@link Shape}; or a number
 * ({@code float double int long}), which is a tensor of rank 0. An {@code int} or {@code long} that
 * the program does not read gives a size that a shape names. What is returned is a new {@code
 * Tensor}, array or number.
 */
@Documented
@Target(java.lang.annotation.ElementType.METHOD)
@Retention(RetentionPolicy.CLASS)
public @interface TensorKernel {
  /** The program in index notation; empty if {@link #file} names it. */
  String value() default "";

  /**
   * A resource that holds the program, such as {@code attention.ein}: beside the interface, or from
   * the root if the name begins with a slash.
   */
  String file() default "";

  /**
   * The element type of a {@code Tensor} or {@code MemorySegment} that the header of the program
   * does not give.
   */
  dev.einkorn.runtime.ElementType type() default dev.einkorn.runtime.ElementType.F32;

  /** What may be done to roundings. */
  Rounding rounding() default Rounding.DETERMINISTIC;

  /**
   * The most bytes that a call may take for temporaries and for what its workers work in; negative
   * for no bound.
   */
  long memoryBudget() default -1;

  /**
   * Schedules of steps instead of those that would be chosen: {@code "E: reorder(n, k, h, d);
   * hoist()"}.
   */
  String[] schedule() default {};

  /** Contraction orders instead of those that would be found: {@code "E=((0 1) 2)"}. */
  String[] order() default {};
}
