package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of one launch, in the order of the kernel's parameters. The types must be exactly
 * those of the parameters: {@code int} is {@link #i32}, {@code long long} is {@link #i64}, a
 * pointer is a {@link #tensor}. Not thread-safe; it may be used for several launches.
 *
 * {@snippet :
 * function.launch(stream, Launch.of(4, 256), new KernelArguments().tensor(x).i32(1000).f32(0.5f));
 * }
 */
public final class KernelArguments {
  private static final long INT = Integer.BYTES;
  private static final long LONG = Long.BYTES;

  private final List<Long> bits = new ArrayList<>();
  private final List<Long> sizes = new ArrayList<>();
  private final List<DeviceTensor> tensors = new ArrayList<>();

  /** No arguments yet. */
  public KernelArguments() {}

  /** The address of the tensor's element at position (0, 0, ...): a pointer. */
  public KernelArguments tensor(DeviceTensor tensor) {
    tensors.add(tensor);
    return add(tensor.address(), LONG);
  }

  /** An {@code int} or {@code unsigned}. */
  public KernelArguments i32(int value) {
    return add(value & 0xffff_ffffL, INT);
  }

  /** A {@code long long}. */
  public KernelArguments i64(long value) {
    return add(value, LONG);
  }

  /** A {@code float}. */
  public KernelArguments f32(float value) {
    return i32(Float.floatToRawIntBits(value));
  }

  /** A {@code double}. */
  public KernelArguments f64(double value) {
    return i64(Double.doubleToRawLongBits(value));
  }

  List<DeviceTensor> tensors() {
    return tensors;
  }

  /** The size of each argument in bytes. */
  List<Long> sizes() {
    return sizes;
  }

  /** An array of pointers to the values, as {@code cuLaunchKernel} reads it. */
  MemorySegment write(Arena arena) {
    int count = bits.size();
    MemorySegment values = arena.allocate(JAVA_LONG, Math.max(1, count));
    MemorySegment pointers = arena.allocate(ADDRESS, Math.max(1, count));
    for (int i = 0; i < count; i++) {
      MemorySegment value = values.asSlice(i * LONG, LONG);
      if (sizes.get(i) == INT) {
        value.set(JAVA_INT, 0, (int) (long) bits.get(i));
      } else {
        value.set(JAVA_LONG, 0, bits.get(i));
      }
      pointers.setAtIndex(ADDRESS, i, value);
    }
    return pointers;
  }

  private KernelArguments add(long value, long bytes) {
    bits.add(value);
    sizes.add(bytes);
    return this;
  }
}
