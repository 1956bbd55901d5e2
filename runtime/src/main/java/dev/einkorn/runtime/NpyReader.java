package dev.einkorn.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Queue;

/** Reads one npy file from a stream: first {@link #readHeader}, then {@link #readData}. */
final class NpyReader {
  /** More than any header of up to some thousand axes takes. */
  private static final long MAX_HEADER_LENGTH = 1 << 16;

  private static final int CHUNK = 1 << 20;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final InputStream in;
  private final String file;
  private final long memoryLimit;
  private long position;

  /** A reader that takes as much memory as the JVM may have. */
  NpyReader(InputStream in, String file) {
    this(in, file, Runtime.getRuntime().maxMemory());
  }

  /** A reader that refuses data of more bytes than the limit. */
  NpyReader(InputStream in, String file, long memoryLimit) {
    this.in = in;
    this.file = file;
    this.memoryLimit = memoryLimit;
  }

  /** Bytes read so far; after the header, where the data begins. */
  long position() {
    return position;
  }

  NpyHeader readHeader() throws IOException {
    byte[] start = readExactly(NpyHeader.MAGIC.length() + 2, "the magic bytes");
    String magic = new String(start, 0, NpyHeader.MAGIC.length(), StandardCharsets.ISO_8859_1);
    if (!magic.equals(NpyHeader.MAGIC)) {
      String hint = magic.startsWith("PK") ? " (a zip archive: see Npz)" : "";
      throw new NpyException(
          file,
          "not an npy file: expected the bytes 93 4e 55 4d 50 59 first, found %s%s"
              .formatted(HexFormat.ofDelimiter(" ").formatHex(start, 0, magic.length()), hint));
    }
    int major = start[start.length - 2];
    int minor = start[start.length - 1];
    if (major < 1 || major > 3 || minor != 0) {
      throw new NpyException(
          file,
          "expected npy version 1.0, 2.0 or 3.0, found %s.%s"
              .formatted(major & 0xFF, minor & 0xFF));
    }
    byte[] lengthBytes = readExactly(major == 1 ? 2 : 4, "the header's length");
    long length = 0;
    for (int i = lengthBytes.length - 1; i >= 0; i--) {
      length = length << 8 | (lengthBytes[i] & 0xFF);
    }
    if (length > MAX_HEADER_LENGTH) {
      throw new NpyException(
          file,
          "expected a header of at most %s bytes, found one that claims %s"
              .formatted(MAX_HEADER_LENGTH, length));
    }
    byte[] text = readExactly((int) length, "the header");
    var charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    NpyHeader header = NpyHeaderParser.parse(new String(text, charset), file);
    try {
      header.elementCount();
    } catch (IllegalArgumentException e) {
      throw new NpyException(file, String.valueOf(e.getMessage()), e);
    }
    return header;
  }

  /**
   * Reads the data.
   *
   * @param available the bytes that surely follow in the stream if positive; then storage of that
   *     size at most is taken at once, and otherwise only as data arrives
   */
  Tensor readData(NpyHeader header, long available) throws IOException {
    long expected = header.byteCount();
    checkFits(header, expected);
    Storage storage;
    if (expected <= Math.max(available, CHUNK)) {
      storage = Storage.zeros(header.type(), header.elementCount());
      readInto(storage.bytes(), header);
    } else {
      Queue<byte[]> chunks = new ArrayDeque<>();
      for (long read = 0; read < expected; read += CHUNK) {
        int wanted = (int) Math.min(CHUNK, expected - read);
        chunks.add(readChunk(wanted, read, header));
      }
      storage = Storage.zeros(header.type(), header.elementCount());
      MemorySegment bytes = storage.bytes();
      for (long written = 0; written < expected; written += CHUNK) {
        byte[] chunk = chunks.remove();
        MemorySegment.copy(MemorySegment.ofArray(chunk), 0, bytes, written, chunk.length);
      }
    }
    if (!header.isNative()) {
      makeNative(storage.bytes(), header.type().byteSize());
    }
    return header.tensor(storage);
  }

  /** Fails unless the stream ends here. */
  void expectEnd(NpyHeader header) throws IOException {
    if (in.read() >= 0) {
      throw new NpyException(
          file,
          "expected the file to end after the %s bytes of %s, found more"
              .formatted(position, header.describe()));
    }
  }

  private void checkFits(NpyHeader header, long expected) throws NpyException {
    if (expected > memoryLimit) {
      throw new NpyException(
          file,
          "%s needs %s bytes of memory, found %s that the Java heap may still take"
              .formatted(header.describe(), expected, memoryLimit));
    }
  }

  private void readInto(MemorySegment bytes, NpyHeader header) throws IOException {
    long expected = bytes.byteSize();
    byte[] buffer = new byte[(int) Math.min(CHUNK, expected)];
    for (long read = 0; read < expected; ) {
      int wanted = (int) Math.min(buffer.length, expected - read);
      int got = in.readNBytes(buffer, 0, wanted);
      position += got;
      if (got < wanted) {
        throw truncated(header, read + got);
      }
      MemorySegment.copy(buffer, 0, bytes, ValueLayout.JAVA_BYTE, read, got);
      read += got;
    }
  }

  private byte[] readChunk(int wanted, long before, NpyHeader header) throws IOException {
    byte[] chunk = in.readNBytes(wanted);
    position += chunk.length;
    if (chunk.length < wanted) {
      throw truncated(header, before + chunk.length);
    }
    return chunk;
  }

  private NpyException truncated(NpyHeader header, long found) {
    return new NpyException(
        file,
        "expected %s bytes of data for %s, found %s"
            .formatted(header.byteCount(), header.describe(), found));
  }

  private byte[] readExactly(int count, String what) throws IOException {
    byte[] bytes = in.readNBytes(count);
    position += bytes.length;
    if (bytes.length < count) {
      throw new NpyException(
          file, "expected %s bytes for %s, found %s".formatted(count, what, bytes.length));
    }
    return bytes;
  }

  /** Reverses the bytes of each element; of truth values, makes any byte but 0 a 1. */
  private static void makeNative(MemorySegment bytes, int elementSize) {
    for (long at = 0; at < bytes.byteSize(); at += elementSize) {
      if (elementSize == Integer.BYTES) {
        bytes.set(INT, at, Integer.reverseBytes(bytes.get(INT, at)));
      } else if (elementSize == Long.BYTES) {
        bytes.set(LONG, at, Long.reverseBytes(bytes.get(LONG, at)));
      } else if (bytes.get(ValueLayout.JAVA_BYTE, at) != 0) {
        bytes.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
      }
    }
  }
}
