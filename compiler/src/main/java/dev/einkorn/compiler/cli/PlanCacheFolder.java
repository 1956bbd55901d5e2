package dev.einkorn.compiler.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the command line keeps plans: a folder of the user's cache, as the system has it. */
final class PlanCacheFolder {
  /** Names another folder, or is {@value #OFF}. */
  static final String VARIABLE = "EINKORN_PLAN_CACHE";

  static final String OFF = "off";

  private PlanCacheFolder() {}

  /**
   * The folder.
   *
   * @param environment of the process
   * @param system the name of the operating system
   * @return empty if there is to be none, or no place for it
   */
  static Optional<Path> of(Map<String, String> environment, String system) {
    String asked = environment.get(VARIABLE);
    if (asked != null && !asked.isBlank()) {
      return asked.equals(OFF) ? Optional.empty() : path(asked);
    }
    String name = system.toLowerCase(Locale.ROOT);
    Optional<Path> caches =
        name.startsWith("windows")
            ? absolute(environment.get("LOCALAPPDATA"))
            : name.startsWith("mac")
                ? absolute(environment.get("HOME")).map(home -> home.resolve("Library/Caches"))
                : absolute(environment.get("XDG_CACHE_HOME"))
                    .or(
                        () ->
                            absolute(environment.get("HOME")).map(home -> home.resolve(".cache")));
    return caches.map(folder -> folder.resolve("einkorn").resolve("plans"));
  }

  private static Optional<Path> absolute(@Nullable String folder) {
    return Optional.ofNullable(folder).flatMap(PlanCacheFolder::path).filter(Path::isAbsolute);
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty(); // Not a place to keep anything in.
    }
  }
}
