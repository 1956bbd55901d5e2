package dev.einkorn.compiler.processor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.CompilationSubject;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs in files beside an interface, and files that generated ones depend on. */
class ProgramFilesTest {
  private static final String PROGRAM =
      """
      # The rows of A, each divided by its sum.
      s[i] = A[i,k]
      P[i,k] = A[i,k] / s[i]
      """;

  @TempDir private Path folder;

  @BeforeEach
  void makePackage() throws IOException {
    Files.createDirectories(folder.resolve("com/acme"));
  }

  private Compilation compile(String file) {
    return Built.compile(
        List.of("--source-path", folder.toString()),
        Built.source(
            "Work", "@TensorKernel(file = \"%s\") Tensor rows(Tensor A);\n".formatted(file)));
  }

  @Test
  void kernelsOfAProgramInAFileRun() throws IOException {
    Files.writeString(folder.resolve("com/acme/rows.ein"), PROGRAM);
    Built built = Built.of(compile("rows.ein"));
    Tensor a = Tensor.zeros(ElementType.F32, 3, 8);
    a.fill(5);
    Tensor found = (Tensor) built.call("rows", a);
    assertThat(found.shape()).isEqualTo(a.shape());
    assertThat(found.getDouble(2, 7)).isEqualTo(0.125);
  }

  @Test
  void whatIsWrongInAFileIsReportedWithItsLineAndColumn() throws IOException {
    Files.writeString(folder.resolve("com/acme/rows.ein"), PROGRAM.replace("/ s[i]", "/ r[i]"));
    CompilationSubject.assertThat(compile("rows.ein"))
        .hadErrorContaining("error[MISSING_INPUT]: no tensor is given for the input r");
    CompilationSubject.assertThat(compile("rows.ein")).hadErrorContaining("rows.ein:3:19");
  }

  /** Records which files each generated file is said to come from. */
  private static final class Origins extends ForwardingJavaFileManager<StandardJavaFileManager> {
    private final Map<String, List<String>> origins = new LinkedHashMap<>();

    Origins(StandardJavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutputForOriginatingFiles(
        Location location, String name, JavaFileObject.Kind kind, FileObject... from)
        throws IOException {
      if (kind == JavaFileObject.Kind.SOURCE) {
        List<String> names = new ArrayList<>();
        for (FileObject each : from) {
          names.add(Path.of(each.toUri()).getFileName().toString());
        }
        origins.put(name, names);
      }
      return super.getJavaFileForOutputForOriginatingFiles(location, name, kind, from);
    }
  }

  @Test
  void eachGeneratedFileOriginatesInItsInterfaceAlone() throws IOException {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    List<Path> sources = new ArrayList<>();
    for (String name : List.of("One", "Two")) {
      Path source = folder.resolve("com/acme/" + name + ".java");
      Files.writeString(
          source,
          Built.text(
              "@TensorKernels\npublic interface " + name,
              "@TensorKernel(\"c[k] = A[k]\") Tensor f(Tensor A);\n"));
      sources.add(source);
    }
    try (StandardJavaFileManager standard = javac.getStandardFileManager(null, null, null);
        var files = new Origins(standard)) {
      standard.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(folder));
      var task =
          javac.getTask(
              null,
              files,
              null,
              List.of("-proc:only"),
              null,
              standard.getJavaFileObjectsFromPaths(sources));
      task.setProcessors(List.of(new TensorKernelProcessor()));
      assertThat(task.call()).isTrue();
      assertThat(files.origins)
          .containsExactly(
              Map.entry("com.acme.OneKernels", List.of("One.java")),
              Map.entry("com.acme.TwoKernels", List.of("Two.java")));
    }
  }
}
