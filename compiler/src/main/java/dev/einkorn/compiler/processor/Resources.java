package dev.einkorn.compiler.processor;

import java.io.IOException;

/** Where programs in files are found. */
@FunctionalInterface
public interface Resources {
  /**
   * The text of a resource.
   *
   * @param packageName whose resource it is; empty for the root
   * @param name relative to the package
   * @throws IOException if there is none, or it cannot be read
   */
  String read(String packageName, String name) throws IOException;
}
