package dev.einkorn.compiler.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Writes one file, as a whole or not at all. */
final class TextFile {
  private TextFile() {}

  /** Writes aside and then moves; pipes and devices are written to as they are. */
  static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** As {@link #write(Path, String)}, of bytes. */
  static void write(Path file, byte[] content) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "is a directory");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      Files.write(file, content);
      return;
    }
    Path place = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path directory = Optional.ofNullable(place.getParent()).orElse(place);
    if (!Files.isDirectory(directory)) {
      throw new FileSystemException(file.toString(), null, "its directory does not exist");
    }
    try (var staging = new StagingArea()) {
      Path staged = staging.in(directory).resolve("content");
      Files.write(staged, content);
      staging.move(Map.of(staged, place));
    }
  }
}
