package dev.einkorn.compiler.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.runtime.Kernel;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.Worker;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Java that is emitted is one that Janino and javac both accept, in the syntax of Java 8, and
 * both make the same kernel of it.
 */
class KernelDialectTest {
  @TempDir private static Path folder;
  private static URLClassLoader loader;

  static List<String> cases() {
    return GoldenCase.names();
  }

  /** All kernels of all cases in one run of javac. */
  @BeforeAll
  static void compileWithJavac() throws IOException {
    List<JavaFileObject> files = new ArrayList<>();
    for (String name : cases()) {
      GoldenCase golden = GoldenCase.read(name);
      golden.compile(golden.packageName()).sources().forEach(source -> files.add(file(source)));
    }
    List<String> options =
        List.of(
            "-source",
            "8",
            "-target",
            "8",
            "-Xlint:all,-options,-classfile",
            "-Werror",
            "-proc:none",
            "-d",
            folder.toString(),
            "-classpath",
            System.getProperty("java.class.path"));
    var messages = new StringWriter();
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    boolean accepted = javac.getTask(messages, null, null, options, null, files).call();
    assertThat(accepted).as(messages.toString()).isTrue();
    loader = new URLClassLoader(new URL[] {folder.toUri().toURL()});
  }

  @AfterAll
  static void close() throws IOException {
    loader.close();
  }

  private static JavaFileObject file(EmittedSource source) {
    URI uri = URI.create("string:///" + source.name().replace('.', '/') + ".java");
    return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source.text();
      }
    };
  }

  private static Kernel fromJavac(EmittedSource source) {
    try {
      return (Kernel) loader.loadClass(source.name()).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(source.name(), e);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void janinoAndJavacMakeTheSameKernel(String name) {
    GoldenCase golden = GoldenCase.read(name);
    Compilation approved = golden.compile(golden.packageName());
    Compilation hidden = golden.compile(KernelClassCompiler.PACKAGE);
    List<Kernel> javac = approved.sources().stream().map(KernelDialectTest::fromJavac).toList();
    var compiler = new KernelClassCompiler();
    List<Kernel> janino = hidden.sources().stream().map(compiler::compile).toList();
    for (long seed = 1; seed <= 5; seed++) {
      Map<String, Tensor> inputs = ProgramText.drawInputs(golden.program(), seed);
      Object expected = outcome(() -> interpret(golden, inputs));
      assertThat(outcome(() -> run(janino, golden, inputs))).isEqualTo(expected);
      assertThat(outcome(() -> run(javac, golden, inputs))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theTextDependsOnThePackageOnly(String name) throws ExecutionException, InterruptedException {
    GoldenCase golden = GoldenCase.read(name);
    List<EmittedSource> approved = golden.compile(golden.packageName()).sources();
    List<String> hidden =
        golden.compile(KernelClassCompiler.PACKAGE).sources().stream()
            .map(s -> s.text().replace(KernelClassCompiler.PACKAGE, golden.packageName()))
            .toList();
    assertThat(hidden).isEqualTo(approved.stream().map(EmittedSource::text).toList());
    List<FutureTask<List<EmittedSource>>> again = new ArrayList<>();
    for (int n = 0; n < 2; n++) {
      var task = new FutureTask<>(() -> golden.compile(golden.packageName()).sources());
      new Thread(task, "emit-" + n).start();
      again.add(task);
    }
    for (FutureTask<List<EmittedSource>> task : again) {
      assertThat(task.get()).isEqualTo(approved);
    }
  }

  private interface Computation {
    Map<String, Tensor> compute();
  }

  /** The outputs as text, which tells every number from every other, or the code of the failure. */
  private static Object outcome(Computation computation) {
    try {
      Map<String, String> texts = new LinkedHashMap<>();
      computation.compute().forEach((name, tensor) -> texts.put(name, tensor.toString()));
      return texts;
    } catch (KernelException e) {
      return e.code();
    }
  }

  private static Map<String, Tensor> interpret(GoldenCase golden, Map<String, Tensor> inputs) {
    return ReferenceInterpreter.evaluate(golden.program(), inputs);
  }

  private static Map<String, Tensor> run(
      List<Kernel> kernels, GoldenCase golden, Map<String, Tensor> inputs) {
    IndexProgram program = golden.compile(golden.packageName()).plan().optimized();
    Map<String, Long> parameters = new LinkedHashMap<>();
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis axis = size.axes().getFirst();
      parameters.put(size.name(), ProgramText.named(inputs, axis.tensor()).extent(axis.position()));
    }
    var sizes = new Sizes(program, parameters);
    Map<String, Tensor> operands = new LinkedHashMap<>();
    for (TensorDeclaration input : program.inputs()) {
      operands.put(input.name(), place(golden, ProgramText.named(inputs, input.name())));
    }
    for (TensorDeclaration target : program.targets()) {
      Tensor initial = inputs.get(target.name());
      if (initial == null) {
        long[] shape = target.type().extents().stream().mapToLong(sizes::value).toArray();
        initial = Tensor.zeros(target.type().elementType(), shape);
      }
      operands.put(target.name(), place(golden, initial));
    }
    for (Kernel kernel : kernels) {
      kernel.run(operands.values().toArray(Tensor[]::new), sizes.toArray(), Worker.solo());
    }
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    program.outputs().forEach(name -> outputs.put(name, ProgramText.named(operands, name)));
    return outputs;
  }

  /** A row-major copy where the case wants it. */
  private static Tensor place(GoldenCase golden, Tensor tensor) {
    if (!golden.offHeap()) {
      return tensor.copy();
    }
    long bytes = tensor.elementCount() * tensor.elementType().byteSize();
    Tensor copy = Tensor.of(tensor.elementType(), Arena.ofAuto().allocate(bytes), tensor.shape());
    copy.copyFrom(tensor);
    return copy;
  }
}
