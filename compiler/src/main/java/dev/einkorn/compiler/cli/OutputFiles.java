package dev.einkorn.compiler.cli;

import dev.einkorn.runtime.Npy;
import dev.einkorn.runtime.Npz;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files that a command line asks for: {@code -o E=e.npy}, {@code -o all.npz}, or {@code -o
 * c.npy} for the only output.
 */
final class OutputFiles {
  /** What outputs may look like, for help texts. */
  static final String SYNTAX =
      "Where to write: NAME=file.npy for one output (NAME= may be left out if there is only one),"
          + " file.npz for all of them. May repeat. Without -o outputs are printed.";

  private static final String ARCHIVE = ".npz";

  /**
   * One file.
   *
   * @param name of the output that goes there, empty for all outputs or for the only one
   */
  private record Target(Optional<String> name, Path path) {
    boolean isArchive() {
      return path.toString().endsWith(ARCHIVE);
    }

    /** Whether this is a pipe or a device, which cannot be replaced by a file. */
    boolean isSpecial() {
      return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }

    /** The outputs that go into this file. */
    Map<String, Tensor> select(Map<String, Tensor> outputs) {
      Map<String, Tensor> selected = new LinkedHashMap<>();
      outputs.forEach(
          (output, tensor) -> {
            if (name.isEmpty() || name.get().equals(output)) {
              selected.put(output, tensor);
            }
          });
      return selected;
    }

    /** Writes the outputs to a file, which is this one or one aside of it. */
    void write(Path file, Map<String, Tensor> outputs) throws IOException {
      Map<String, Tensor> selected = select(outputs);
      try {
        if (isArchive()) {
          Npz.write(file, selected);
        } else {
          Npy.write(file, selected.values().iterator().next());
        }
      } catch (IOException e) {
        throw new IOException("cannot write " + path + ": " + e.getMessage(), e);
      }
    }
  }

  private final List<Target> targets;

  private OutputFiles(List<Target> targets) {
    this.targets = List.copyOf(targets);
  }

  /**
   * Reads the {@code -o} options.
   *
   * @throws UsageException if one is malformed, or two name the same file
   */
  static OutputFiles parse(List<String> options) {
    List<Target> targets = new ArrayList<>();
    for (String option : options) {
      Optional<Map.Entry<String, String>> named = InputValues.split(option);
      Path path = Path.of(named.map(Map.Entry::getValue).orElse(option));
      var target = new Target(named.map(Map.Entry::getKey), path);
      boolean known = path.toString().endsWith(".npy") || target.isArchive();
      if (!known && !target.isSpecial()) {
        throw new UsageException("-o takes a file that ends in .npy or .npz, found " + option);
      }
      Path absolute = path.toAbsolutePath().normalize();
      if (targets.stream().anyMatch(t -> t.path().toAbsolutePath().normalize().equals(absolute))) {
        throw new UsageException("-o names " + path + " twice");
      }
      targets.add(target);
    }
    return new OutputFiles(targets);
  }

  boolean isEmpty() {
    return targets.isEmpty();
  }

  /** Whether something else is read from the output, so that no text may come between. */
  boolean hasSpecialFile() {
    return targets.stream().anyMatch(Target::isSpecial);
  }

  /** Refuses, before anything is computed, what could not be written then. */
  void checkWritable() throws IOException {
    for (Target target : targets) {
      Path directory = directory(target.path());
      if (Files.isDirectory(target.path())) {
        throw new FileSystemException(target.path().toString(), null, "is a directory");
      }
      if (!Files.isDirectory(directory)) {
        throw new NoSuchFileException(
            target.path().toString(), null, "its directory does not exist");
      }
      if (!target.isSpecial() && !Files.isWritable(directory)) {
        throw new AccessDeniedException(
            target.path().toString(), null, "its directory is not writable");
      }
    }
  }

  /**
   * Refuses names that the program does not compute.
   *
   * @throws UsageException naming the outputs that there are
   */
  void checkNames(List<String> outputs) {
    for (Target target : targets) {
      if (target.name().isPresent() && !outputs.contains(target.name().get())) {
        throw new UsageException(
            "the program has no output %s; its outputs are %s"
                .formatted(target.name().get(), String.join(", ", outputs)));
      }
      if (target.name().isEmpty() && !target.isArchive() && outputs.size() != 1) {
        throw new UsageException(
            "the program has the outputs %s: say which one goes to %s, as in -o %s=%s"
                .formatted(
                    String.join(", ", outputs),
                    target.path(),
                    outputs.isEmpty() ? "NAME" : outputs.getFirst(),
                    target.path()));
      }
    }
  }

  /** The files that an output goes to. */
  List<Path> filesOf(String output) {
    return targets.stream()
        .filter(target -> target.name().isEmpty() || target.name().get().equals(output))
        .map(Target::path)
        .toList();
  }

  /**
   * Writes every file, or none: all are written aside first and then moved to their places. The end
   * of the process removes what was written aside.
   */
  void write(Map<String, Tensor> outputs) throws IOException {
    Map<Path, Path> moves = new LinkedHashMap<>();
    try (var staging = new StagingArea()) {
      for (Target target : targets) {
        if (!target.isSpecial()) {
          Path place = replaced(target.path());
          Path staged = staging.in(directory(place)).resolve(moves.size() + suffix(target));
          target.write(staged, outputs);
          moves.put(staged, place);
        }
      }
      for (Target target : targets) {
        if (target.isSpecial()) {
          target.write(target.path(), outputs);
        }
      }
      staging.move(moves);
    }
  }

  private static String suffix(Target target) {
    return target.isArchive() ? ARCHIVE : ".npy";
  }

  /** The file that a name stands for: symbolic links are followed. */
  private static Path replaced(Path path) throws IOException {
    return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
  }

  private static Path directory(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }
}
