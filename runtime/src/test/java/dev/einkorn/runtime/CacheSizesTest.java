package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheSizesTest {
  @TempDir Path folder;

  private void cache(int number, String level, String type, String size, String line)
      throws IOException {
    Path cache = Files.createDirectory(folder.resolve("index" + number));
    Files.writeString(cache.resolve("level"), level + "\n");
    Files.writeString(cache.resolve("type"), type + "\n");
    Files.writeString(cache.resolve("size"), size + "\n");
    Files.writeString(cache.resolve("coherency_line_size"), line + "\n");
  }

  @Test
  void readsTheDataCachesOfEachLevel() throws IOException {
    cache(0, "1", "Data", "48K", "128");
    cache(1, "1", "Instruction", "64K", "128");
    cache(2, "2", "Unified", "2M", "128");
    cache(3, "3", "Unified", "33792K", "128");
    assertThat(CacheSizes.read(folder))
        .isEqualTo(new CacheSizes(48 << 10, 2 << 20, 33 << 20, 128, "from the system"));
  }

  @Test
  void assumesWhatIsNotThere() throws IOException {
    cache(0, "1", "Data", "64K", "64");
    cache(1, "2", "Unified", "1024K", "64");
    assertThat(CacheSizes.read(folder))
        .isEqualTo(new CacheSizes(64 << 10, 1 << 20, 16 << 20, 64, "L3 assumed"));
  }

  @Test
  void aLevelIsNeverSmallerThanTheOneBelow() throws IOException {
    cache(0, "1", "Data", "128K", "64");
    cache(1, "2", "Unified", "32M", "64");
    assertThat(CacheSizes.read(folder).l3Bytes()).isEqualTo(32 << 20);
  }

  @Test
  void garbledFilesCountAsMissing() throws IOException {
    cache(0, "first", "Data", "32K", "64");
    cache(1, "2", "Unified", "0K", "64");
    cache(2, "3", "Unified", "-1", "64");
    cache(3, "9", "Unified", "99999999999999999999G", "64");
    assertThat(CacheSizes.read(folder)).isEqualTo(CacheSizes.DEFAULT);
  }

  @Test
  void aStrangeLineSizeIsNotBelieved() throws IOException {
    cache(0, "1", "Data", "32K", "63");
    assertThat(CacheSizes.read(folder).lineBytes()).isEqualTo(64);
  }

  @Test
  void assumesAllWithoutTheFolder() {
    assertThat(CacheSizes.read(folder.resolve("absent"))).isEqualTo(CacheSizes.DEFAULT);
  }

  @Test
  void thisMachineHasCaches() {
    assertThat(CacheSizes.detect().l1Bytes()).isPositive();
  }

  @Test
  void sizesGrowWithTheLevel() {
    assertThatThrownBy(() -> new CacheSizes(2, 1, 3, 64, "test"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("caches of 2, 1 and 3 bytes");
  }
}
