package dev.einkorn.runtime;

import java.lang.foreign.MemorySegment;

/**
 * A strided view of numbers or truth values in a heap array or a memory segment.
 *
 * <p>The element at position {@code (p0, p1, ...)} is number {@code offset + p0 * stride0 + p1 *
 * stride1 + ...} of the storage, all counted in elements. Strides may be zero (a broadcast axis) or
 * negative (a reversed axis). An axis may have extent 0, and a tensor of rank 0 holds one element.
 * Extents and strides are {@code long}: a broadcast view or a segment may have more than 2^31
 * elements. Axes and positions count from 0, never from the end.
 *
 * <p>The geometry is immutable, the elements are not. View operations never copy: the view and the
 * original share their elements. Nothing here synchronizes; threads that write elements others read
 * must order that themselves. {@code equals} is identity, see {@link #contentEquals}.
 *
 * {@snippet :
 * Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
 * Tensor b = a.transpose().slice(0, 1, 3); // f32[2,2]: [[2, 5], [3, 6]]
 * b.set(7, 0, 1);
 * a.getDouble(1, 1); // 7.0
 * }
 */
public final class Tensor implements Strided {
  private final Storage storage;
  private final Layout layout;

  private Tensor(Storage storage, Layout layout) {
    this.storage = storage;
    this.layout = layout;
  }

  /** A row-major tensor on storage of exactly as many elements as the shape has. */
  static Tensor of(Storage storage, long... shape) {
    Layout layout = Layout.rowMajor(shape);
    if (layout.count() != storage.length()) {
      throw new IllegalArgumentException(
          "shape %s has %s elements, but %s were given"
              .formatted(Layout.format(shape), layout.count(), storage.length()));
    }
    return new Tensor(storage, layout);
  }

  /**
   * Wraps an array in row-major order, without copying it.
   *
   * @throws IllegalArgumentException if the array's length is not the product of the extents, or an
   *     extent is negative; so for every other {@code of}
   */
  public static Tensor of(float[] data, long... shape) {
    return of(new Storage.Floats(data), shape);
  }

  /** Wraps an array in row-major order, without copying it. */
  public static Tensor of(double[] data, long... shape) {
    return of(new Storage.Doubles(data), shape);
  }

  /** Wraps an array in row-major order, without copying it. */
  public static Tensor of(int[] data, long... shape) {
    return of(new Storage.Ints(data), shape);
  }

  /** Wraps an array in row-major order, without copying it. */
  public static Tensor of(long[] data, long... shape) {
    return of(new Storage.Longs(data), shape);
  }

  /**
   * Wraps memory in row-major order, without copying it: elements in the machine's byte order, at
   * any alignment. Of type BOOL, a byte other than 0 reads as true; kernels may rely on 0 and 1.
   *
   * @throws IllegalArgumentException if the segment's size is not exactly that of the elements
   */
  public static Tensor of(ElementType type, MemorySegment data, long... shape) {
    long count = Layout.rowMajor(shape).count();
    long expected = Storage.byteCount(type, count);
    if (data.byteSize() != expected) {
      throw new IllegalArgumentException(
          "%s%s takes %s bytes, but the segment has %s"
              .formatted(type, Layout.format(shape), expected, data.byteSize()));
    }
    return of(new Storage.Native(type, data), shape);
  }

  /**
   * Wraps memory as a view of any strides, without copying it: the element at position (p0, p1,
   * ...) is number {@code offset + p0 * strides[0] + p1 * strides[1] + ...} of the segment.
   *
   * @throws IllegalArgumentException if an element would lie outside of the segment, or there are
   *     not as many strides as extents
   */
  public static Tensor strided(
      ElementType type, MemorySegment data, long[] shape, long[] strides, long offset) {
    Storage storage = new Storage.Native(type, data);
    return new Tensor(storage, Layout.strided(storage.length(), shape, strides, offset));
  }

