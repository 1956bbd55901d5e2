package dev.einkorn.runtime.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A parameter that receives an output of the program: a tensor, array or segment of exactly the
 * output's shape. One that the program accumulates into ({@code C[i] += ..}) is read first.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.CLASS)
public @interface Output {}
