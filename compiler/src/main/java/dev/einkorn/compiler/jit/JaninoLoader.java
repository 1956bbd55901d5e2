package dev.einkorn.compiler.jit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Loads Janino and {@link JaninoBytecode} without checking signatures. Janino's jars are signed
 * with a throw-away key, which proves nothing, and checking it and the digest of each class is a
 * quarter of the time of the first answer.
 */
final class JaninoLoader extends ClassLoader {
  private static final String BRIDGE = JaninoBytecode.class.getName();

  /** A package of each jar, with what only that jar has. */
  private static final Map<String, String> JARS =
      Map.of(
          "org.codehaus.janino.", "org/codehaus/janino/UnitCompiler.class",
          "org.codehaus.commons.compiler.", "org/codehaus/commons/compiler/CompileException.class");

  private final Map<String, ZipFile> jars;

  private JaninoLoader(ClassLoader parent, Map<String, ZipFile> jars) {
    super("janino", parent);
    this.jars = jars;
  }

  /** Janino, from this loader where jars on the class path allow it. */
  static JavaBytecode janino() {
    ClassLoader parent = JaninoLoader.class.getClassLoader();
    if (!JaninoLoader.class.getModule().isNamed()) {
      Optional<Map<String, ZipFile>> jars = jars(parent);
      if (jars.isPresent()) {
        try {
          return (JavaBytecode)
              new JaninoLoader(parent, jars.get())
                  .loadClass(BRIDGE)
                  .getConstructor(ClassLoader.class)
                  .newInstance(parent);
        } catch (ReflectiveOperationException e) {
          throw new LinkageError("Janino cannot be loaded", e);
        }
      }
    }
    return new JaninoBytecode(parent);
  }

  /** The files with Janino's classes; empty if they are not on the class path as plain jars. */
  private static Optional<Map<String, ZipFile>> jars(ClassLoader parent) {
    Map<String, ZipFile> jars = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, String> jar : JARS.entrySet()) {
        URL url = parent.getResource(jar.getValue());
        if (url == null
            || !(url.openConnection() instanceof JarURLConnection connection)
            || !connection.getJarFileURL().getProtocol().equals("file")) {
          return Optional.empty();
        }
        Path file = Path.of(connection.getJarFileURL().toURI());
        jars.put(jar.getKey(), new ZipFile(file.toFile()));
      }
      return Optional.of(jars);
    } catch (IOException | URISyntaxException e) {
      return Optional.empty();
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.equals(BRIDGE) && jar(name).isEmpty()) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? findClass(name) : loaded;
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/') + ".class";
    try (InputStream in = open(name, path)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable InputStream open(String name, String path) throws IOException {
    Optional<ZipFile> jar = jar(name);
    if (jar.isEmpty()) {
      return getParent().getResourceAsStream(path);
    }
    ZipEntry entry = jar.get().getEntry(path);
    return entry == null ? null : jar.get().getInputStream(entry);
  }

  private Optional<ZipFile> jar(String name) {
    return jars.entrySet().stream()
        .filter(jar -> name.startsWith(jar.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
