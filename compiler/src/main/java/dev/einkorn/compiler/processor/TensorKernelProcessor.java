package dev.einkorn.compiler.processor;

import com.palantir.javapoet.JavaFile;
import dev.einkorn.compiler.ahead.BuildTarget;
import dev.einkorn.compiler.source.Severity;
import dev.einkorn.runtime.annotation.Extents;
import dev.einkorn.runtime.annotation.Output;
import dev.einkorn.runtime.annotation.Shape;
import dev.einkorn.runtime.annotation.TensorKernel;
import dev.einkorn.runtime.annotation.TensorKernels;
import dev.einkorn.runtime.simd.SimdSupport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.Messager;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;
import javax.tools.JavaFileManager;
import javax.tools.StandardLocation;
import org.jspecify.annotations.Nullable;

/**
 * Writes the classes of interfaces with {@link TensorKernels}. All errors of all methods are
 * reported in one compilation.
 */
public final class TensorKernelProcessor extends AbstractProcessor {
  private static final List<JavaFileManager.Location> LOCATIONS =
      List.of(
          StandardLocation.CLASS_OUTPUT, StandardLocation.SOURCE_PATH, StandardLocation.CLASS_PATH);

  /** For the service loader. */
  public TensorKernelProcessor() {}

  @Override
  public Set<String> getSupportedAnnotationTypes() {
    // The first is acted on; the others would be reported as nobody's.
    return Set.of(
        TensorKernels.class.getName(),
        TensorKernel.class.getName(),
        Output.class.getName(),
        Shape.class.getName(),
        Extents.class.getName());
  }

  @Override
  public Set<String> getSupportedOptions() {
    return Set.of(ProcessorOptions.SIMD, ProcessorOptions.THREADS);
  }

  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  @SuppressWarnings(
      "DoNotClaimAnnotations") // They are ours; what nobody claims, javac warns about.
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    Set<? extends Element> annotated = round.getElementsAnnotatedWith(TensorKernels.class);
    Optional<BuildTarget> target = annotated.isEmpty() ? Optional.empty() : target();
    if (target.isEmpty()) {
      return true;
    }
    var reader =
        new InterfaceReader(
            processingEnv.getElementUtils(), this::read, this::report, target.get());
    for (Element element : annotated) {
      if (element instanceof TypeElement type) {
        generate(reader, type);
      }
    }
    return true;
  }

  private Optional<BuildTarget> target() {
    boolean hasVectors =
        processingEnv.getElementUtils().getModuleElement(SimdSupport.MODULE) != null;
    try {
      return Optional.of(ProcessorOptions.target(processingEnv.getOptions(), hasVectors));
    } catch (IllegalArgumentException e) {
      messager().printError(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Messager messager() {
    return processingEnv.getMessager();
  }

  private void generate(InterfaceReader reader, TypeElement type) {
    try {
      Optional<JavaFile> file = reader.generate(type);
      if (file.isPresent()) {
        write(file.get(), type);
      }
    } catch (IOException e) {
      messager().printError("cannot write the class of %s: %s".formatted(type, e), type);
    } catch (RuntimeException | AssertionError e) {
      var trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      messager().printError("internal error of Einkorn: " + trace, type);
    }
  }

  /** Writes the file with the interface as the one element that it depends on. */
  private void write(JavaFile file, TypeElement type) throws IOException {
    String name = file.packageName().isEmpty() ? "" : file.packageName() + ".";
    var source = processingEnv.getFiler().createSourceFile(name + file.typeSpec().name(), type);
    try (var writer = source.openWriter()) {
      writer.write(file.toString());
    }
  }

  private String read(String packageName, String name) throws IOException {
    IOException first = null;
    for (JavaFileManager.Location location : LOCATIONS) {
      try {
        return processingEnv
            .getFiler()
            .getResource(location, packageName, name)
            .getCharContent(false)
            .toString();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    throw first == null ? new IOException("no place to look in") : first;
  }

  private void report(
      Severity severity,
      String message,
      Element element,
      @Nullable AnnotationMirror annotation,
      @Nullable AnnotationValue value) {
    Diagnostic.Kind kind =
        switch (severity) {
          case ERROR -> Diagnostic.Kind.ERROR;
          case WARNING -> Diagnostic.Kind.WARNING;
        };
    if (annotation == null) {
      messager().printMessage(kind, message, element);
    } else if (value == null) {
      messager().printMessage(kind, message, element, annotation);
    } else {
      messager().printMessage(kind, message, element, annotation, value);
    }
  }
}
