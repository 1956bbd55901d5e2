package dev.einkorn.compiler.processor;

import static com.google.testing.compile.CompilationSubject.assertThat;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import dev.einkorn.runtime.kernel.KernelVariants;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.JavaFileObject;

/** Compiles interfaces with the processor, loads what comes out and calls it. */
public final class Built {
  private static final String IMPORTS =
      """
      package com.acme;

      import dev.einkorn.runtime.ElementType;
      import dev.einkorn.runtime.Tensor;
      import dev.einkorn.runtime.annotation.*;
      import java.lang.foreign.MemorySegment;

      """;

  private final Object instance;

  private Built(Object instance) {
    this.instance = instance;
  }

  /** The source of an interface with these members. */
  static JavaFileObject source(String name, String members) {
    return JavaFileObjects.forSourceString(
        "com.acme." + name, text("@TensorKernels\npublic interface " + name, members));
  }

  /** The text of a source file with imports. */
  static String text(String declaration, String members) {
    return IMPORTS + declaration + " {\n" + members.indent(2) + "}\n";
  }

  /** Compiles with the processor. */
  static Compilation compile(List<String> options, JavaFileObject... sources) {
    return Compiler.javac()
        .withProcessors(new TensorKernelProcessor())
        .withOptions(options)
        .compile(sources);
  }

  /** The generated class of an interface with these members. */
  public static Built of(String members) {
    return of(List.of("--add-modules", "jdk.incubator.vector"), members);
  }

  static Built of(List<String> options, String members) {
    return of(compile(options, source("Work", members)));
  }

  /** The generated class of the interface {@code Work} of a compilation. */
  static Built of(Compilation compilation) {
    assertThat(compilation).succeeded();
    try {
      Class<?> type = new Classes(compilation).loadClass("com.acme.WorkKernels");
      return new Built(type.getConstructor().newInstance());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("cannot load what was generated", e);
    }
  }

  /** The source that is generated for an interface with these members. */
  public static String generated(List<String> options, String members) {
    return generated(compile(options, source("Work", members)), "WorkKernels");
  }

  /** The generated source of the class of this name. */
  static String generated(Compilation compilation, String name) {
    assertThat(compilation).succeeded();
    try {
      return compilation
          .generatedSourceFile("com.acme." + name)
          .orElseThrow()
          .getCharContent(false)
          .toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The kernels of a method, by the name of the class that lists them. */
  KernelVariants variants(String name) {
    try {
      Class<?> type =
          Class.forName(
              instance.getClass().getName() + "$" + name,
              true,
              instance.getClass().getClassLoader());
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return (KernelVariants) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("cannot load what was generated", e);
    }
  }

  /** Calls a method; its exception is thrown as it is. */
  Object call(String name, Object... arguments) {
    Method method =
        Arrays.stream(instance.getClass().getMethods())
            .filter(each -> each.getName().equals(name))
            .findFirst()
            .orElseThrow();
    try {
      return method.invoke(instance, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  /** The classes of a compilation. */
  private static final class Classes extends ClassLoader {
    private final Map<String, byte[]> bytes = new LinkedHashMap<>();

    Classes(Compilation compilation) {
      super(Built.class.getClassLoader());
      List<JavaFileObject> files = new ArrayList<>(compilation.generatedFiles());
      for (JavaFileObject file : files) {
        if (file.getKind() == JavaFileObject.Kind.CLASS) {
          try (var in = file.openInputStream()) {
            String path = file.toUri().getPath();
            String name =
                path.substring(path.indexOf("com/acme"), path.length() - ".class".length());
            bytes.put(name.replace('/', '.'), in.readAllBytes());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] found = bytes.get(name);
      if (found == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, found, 0, found.length);
    }
  }
}
