package dev.einkorn.runtime.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An interface that the processor implements: {@code Pairwise} by a class {@code PairwiseKernels}
 * in the same package, {@code Outer.Pairwise} by {@code Outer_PairwiseKernels}. Every abstract
 * method has a {@link TensorKernel}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
public @interface TensorKernels {}
