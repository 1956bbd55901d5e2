package dev.einkorn.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every Java source is formatted by google-java-format; {@code -Dformat.update=true} rewrites those
 * that are not. Spotless, which checks the other texts, runs in Maven's own JVM, and that may be
 * too old to parse these sources.
 */
class SourceFormatTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @Test
  void java_sources_are_formatted() throws IOException {
    List<Path> sources;
    try (Stream<Path> files = Files.walk(ROOT)) {
      sources = files.filter(SourceFormatTest::isOurs).sorted().toList();
    }
    assertThat(sources).hasSizeGreaterThan(100);

    List<String> unformatted =
        sources.parallelStream()
            .filter(SourceFormatTest::differs)
            .map(file -> ROOT.relativize(file).toString())
            .toList();

    assertThat(unformatted).as("run the tests with -Dformat.update=true").isEmpty();
  }

  private static boolean isOurs(Path file) {
    String path = ROOT.relativize(file).toString().replace('\\', '/');
    return path.endsWith(".java") && path.contains("src/") && !path.contains("golden/");
  }

  private static boolean differs(Path file) {
    try {
      String text = Files.readString(file);
      String formatted = new Formatter().formatSourceAndFixImports(text);
      if (formatted.equals(text)) {
        return false;
      }
      if (Boolean.getBoolean("format.update")) {
        Files.writeString(file, formatted);
        return false;
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (FormatterException e) {
      throw new AssertionError(file + " cannot be formatted", e);
    }
  }
}
