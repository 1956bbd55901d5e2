package dev.einkorn.compiler.processor;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import dev.einkorn.compiler.ahead.BuildTarget;
import dev.einkorn.compiler.ahead.KernelClass;
import dev.einkorn.compiler.ahead.KernelMethod;
import dev.einkorn.compiler.ahead.Problem;
import dev.einkorn.compiler.source.Severity;
import dev.einkorn.runtime.annotation.Extents;
import dev.einkorn.runtime.annotation.TensorKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import org.jspecify.annotations.Nullable;

/** Makes the class of an annotated interface, as the language model shows it. */
public final class InterfaceReader {
  /** What generated classes are marked with, where the compilation can see it. */
  private static final String MARKER = "javax.annotation.processing.Generated";

  private final Elements elements;
  private final Resources resources;
  private final Reporter reporter;
  private final BuildTarget target;

  /**
   * A reader.
   *
   * @param reporter gets every problem
   * @param target the machines to generate for; of its widths those count that this compilation can
   *     see the module of vectors for
   */
  public InterfaceReader(
      Elements elements, Resources resources, Reporter reporter, BuildTarget target) {
    this.elements = elements;
    this.resources = resources;
    this.reporter = reporter;
    this.target = target;
  }

  /** The class of an interface, unless there is an error. */
  public Optional<JavaFile> generate(TypeElement type) {
    if (!isInterface(type)) {
      return Optional.empty();
    }
    Map<String, Long> common = TypicalExtents.of(type, reporter);
    List<ExecutableElement> declared = new ArrayList<>();
    List<KernelClass.Method> methods = new ArrayList<>();
    boolean complete = true;
    for (ExecutableElement method : ElementFilter.methodsIn(elements.getAllMembers(type))) {
      if (!method.getModifiers().contains(Modifier.ABSTRACT)) {
        continue;
      }
      Optional<AnnotationMirror> annotation = Annotations.find(method, TensorKernel.class);
      if (annotation.isEmpty()) {
        complete = false;
        missing(type, method);
        continue;
      }
      Optional<KernelMethod> asked =
          new MethodReader(
                  type,
                  method,
                  annotation.get(),
                  elements.getPackageOf(method),
                  resources,
                  reporter,
                  common)
              .read();
      complete &= asked.isPresent();
      if (asked.isPresent()) {
        declared.add(method);
        methods.add(new KernelClass.Method(asked.get(), MethodSpec.overriding(method)));
      }
    }
    if (methods.isEmpty() && complete) {
      error("INVALID_INTERFACE", "no method has a @TensorKernel", type);
    }
    List<JavaFile> files =
        kernelClass(type)
            .generate(methods, target, (n, problem) -> report(type, declared.get(n), problem));
    return complete ? files.stream().findFirst() : Optional.empty();
  }

  private boolean isInterface(TypeElement type) {
    if (type.getKind() != ElementKind.INTERFACE) {
      error(
          "INVALID_INTERFACE",
          "@TensorKernels stands on interfaces; %s is none".formatted(type.getSimpleName()),
          type);
      return false;
    }
    if (!type.getTypeParameters().isEmpty()) {
      error("INVALID_INTERFACE", "an interface with programs cannot be generic", type);
      return false;
    }
    for (Element each = type; each instanceof TypeElement; each = each.getEnclosingElement()) {
      if (each.getModifiers().contains(Modifier.PRIVATE)) {
        error("INVALID_INTERFACE", "a private interface cannot be implemented", type);
        return false;
      }
    }
    if (type.getModifiers().contains(Modifier.SEALED)) {
      error("INVALID_INTERFACE", "a sealed interface cannot be implemented", type);
      return false;
    }
    return true;
  }

  private void error(String code, String message, Element element) {
    report(Severity.ERROR, "error[%s]: %s".formatted(code, message), element, null, null);
  }

  private void missing(TypeElement type, ExecutableElement method) {
    boolean own = type.equals(method.getEnclosingElement());
    error(
        "MISSING_PROGRAM",
        "method %s has no @TensorKernel, so nothing can implement it"
            .formatted(method.getSimpleName()),
        own ? method : type);
  }

  private KernelClass kernelClass(TypeElement type) {
    ClassName name = ClassName.get(type);
    String simple = String.join("_", name.simpleNames()) + "Kernels";
    boolean isPublic = true;
    for (Element each = type; each instanceof TypeElement; each = each.getEnclosingElement()) {
      // What an interface declares is public.
      Element around = each.getEnclosingElement();
      boolean inInterface = around != null && around.getKind() == ElementKind.INTERFACE;
      isPublic &= inInterface || each.getModifiers().contains(Modifier.PUBLIC);
    }
    List<AnnotationSpec> marker =
        elements.getTypeElement(MARKER) == null
            ? List.of()
            : List.of(
                AnnotationSpec.builder(ClassName.bestGuess(MARKER))
                    .addMember("value", "$S", TensorKernelProcessor.class.getName())
                    .build());
    return new KernelClass(name, ClassName.get(name.packageName(), simple), isPublic, marker);
  }

  /** Reports a problem where javac can show it. */
  private void report(TypeElement type, ExecutableElement method, Problem problem) {
    // What is inherited is reported at the interface that is compiled.
    boolean own = type.equals(method.getEnclosingElement());
    AnnotationMirror annotation = Annotations.find(method, TensorKernel.class).orElse(null);
    Element element = own ? method : type;
    AnnotationMirror mirror = own ? annotation : null;
    AnnotationValue value = null;
    switch (problem.place()) {
      case Problem.Place.Program() ->
          value =
              annotation == null
                  ? null
                  : Annotations.value(annotation, "value")
                      .or(() -> Annotations.value(annotation, "file"))
                      .orElse(null);
      case Problem.Place.Method() -> mirror = null;
      case Problem.Place.Parameter(int number) -> {
        element = own ? method.getParameters().get(number) : type;
        mirror = null;
      }
      case Problem.Place.Extents() -> {
        mirror = own ? Annotations.find(method, Extents.class).orElse(null) : null;
        value = mirror == null ? null : Annotations.value(mirror, "value").orElse(null);
      }
      case Problem.Place.Option(String name, int number) ->
          value = annotation == null ? null : option(annotation, name, number);
    }
    report(problem.severity(), problem.message(), element, mirror, mirror == null ? null : value);
  }

  private static @Nullable AnnotationValue option(
      AnnotationMirror annotation, String name, int number) {
    List<AnnotationValue> values = Annotations.values(annotation, name);
    return number < values.size()
        ? values.get(number)
        : Annotations.value(annotation, name).orElse(null);
  }

  private void report(
      Severity severity,
      String message,
      Element element,
      @Nullable AnnotationMirror annotation,
      @Nullable AnnotationValue value) {
    reporter.report(severity, message, element, annotation, value);
  }
}
