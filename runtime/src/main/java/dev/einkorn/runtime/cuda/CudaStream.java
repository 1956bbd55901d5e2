package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/**
 * A queue of a device's work: what is put into one stream runs in that order, in the background;
 * different streams run side by side. Tensors carry the order from one stream to the next, so that
 * kernels and copies of different streams that share a tensor need no further care. Thread-safe.
 */
public final class CudaStream implements AutoCloseable {
  private static final int NON_BLOCKING = 1;
  private static final int DISABLE_TIMING = 2;

  private final CudaDevice device;
  private final Handle stream;
  private final Handle fence;
  private final Cleaner.Cleanable streamNet;
  private final Cleaner.Cleanable fenceNet;

  CudaStream(CudaDevice device) {
    this.device = device;
    Context context = device.context();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      context.call(context.api().streamCreate, f -> f.call(out, NON_BLOCKING));
      MemorySegment raw = out.get(ADDRESS, 0);
      stream =
          context.own(
              "stream",
              raw,
              api -> {
                int result = api.streamSynchronize.call(raw);
                return result != 0 ? result : api.streamDestroy.call(raw);
              });
    }
    streamNet = context.cleaner().register(this, stream);
    fence = CudaEvent.create(context, DISABLE_TIMING);
    fenceNet = context.cleaner().register(this, fence);
  }

  /** The device it belongs to. */
  public CudaDevice device() {
    return device;
  }

  /**
   * Waits until everything put into this stream so far is done.
   *
   * @throws CudaException if some of it has failed
   */
  public void synchronize() {
    Context context = device.context();
    context.call(context.api().streamSynchronize, f -> f.call(stream.raw()));
  }

  /** Marks this point of the stream, to wait for it or to measure time. */
  public CudaEvent record() {
    var event = new CudaEvent(device);
    event.record(this);
    return event;
  }

  /** What is put into this stream from now on runs after what is in the other one now. */
  public void waitFor(CudaStream other) {
    if (other == this) {
      return;
    }
    Context context = device.context();
    synchronized (other.fence) {
      // A wait takes the event as it was recorded last, so that it can be recorded again at once.
      context.call(context.api().eventRecord, f -> f.call(other.fence.raw(), other.stream.raw()));
      context.call(context.api().streamWaitEvent, f -> f.call(stream.raw(), other.fence.raw(), 0));
    }
  }

  /** What is put into this stream from now on runs after the event. */
  public void waitFor(CudaEvent event) {
    Context context = device.context();
    context.call(context.api().streamWaitEvent, f -> f.call(stream.raw(), event.raw(), 0));
  }

  /** Waits for its work and releases it; does nothing the second time. */
  @Override
  public void close() {
    streamNet.clean();
    fenceNet.clean();
  }

  boolean isOpen() {
    return stream.isOpen();
  }

  MemorySegment raw() {
    return stream.raw();
  }
}
