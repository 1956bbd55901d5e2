package dev.einkorn.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Where the elements of a tensor lie: one flat sequence of elements of one type, in a heap array or
 * in a memory segment. Positions count elements from 0; the caller keeps them in range.
 *
 * <p>Values convert as Java casts do ({@code (int) double} saturates, NaN becomes 0); a truth value
 * reads as 0 or 1, and a number other than zero, NaN included, is true.
 */
@SuppressWarnings("ArrayRecordComponent") // Identity of the array is what these records are about.
sealed interface Storage {
  /** Longest heap array to ask for; some JVMs refuse the last few lengths an int can name. */
  long MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

  /** Alignment of native memory in bytes: a cache line, also the widest vector. */
  long NATIVE_ALIGNMENT = 64;

  ElementType elementType();

  /** The number of elements. */
  long length();

  /** The same memory as bytes, in native order; not a copy. */
  MemorySegment bytes();

  /** The heap array, if it is one. */
  @Nullable Object array();

  /** Whether both are heap arrays and not the same one: the quick answer to most questions. */
  default boolean isApartFrom(Storage other) {
    Object mine = array();
    Object its = other.array();
    return mine != null && its != null && mine != its;
  }

  /** Whether elements cannot be written. */
  default boolean isReadOnly() {
    return array() == null && bytes().isReadOnly();
  }

  /** The value at a position as a double; an i64 is rounded. */
  double getDouble(long position);

  /** The value at a position as a long; a floating-point value is cast. */
  long getLong(long position);

  void setDouble(long position, double value);

  void setLong(long position, long value);

  /** New zeroed storage: a heap array, or native memory where an array would be too long. */
  static Storage zeros(ElementType type, long length) {
    if (length > MAX_ARRAY_LENGTH) {
      long bytes = byteCount(type, length);
      return new Native(type, Arena.ofAuto().allocate(bytes, NATIVE_ALIGNMENT));
    }
    int count = (int) length;
    return switch (type) {
      case F32 -> new Floats(new float[count]);
      case F64 -> new Doubles(new double[count]);
      case I32 -> new Ints(new int[count]);
      case I64 -> new Longs(new long[count]);
      case BOOL -> new Bytes(new byte[count]);
    };
  }

