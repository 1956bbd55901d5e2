package dev.einkorn.compiler.processor;

import dev.einkorn.compiler.ahead.KernelMethod;
import dev.einkorn.compiler.ahead.KernelMethod.Kind;
import dev.einkorn.compiler.ahead.KernelMethod.Parameter;
import dev.einkorn.compiler.ahead.KernelMethod.Result;
import dev.einkorn.compiler.source.Severity;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.annotation.Output;
import dev.einkorn.runtime.annotation.Rounding;
import dev.einkorn.runtime.annotation.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeKind;
import org.jspecify.annotations.Nullable;

/** Reads the annotations of one method. */
final class MethodReader {
  private static final Pattern EXTENT = Pattern.compile("\\d{1,18}|[\\p{L}_][\\p{L}\\p{N}_]*");

  private final TypeElement type;
  private final ExecutableElement method;
  private final AnnotationMirror annotation;
  private final PackageElement folder;
  private final Resources resources;
  private final Reporter reporter;
  private final Map<String, Long> common;
  private boolean broken;

  MethodReader(
      TypeElement type,
      ExecutableElement method,
      AnnotationMirror annotation,
      PackageElement folder,
      Resources resources,
      Reporter reporter,
      Map<String, Long> common) {
    this.type = type;
    this.method = method;
    this.annotation = annotation;
    this.folder = folder;
    this.resources = resources;
    this.reporter = reporter;
    this.common = common;
  }

  /** The method, unless its annotations make no sense. */
  Optional<KernelMethod> read() {
    if (!method.getTypeParameters().isEmpty()) {
      error("INVALID_METHOD", "a method with a program cannot be generic", method, null, null);
    }
    Optional<SourceText> program = program();
    List<Parameter> parameters = new ArrayList<>();
    for (VariableElement parameter : method.getParameters()) {
      parameter(parameter).ifPresent(parameters::add);
    }
    Optional<Result> result = result();
    KernelMethod.Options options = options();
    if (broken || program.isEmpty()) {
      return Optional.empty();
    }
    String name = method.getSimpleName().toString();
    return Optional.of(new KernelMethod(name, program.get(), parameters, result, options));
  }

  private void error(
      String code,
      String message,
      Element element,
      @Nullable AnnotationMirror mirror,
      @Nullable AnnotationValue value) {
    broken = true;
    String text = "error[%s]: %s".formatted(code, message);
    reporter.report(Severity.ERROR, text, element, mirror, value);
  }

  private Optional<SourceText> program() {
    Optional<String> text = Annotations.string(annotation, "value");
    Optional<String> file = Annotations.string(annotation, "file");
    if (text.isPresent() == file.isPresent()) {
      String message =
          text.isPresent()
              ? "the program is given twice, as text and as a file"
              : "no program: write it in the annotation, or name a file that holds it";
      error("MISSING_PROGRAM", message, method, annotation, null);
      return Optional.empty();
    }
    if (text.isPresent()) {
      String name = type.getSimpleName() + "." + method.getSimpleName();
      return Optional.of(new SourceText(name, text.get()));
    }
    String name = file.orElseThrow();
    boolean absolute = name.startsWith("/");
    try {
      String folderName = absolute ? "" : folder.getQualifiedName().toString();
      return Optional.of(
          new SourceText(name, resources.read(folderName, absolute ? name.substring(1) : name)));
    } catch (IOException | IllegalArgumentException e) {
      error(
          "MISSING_PROGRAM",
          "no resource %s is found%s, in the class output, the source path or the class path"
              .formatted(
                  name,
                  absolute || folder.isUnnamed() ? "" : " in package " + folder.getQualifiedName()),
          method,
          annotation,
          Annotations.value(annotation, "file").orElse(null));
      return Optional.empty();
    }
  }

  private Optional<Parameter> parameter(VariableElement parameter) {
    String name = parameter.getSimpleName().toString();
    Optional<Result> found = ParameterTypes.of(parameter.asType());
    if (found.isEmpty()) {
      error(
          "INVALID_PARAMETER",
          "%s is a %s; a parameter is a Tensor, an array or a number of type float, double, int or"
                  .formatted(name, parameter.asType())
              + " long, or a MemorySegment",
          parameter,
          null,
          null);
      return Optional.empty();
    }
    boolean output = Annotations.find(parameter, Output.class).isPresent();
    Optional<List<String>> shape = Optional.empty();
    Optional<AnnotationMirror> mirror = Annotations.find(parameter, Shape.class);
    if (mirror.isPresent()) {
      shape = shape(parameter, found.get().kind(), mirror.get());
    }
    return Optional.of(new Parameter(name, found.get().kind(), found.get().type(), shape, output));
  }

  private Optional<List<String>> shape(
      VariableElement parameter, Kind kind, AnnotationMirror mirror) {
    AnnotationValue value = Annotations.value(mirror, "value").orElse(null);
    if (kind == Kind.NUMBER) {
      error("INVALID_SHAPE", "a number has no shape", parameter, mirror, value);
      return Optional.empty();
    }
    String text = Annotations.string(mirror, "value").orElse("");
    List<String> extents =
        text.isBlank() ? List.of() : Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    for (String extent : extents) {
      if (!EXTENT.matcher(extent).matches()) {
        error(
            "INVALID_SHAPE",
            "'%s' is no extent; a shape is a list of names and integers, such as \"n,3\""
                .formatted(extent),
            parameter,
            mirror,
            value);
        return Optional.empty();
      }
    }
    return Optional.of(extents);
  }

  private Optional<Result> result() {
    if (method.getReturnType().getKind() == TypeKind.VOID) {
      return Optional.empty();
    }
    Optional<Result> found = ParameterTypes.of(method.getReturnType());
    if (found.isEmpty() || found.get().kind() == Kind.SEGMENT) {
      error(
          "INVALID_RESULT",
          "a method with a program returns nothing, a Tensor, an array or a number, not a "
              + method.getReturnType(),
          method,
          null,
          null);
    }
    return found;
  }

  private KernelMethod.Options options() {
    KernelMethod.Options defaults = KernelMethod.Options.DEFAULT;
    Optional<Long> budget =
        Annotations.number(annotation, "memoryBudget").filter(bytes -> bytes >= 0);
    return new KernelMethod.Options(
        Annotations.constant(annotation, "type").map(ElementType::valueOf).orElse(defaults.type()),
        Annotations.constant(annotation, "rounding")
            .map(Rounding::valueOf)
            .orElse(defaults.rounding()),
        budget,
        TypicalExtents.of(method, reporter),
        common,
        strings("schedule"),
        strings("order"));
  }

  private List<String> strings(String name) {
    return Annotations.values(annotation, name).stream()
        .map(each -> String.valueOf(each.getValue()))
        .toList();
  }
}
