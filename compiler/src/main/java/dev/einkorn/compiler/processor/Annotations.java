package dev.einkorn.compiler.processor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;

/** Annotations as the language model sees them. */
final class Annotations {
  private Annotations() {}

  /** The annotation of this type, if the element has it. */
  static Optional<AnnotationMirror> find(Element element, Class<?> type) {
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      if (mirror.getAnnotationType().asElement() instanceof TypeElement found
          && found.getQualifiedName().contentEquals(type.getName())) {
        return Optional.of(mirror);
      }
    }
    return Optional.empty();
  }

  /** A value that is written, not one by default. */
  static Optional<AnnotationValue> value(AnnotationMirror mirror, String name) {
    for (Map.Entry<? extends ExecutableElement, ? extends AnnotationValue> entry :
        mirror.getElementValues().entrySet()) {
      if (entry.getKey().getSimpleName().contentEquals(name)) {
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }

  static Optional<String> string(AnnotationMirror mirror, String name) {
    return value(mirror, name)
        .filter(each -> each.getValue() instanceof String)
        .map(each -> (String) each.getValue());
  }

  static Optional<Long> number(AnnotationMirror mirror, String name) {
    return value(mirror, name)
        .filter(each -> each.getValue() instanceof Long)
        .map(each -> (Long) each.getValue());
  }

  /** The name of a constant of an enum. */
  static Optional<String> constant(AnnotationMirror mirror, String name) {
    return value(mirror, name)
        .filter(each -> each.getValue() instanceof VariableElement)
        .map(each -> ((VariableElement) each.getValue()).getSimpleName().toString());
  }

  /** The values of an array, each by itself. */
  static List<AnnotationValue> values(AnnotationMirror mirror, String name) {
    Optional<AnnotationValue> value = value(mirror, name);
    if (value.isPresent() && value.get().getValue() instanceof List<?> list) {
      return list.stream()
          .filter(AnnotationValue.class::isInstance)
          .map(AnnotationValue.class::cast)
          .toList();
    }
    return List.of();
  }
}
