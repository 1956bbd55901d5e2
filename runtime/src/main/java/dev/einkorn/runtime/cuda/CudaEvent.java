package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/** A point in a stream's work, made by {@link CudaStream#record}. Thread-safe. */
public final class CudaEvent implements AutoCloseable {
  private static final int WITH_TIMING = 0;

  private final CudaDevice device;
  private final Handle event;
  private final Cleaner.Cleanable net;

  CudaEvent(CudaDevice device) {
    this.device = device;
    event = create(device.context(), WITH_TIMING);
    net = device.context().cleaner().register(this, event);
  }

  static Handle create(Context context, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      context.call(context.api().eventCreate, f -> f.call(out, flags));
      MemorySegment raw = out.get(ADDRESS, 0);
      return context.own("event", raw, api -> api.eventDestroy.call(raw));
    }
  }

  void record(CudaStream stream) {
    Context context = device.context();
    context.call(context.api().eventRecord, f -> f.call(event.raw(), stream.raw()));
  }

  /**
   * Waits until the stream has come to this point.
   *
   * @throws CudaException if work before it has failed
   */
  public void synchronize() {
    Context context = device.context();
    context.call(context.api().eventSynchronize, f -> f.call(event.raw()));
  }

  /**
   * The time the device took from an earlier event to this one, in milliseconds, with a resolution
   * of about half a microsecond; waits for this event.
   */
  public double millisecondsSince(CudaEvent start) {
    synchronize();
    Context context = device.context();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_FLOAT);
      context.call(
          context.api().eventElapsedTime, f -> f.call(out, start.event.raw(), event.raw()));
      return out.get(JAVA_FLOAT, 0);
    }
  }

  /** Releases it; does nothing the second time. */
  @Override
  public void close() {
    net.clean();
  }

  MemorySegment raw() {
    return event.raw();
  }
}