  /**
   * Wraps truth values in row-major order, without copying them.
   *
   * @throws IllegalArgumentException if a byte is neither 0 nor 1
   */
  public static Tensor ofBooleans(byte[] data, long... shape) {
    for (int i = 0; i < data.length; i++) {
      if (data[i] != 0 && data[i] != 1) {
        throw new IllegalArgumentException(
            "a truth value is the byte 0 or 1, found %s at %s".formatted(data[i], i));
      }
    }
    return of(new Storage.Bytes(data), shape);
  }

  /** Copies truth values, given in row-major order. */
  public static Tensor ofBooleans(boolean[] data, long... shape) {
    byte[] bytes = new byte[data.length];
    for (int i = 0; i < data.length; i++) {
      bytes[i] = (byte) (data[i] ? 1 : 0);
    }
    return of(new Storage.Bytes(bytes), shape);
  }

  /** A tensor of rank 0. */
  public static Tensor scalar(float value) {
    return of(new float[] {value});
  }

  /** A tensor of rank 0. */
  public static Tensor scalar(double value) {
    return of(new double[] {value});
  }

  /** A tensor of rank 0. */
  public static Tensor scalar(int value) {
    return of(new int[] {value});
  }

  /** A tensor of rank 0. */
  public static Tensor scalar(long value) {
    return of(new long[] {value});
  }

  /** A tensor of rank 0. */
  public static Tensor scalar(boolean value) {
    return ofBooleans(new boolean[] {value});
  }

  /**
   * A new row-major tensor of zeros, or of false: on a heap array, or on native memory (which the
   * JVM bounds by {@code -XX:MaxDirectMemorySize}) that is freed when no longer reachable if an
   * array cannot be that long.
   */
  public static Tensor zeros(ElementType type, long... shape) {
    Layout layout = Layout.rowMajor(shape);
    return new Tensor(Storage.zeros(type, layout.count()), layout);
  }

  /** The type of the elements. */
  @Override
  public ElementType elementType() {
    return storage.elementType();
  }

  /** The number of axes. */
  @Override
  public int rank() {
    return layout.rank();
  }

  /** The extents, as a copy. */
  @Override
  public long[] shape() {
    return layout.shape();
  }

  /** The number of positions on an axis. */
  @Override
  public long extent(int axis) {
    return layout.extent(axis);
  }

  /** The distance between neighbours on an axis, in elements; zero and negative are legal. */
  @Override
  public long stride(int axis) {
    return layout.stride(axis);
  }

  /** Where the element at position (0, 0, ...) lies in the storage, in elements. */
  public long offset() {
    return layout.offset();
  }

  /** The product of the extents: 1 for rank 0, 0 if any extent is 0. */
  @Override
  public long elementCount() {
    return layout.count();
  }

  /** Whether the elements lie one after another in row-major order; the offset may be any. */
  public boolean isContiguous() {
    return layout.isRowMajor();
  }

  /** Whether the elements lie in a memory segment, not in a heap array. */
  public boolean isSegment() {
    return storage instanceof Storage.Native;
  }

  /** The same elements, in an array seen as a memory segment. Nothing is copied. */
  public Tensor asSegment() {
    return isSegment()
        ? this
        : new Tensor(new Storage.Native(elementType(), storage.bytes()), layout);
  }

  /** The view whose axis {@code i} is this tensor's axis {@code axes[i]}. */
  public Tensor permute(int... axes) {
    return view(layout.permute(axes));
  }

  /** The view with the axes in reverse order. */
  public Tensor transpose() {
    return view(layout.transpose());
  }

  /** Positions {@code from} up to but without {@code to}; as with step 1. */
  public Tensor slice(int axis, long from, long to) {
    return slice(axis, from, to, 1);
  }

