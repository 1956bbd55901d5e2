package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NpzTest {
  @TempDir Path directory;

  @Test
  void namesOrderAndContentComeBack() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("z", Tensor.of(new double[] {1, 2, 3, 4}, 2, 2).transpose());
    tensors.put("a.npy", Tensor.scalar(true));
    tensors.put("größe/x", Tensor.zeros(ElementType.I64, 0, 3));
    tensors.put("b", Tensor.scalar(3f).broadcastTo(100, 1000));
    Path file = directory.resolve("t.npz");
    Npz.write(file, tensors);
    Map<String, Tensor> found = Npz.read(file);
    assertThat(found.keySet()).containsExactly("z", "a.npy", "größe/x", "b");
    found.forEach(
        (name, t) -> assertThat(tensors.get(name)).as(name).isNotNull().matches(t::contentEquals));
    assertThatThrownBy(found::clear).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void equalTensorsGiveEqualFilesWhateverTheMap() throws IOException {
    Path first = directory.resolve("1.npz");
    Path second = directory.resolve("2.npz");
    Npz.write(first, Map.of("b", Tensor.scalar(1), "a", Tensor.scalar(2), "c", Tensor.scalar(3)));
    Npz.write(second, Map.of("c", Tensor.scalar(3), "a", Tensor.scalar(2), "b", Tensor.scalar(1)));
    assertThat(first).hasSameBinaryContentAs(second);
    assertThat(Npz.read(first).keySet()).containsExactly("a", "b", "c");
  }

  @Test
  void anEmptyArchiveIsLegal() throws IOException {
    Path file = directory.resolve("empty.npz");
    Npz.write(file, Map.of());
    assertThat(Npz.read(file)).isEmpty();
  }

  @Test
  void otherEntriesAreRefused() throws IOException {
    Path file = archive("readme.txt", "hello".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("t.npz/readme.txt: expected only entries whose names end in .npy");
  }

  @Test
  void aNameThatOccursTwiceIsRefused() throws IOException {
    Path file = directory.resolve("t.npz");
    Npz.write(file, Map.of("aa", Tensor.scalar(1), "ab", Tensor.scalar(2)));
    String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    Files.writeString(file, bytes.replace("ab.npy", "aa.npy"), StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("aa.npy: expected each name once, found a second entry");
  }

  @Test
  void damagedEntriesAreNamed() throws IOException {
    byte[] good = npy(Tensor.of(new int[] {1, 2}, 2));
    Path cut = archive("x.npy", Arrays.copyOf(good, good.length - 1));
    assertThatThrownBy(() -> Npz.read(cut))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("t.npz/x.npy: expected 8 bytes of data for i32[2], found 7");
    Path longer = archive("x.npy", Arrays.copyOf(good, good.length + 1));
    assertThatThrownBy(() -> Npz.read(longer))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("t.npz/x.npy: expected the file to end after the");
  }

  @Test
  void aDamagedArchiveIsNamed() throws IOException {
    Path file = directory.resolve("t.npz");
    Files.writeString(file, "this is no zip archive, as one sees");
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("t.npz: not a sound zip archive");
    assertThatThrownBy(() -> Npz.read(directory.resolve("none.npz")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aBombIsRefusedBeforeItIsUnpacked() throws IOException {
    // An honest header, and zeros that deflate a thousandfold: only the heap's size can stop it.
    long extent = Runtime.getRuntime().maxMemory();
    byte[] header = NpyHeader.of(Tensor.scalar(0.0).broadcastTo(extent)).encode();
    byte[] data = Arrays.copyOf(header, 8 << 20);
    Path file = archive("bomb.npy", data);
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("bomb.npy: f64[" + extent + "] needs")
        .hasMessageContaining("bytes of memory");
    byte[] smaller = NpyHeader.of(Tensor.scalar(0f).broadcastTo(extent / 5)).encode();
    Path lie = archive("lie.npy", Arrays.copyOf(smaller, 8 << 20));
    assertThatThrownBy(() -> Npz.read(lie))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("lie.npy: expected " + extent / 5 * 4 + " bytes of data");
  }

  @Test
  void entriesTogetherMayNotTakeMoreThanTheHeap() throws IOException {
    Path file = directory.resolve("t.npz");
    long limit = Runtime.getRuntime().maxMemory();
    byte[] second = NpyHeader.of(Tensor.scalar(false).broadcastTo(limit - 1000)).encode();
    try (OutputStream out = Files.newOutputStream(file);
        var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("a.npy"));
      Npy.write(zip, Tensor.scalar(0f).broadcastTo(1 << 20));
      zip.putNextEntry(new ZipEntry("b.npy"));
      zip.write(second);
    }
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("b.npy: bool[" + (limit - 1000) + "] needs")
        .hasMessageContaining("found " + (limit - (4L << 20)) + " that the Java heap");
  }

  @Test
  void aFailedWriteLeavesNothingBehind() throws IOException {
    Tensor dead;
    try (Arena arena = Arena.ofConfined()) {
      dead = Tensor.of(ElementType.F32, arena.allocate(4), 1);
    }
    Path file = directory.resolve("t.npz");
    assertThatThrownBy(() -> Npz.write(file, Map.of("a", Tensor.scalar(1), "b", dead)))
        .isInstanceOf(IllegalStateException.class);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  private Path archive(String name, byte[] content) throws IOException {
    Path file = directory.resolve("t.npz");
    try (OutputStream out = Files.newOutputStream(file);
        var zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content);
      zip.closeEntry();
    }
    return file;
  }

  private static byte[] npy(Tensor tensor) throws IOException {
    var out = new ByteArrayOutputStream();
    Npy.write(out, tensor);
    return out.toByteArray();
  }
}
