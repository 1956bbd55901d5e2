package dev.einkorn.runtime.cuda;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.lang.ref.Cleaner;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An open GPU, made by {@link CudaDriver#open}: loads kernels, has the memory of tensors, runs work
 * in streams. Thread-safe; virtual threads may use it too.
 *
 * <p>Closing it waits for its work and closes everything made of it: streams, events, modules and
 * tensors then fail with {@link IllegalStateException}. If a kernel or the hardware fails so that
 * the driver gives the device up, the call that learns of it throws a {@link CudaException} with
 * {@link CudaException#isContextLost}; from then on every call fails at once with that one as its
 * cause, and {@code close} still works, without a further exception. Whether the device can be
 * opened again in the same process is the driver's decision; NVIDIA asks for a new process.
 */
public final class CudaDevice implements AutoCloseable {
  private static final String BLOCKING_PROPERTY = "einkorn.cuda.blocking";
  private static final int IDLE_SECONDS = 10;

  private final Context context;
  private final DeviceProperties properties;
  private final MemoryPool pool;
  private final CudaStream stream;
  private final Transfers uploads;
  private final Transfers downloads;
  private final ThreadPoolExecutor background;
  private final Cleaner.Cleanable net;
  private final Object submission = new Object();
  private final boolean blocking = Boolean.getBoolean(BLOCKING_PROPERTY);

  CudaDevice(Context context, DeviceProperties properties) {
    this.context = context;
    this.properties = properties;
    pool = new MemoryPool(context);
    try {
      stream = new CudaStream(this);
      uploads = new Transfers(this);
      downloads = new Transfers(this);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
    background =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var thread = new Thread(task, "einkorn-cuda-copies");
              thread.setDaemon(true);
              return thread;
            });
    background.allowCoreThreadTimeOut(true);
    net = context.cleaner().register(this, context::close);
  }

  /** What the GPU has. */
  public DeviceProperties properties() {
    return properties;
  }

  /** The stream that work goes to unless another is named. */
  public CudaStream stream() {
    return stream;
  }

  /** A further stream, for work beside the first. */
  public CudaStream newStream() {
    return new CudaStream(this);
  }

  /**
   * Loads compiled kernels.
   *
   * @throws CudaException if the code is for another device or damaged, with the driver's log
   */
  public CudaModule load(Cubin cubin) {
    return new CudaModule(this, cubin);
  }

  /**
   * A row-major tensor whose elements are anything.
   *
   * @throws CudaException if the device has not enough memory, with what it has
   */
  public DeviceTensor allocate(ElementType type, long... shape) {
    long[] strides = new long[shape.length];
    long count = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] < 0) {
        throw new IllegalArgumentException(
            "extent of axis %s is negative in shape %s".formatted(axis, Arrays.toString(shape)));
      }
      strides[axis] = count;
      count = Math.multiplyExact(count, shape[axis]);
    }
    return allocate(type, count, shape, strides, 0);
  }

  /** As {@link #allocate}, with all elements zero or false. */
  public DeviceTensor zeros(ElementType type, long... shape) {
    DeviceTensor tensor = allocate(type, shape);
    long bytes = tensor.elementCount() * type.byteSize();
    if (bytes > 0) {
      try {
        synchronized (submission) {
          tensor.memory().useOn(stream);
          long address = tensor.address();
          context.call(
              context.api().memsetD8Async, f -> f.call(address, (byte) 0, bytes, stream.raw()));
        }
      } catch (RuntimeException e) {
        tensor.close();
        throw e;
      }
    }
    return tensor;
  }

  /**
   * A copy of a host tensor. It has the order of axes in memory that the host's has, without gaps:
   * a transposed tensor stays transposed, and repeated axes keep stride 0. When this returns, the
   * host tensor has been read and may change; work on the copy comes after it is complete.
   *
   * @throws CudaException if the device has not enough memory, or is lost
   */
  public DeviceTensor upload(Tensor host) {
    DeviceTensor tensor = allocateLike(host);
    try {
      tensor.uploadNow(tensor.memory(), host);
      return tensor;
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  /** The strides, in elements, that a host tensor's copy has on a device. */
  public static long[] uploadedStrides(Tensor host) {
    return Arrangement.of(host).compactStrides();
  }

  /**
   * As {@link #upload}, but returns before the host tensor was read, which must not change until
   * {@link DeviceTensor#awaitTransfer} returns or the copy was used. A failure shows there.
   */
  public DeviceTensor uploadInBackground(Tensor host) {
    DeviceTensor tensor = allocateLike(host);
    try {
      DeviceMemory memory = tensor.memory();
      Future<?> _ =
          inBackground(
              memory,
              () -> {
                tensor.uploadNow(memory, host);
                return host;
              });
      return tensor;
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  /**
   * Waits for all work of this device.
   *
   * @throws CudaException if some of it has failed
   */
  public void synchronize() {
    context.synchronize();
  }

  /** What the memory is used for. */
  public MemoryReport memory() {
    return pool.report();
  }

  /** Waits for all work, and gives memory back that is kept for tensors to come. */
  public void trim() {
    pool.trim();
  }

  /**
   * Waits for its work and closes all that was made of it; does nothing the second time.
   *
   * @throws CudaException if work that nobody has waited for has failed; all is closed even so
   */
  @Override
  public void close() {
    for (Runnable task : background.shutdownNow()) {
      if (task instanceof Future<?> future) {
        future.cancel(false);
      }
    }
    // A copy that is under way uses buffers that go.
    synchronized (uploads) {
      synchronized (downloads) {
        net.clean();
      }
    }
  }

  Context context() {
    return context;
  }

  Transfers uploads() {
    return uploads;
  }

  Transfers downloads() {
    return downloads;
  }

  /** Held while work is ordered after other work and put into its stream. */
  Object submission() {
    return submission;
  }

  boolean isBlocking() {
    return blocking;
  }

  /** Runs a transfer of some memory after those before it; uses of the memory wait for it. */
  <T> Future<T> inBackground(DeviceMemory memory, Callable<T> transfer) {
    DeviceMemory share = memory.share();
    var task =
        new FutureTask<>(
            memory.afterTransfer(
                () -> {
                  try {
                    return transfer.call();
                  } finally {
                    share.release();
                  }
                }));
    try {
      background.execute(task);
    } catch (RejectedExecutionException e) {
      share.release();
      throw new IllegalStateException("the device is closed", e);
    }
    memory.transfersBy(task);
    return task;
  }

  private DeviceTensor allocateLike(Tensor host) {
    Arrangement arrangement = Arrangement.of(host);
    long[] strides = arrangement.compactStrides();
    long offset = 0;
    for (int axis = 0; axis < strides.length; axis++) {
      offset += Math.max(0, (host.extent(axis) - 1) * -strides[axis]);
    }
    return allocate(
        host.elementType(), arrangement.distinctElements(), host.shape(), strides, offset);
  }

  private DeviceTensor allocate(
      ElementType type, long elements, long[] shape, long[] strides, long offset) {
    long bytes = Math.multiplyExact(elements, (long) type.byteSize());
    MemoryPool.Block block = pool.take(bytes, type + Arrays.toString(shape));
    return DeviceTensor.of(
        this, new DeviceMemory(pool, block), type, elements, shape, strides, offset);
  }
}
