package dev.einkorn.runtime.cuda;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What a search for libraries looks at; tests make their own.
 *
 * @param property the system properties
 * @param variable the environment
 * @param root where absolute folders begin: {@code /}
 * @param loader whether the system's loader may be asked for a bare name
 * @param classLoaders whose class path may have the jar with NVRTC
 */
record Surroundings(
    Function<String, Optional<String>> property,
    Function<String, Optional<String>> variable,
    Path root,
    boolean loader,
    List<ClassLoader> classLoaders) {
  Surroundings {
    classLoaders = List.copyOf(classLoaders);
  }

  /** Those of this process. */
  static Surroundings real() {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (context != null) {
      loaders.add(context);
    }
    loaders.add(ClassLoader.getSystemClassLoader());
    return new Surroundings(
        name -> Optional.ofNullable(System.getProperty(name)),
        name -> Optional.ofNullable(System.getenv(name)),
        Path.of("/"),
        true,
        new ArrayList<>(loaders));
  }

  /** An absolute folder. */
  Path folder(String absolute) {
    return root.resolve(absolute.substring(1));
  }

  /** What is not blank. */
  Optional<String> set(String variableName) {
    return variable.apply(variableName).filter(value -> !value.isBlank());
  }

  /** {@code x86_64} or {@code aarch64}, as folders of Linux name processors. */
  String processor() {
    String name = property.apply("os.arch").orElse("");
    return name.equals("amd64") ? "x86_64" : name;
  }

  boolean isLinux() {
    return property.apply("os.name").orElse("").equals("Linux");
  }

  /**
   * The folder for files that can be made again: property {@code einkorn.cache}, else {@code
   * einkorn} in {@code XDG_CACHE_HOME} or in {@code .cache} of the user's home.
   */
  Path cache() {
    Optional<Path> named =
        property.apply("einkorn.cache").filter(it -> !it.isBlank()).map(Path::of);
    return named.orElseGet(
        () ->
            set("XDG_CACHE_HOME")
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> Path.of(property.apply("user.home").orElse("."), ".cache"))
                .resolve("einkorn"));
  }
}
