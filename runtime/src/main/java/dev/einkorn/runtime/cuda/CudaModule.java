package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/** Compiled kernels on a device, made by {@link CudaDevice#load}. Thread-safe. */
public final class CudaModule implements AutoCloseable {
  private static final int ERROR_LOG_BUFFER = 5;
  private static final int ERROR_LOG_BUFFER_SIZE_BYTES = 6;
  private static final int LOG_BYTES = 16 << 10;
  private static final int IMAGE_ALIGNMENT = 64;

  private final CudaDevice device;
  private final Handle module;
  private final Cleaner.Cleanable net;

  CudaModule(CudaDevice device, Cubin cubin) {
    this.device = device;
    Context context = device.context();
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = cubin.image();
      MemorySegment image = arena.allocate(bytes.length + 1L, IMAGE_ALIGNMENT);
      MemorySegment.copy(bytes, 0, image, JAVA_BYTE, 0, bytes.length);
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment options =
          arena.allocateFrom(JAVA_INT, ERROR_LOG_BUFFER, ERROR_LOG_BUFFER_SIZE_BYTES);
      // The array holds pointers, but the size is given as a value in the place of one.
      MemorySegment values = arena.allocate(ADDRESS, 2);
      values.setAtIndex(ADDRESS, 0, log);
      values.setAtIndex(ADDRESS, 1, MemorySegment.ofAddress(LOG_BYTES));
      MemorySegment out = arena.allocate(ADDRESS);
      context.call(
          context.api().moduleLoadDataEx,
          () ->
              "loading %s bytes for %s on %s %s"
                  .formatted(
                      bytes.length,
                      cubin.architecture(),
                      device.properties().architecture(),
                      log.getString(0))
                  .strip(),
          f -> f.call(out, image, 2, options, values));
      MemorySegment raw = out.get(ADDRESS, 0);
      module =
          context.own(
              "module",
              raw,
              api -> {
                // A kernel of it may still run.
                int result = api.ctxSynchronize.call();
                return result != 0 ? result : api.moduleUnload.call(raw);
              });
    }
    net = context.cleaner().register(this, module);
  }

  /**
   * A kernel by the name it has in the source, where it is {@code extern "C"}. It lives as long as
   * this module.
   *
   * @throws CudaException if there is none of that name
   */
  public CudaFunction function(String name) {
    Context context = device.context();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      MemorySegment text = arena.allocateFrom(name);
      context.call(
          context.api().moduleGetFunction,
          () -> "kernel " + name,
          f -> f.call(out, module.raw(), text));
      return new CudaFunction(this, name, out.get(ADDRESS, 0));
    }
  }

  /** Waits for the device and unloads it; does nothing the second time. */
  @Override
  public void close() {
    net.clean();
  }

  CudaDevice device() {
    return device;
  }

  /** Fails if this module is closed; its functions are gone with it. */
  void requireOpen() {
    MemorySegment _ = module.raw();
  }
}
