package dev.einkorn.compiler.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run of the command line has of its process.
 *
 * @param in standard input
 * @param out results
 * @param err errors and progress
 * @param progress whether somebody watches {@code err}
 * @param home the folder of the sources, if the launcher said so
 * @param planCache the folder in which plans are kept, if any is
 */
record Console(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean progress,
    Optional<Path> home,
    Optional<Path> planCache) {

  /** This process: UTF-8, and what the launcher passes as properties. */
  static Console ofProcess() {
    return new Console(
        System.in,
        print(FileDescriptor.out),
        print(FileDescriptor.err),
        Boolean.getBoolean("einkorn.progress"),
        Optional.ofNullable(System.getProperty("einkorn.home")).map(Path::of),
        PlanCacheFolder.of(System.getenv(), System.getProperty("os.name", "")));
  }

  private static PrintStream print(FileDescriptor file) {
    return new PrintStream(new FileOutputStream(file), true, StandardCharsets.UTF_8);
  }

  /** Says what takes time, if somebody watches. */
  void progress(String line) {
    if (progress) {
      err.println(line);
    }
  }
}
