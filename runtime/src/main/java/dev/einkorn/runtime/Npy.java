package dev.einkorn.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads and writes numpy's npy files.
 *
 * <p>Read are versions 1.0, 2.0 and 3.0, dtypes f4, f8, i4, i8 and b1 in either byte order, in C
 * and in Fortran order (a file in Fortran order becomes a tensor whose first stride is 1; nothing
 * is reordered). Written is version 1.0, little endian, C order. Files are not trusted: pickles are
 * never executed, and memory is taken only for data that is there.
 *
 * {@snippet :
 * Npy.write(Path.of("a.npy"), Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
 * Tensor a = Npy.read(Path.of("a.npy")); // numpy: numpy.load("a.npy")
 * }
 */
public final class Npy {
  /** Files of more data than this many bytes, 64 MiB, are mapped by {@link #read(Path)}. */
  private static final long MAP_THRESHOLD = 64L << 20;

  private Npy() {}

  /**
   * Reads a file, which must hold one tensor and nothing after it. More than 64 MiB of data are
   * mapped as by {@link #map} where that is possible, and then the tensor is read-only.
   *
   * @throws NpyException if the file is damaged or holds what a tensor cannot
   */
  public static Tensor read(Path path) throws IOException {
    return read(path, MAP_THRESHOLD);
  }

  /**
   * Maps a file into memory: data is read when first used, and is given back when the tensor and
   * all views of it are unreachable. The tensor is read-only. The file must not be changed in place
   * as long as it is mapped; {@link #write(Path, Tensor)} replaces files and is safe.
   *
   * <p>The data must be in the machine's byte order and not of type bool, whose bytes need a check;
   * if it is not, or the path is no regular file or is empty, the file is read instead.
   *
   * @throws NpyException as {@link #read(Path)}
   */
  public static Tensor map(Path path) throws IOException {
    return read(path, 0);
  }

  /**
   * Reads one tensor from a stream and leaves the stream after it, so that several can follow one
   * another. The stream is not closed.
   *
   * @param name what errors call the stream
   * @throws NpyException if the data is damaged or is what a tensor cannot hold
   */
  public static Tensor read(InputStream in, String name) throws IOException {
    var reader = new NpyReader(in, name);
    return reader.readData(reader.readHeader(), 0);
  }

  /**
   * Writes a file, of any strided view, in row-major order. An existing file is replaced at once
   * and as a whole; if writing fails, it stays as it was and nothing else is left behind.
   */
  public static void write(Path path, Tensor tensor) throws IOException {
    AtomicFile.write(path, out -> NpyWriter.write(out, tensor));
  }

  /** Writes one tensor to a stream, which is neither flushed nor closed. */
  public static void write(OutputStream out, Tensor tensor) throws IOException {
    NpyWriter.write(out, tensor);
  }

  private static Tensor read(Path path, long mapThreshold) throws IOException {
    String file = path.toString();
    if (Files.isDirectory(path)) {
      throw new NpyException(file, "expected an npy file, found a directory");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      try (InputStream in = Files.newInputStream(path)) {
        return readToEnd(new NpyReader(in, file));
      }
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      var reader = new NpyReader(Channels.newInputStream(channel), file);
      NpyHeader header = reader.readHeader();
      long start = reader.position();
      long expected = header.byteCount();
      long found = channel.size() - start;
      if (found != expected) {
        throw new NpyException(
            file,
            "expected %s bytes of data for %s, found %s"
                .formatted(expected, header.describe(), found));
      }
      if (expected > mapThreshold && header.isNative()) {
        return header.tensor(
            channel.map(FileChannel.MapMode.READ_ONLY, start, expected, Arena.ofAuto()));
      }
      return reader.readData(header, expected);
    }
  }

  /** Reads a tensor from a stream that must end with it. */
  static Tensor readToEnd(NpyReader reader) throws IOException {
    NpyHeader header = reader.readHeader();
    Tensor tensor = reader.readData(header, 0);
    reader.expectEnd(header);
    return tensor;
  }
}
