package dev.einkorn.compiler.jit;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.runtime.Kernel;
import java.lang.invoke.MethodHandles;

/**
 * Turns emitted Java into a kernel: Janino compiles, the JVM defines a hidden class. Thread-safe.
 */
public final class KernelClassCompiler {
  /** The package of emitted classes: a hidden class lives beside the class that defines it. */
  public static final String PACKAGE = KernelClassCompiler.class.getPackageName();

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  /** Loaded with the first kernel: Janino takes long to load. */
  private static final class Janino {
    static final JavaBytecode COMPILER = JaninoLoader.janino();
  }

  /**
   * Compiles and instantiates the class.
   *
   * @throws KernelCompilationException if Janino or the JVM refuses it, with the numbered source
   */
  public Kernel compile(EmittedSource source) {
    String fileName = source.name().substring(source.name().lastIndexOf('.') + 1) + ".java";
    try {
      byte[] bytecode = Janino.COMPILER.compile(fileName, source.text());
      MethodHandles.Lookup hidden = LOOKUP.defineHiddenClass(bytecode, true);
      return (Kernel) hidden.lookupClass().getDeclaredConstructor().newInstance();
    } catch (Exception | LinkageError e) {
      // Janino's own faults, such as a method beyond 64 KB, are unchecked.
      throw new KernelCompilationException(source, e);
    }
  }
}