  /**
   * Positions {@code from, from + step, ...} of an axis, as long as they are before {@code to}.
   *
   * <p>With a positive step both bounds are in {@code 0 .. extent}. With a negative step positions
   * are taken while they are greater than {@code to}; both bounds are in {@code -1 .. extent - 1},
   * and {@code to = -1} takes position 0 in. If {@code to} is not beyond {@code from} in the
   * direction of the step, the extent is 0. Nothing counts from the end and nothing is clamped.
   *
   * @throws IllegalArgumentException if the step is 0 or there is no such axis
   * @throws IndexOutOfBoundsException if a bound is out of range
   */
  public Tensor slice(int axis, long from, long to, long step) {
    return view(layout.slice(axis, from, to, step));
  }

  /** The view with an axis in reverse order. */
  public Tensor reverse(int axis) {
    return slice(axis, extent(axis) - 1, -1, -1);
  }

  /** One position of an axis; the view has no such axis any more. */
  public Tensor select(int axis, long position) {
    return view(layout.select(axis, position));
  }

  /**
   * The elements at which two axes have the same position. Both axes go, and the diagonal, as long
   * as the shorter of them, becomes the last axis.
   */
  public Tensor diagonal(int axis1, int axis2) {
    return view(layout.diagonal(axis1, axis2));
  }

  /**
   * Repeats elements without copying: counted from the last axis, extents must be equal or 1 here;
   * an axis of extent 1, or a missing one, gets stride 0.
   */
  public Tensor broadcastTo(long... shape) {
    return view(layout.broadcastTo(shape));
  }

  /** A new axis of extent 1 before the given axis, or after the last one. */
  public Tensor insertAxis(int axis) {
    return view(layout.insertAxis(axis));
  }

  /** The view without an axis, whose extent must be 1. */
  public Tensor squeeze(int axis) {
    return view(layout.squeeze(axis));
  }

  /**
   * The same elements in row-major order under another shape. One extent may be -1: it becomes what
   * the element count demands.
   *
   * @throws IllegalArgumentException if the element counts differ, or no strides describe that view
   *     (call {@link #copy()} first)
   */
  public Tensor reshape(long... shape) {
    return view(layout.reshape(shape));
  }

  /** A row-major copy on storage of its own, as {@link #zeros} chooses it. */
  public Tensor copy() {
    Tensor copy = zeros(elementType(), shape());
    Elements.copy(copy.storage, copy.layout, storage, layout);
    if (elementType() == ElementType.BOOL && isSegment()) {
      Elements.convert(copy.storage, copy.layout, storage, layout); // Any byte becomes 0 or 1.
    }
    return copy;
  }

  /**
   * A row-major copy of another type. Values convert as by a Java cast: {@code (int) 1e10} is the
   * largest int, {@code (int) NaN} is 0, a long keeps its low 32 bits as an int; true is 1, and
   * every number but zero is true.
   */
  public Tensor cast(ElementType type) {
    if (type == elementType()) {
      return copy();
    }
    Tensor result = zeros(type, shape());
    Elements.convert(result.storage, result.layout, storage, layout);
    return result;
  }

  /**
   * The element at a position, converted as by a Java cast; true is 1.
   *
   * @throws IndexOutOfBoundsException if the position is outside of the shape
   * @throws IllegalArgumentException if there are not as many coordinates as axes
   */
  public double getDouble(long... position) {
    return storage.getDouble(layout.locate(position));
  }

  /** As {@link #getDouble}, to float. */
  public float getFloat(long... position) {
    long at = layout.locate(position);
    return elementType().isFloating() ? (float) storage.getDouble(at) : (float) storage.getLong(at);
  }

  /** As {@link #getDouble}, to int. */
  public int getInt(long... position) {
    long at = layout.locate(position);
    return elementType().isFloating() ? (int) storage.getDouble(at) : (int) storage.getLong(at);
  }

  /** As {@link #getDouble}, to long. */
  public long getLong(long... position) {
    return storage.getLong(layout.locate(position));
  }

