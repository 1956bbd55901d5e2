package dev.einkorn.compiler.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Hidden folders beside the files to come, one for each directory, in which these are written
 * first. They are gone when the area is closed and also when the process is interrupted.
 */
final class StagingArea implements AutoCloseable {
  private static final int ATTEMPTS = 50;

  private final Map<Path, Path> folders = new LinkedHashMap<>();
  private final Thread hook = new Thread(this::interrupt, "remove unfinished files");
  private boolean interrupted;

  StagingArea() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The folder for files that are to be moved to a directory. */
  synchronized Path in(Path directory) throws IOException {
    if (interrupted) {
      throw new CommandException("interrupted");
    }
    Path known = folders.get(directory);
    if (known != null) {
      return known;
    }
    try {
      Path folder = Files.createTempDirectory(directory, ".einkorn-");
      folders.put(directory, folder);
      return folder;
    } catch (AccessDeniedException e) {
      var named = new AccessDeniedException(directory.toString(), null, "is not writable");
      named.initCause(e);
      throw named;
    }
  }

  /** Moves finished files to their places; an interrupt waits until all are moved. */
  synchronized void move(Map<Path, Path> moves) throws IOException {
    if (interrupted) {
      throw new CommandException("interrupted");
    }
    for (Map.Entry<Path, Path> move : moves.entrySet()) {
      Files.move(
          move.getKey(),
          move.getValue(),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // The hook is running.
    }
    remove();
  }

  private synchronized void interrupt() {
    interrupted = true;
    remove();
  }

  private synchronized void remove() {
    for (Path folder : folders.values()) {
      boolean gone = false;
      // A thread that is still writing may create one more file meanwhile.
      for (int attempt = 0; attempt < ATTEMPTS && !gone; attempt++) {
        gone = removeOnce(folder);
      }
    }
    folders.clear();
  }

  private static boolean removeOnce(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      return Files.deleteIfExists(folder);
    } catch (IOException e) {
      return !Files.exists(folder);
    }
  }
}
