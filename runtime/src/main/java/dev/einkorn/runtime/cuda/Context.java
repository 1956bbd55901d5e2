package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A device's primary context: through it go all calls that need one. The driver binds contexts to
 * threads of the system, so each call first makes this one current; any Java thread may call, also
 * a virtual one, which cannot change threads between the two.
 *
 * <p>It knows every handle that is open, so that closing it closes them, and it remembers that the
 * device was lost: from then on the driver is not called any more.
 */
final class Context {
  private static final int REMEMBERED_LAUNCHES = 4;

  /** A call that releases something of the driver. */
  @FunctionalInterface
  interface Destroyer {
    int destroy(DriverApi api);
  }

  private final DriverApi api;
  private final int device;
  private final MemorySegment context;
  private final Cleaner cleaner = Cleaner.create();

  // Calls share it; releasing a handle has it alone, so that no call uses a handle while it goes.
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Set<Handle> open = new LinkedHashSet<>();
  private final Deque<String> launches = new ArrayDeque<>();
  private volatile @Nullable CudaException lost;
  private volatile boolean closed;

  Context(DriverApi api, int device) {
    this.api = api;
    this.device = device;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      api.check(api.primaryCtxRetain, api.primaryCtxRetain.call(out, device));
      context = out.get(ADDRESS, 0);
    }
  }

  DriverApi api() {
    return api;
  }

  Cleaner cleaner() {
    return cleaner;
  }

  boolean isClosed() {
    return closed;
  }

  boolean isLost() {
    return lost != null;
  }

  /** Calls a function and checks its result. */
  void call(NativeFunction function, ToIntFunction<NativeFunction> call) {
    call(function, () -> "", call);
  }

  /**
   * Calls a function and checks its result.
   *
   * @param subject what the call is for, asked only if it fails
   */
  void call(NativeFunction function, Supplier<String> subject, ToIntFunction<NativeFunction> call) {
    int result = result(function, call);
    if (result != 0) {
      throw failure(function, subject.get(), result);
    }
  }

  /** Calls a function and gives its result, unless the context is closed or lost. */
  int result(NativeFunction function, ToIntFunction<NativeFunction> call) {
    lock.readLock().lock();
    try {
      CudaException first = lost;
      if (first != null) {
        throw CudaException.lost(first, function.name());
      }
      if (closed) {
        throw new IllegalStateException("%s: the device is closed".formatted(function.name()));
      }
      api.check(api.ctxSetCurrent, api.ctxSetCurrent.call(context));
      return call.applyAsInt(function);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The failure of a call; remembers it if the device is lost with it. */
  CudaException failure(NativeFunction function, String subject, int code) {
    CudaResult result = CudaResult.of(api, code);
    if (!result.losesContext()) {
      return new CudaException(result, function.name(), subject);
    }
    synchronized (launches) {
      CudaException first = lost;
      if (first != null) {
        return CudaException.lost(first, function.name());
      }
      String last =
          launches.isEmpty()
              ? "no kernel launched"
              : "launched last: " + String.join(", ", launches);
      var failure =
          new CudaException(
              result, function.name(), subject.isEmpty() ? last : subject + "; " + last);
      lost = failure;
      return failure;
    }
  }

  /** Remembers a launch, for the message of a failure that shows later. */
  void launched(String kernel) {
    synchronized (launches) {
      if (launches.size() == REMEMBERED_LAUNCHES) {
        launches.removeFirst();
      }
      launches.addLast(kernel);
    }
  }

  /** Waits for all work of the device. */
  void synchronize() {
    call(api.ctxSynchronize, f -> f.call());
  }

  /**
   * Takes care of something the driver has made: it is released when the handle is closed, at the
   * latest with this context.
   */
  Handle own(String kind, MemorySegment raw, Destroyer destroyer) {
    var handle = new Handle(this, kind, raw, destroyer);
    lock.writeLock().lock();
    try {
      if (!closed) {
        open.add(handle);
        return handle;
      }
    } finally {
      lock.writeLock().unlock();
    }
    throw new IllegalStateException("the device was closed while a %s was made".formatted(kind));
  }

  /** Releases a handle once; on a lost device the driver has released it already. */
  void release(Handle handle) {
    int result = 0;
    lock.writeLock().lock();
    try {
      if (!open.remove(handle)) {
        return;
      }
      result = destroy(handle);
    } finally {
      lock.writeLock().unlock();
    }
    if (result != 0) {
      throw new CudaException(
          CudaResult.of(api, result), "release of a " + handle.kind(), handle.kind());
    }
  }

  boolean isOpen(Handle handle) {
    lock.readLock().lock();
    try {
      return open.contains(handle);
    } finally {
      lock.readLock().unlock();
    }
  }

  private int destroy(Handle handle) {
    if (lost != null) {
      return 0;
    }
    int current = api.ctxSetCurrent.call(context);
    int result = current == 0 ? handle.destroyer().destroy(api) : current;
    if (result != 0 && CudaResult.of(api, result).losesContext()) {
      // Work that was still running has failed; nobody waits for it any more.
      CudaException _ = failure(api.ctxSynchronize, "release of a " + handle.kind(), result);
      return 0;
    }
    return result;
  }

  /**
   * Waits for all work, releases all handles, newest first, and the context. Does nothing the
   * second time. A failure does not keep the rest from being released.
   */
  void close() {
    List<CudaException> failures = new ArrayList<>();
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (lost == null) {
        int current = api.ctxSetCurrent.call(context);
        int result = current == 0 ? api.ctxSynchronize.call() : current;
        if (result != 0) {
          failures.add(failure(api.ctxSynchronize, "closing the device", result));
        }
      }
      for (Handle handle : new ArrayList<>(open).reversed()) {
        int result = destroy(handle);
        if (result != 0) {
          failures.add(
              new CudaException(CudaResult.of(api, result), "release of a " + handle.kind(), ""));
        }
      }
      open.clear();
      int result = api.primaryCtxRelease.call(device);
      if (result != 0 && lost == null) {
        failures.add(
            new CudaException(CudaResult.of(api, result), api.primaryCtxRelease.name(), ""));
      }
    } finally {
      lock.writeLock().unlock();
    }
    if (!failures.isEmpty()) {
      CudaException first = failures.getFirst();
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }
}
