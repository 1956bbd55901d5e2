package dev.einkorn.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Writes one npy file to a stream, in row-major order whatever the strides, without a copy. */
final class NpyWriter {
  private static final int BUFFER = 1 << 16;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final OutputStream out;
  private final MemorySegment source;
  private final int size;
  private final byte[] buffer = new byte[BUFFER];
  private final MemorySegment target = MemorySegment.ofArray(buffer);
  private int filled;

  private NpyWriter(OutputStream out, Tensor tensor) {
    this.out = out;
    this.source = tensor.storage().bytes();
    this.size = tensor.elementType().byteSize();
  }

  static void write(OutputStream out, Tensor tensor) throws IOException {
    out.write(NpyHeader.of(tensor).encode());
    var writer = new NpyWriter(out, tensor);
    Rows rows = new Rows(tensor.layout());
    while (rows.next()) {
      writer.writeRow(rows.start(0), rows.stride(0), rows.length());
    }
    writer.flush();
  }

  private void writeRow(long start, long stride, long length) throws IOException {
    for (long done = 0; done < length; ) {
      if (filled == BUFFER) {
        flush();
      }
      int count = (int) Math.min((BUFFER - filled) / size, length - done);
      fill((start + done * stride) * size, stride * size, count);
      done += count;
    }
  }

  /** Moves elements into the buffer, as little-endian. */
  private void fill(long from, long stride, int count) {
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    if (little && stride == size && size > 1) {
      MemorySegment.copy(source, from, target, filled, (long) count * size);
    } else {
      for (int i = 0; i < count; i++) {
        long at = from + i * stride;
        long to = filled + (long) i * size;
        if (size == Integer.BYTES) {
          int bits = source.get(INT, at);
          target.set(INT, to, little ? bits : Integer.reverseBytes(bits));
        } else if (size == Long.BYTES) {
          long bits = source.get(LONG, at);
          target.set(LONG, to, little ? bits : Long.reverseBytes(bits));
        } else {
          target.set(BYTE, to, (byte) (source.get(BYTE, at) != 0 ? 1 : 0));
        }
      }
    }
    filled += count * size;
  }

  private void flush() throws IOException {
    out.write(buffer, 0, filled);
    filled = 0;
  }
}
