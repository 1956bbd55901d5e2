package dev.einkorn.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CubinCacheTest {
  private static final KernelSource SOURCE = KernelSource.of("add.cu", "extern \"C\" ...");

  @TempDir private Path folder;
  private final List<String> warnings = new ArrayList<>();
  private final List<String> compiled = new ArrayList<>();

  private CubinCache cache(String version, long mostBytes) {
    return new CubinCache(
        (source, architecture) -> {
          compiled.add(version + " " + architecture + " " + source.fileName());
          return new Cubin(new byte[1000], architecture, "log of " + compiled.size());
        },
        version,
        folder.resolve("cubin"),
        mostBytes,
        warnings::add);
  }

  private CubinCache cache() {
    return cache("13.1", 1 << 20);
  }

  @Test
  void compilesOnceAlsoForLaterProcesses() {
    Cubin first = cache().compile(SOURCE, Architecture.SM_90);
    assertThat(cache().compile(SOURCE, Architecture.SM_90)).isEqualTo(first);
    assertThat(compiled).hasSize(1);
    assertThat(files()).hasSize(1);
    assertThat(warnings).isEmpty();
  }

  @Test
  void everythingThatMattersIsPartOfTheKey() {
    cache().compile(SOURCE, Architecture.SM_90);
    cache().compile(SOURCE, Architecture.SM_80);
    cache().compile(SOURCE, Architecture.parse("compute_90"));
    cache("13.2", 1 << 20).compile(SOURCE, Architecture.SM_90);
    cache().compile(KernelSource.of("other.cu", SOURCE.text()), Architecture.SM_90);
    cache().compile(KernelSource.of("add.cu", SOURCE.text() + " "), Architecture.SM_90);
    cache()
        .compile(
            new KernelSource("add.cu", SOURCE.text(), List.of("--fmad=false")), Architecture.SM_90);
    assertThat(compiled).hasSize(7);
  }

  @Test
  void damagedFilesAreWarnedOfAndMadeAgain() throws IOException {
    cache().compile(SOURCE, Architecture.SM_90);
    Path file = files().getFirst();
    byte[] whole = Files.readAllBytes(file);
    byte[] changed = whole.clone();
    changed[whole.length - 10] ^= 1;
    for (byte[] damaged :
        List.of(
            new byte[0],
            "einkorn cubin 1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
            changed,
            new byte[500])) {
      Files.write(file, damaged);
      warnings.clear();
      int before = compiled.size();
      cache().compile(SOURCE, Architecture.SM_90);
      assertThat(compiled).hasSize(before + 1);
      assertThat(warnings).containsExactly(file + " is damaged, compiling again");
      cache().compile(SOURCE, Architecture.SM_90);
      assertThat(compiled).hasSize(before + 1);
    }
  }

  @Test
  void aFolderThatCannotBeUsedIsWarnedOf() throws IOException {
    Files.writeString(folder.resolve("cubin"), "a file");
    Cubin cubin = cache().compile(SOURCE, Architecture.SM_90);
    assertThat(cubin.byteSize()).isEqualTo(1000);
    assertThat(warnings).isNotEmpty().allMatch(it -> it.startsWith("cannot "));
  }

  @Test
  void theLeastRecentlyUsedFilesGo() throws IOException {
    List<Path> oldestFirst = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      List<Path> before = files();
      cache("13.1", 3500).compile(KernelSource.of(i + ".cu", ""), Architecture.SM_90);
      for (Path file : files()) {
        if (!before.contains(file)) {
          Files.setLastModifiedTime(file, FileTime.fromMillis(1000L * i));
          oldestFirst.add(file);
        }
      }
    }
    assertThat(files()).hasSize(3).doesNotContain(oldestFirst.get(0), oldestFirst.get(1));
    cache("13.1", 3500).compile(KernelSource.of("2.cu", ""), Architecture.SM_90);
    cache("13.1", 3500).compile(KernelSource.of("5.cu", ""), Architecture.SM_90);
    assertThat(files()).contains(oldestFirst.get(2)).doesNotContain(oldestFirst.get(3));
  }

  private List<Path> files() {
    Path cubins = folder.resolve("cubin");
    if (!Files.isDirectory(cubins)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(cubins)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