  /** Whether the element at a position is true, or a number other than zero. */
  public boolean getBoolean(long... position) {
    return storage.getDouble(layout.locate(position)) != 0;
  }

  /**
   * Writes an element, converting as by a Java cast.
   *
   * @throws IndexOutOfBoundsException if the position is outside of the shape
   * @throws UnsupportedOperationException if the storage is read-only, as a mapped file is
   */
  public void set(double value, long... position) {
    long at = layout.locate(position);
    checkWritable();
    storage.setDouble(at, value);
  }

  /** As {@link #set}, for values that a double cannot hold. */
  public void setLong(long value, long... position) {
    long at = layout.locate(position);
    checkWritable();
    storage.setLong(at, value);
  }

  /** As {@link #set}; a number becomes 1 or 0. */
  public void setBoolean(boolean value, long... position) {
    setLong(value ? 1 : 0, position);
  }

  /** Writes one value to every position, converting as by a Java cast. */
  public void fill(double value) {
    checkWritable();
    Elements.fill(storage, layout, value);
  }

  /** As {@link #fill}, for values that a double cannot hold. */
  public void fillLong(long value) {
    checkWritable();
    Elements.fillLong(storage, layout, value);
  }

  /**
   * Writes the elements of another tensor of the same shape and type, position by position. Right
   * also where the two share elements: all are read before the first is written.
   *
   * @throws IllegalArgumentException if shapes or types differ, or if two positions of this tensor
   *     may be one element (see {@link #isWritableView})
   */
  public void copyFrom(Tensor source) {
    if (source.elementType() != elementType() || !layout.sameShape(source.layout)) {
      throw new IllegalArgumentException(
          "cannot copy %s into %s".formatted(source.describe(), describe()));
    }
    checkWritable();
    if (!layout.addressesOnce()) {
      throw new IllegalArgumentException(
          "cannot copy into this view of %s: several positions share an element"
              .formatted(describe()));
    }
    boolean canonical = elementType() != ElementType.BOOL || !source.isSegment();
    Tensor safe = canonical && !overlaps(source) ? source : source.copy();
    Elements.copy(storage, layout, safe.storage, safe.layout);
  }

  /**
   * The elements in row-major order, as a new array.
   *
   * @throws IllegalStateException if the type is not f32 (see {@link #cast}), or no array is that
   *     long
   */
  public float[] toFloatArray() {
    return ((Storage.Floats) dense(ElementType.F32, ElementType.F32)).values();
  }

  /** As {@link #toFloatArray}, of f64 or, widened, f32. */
  public double[] toDoubleArray() {
    return ((Storage.Doubles) dense(ElementType.F64, ElementType.F32)).values();
  }

  /** As {@link #toFloatArray}, of i32. */
  public int[] toIntArray() {
    return ((Storage.Ints) dense(ElementType.I32, ElementType.I32)).values();
  }

  /** As {@link #toFloatArray}, of i64 or, widened, i32. */
  public long[] toLongArray() {
    return ((Storage.Longs) dense(ElementType.I64, ElementType.I32)).values();
  }

  /** As {@link #toFloatArray}, of bool. */
  public boolean[] toBooleanArray() {
    byte[] bytes = ((Storage.Bytes) dense(ElementType.BOOL, ElementType.BOOL)).values();
    boolean[] values = new boolean[bytes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes[i] != 0;
    }
    return values;
  }

  /**
   * The storage itself, not a copy; use with {@link #offset} and {@link #stride}. For kernels.
   *
   * @throws IllegalStateException if the elements are of another type or in a segment; so for the
   *     other four
   */
  public float[] floatArray() {
    if (storage instanceof Storage.Floats(float[] values)) {
      return values;
    }
    throw otherStorage("float[]");
  }

  /** The storage itself, see {@link #floatArray}. */
  public double[] doubleArray() {
    if (storage instanceof Storage.Doubles(double[] values)) {
      return values;
    }
    throw otherStorage("double[]");
  }

