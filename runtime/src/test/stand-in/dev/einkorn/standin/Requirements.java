package dev.einkorn.standin;

import dev.einkorn.runtime.cuda.CudaLibraries;
import dev.einkorn.runtime.cuda.Nvrtc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** What tests need of a machine: where it is missing they are skipped, and in CI they fail. */
public final class Requirements {
  private Requirements() {}

  /** NVRTC of this machine or of the profile {@code nvrtc}. */
  public static Nvrtc nvrtc() {
    CudaLibraries libraries = CudaLibraries.find();
    return Nvrtc.load(libraries)
        .orElseThrow(
            () ->
                missing(
                    "NVRTC is not found; mvn -Pnvrtc takes it from Maven Central: "
                        + libraries.nvrtc().attempts()));
  }

  /** A C compiler. */
  public static Path compiler() {
    return Stream.of("gcc", "cc", "clang")
        .flatMap(name -> onPath(name).stream())
        .findFirst()
        .orElseThrow(() -> missing("no C compiler (gcc, cc, clang) on the PATH"));
  }

  private static Optional<Path> onPath(String command) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(":", -1))
        .filter(folder -> !folder.isBlank())
        .map(folder -> Path.of(folder, command))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static RuntimeException missing(String what) {
    if (System.getenv("CI") != null) {
      throw new AssertionError(what);
    }
    return new TestAbortedException(what);
  }
}
