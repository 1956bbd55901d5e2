package dev.einkorn.compiler.emit.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NVIDIA's compiler, if it is installed: it needs no GPU. */
final class Nvcc {
  /** What a kernel takes on a chip. */
  record Resources(int registers, int spilledBytes, int sharedBytes) {}

  private static final Pattern ENTRY =
      Pattern.compile("Compiling entry function '(\\w+)' for '(\\w+)'");
  private static final Pattern SPILLS =
      Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");
  private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

  private Nvcc() {}

  /** Why nothing can be compiled here; empty if it can. */
  static Optional<String> missing() {
    try {
      Process process = new ProcessBuilder("nvcc", "--version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0 ? Optional.empty() : Optional.of("nvcc does not run");
    } catch (IOException e) {
      return Optional.of("nvcc is not installed, so no kernel is compiled for a GPU");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /**
   * Compiles a source.
   *
   * @param chips such as {@code sm_90}
   * @return what each kernel takes on each chip, by {@code kernel for sm_90}
   */
  static Map<String, Resources> compile(String source, List<String> chips, Path folder) {
    try {
      Files.writeString(folder.resolve("kernels.cu"), source);
      List<String> command = new ArrayList<>(List.of("nvcc", "-fatbin", "-Xptxas", "-v"));
      command.addAll(List.of("--std=c++17", "--fmad=false"));
      for (String chip : chips) {
        String virtual = chip.replace("sm_", "compute_");
        command.addAll(List.of("-gencode", "arch=" + virtual + ",code=" + chip));
      }
      command.addAll(List.of("kernels.cu", "-o", "kernels.fatbin"));
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(String.join(" ", command) + "\n" + log);
      }
      return resources(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static Map<String, Resources> resources(String log) {
    Map<String, Resources> found = new LinkedHashMap<>();
    String entry = "";
    int spilled = 0;
    for (String line : log.lines().toList()) {
      Matcher name = ENTRY.matcher(line);
      Matcher spills = SPILLS.matcher(line);
      Matcher registers = REGISTERS.matcher(line);
      if (name.find()) {
        entry = name.group(1) + " for " + name.group(2);
      } else if (spills.find()) {
        spilled = Integer.parseInt(spills.group(1)) + Integer.parseInt(spills.group(2));
      } else if (registers.find()) {
        Matcher shared = SHARED.matcher(line);
        int bytes = shared.find() ? Integer.parseInt(shared.group(1)) : 0;
        found.put(entry, new Resources(Integer.parseInt(registers.group(1)), spilled, bytes));
      }
    }
    return found;
  }
}
