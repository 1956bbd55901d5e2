package dev.einkorn.runtime.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The extents of a parameter's axes: integers and names, such as {@code "n,k"} or {@code "3,n"}. A
 * name stands for one extent in all shapes of a method; its value comes from a parameter of that
 * name, from a {@code Tensor}, or from the length of an array whose other extents are known.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.CLASS)
public @interface Shape {
  /** The extents, separated by commas; empty for rank 0. */
  String value();
}
