package dev.einkorn.compiler.processor;

import dev.einkorn.compiler.source.Severity;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import org.jspecify.annotations.Nullable;

/** Where problems go. */
@FunctionalInterface
public interface Reporter {
  /**
   * Reports a problem.
   *
   * @param element that it is about
   * @param annotation of the element, if it is about one
   * @param value of the annotation, if it is about one
   */
  void report(
      Severity severity,
      String message,
      Element element,
      @Nullable AnnotationMirror annotation,
      @Nullable AnnotationValue value);
}
