package dev.einkorn.compiler.golden;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The golden files of one folder. A missing one is written and fails the test, so that it is read
 * before it is committed; a different one fails with a diff. {@code -Dgolden.update=true} rewrites
 * them, but not where the environment variable {@code CI} is set.
 */
public final class GoldenFiles {
  private final Path folder;

  /** The files in {@code src/test/golden/folder}. */
  public GoldenFiles(String folder) {
    this.folder = Path.of("src", "test", "golden", folder);
  }

  /** The names of the files with one of these endings, sorted. */
  public List<String> names(String... endings) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> Arrays.stream(endings).anyMatch(name::endsWith))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a file, its line ends normalised. */
  public String read(String name) {
    try {
      return Files.readString(folder.resolve(name)).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares {@code actual}, with a newline at its end, with the file. */
  public void check(String name, String actual) {
    String text = actual.endsWith("\n") ? actual : actual + "\n";
    boolean exists = Files.exists(folder.resolve(name));
    if (exists && read(name).equals(text)) {
      return;
    }
    boolean update = Boolean.getBoolean("golden.update");
    if (update && System.getenv("CI") != null) {
      fail("golden.update is refused where CI is set");
    }
    if (update || !exists) {
      write(name, text);
    }
    if (!exists) {
      fail(name + " was missing; it has been written, read it and run again:\n" + text);
    }
    if (!update) {
      fail(name + " differs; -Dgolden.update=true rewrites it\n" + diff(read(name), text));
    }
  }

  private void write(String name, String text) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines between the common start and the common end, with {@code -} and {@code +}. */
  static String diff(String expected, String actual) {
    List<String> old = expected.lines().toList();
    List<String> now = actual.lines().toList();
    int start = 0;
    while (start < Math.min(old.size(), now.size()) && old.get(start).equals(now.get(start))) {
      start++;
    }
    int end = 0;
    while (end < Math.min(old.size(), now.size()) - start
        && old.get(old.size() - 1 - end).equals(now.get(now.size() - 1 - end))) {
      end++;
    }
    List<String> lines = new ArrayList<>();
    lines.add("at line " + (start + 1) + ":");
    old.subList(start, old.size() - end).forEach(line -> lines.add("- " + line));
    now.subList(start, now.size() - end).forEach(line -> lines.add("+ " + line));
    return String.join("\n", lines);
  }
}