  /** Bytes that so many elements take; an {@link IllegalArgumentException} if beyond 2^63 - 1. */
  static long byteCount(ElementType type, long length) {
    try {
      return Math.multiplyExact(length, (long) type.byteSize());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%s elements of type %s take more bytes than a long can count".formatted(length, type),
          e);
    }
  }

  /** A {@code float[]}. */
  record Floats(float[] values) implements Storage {
    @Override
    public ElementType elementType() {
      return ElementType.F32;
    }

    @Override
    public long length() {
      return values.length;
    }

    @Override
    public Object array() {
      return values;
    }

    @Override
    public MemorySegment bytes() {
      return MemorySegment.ofArray(values);
    }

    @Override
    public double getDouble(long position) {
      return values[(int) position];
    }

    @Override
    public long getLong(long position) {
      return (long) values[(int) position];
    }

    @Override
    public void setDouble(long position, double value) {
      values[(int) position] = (float) value;
    }

    @Override
    public void setLong(long position, long value) {
      values[(int) position] = (float) value;
    }
  }

  /** A {@code double[]}. */
  record Doubles(double[] values) implements Storage {
    @Override
    public ElementType elementType() {
      return ElementType.F64;
    }

    @Override
    public long length() {
      return values.length;
    }

    @Override
    public Object array() {
      return values;
    }

    @Override
    public MemorySegment bytes() {
      return MemorySegment.ofArray(values);
    }

    @Override
    public double getDouble(long position) {
      return values[(int) position];
    }

    @Override
    public long getLong(long position) {
      return (long) values[(int) position];
    }

    @Override
    public void setDouble(long position, double value) {
      values[(int) position] = value;
    }

    @Override
    public void setLong(long position, long value) {
      values[(int) position] = (double) value;
    }
  }

  /** An {@code int[]}. */
  record Ints(int[] values) implements Storage {
    @Override
    public ElementType elementType() {
      return ElementType.I32;
    }

    @Override
    public long length() {
      return values.length;
    }

    @Override
    public Object array() {
      return values;
    }

    @Override
    public MemorySegment bytes() {
      return MemorySegment.ofArray(values);
    }

    @Override
    public double getDouble(long position) {
      return values[(int) position];
    }

    @Override
    public long getLong(long position) {
      return values[(int) position];
    }

    @Override
    public void setDouble(long position, double value) {
      values[(int) position] = (int) value;
    }

    @Override
    public void setLong(long position, long value) {
      values[(int) position] = (int) value;
    }
  }

  /** A {@code long[]}. */
  record Longs(long[] values) implements Storage {
    @Override
    public ElementType elementType() {
      return ElementType.I64;
    }

    @Override
    public long length() {
      return values.length;
    }

    @Override
    public Object array() {
      return values;
    }

    @Override
    public MemorySegment bytes() {
      return MemorySegment.ofArray(values);
    }

    @Override
    public double getDouble(long position) {
      return (double) values[(int) position];
    }

    @Override
    public long getLong(long position) {
      return values[(int) position];
    }

    @Override
    public void setDouble(long position, double value) {
      values[(int) position] = (long) value;
    }

    @Override
    public void setLong(long position, long value) {
      values[(int) position] = value;
    }
  }

  /** A {@code byte[]} of truth values, each 0 or 1. */
  record Bytes(byte[] values) implements Storage {
    @Override
    public ElementType elementType() {
      return ElementType.BOOL;
    }

    @Override
    public long length() {
      return values.length;
    }

    @Override
    public Object array() {
      return values;
    }

    @Override
    public MemorySegment bytes() {
      return MemorySegment.ofArray(values);
    }

    @Override
    public double getDouble(long position) {
      return getLong(position);
    }

    @Override
    public long getLong(long position) {
      return values[(int) position] != 0 ? 1 : 0;
    }

    @Override
    public void setDouble(long position, double value) {
      values[(int) position] = (byte) (value != 0 ? 1 : 0);
    }

    @Override
    public void setLong(long position, long value) {
      values[(int) position] = (byte) (value != 0 ? 1 : 0);
    }
  }

  /** A memory segment of elements in native byte order, at any alignment. */
  record Native(ElementType elementType, MemorySegment bytes) implements Storage {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    @Override
    public @Nullable Object array() {
      return null;
    }

    @Override
    public long length() {
      return bytes.byteSize() / elementType.byteSize();
    }

    @Override
    public double getDouble(long position) {
      return switch (elementType) {
        case F32 -> bytes.get(FLOAT, position * Float.BYTES);
        case F64 -> bytes.get(DOUBLE, position * Double.BYTES);
        case I32 -> bytes.get(INT, position * Integer.BYTES);
        case I64 -> (double) bytes.get(LONG, position * Long.BYTES);
        case BOOL -> bytes.get(BYTE, position) != 0 ? 1 : 0;
      };
    }

    @Override
    public long getLong(long position) {
      return switch (elementType) {
        case F32 -> (long) bytes.get(FLOAT, position * Float.BYTES);
        case F64 -> (long) bytes.get(DOUBLE, position * Double.BYTES);
        case I32 -> bytes.get(INT, position * Integer.BYTES);
        case I64 -> bytes.get(LONG, position * Long.BYTES);
        case BOOL -> bytes.get(BYTE, position) != 0 ? 1 : 0;
      };
    }

    @Override
    public void setDouble(long position, double value) {
      switch (elementType) {
        case F32 -> bytes.set(FLOAT, position * Float.BYTES, (float) value);
        case F64 -> bytes.set(DOUBLE, position * Double.BYTES, value);
        case I32 -> bytes.set(INT, position * Integer.BYTES, (int) value);
        case I64 -> bytes.set(LONG, position * Long.BYTES, (long) value);
        case BOOL -> bytes.set(BYTE, position, (byte) (value != 0 ? 1 : 0));
      }
    }

    @Override
    public void setLong(long position, long value) {
      switch (elementType) {
        case F32 -> bytes.set(FLOAT, position * Float.BYTES, (float) value);
        case F64 -> bytes.set(DOUBLE, position * Double.BYTES, (double) value);
        case I32 -> bytes.set(INT, position * Integer.BYTES, (int) value);
        case I64 -> bytes.set(LONG, position * Long.BYTES, value);
        case BOOL -> bytes.set(BYTE, position, (byte) (value != 0 ? 1 : 0));
      }
    }
  }
}
