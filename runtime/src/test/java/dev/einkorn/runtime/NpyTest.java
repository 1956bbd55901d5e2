package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class NpyTest {
  @TempDir Path directory;

  private final Tensor sample = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void everyViewComesBackAsItWas(ElementType type) throws IOException {
    Random random = new Random(1);
    Tensor a = Tensor.zeros(type, 4, 5, 6);
    for (long i = 0; i < 4; i++) {
      for (long j = 0; j < 5; j++) {
        for (long k = 0; k < 6; k++) {
          a.set(random.nextInt(-5, 5), i, j, k);
        }
      }
    }
    Tensor segment =
        Tensor.of(type, Arena.ofAuto().allocate(1 + 120L * type.byteSize()).asSlice(1), 4, 5, 6);
    segment.copyFrom(a);
    Path file = directory.resolve("a.npy");
    for (Tensor t : List.of(a, segment)) {
      for (Tensor view :
          List.of(
              t,
              t.transpose(),
              t.permute(1, 2, 0).reverse(1),
              t.slice(2, 5, -1, -2),
              t.diagonal(0, 2),
              t.select(0, 1).select(0, 2).select(0, 3),
              t.slice(1, 2, 2),
              t.select(1, 0).insertAxis(0).broadcastTo(3, 4, 6))) {
        Npy.write(file, view);
        assertThat(Npy.read(file).contentEquals(view)).as(view.describe()).isTrue();
        assertThat(Npy.map(file).contentEquals(view)).as(view.describe()).isTrue();
        assertThat(Npy.read(file).isContiguous()).isTrue();
        assertThat(read(bytes(view)).contentEquals(view)).isTrue();
      }
    }
    assertThat(names()).containsExactly("a.npy");
  }

  @Test
  void writesThePublishedFormat() throws IOException {
    byte[] bytes = bytes(sample.slice(0, 0, 1));
    assertThat(bytes).hasSize(128 + 12);
    String header = new String(bytes, 0, 128, StandardCharsets.ISO_8859_1);
    String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
    assertThat(header).startsWith("\u0093NUMPY\u0001\u0000v\u0000" + text);
    assertThat(header).endsWith(" \n");
    assertThat(header.substring(10 + text.length(), 127)).isBlank();
    assertThat(bytes[128 + 3]).isEqualTo((byte) 0x3f); // 1.0f is 0x3f800000.
    assertThat(new String(bytes(Tensor.scalar(true)), StandardCharsets.ISO_8859_1))
        .contains("'descr': '|b1'", "'shape': (), ");
    assertThat(new String(bytes(Tensor.zeros(ElementType.I64, 7)), StandardCharsets.ISO_8859_1))
        .contains("'descr': '<i8'", "'shape': (7,), ");
  }

  @Test
  void dataAlwaysBeginsAtAMultipleOf64() {
    for (int rank = 0; rank < 60; rank++) {
      long[] shape = new long[rank];
      Arrays.fill(shape, 1);
      byte[] header = NpyHeader.of(Tensor.zeros(ElementType.F32, shape)).encode();
      assertThat(header.length % 64).isZero();
      assertThat(header[header.length - 1]).isEqualTo((byte) '\n');
    }
  }

  @Test
  void largeTensorsPassThroughSmallBuffers() throws IOException {
    Tensor a = Tensor.zeros(ElementType.F64, 700, 500);
    for (long i = 0; i < 700; i++) {
      a.select(0, i).fill(i * 0.5);
    }
    Path file = directory.resolve("a.npy");
    Npy.write(file, a.transpose());
    assertThat(Npy.read(file).contentEquals(a.transpose())).isTrue();
    assertThat(read(bytes(a.transpose())).contentEquals(a.transpose())).isTrue();
    Npy.write(file, a);
    assertThat(Npy.read(file).contentEquals(a)).isTrue();
  }

  @Test
  void severalTensorsMayFollowOneAnotherInAStream() throws IOException {
    var out = new ByteArrayOutputStream();
    Npy.write(out, sample);
    Npy.write(out, sample.transpose());
    var in = new ByteArrayInputStream(out.toByteArray());
    assertThat(Npy.read(in, "stream").contentEquals(sample)).isTrue();
    assertThat(Npy.read(in, "stream").contentEquals(sample.transpose())).isTrue();
    assertThat(in.available()).isZero();
  }

  @Test
  void aMappedFileIsReadOnlyAndSurvivesItsReplacement() throws IOException {
    Path file = directory.resolve("a.npy");
    Npy.write(file, sample);
    Tensor mapped = Npy.map(file);
    assertThat(mapped.isSegment()).isTrue();
    assertThat(mapped.isWritableView()).isFalse();
    assertThatThrownBy(() -> mapped.set(1, 0, 0)).isInstanceOf(UnsupportedOperationException.class);
    Npy.write(file, Tensor.zeros(ElementType.F32, 2, 3));
    assertThat(mapped.contentEquals(sample)).isTrue();
  }

  @Test
  void largeFilesAreMappedByReading() throws IOException {
    Path file = directory.resolve("large.npy");
    Tensor large = Tensor.scalar(7L).broadcastTo((8L << 20) + 1);
    Npy.write(file, large);
    Tensor found = Npy.read(file);
    assertThat(found.isSegment()).isTrue();
    assertThat(found.elementCount()).isEqualTo((8L << 20) + 1);
    assertThat(found.getLong(8L << 20)).isEqualTo(7);
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = directory.resolve("missing.npy");
    assertThatThrownBy(() -> Npy.read(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("missing.npy");
    assertThatThrownBy(() -> Npy.read(directory))
        .isInstanceOf(NpyException.class)
        .hasMessageContaining("found a directory");
  }

  @Test
  void writingIntoNoDirectoryFails() throws IOException {
    Path target = directory.resolve("none").resolve("a.npy");
    assertThatThrownBy(() -> Npy.write(target, sample))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("a.npy: its directory does not exist");
    assertThatThrownBy(() -> Npy.write(directory, sample))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a directory");
    assertThat(names()).isEmpty();
  }

  @Test
  void writingIntoAReadOnlyDirectoryFails() throws IOException {
    assumeTrue(Files.getFileStore(directory).supportsFileAttributeView("posix"), "no permissions");
    Path closed = Files.createDirectory(directory.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(closed), "permissions do not bind this user");
      assertThatThrownBy(() -> Npy.write(closed.resolve("a.npy"), sample))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageEndingWith("a.npy: its directory is not writable");
      try (Stream<Path> files = Files.list(closed)) {
        assertThat(files).isEmpty();
      }
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = directory.resolve("a.npy");
    Npy.write(file, sample);
    Tensor dead;
    try (Arena arena = Arena.ofConfined()) {
      dead = Tensor.of(ElementType.F32, arena.allocate(4L << 20), 1L << 20);
    }
    assertThatThrownBy(() -> Npy.write(file, dead)).isInstanceOf(IllegalStateException.class);
    assertThat(names()).containsExactly("a.npy");
    assertThat(Npy.read(file).contentEquals(sample)).isTrue();
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(1);
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");
    assertThat(names()).containsExactly("a.npy");
    assertThat(Npy.read(file).contentEquals(sample)).isTrue();
  }

  @Test
  void aSymbolicLinkIsFollowed() throws IOException {
    Path file = directory.resolve("a.npy");
    Npy.write(file, Tensor.scalar(1));
    Path link = Files.createSymbolicLink(directory.resolve("link.npy"), file);
    Npy.write(link, sample);
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Npy.read(file).contentEquals(sample)).isTrue();
  }

  @Test
  void aNameWithoutDirectoryIsTheWorkingDirectory() throws IOException {
    Path name = Path.of("einkorn-npy-test-" + directory.getFileName() + ".npy");
    try {
      Npy.write(name, sample);
      assertThat(Npy.read(name).contentEquals(sample)).isTrue();
    } finally {
      Files.deleteIfExists(name);
    }
  }

  @Test
  void tooManyAxesForAHeaderAreRefused() {
    long[] shape = new long[30_000];
    Arrays.fill(shape, 1);
    Tensor t = Tensor.zeros(ElementType.F32, shape);
    assertThatThrownBy(() -> Npy.write(directory.resolve("a.npy"), t))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rank 30000 does not fit");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static byte[] bytes(Tensor tensor) throws IOException {
    var out = new ByteArrayOutputStream();
    Npy.write(out, tensor);
    return out.toByteArray();
  }

  private static Tensor read(byte[] bytes) throws IOException {
    return Npy.read(new ByteArrayInputStream(bytes), "bytes");
  }
}
