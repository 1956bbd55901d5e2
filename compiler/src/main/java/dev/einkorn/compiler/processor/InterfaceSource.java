package dev.einkorn.compiler.processor;

import com.palantir.javapoet.JavaFile;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.Trees;
import dev.einkorn.compiler.ahead.BuildTarget;
import dev.einkorn.compiler.source.Severity;
import dev.einkorn.runtime.simd.SimdSupport;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The class of an annotated interface without a build: what the processor would write, from the
 * source of the interface or its class file.
 */
public final class InterfaceSource {
  private final List<Path> sourcePath;
  private final List<Path> classPath;
  private final Map<String, String> options;
  private final List<String> messages = new ArrayList<>();
  private boolean failed;

  /**
   * Looks in these places.
   *
   * @param sourcePath folders of sources, and of the files that hold programs
   * @param classPath folders and archives of classes
   * @param options as the processor has them
   */
  public InterfaceSource(List<Path> sourcePath, List<Path> classPath, Map<String, String> options) {
    this.sourcePath = List.copyOf(sourcePath);
    this.classPath = List.copyOf(classPath);
    this.options = Map.copyOf(options);
  }

  /** What javac gets where the interface is in a class file. */
  private static final class NoSource extends SimpleJavaFileObject {
    NoSource() {
      super(URI.create("string:///NoSource.java"), JavaFileObject.Kind.SOURCE);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return "";
    }
  }

  /**
   * What came out.
   *
   * @param text of the class; empty if there is an error
   * @param messages errors and warnings, for people
   */
  public record Result(Optional<String> text, List<String> messages) {
    /** Copies the list. */
    public Result {
      messages = List.copyOf(messages);
    }
  }

  /**
   * The class of one interface.
   *
   * @param name of the interface, {@code com.acme.Pairwise} or {@code com.acme.Outer.Pairwise}
   * @throws IOException if a source cannot be read
   * @throws IllegalArgumentException if an option makes no sense
   */
  public Result generate(String name) throws IOException {
    messages.clear();
    failed = false;
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IOException("this Java has no compiler; a JDK is needed");
    }
    boolean vectors = !options.getOrDefault(ProcessorOptions.SIMD, "auto").equals("none");
    BuildTarget target = ProcessorOptions.target(options, vectors);
    var collector = new DiagnosticCollector<JavaFileObject>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(collector, Locale.ROOT, StandardCharsets.UTF_8)) {
      List<String> words = new ArrayList<>(List.of("-proc:none", "-Xlint:none"));
      words.addAll(List.of("-cp", path(classPath), "--source-path", path(sourcePath)));
      if (vectors) {
        words.addAll(List.of("--add-modules", SimdSupport.MODULE));
      }
      Optional<Path> source = source(name);
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  collector,
                  words,
                  null,
                  source.isPresent()
                      ? files.getJavaFileObjects(source.get())
                      : List.of(new NoSource()));
      task.parse();
      if (source.isPresent() && report(collector)) {
        return new Result(Optional.empty(), messages);
      }
      // That the class to be generated is missing is no error here.
      task.analyze();
      TypeElement type = task.getElements().getTypeElement(name);
      if (type == null) {
        messages.add("no interface %s is found in %s".formatted(name, places()));
        return new Result(Optional.empty(), messages);
      }
      return generate(type, task, target);
    }
  }

  private Result generate(TypeElement type, JavacTask task, BuildTarget target) {
    Trees trees = Trees.instance(task);
    var reader =
        new InterfaceReader(
            task.getElements(),
            this::resource,
            (severity, message, element, annotation, value) ->
                report(trees, severity, message, element, annotation, value),
            target);
    Optional<JavaFile> file = reader.generate(type);
    return new Result(failed ? Optional.empty() : file.map(JavaFile::toString), messages);
  }

  private static String path(List<Path> paths) {
    return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  private String places() {
    List<Path> all = new ArrayList<>(sourcePath);
    all.addAll(classPath);
    return all.stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  /** The file that holds the interface or the type around it. */
  private Optional<Path> source(String name) {
    for (String outer = name; !outer.isEmpty(); ) {
      for (Path root : sourcePath) {
        Path file = root.resolve(outer.replace('.', '/') + ".java");
        if (Files.isRegularFile(file)) {
          return Optional.of(file);
        }
      }
      outer = outer.substring(0, Math.max(0, outer.lastIndexOf('.')));
    }
    return Optional.empty();
  }

  private boolean report(DiagnosticCollector<JavaFileObject> collector) {
    boolean errors = false;
    for (Diagnostic<? extends JavaFileObject> each : collector.getDiagnostics()) {
      if (each.getKind() == Diagnostic.Kind.ERROR) {
        errors = true;
        messages.add(each.toString());
      }
    }
    return errors;
  }

  private String resource(String packageName, String name) throws IOException {
    String folder = packageName.isEmpty() ? "" : packageName.replace('.', '/') + "/";
    List<Path> roots = new ArrayList<>(sourcePath);
    roots.addAll(classPath);
    for (Path root : roots) {
      Path file = root.resolve(folder + name);
      if (Files.isRegularFile(file)) {
        return Files.readString(file);
      }
    }
    throw new NoSuchFileException(folder + name);
  }

  private void report(
      Trees trees,
      Severity severity,
      String message,
      Element element,
      @Nullable AnnotationMirror annotation,
      @Nullable AnnotationValue value) {
    failed |= severity == Severity.ERROR;
    TreePath path =
        annotation == null
            ? trees.getPath(element)
            : value == null
                ? trees.getPath(element, annotation)
                : trees.getPath(element, annotation, value);
    if (path == null) {
      messages.add(element + ": " + message);
      return;
    }
    CompilationUnitTree unit = path.getCompilationUnit();
    long start = trees.getSourcePositions().getStartPosition(unit, path.getLeaf());
    LineMap lines = unit.getLineMap();
    messages.add(
        "%s:%s:%s: %s"
            .formatted(
                Path.of(unit.getSourceFile().getName()).getFileName(),
                lines.getLineNumber(start),
                lines.getColumnNumber(start),
                message));
  }
}
