package dev.einkorn.compiler.jit;

/** Compiles Java to the bytes of a class file. */
public interface JavaBytecode {
  /**
   * The one class of a source file.
   *
   * @param fileName for error messages
   * @throws Exception if the source is refused
   */
  byte[] compile(String fileName, String text) throws Exception;
}
