package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every package of every module says what it is for, also those of tests alone. The grammar, whose
 * package is generated, has its page in {@code grammar/README.md}.
 */
class PackageInfoTest {
  private static final Path REPOSITORY = Path.of("..");

  @Test
  void everyPackageIsDocumented() throws IOException {
    List<String> missing = new ArrayList<>();
    int packages = 0;
    for (Path module : modules()) {
      for (String sources : List.of("src/main/java", "src/test/java")) {
        for (Path folder : packages(module.resolve(sources))) {
          packages++;
          Path relative = module.resolve(sources).relativize(folder);
          boolean documented =
              Stream.of("src/main/java", "src/test/java")
                  .map(root -> module.resolve(root).resolve(relative).resolve("package-info.java"))
                  .anyMatch(Files::exists);
          if (!documented) {
            missing.add(REPOSITORY.relativize(folder).toString());
          }
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(packages).isGreaterThan(25);
  }

  @Test
  void packageDocumentationIsMoreThanAName() throws IOException {
    for (Path module : modules()) {
      for (Path folder : packages(module.resolve("src/main/java"))) {
        String text = Files.readString(folder.resolve("package-info.java"));
        assertThat(text).as(folder.toString()).contains("@NullMarked").startsWith("/**");
      }
    }
  }

  /** The folders with a build file, nested ones too. */
  private static List<Path> modules() throws IOException {
    try (Stream<Path> files = Files.walk(REPOSITORY, 3)) {
      return files
          .filter(file -> file.getFileName().toString().equals("pom.xml"))
          .filter(file -> !file.toString().contains("target"))
          .map(Path::getParent)
          .filter(module -> !module.endsWith("grammar"))
          // A project of its own, to copy from.
          .filter(module -> !module.endsWith("ahead"))
          .sorted()
          .toList();
    }
  }

  /** The folders that hold Java files. */
  private static List<Path> packages(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.getFileName().toString().equals("module-info.java"))
          .map(Path::getParent)
          .distinct()
          .sorted()
          .toList();
    }
  }
}
