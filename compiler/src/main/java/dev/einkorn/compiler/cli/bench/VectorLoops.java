package dev.einkorn.compiler.cli.bench;

import dev.einkorn.runtime.simd.SimdSupport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Ceilings by the Vector API. The loops are a source file among the resources that javac compiles
 * when they are asked for, because the module that they need may be absent.
 */
final class VectorLoops implements CeilingLoops {
  private static final String CLASS = "VectorCeilings";
  private static final String MODULE = "jdk.incubator.vector";

  private final int bits;
  private final MethodHandle floats;
  private final MethodHandle doubles;
  private final MethodHandle read;
  private final MethodHandle copy;

  private VectorLoops(Class<?> loops) throws ReflectiveOperationException {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    MethodType multiplyAdd = MethodType.methodType(double.class, long.class);
    bits = loops.getField("BITS").getInt(null);
    floats = lookup.findStatic(loops, "multiplyAddFloats", multiplyAdd);
    doubles = lookup.findStatic(loops, "multiplyAddDoubles", multiplyAdd);
    read = lookup.findStatic(loops, "read", MethodType.methodType(float.class, float[].class));
    copy = lookup.findStatic(loops, "copy", MethodType.methodType(void.class, float[].class));
  }

  /** The loops, unless this JVM lacks the module or the compiler. */
  static Optional<CeilingLoops> load() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null || ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return Optional.empty();
    }
    // Kernels that are timed later share profiles with these loops.
    SimdSupport.prepare(Set.of(Float.BYTES, Double.BYTES));
    try {
      return Optional.of(new VectorLoops(new Defining(compile(compiler)).define()));
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("the loops for the ceilings do not compile", e);
    }
  }

  private static byte[] compile(JavaCompiler compiler) throws IOException {
    var compiled = new ByteArrayOutputStream();
    try (JavaFileManager files =
        new ForwardingJavaFileManager<JavaFileManager>(
            compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
          @Override
          public JavaFileObject getJavaFileForOutput(
              Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mem:///" + name + ".class"), kind) {
              @Override
              public OutputStream openOutputStream() {
                return compiled;
              }
            };
          }
        }) {
      String text = source();
      JavaFileObject unit =
          new SimpleJavaFileObject(
              URI.create("mem:///" + CLASS + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
              return text;
            }
          };
      List<String> options = List.of("--add-modules", MODULE, "-Xlint:none", "-proc:none");
      var log = new java.io.StringWriter();
      if (!compiler.getTask(log, files, _ -> {}, options, null, List.of(unit)).call()) {
        throw new IOException(log.toString());
      }
    }
    return compiled.toByteArray();
  }

  private static String source() throws IOException {
    try (InputStream in = VectorLoops.class.getResourceAsStream(CLASS + ".java")) {
      if (in == null) {
        throw new IOException("no resource " + CLASS + ".java");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Defines the one class. */
  private static final class Defining extends ClassLoader {
    private final byte[] code;

    Defining(byte[] code) {
      super(VectorLoops.class.getClassLoader());
      this.code = code;
    }

    Class<?> define() {
      return defineClass(CLASS, code, 0, code.length);
    }
  }

  @Override
  public String description() {
    return "Vector API, " + bits + " bits";
  }

  @Override
  public double multiplyAddFloats(long steps) {
    return (double) invoke(floats, steps);
  }

  @Override
  public double multiplyAddDoubles(long steps) {
    return (double) invoke(doubles, steps);
  }

  @Override
  public float read(float[] from) {
    return (float) invoke(read, from);
  }

  @Override
  public void copy(float[] array) {
    invoke(copy, array);
  }

  private static Object invoke(MethodHandle loop, Object argument) {
    try {
      return loop.invoke(argument);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
