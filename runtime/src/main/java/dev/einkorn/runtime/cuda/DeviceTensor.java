package dev.einkorn.runtime.cuda;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Strided;
import dev.einkorn.runtime.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A strided view of elements in a device's memory, where they stay from call to call until {@link
 * #close}. Extents, strides and offsets count elements, as in {@link Tensor}; strides may be zero
 * or negative.
 *
 * <p>Views share memory and copy nothing; each is closed by itself, and the memory is given back
 * when the last is. A tensor that was forgotten is closed once the collector finds it. The geometry
 * never changes and may be read by any thread; of threads that write elements others use, one must
 * follow the other.
 *
 * {@snippet :
 * try (DeviceTensor a = device.upload(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
 *     DeviceTensor t = a.transpose()) {
 *   t.download(); // f32[3,2], the same as on the host
 * }
 * }
 */
public final class DeviceTensor implements Strided, AutoCloseable {
  private final CudaDevice device;
  private final Share share;
  private final Cleaner.Cleanable net;
  // The geometry only: its segment is of a closed arena, so that no element can be touched.
  private final Tensor geometry;

  /** This tensor's share of the memory; the net of a forgotten tensor, so it must not know it. */
  private static final class Share implements Runnable {
    private final DeviceMemory memory;
    private final AtomicBoolean closed = new AtomicBoolean();

    Share(DeviceMemory memory) {
      this.memory = memory;
    }

    @Override
    public void run() {
      if (!closed.getAndSet(true)) {
        memory.release();
      }
    }
  }

  /** Takes over a share of the memory. */
  private DeviceTensor(CudaDevice device, DeviceMemory memory, Tensor geometry) {
    this.device = device;
    this.geometry = geometry;
    share = new Share(memory);
    net = device.context().cleaner().register(this, share);
  }

  /** A tensor of so many elements behind the memory's address, which it takes over. */
  @SuppressWarnings("restricted") // Nothing can be read or written by it.
  static DeviceTensor of(
      CudaDevice device,
      DeviceMemory memory,
      ElementType type,
      long elements,
      long[] shape,
      long[] strides,
      long offset) {
    MemorySegment untouchable;
    try (Arena arena = Arena.ofConfined()) {
      untouchable = MemorySegment.NULL.reinterpret(elements * type.byteSize(), arena, null);
    }
    return new DeviceTensor(
        device, memory, Tensor.strided(type, untouchable, shape, strides, offset));
  }

  /** The device that has the elements. */
  public CudaDevice device() {
    return device;
  }

  /** The type of the elements; a bool is one byte, 0 or 1. */
  @Override
  public ElementType elementType() {
    return geometry.elementType();
  }

  /** The number of axes. */
  @Override
  public int rank() {
    return geometry.rank();
  }

  /** The extents, as a copy. */
  @Override
  public long[] shape() {
    return geometry.shape();
  }

  /** The number of positions on an axis. */
  @Override
  public long extent(int axis) {
    return geometry.extent(axis);
  }

  /** The distance between neighbours on an axis, in elements; zero and negative are legal. */
  @Override
  public long stride(int axis) {
    return geometry.stride(axis);
  }

  /** The product of the extents. */
  @Override
  public long elementCount() {
    return geometry.elementCount();
  }

  /** Whether the elements lie one after another in row-major order. */
  public boolean isContiguous() {
    return geometry.isContiguous();
  }

  /** The device address of the element at position (0, 0, ...), in bytes. */
  public long address() {
    return memory().address() + geometry.offset() * elementType().byteSize();
  }

  /**
   * Whether the ranges of memory from the lowest to the highest element of both meet. Conservative:
   * interleaved views that share no element still overlap. An empty tensor overlaps nothing.
   *
   * @throws IllegalStateException if one of them is closed
   */
  public boolean overlaps(DeviceTensor other) {
    DeviceMemory own = memory();
    DeviceMemory others = other.memory();
    return elementCount() > 0
        && other.elementCount() > 0
        && own == others
        && lowestAddress(own) < other.endAddress(others)
        && other.lowestAddress(others) < endAddress(own);
  }

  /**
   * Whether a kernel may write every position on its own, by the same rule as {@link
   * Tensor#isWritableView}.
   */
  @Override
  public boolean isWritableView() {
    return geometry.isWritableView();
  }

  /** As {@link Tensor#permute}. */
  public DeviceTensor permute(int... axes) {
    return view(it -> it.permute(axes));
  }

  /** As {@link Tensor#transpose}. */
  public DeviceTensor transpose() {
    return view(Tensor::transpose);
  }

  /** As {@link Tensor#slice(int, long, long, long)}. */
  public DeviceTensor slice(int axis, long from, long to, long step) {
    return view(it -> it.slice(axis, from, to, step));
  }

  /** As {@link Tensor#select}. */
  public DeviceTensor select(int axis, long position) {
    return view(it -> it.select(axis, position));
  }

  /** As {@link Tensor#diagonal}. */
  public DeviceTensor diagonal(int axis1, int axis2) {
    return view(it -> it.diagonal(axis1, axis2));
  }

  /** As {@link Tensor#broadcastTo}. */
  public DeviceTensor broadcastTo(long... shape) {
    return view(it -> it.broadcastTo(shape));
  }

  /** As {@link Tensor#insertAxis}. */
  public DeviceTensor insertAxis(int axis) {
    return view(it -> it.insertAxis(axis));
  }

  /** As {@link Tensor#squeeze}. */
  public DeviceTensor squeeze(int axis) {
    return view(it -> it.squeeze(axis));
  }

  /** As {@link Tensor#reshape}. */
  public DeviceTensor reshape(long... shape) {
    return view(it -> it.reshape(shape));
  }

  /**
   * A copy of the elements on the host, row-major, after all work so far.
   *
   * @throws CudaException if that work has failed
   * @throws IllegalStateException if this tensor or the device is closed
   */
  public Tensor download() {
    Tensor copy = Tensor.zeros(elementType(), shape());
    download(copy);
    return copy;
  }

  /**
   * Copies the elements into a host tensor of the same type and shape and any strides, after all
   * work so far, and waits for it. Where this is a view with gaps, all memory between its first and
   * last element is copied.
   *
   * @throws IllegalArgumentException if types or shapes differ, or several positions of the target
   *     may be one element
   * @throws CudaException if the work so far has failed
   * @throws IllegalStateException if this tensor or the device is closed
   */
  public void download(Tensor target) {
    checkTarget(target);
    DeviceMemory memory = memory();
    memory.awaitTransfer();
    downloadNow(memory, target);
  }

  /**
   * As {@link #download(Tensor)}, but returns at once; later work on this tensor waits. The target
   * must not be touched until the result is there.
   *
   * @return the target, when it is written; fails with what {@code download} throws
   */
  public Future<Tensor> downloadInBackground(Tensor target) {
    checkTarget(target);
    DeviceMemory memory = memory();
    return device.inBackground(
        memory,
        () -> {
          downloadNow(memory, target);
          return target;
        });
  }

  /**
   * Waits until copies in the background are done with the host's memory.
   *
   * @throws CudaException if they have failed
   */
  public void awaitTransfer() {
    memory().awaitTransfer();
  }

  /**
   * Copies a host tensor of the same type and shape over the elements, after all work so far. When
   * this returns, the host tensor has been read and may change.
   *
   * @throws IllegalArgumentException if types or shapes differ, or this is a view with gaps or
   *     repeated axes
   * @throws CudaException if work so far has failed
   * @throws IllegalStateException if this tensor or the device is closed
   */
  public void upload(Tensor source) {
    checkLike(source);
    Arrangement arrangement = Arrangement.of(geometry);
    if (arrangement.repeats() || !arrangement.isCompact()) {
      throw new IllegalArgumentException(
          "elements can be uploaded to a tensor without gaps and repeated axes only; this one is "
              + this);
    }
    DeviceMemory memory = memory();
    memory.awaitTransfer();
    uploadNow(memory, source);
  }

  /** Gives the memory back when all views of it are closed; does nothing the second time. */
  @Override
  public void close() {
    net.clean();
  }

  /** Type, shape and strides. */
  @Override
  public String toString() {
    return "%s%s with strides %s"
        .formatted(elementType(), Arrays.toString(shape()), Arrays.toString(strides()));
  }

  DeviceMemory memory() {
    if (share.closed.get()) {
      throw new IllegalStateException("this tensor is closed");
    }
    return share.memory;
  }

  /** Copies each element in memory from the first of its positions in the source. */
  void uploadNow(DeviceMemory memory, Tensor source) {
    try {
      Tensor inOrder = Arrangement.of(geometry).inMemoryOrder(Transfers.canonical(source));
      device.uploads().upload(inOrder, memory, lowestAddress(memory));
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private void downloadNow(DeviceMemory memory, Tensor target) {
    try {
      if (elementCount() > 0) {
        copyTo(target, memory);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private void copyTo(Tensor target, DeviceMemory memory) {
    Arrangement arrangement = Arrangement.of(geometry);
    Transfers downloads = device.downloads();
    long address = lowestAddress(memory);
    if (!arrangement.repeats() && arrangement.isCompact()) {
      downloads.download(memory, address, arrangement.inMemoryOrder(target));
    } else {
      long lowest = lowest();
      MemorySegment elements =
          downloads.elements(memory, address, elementType(), highest() - lowest + 1);
      long offset = geometry.offset() - lowest;
      target.copyFrom(Tensor.strided(elementType(), elements, shape(), strides(), offset));
    }
  }

  private long lowestAddress(DeviceMemory memory) {
    return memory.address() + lowest() * elementType().byteSize();
  }

  private long endAddress(DeviceMemory memory) {
    return memory.address() + (highest() + 1) * elementType().byteSize();
  }

  private long[] strides() {
    return IntStream.range(0, rank()).mapToLong(this::stride).toArray();
  }

  /** The number of the first element in memory; meaningless if empty. */
  private long lowest() {
    long lowest = geometry.offset();
    for (int axis = 0; axis < rank(); axis++) {
      lowest += Math.min(0, (extent(axis) - 1) * stride(axis));
    }
    return lowest;
  }

  private long highest() {
    long highest = geometry.offset();
    for (int axis = 0; axis < rank(); axis++) {
      highest += Math.max(0, (extent(axis) - 1) * stride(axis));
    }
    return highest;
  }

  private void checkTarget(Tensor target) {
    checkLike(target);
    if (!target.isWritableView()) {
      throw new IllegalArgumentException(
          "the target is read-only, or its positions share elements");
    }
  }

  private void checkLike(Tensor host) {
    if (host.elementType() != elementType() || !Arrays.equals(host.shape(), shape())) {
      throw new IllegalArgumentException(
          "%s%s on the host, but %s%s on the device"
              .formatted(
                  host.elementType(),
                  Arrays.toString(host.shape()),
                  elementType(),
                  Arrays.toString(shape())));
    }
  }

  private DeviceTensor view(UnaryOperator<Tensor> operation) {
    Tensor newGeometry = operation.apply(geometry);
    return new DeviceTensor(device, memory().share(), newGeometry);
  }
}
