package dev.einkorn.compiler.jit;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.janino.ClassLoaderIClassLoader;
import org.codehaus.janino.IClassLoader;
import org.codehaus.janino.Parser;
import org.codehaus.janino.Scanner;
import org.codehaus.janino.UnitCompiler;
import org.codehaus.janino.util.ClassFile;

/** Janino. Thread-safe. {@link JaninoLoader} makes its instance. */
public final class JaninoBytecode implements JavaBytecode {
  // Shared by all compilations, so that the classes that kernels mention are looked up once.
  private final IClassLoader classes;

  /**
   * A compiler.
   *
   * @param loader of the classes that sources mention
   */
  public JaninoBytecode(ClassLoader loader) {
    classes = new ClassLoaderIClassLoader(loader);
  }

  @Override
  public byte[] compile(String fileName, String text) throws Exception {
    // Janino asks an annotation for its own annotations, by reflection, which takes 20 ms at first.
    String plain = text.replace("@Override", "");
    var parser = new Parser(new Scanner(fileName, new StringReader(plain)));
    var unit = new UnitCompiler(parser.parseAbstractCompilationUnit(), classes);
    List<ClassFile> compiled = new ArrayList<>();
    unit.compileUnit(true, true, true, compiled);
    if (compiled.size() != 1) {
      throw new CompileException("expected one class, found " + compiled.size(), null);
    }
    return compiled.getFirst().toByteArray();
  }
}
