package dev.einkorn.compiler.jit;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.runtime.Kernel;
import java.io.IOException;
import java.io.StringReader;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.janino.ClassLoaderIClassLoader;
import org.codehaus.janino.IClassLoader;
import org.codehaus.janino.Parser;
import org.codehaus.janino.Scanner;
import org.codehaus.janino.UnitCompiler;
import org.codehaus.janino.util.ClassFile;

/**
 * Turns emitted Java into a kernel: Janino compiles, the JVM defines a hidden class. Thread-safe.
 */
public final class KernelClassCompiler {
  /** The package of emitted classes: a hidden class lives beside the class that defines it. */
  public static final String PACKAGE = KernelClassCompiler.class.getPackageName();

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  /** Loaded with the first kernel: Janino takes long to load. */
  private static final class Classes {
    // Shared by all compilations, so that the classes that kernels mention are looked up once.
    static final IClassLoader SHARED =
        new ClassLoaderIClassLoader(KernelClassCompiler.class.getClassLoader());
  }

  /**
   * Compiles and instantiates the class.
   *
   * @throws KernelCompilationException if Janino or the JVM refuses it, with the numbered source
   */
  public Kernel compile(EmittedSource source) {
    try {
      MethodHandles.Lookup hidden = LOOKUP.defineHiddenClass(bytecode(source), true);
      return (Kernel) hidden.lookupClass().getDeclaredConstructor().newInstance();
    } catch (CompileException
        | IOException
        | ReflectiveOperationException
        | LinkageError
        // Janino's own faults, such as a method beyond 64 KB, are unchecked.
        | RuntimeException e) {
      throw new KernelCompilationException(source, e);
    }
  }

  private byte[] bytecode(EmittedSource source) throws CompileException, IOException {
    String fileName = source.name().substring(source.name().lastIndexOf('.') + 1) + ".java";
    var parser = new Parser(new Scanner(fileName, new StringReader(source.text())));
    var unit = new UnitCompiler(parser.parseAbstractCompilationUnit(), Classes.SHARED);
    List<ClassFile> compiled = new ArrayList<>();
    unit.compileUnit(true, true, true, compiled);
    if (compiled.size() != 1) {
      throw new CompileException("expected one class, found " + compiled.size(), null);
    }
    return compiled.getFirst().toByteArray();
  }
}
