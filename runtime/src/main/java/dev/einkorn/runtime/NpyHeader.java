package dev.einkorn.runtime;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What the header of an npy file says of the data after it.
 *
 * <p>In: {@code {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }}. Out: type F32, little
 * endian, row-major, shape 2 by 3.
 */
record NpyHeader(ElementType type, ByteOrder order, boolean fortranOrder, List<Long> shape) {
  /** The first bytes of each npy file. */
  static final String MAGIC = "\u0093NUMPY";

  /** Header text, magic and lengths together fill a multiple of this, so that data is aligned. */
  private static final int ALIGNMENT = 64;

  private static final int PREFIX_LENGTH = MAGIC.length() + 4;

  NpyHeader {
    shape = List.copyOf(shape);
  }

  /** The header of the file that {@link Npy} writes for a tensor. */
  static NpyHeader of(Tensor tensor) {
    List<Long> shape = LongStream.of(tensor.shape()).boxed().toList();
    return new NpyHeader(tensor.elementType(), ByteOrder.LITTLE_ENDIAN, false, shape);
  }

  /**
   * The number of elements.
   *
   * @throws IllegalArgumentException if the elements, or their bytes, are more than 2^63 - 1
   */
  long elementCount() {
    long count = Layout.elementCount(extents());
    Storage.byteCount(type, count);
    return count;
  }

  /** Bytes of data that belong to this header. */
  long byteCount() {
    return elementCount() * type.byteSize();
  }

  /** Whether the bytes of the file are those of a tensor's storage already. */
  boolean isNative() {
    return type != ElementType.BOOL && (order == ByteOrder.nativeOrder());
  }

  /** The tensor on data that has been brought into the machine's byte order. */
  Tensor tensor(Storage storage) {
    long[] extents = extents();
    if (!fortranOrder) {
      return Tensor.of(storage, extents);
    }
    long[] reversed = new long[extents.length];
    for (int axis = 0; axis < extents.length; axis++) {
      reversed[axis] = extents[extents.length - 1 - axis];
    }
    return Tensor.of(storage, reversed).transpose();
  }

  /** The tensor on data as it lies in the file; needs {@link #isNative}. */
  Tensor tensor(MemorySegment data) {
    return tensor(new Storage.Native(type, data));
  }

  /** Type and shape: {@code f32[2,3]}. */
  String describe() {
    return type + Layout.format(extents());
  }

  /**
   * Magic, version 1.0 and header text, as they begin a file.
   *
   * @throws IllegalArgumentException if the rank is so high that the text does not fit (thousands)
   */
  byte[] encode() {
    String tuple = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
    String text =
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }"
            .formatted(descriptor(), fortranOrder ? "True" : "False", tuple + trailingComma());
    int unpadded = PREFIX_LENGTH + text.length() + 1;
    int padding = Math.floorMod(-unpadded, ALIGNMENT);
    int length = unpadded + padding - PREFIX_LENGTH;
    if (length > 0xFFFF) {
      throw new IllegalArgumentException(
          "a tensor of rank %s does not fit into an npy header".formatted(shape.size()));
    }
    String prefix = MAGIC + "\u0001\u0000" + (char) (length & 0xFF) + (char) (length >> 8);
    return (prefix + text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  private String trailingComma() {
    return shape.size() == 1 ? "," : "";
  }

  private String descriptor() {
    String kind =
        switch (type) {
          case F32 -> "f4";
          case F64 -> "f8";
          case I32 -> "i4";
          case I64 -> "i8";
          case BOOL -> "b1";
        };
    if (type == ElementType.BOOL) {
      return "|" + kind;
    }
    return (order == ByteOrder.LITTLE_ENDIAN ? "<" : ">") + kind;
  }

  private long[] extents() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
