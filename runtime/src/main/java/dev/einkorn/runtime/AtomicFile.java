package dev.einkorn.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Replaces a file as a whole: readers see the old content or all of the new. The content goes to a
 * temporary file beside the target, which is then moved over it; on a failure it is removed and the
 * target is as before. A symbolic link is followed, and a pipe or device is written directly.
 */
final class AtomicFile {
  /** Writes the content. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  static void write(Path path, Content content) throws IOException {
    boolean exists = Files.exists(path);
    if (exists && !Files.isRegularFile(path) && !Files.isDirectory(path)) {
      try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.WRITE)) {
        content.writeTo(out);
      }
      return;
    }
    Path target = exists ? path.toRealPath() : path.toAbsolutePath();
    Path directory = target.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new NoSuchFileException(path.toString(), null, "its directory does not exist");
    }
    if (Files.isDirectory(target)) {
      throw new IOException(path + ": is a directory");
    }
    String suffix = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path temporary = directory.resolve("." + target.getFileName() + "." + suffix + ".tmp");
    try {
      try (OutputStream out =
          Files.newOutputStream(
              temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        content.writeTo(out);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AccessDeniedException e) {
      var named = new AccessDeniedException(path.toString(), null, "its directory is not writable");
      named.initCause(e);
      throw named;
    } finally {
      Files.deleteIfExists(temporary); // After the move there is nothing left to delete.
    }
  }
}
