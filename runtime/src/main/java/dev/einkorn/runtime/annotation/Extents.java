package dev.einkorn.runtime.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Typical extents of the indices of a program, such as {@code "n=4096,k=64"}. The plan and the
 * schedule are chosen for them; the kernel is right for all others. What is not given counts as
 * 256. On an interface they hold for the methods that use those names.
 */
@Documented
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.CLASS)
public @interface Extents {
  /** Names and extents. */
  String value();
}
