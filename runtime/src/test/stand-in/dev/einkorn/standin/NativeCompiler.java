package dev.einkorn.standin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Compiles C for tests with the machine's compiler. */
public final class NativeCompiler {
  private NativeCompiler() {}

  /** Makes a shared library; a skip where no compiler is, a failure in CI. */
  public static void shared(Path source, Path library, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Requirements.compiler().toString());
    command.addAll(List.of("-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"));
    command.addAll(options);
    Path temporary = library.resolveSibling(library.getFileName() + ".tmp");
    command.addAll(List.of("-o", temporary.toString(), source.toString(), "-ldl", "-lpthread"));
    try {
      Files.createDirectories(library.getParent());
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError("%s%n%s".formatted(command, output));
      }
      Files.move(
          temporary, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