  /** The storage itself, see {@link #floatArray}. */
  public int[] intArray() {
    if (storage instanceof Storage.Ints(int[] values)) {
      return values;
    }
    throw otherStorage("int[]");
  }

  /** The storage itself, see {@link #floatArray}. */
  public long[] longArray() {
    if (storage instanceof Storage.Longs(long[] values)) {
      return values;
    }
    throw otherStorage("long[]");
  }

  /** The storage of a bool tensor itself, each byte 0 or 1; see {@link #floatArray}. */
  public byte[] byteArray() {
    if (storage instanceof Storage.Bytes(byte[] values)) {
      return values;
    }
    throw otherStorage("byte[]");
  }

  /**
   * The storage itself: elements in native byte order, at any alignment.
   *
   * @throws IllegalStateException if the elements are in a heap array
   */
  public MemorySegment segment() {
    if (storage instanceof Storage.Native(ElementType _, MemorySegment bytes)) {
      return bytes;
    }
    throw otherStorage("MemorySegment");
  }

  /**
   * Whether the byte ranges from the lowest to the highest element of both tensors meet in memory.
   * Conservative: interleaved views that share no element still overlap. An empty tensor overlaps
   * nothing. Two mappings of one file are seen as different memory.
   */
  public boolean overlaps(Tensor other) {
    if (elementCount() == 0 || other.elementCount() == 0 || storage.isApartFrom(other.storage)) {
      return false;
    }
    return addressed().asOverlappingSlice(other.addressed()).isPresent();
  }

  /**
   * Whether a kernel may write every position on its own: the storage is not read-only, and no two
   * positions address one element. Conservative: false for a broadcast axis, and also for a few
   * interleaved layouts (an axis whose stride does not step over all that the axes of smaller
   * stride span) that share no element.
   */
  @Override
  public boolean isWritableView() {
    return !storage.isReadOnly() && layout.addressesOnce();
  }

  /**
   * Whether type, shape and all elements are the same. Floating-point elements are compared by
   * bits, so 0.0 is not -0.0, except that every NaN equals every NaN.
   */
  public boolean contentEquals(Tensor other) {
    return elementType() == other.elementType()
        && layout.sameShape(other.layout)
        && Elements.equal(storage, layout, other.storage, other.layout);
  }

  /** Type, shape and values as numpy prints them; long axes are abridged. */
  @Override
  public String toString() {
    return TensorPrinter.print(storage, layout);
  }

  /** Type and shape: {@code f32[2,3]}. */
  String describe() {
    return elementType() + Layout.format(shape());
  }

  Storage storage() {
    return storage;
  }

  Layout layout() {
    return layout;
  }

  private Tensor view(Layout newLayout) {
    return new Tensor(storage, newLayout);
  }

  private MemorySegment addressed() {
    long size = elementType().byteSize();
    long low = layout.lowest();
    return storage.bytes().asSlice(low * size, (layout.highest() - low + 1) * size);
  }

  private void checkWritable() {
    if (storage.isReadOnly()) {
      throw new UnsupportedOperationException(
          "%s is read-only, as a mapped file is; write to a copy()".formatted(describe()));
    }
  }

  private Storage dense(ElementType wanted, ElementType widened) {
    if (elementType() != wanted && elementType() != widened) {
      throw new IllegalStateException(
          "%s has no lossless array of %s; call cast(ElementType.%s) first"
              .formatted(describe(), wanted, wanted.name()));
    }
    if (elementCount() > Storage.MAX_ARRAY_LENGTH) {
      throw new IllegalStateException("%s is too long for an array".formatted(describe()));
    }
    return cast(wanted).storage;
  }

  private IllegalStateException otherStorage(String wanted) {
    String found = isSegment() ? "memory segment" : "heap array";
    return new IllegalStateException(
        "%s lies in a %s of type %s, not in a %s"
            .formatted(describe(), found, elementType(), wanted));
  }
}
