package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A kernel that can be launched, made by {@link CudaModule#function}. Thread-safe. */
public final class CudaFunction {
  // Numbers of CUfunction_attribute.
  private static final int MAX_THREADS_PER_BLOCK = 0;
  private static final int SHARED_SIZE_BYTES = 1;
  private static final int LOCAL_SIZE_BYTES = 3;
  private static final int NUM_REGS = 4;
  private static final int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;

  private static final int DYNAMIC_WITHOUT_ASKING = 48 << 10;
  private static final int MOST_PARAMETERS = 4096;

  private final CudaModule module;
  private final CudaDevice device;
  private final String name;
  private final MemorySegment function;
  private final Optional<List<Long>> parameterBytes;
  private final int registers;
  private final int localBytes;
  private final int staticSharedBytes;
  private final int maxThreadsPerBlock;
  private int dynamicSharedAllowed = DYNAMIC_WITHOUT_ASKING;

  CudaFunction(CudaModule module, String name, MemorySegment function) {
    this.module = module;
    this.device = module.device();
    this.name = name;
    this.function = function;
    registers = attribute(NUM_REGS);
    localBytes = attribute(LOCAL_SIZE_BYTES);
    staticSharedBytes = attribute(SHARED_SIZE_BYTES);
    maxThreadsPerBlock = attribute(MAX_THREADS_PER_BLOCK);
    parameterBytes = readParameters();
  }

  /** The kernel's name. */
  public String name() {
    return name;
  }

  /** Registers of a thread. */
  public int registers() {
    return registers;
  }

  /** Local memory of a thread in bytes: its stack, spilled registers included. */
  public int localBytes() {
    return localBytes;
  }

  /** Shared memory of a block that the kernel itself declares, in bytes. */
  public int staticSharedBytes() {
    return staticSharedBytes;
  }

  /** The most threads a block can have, given the registers they need. */
  public int maxThreadsPerBlock() {
    return maxThreadsPerBlock;
  }

  /**
   * How many blocks a multiprocessor can run at once.
   *
   * @param threads threads of a block
   * @param dynamicSharedBytes dynamic shared memory of a block, in bytes
   */
  public int activeBlocksPerMultiprocessor(int threads, int dynamicSharedBytes) {
    allowDynamicShared(dynamicSharedBytes);
    Context context = device.context();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_INT);
      context.call(
          context.api().occupancy,
          () -> name,
          f -> f.call(out, function(), threads, (long) dynamicSharedBytes));
      return out.get(JAVA_INT, 0);
    }
  }

  /**
   * Puts a run of this kernel into a stream and returns; a failure of the kernel itself shows
   * later, at a call that waits. The run comes after all work so far on the tensors among the
   * arguments, in whatever stream that was. With the system property {@code
   * einkorn.cuda.blocking=true} it waits for the kernel, so that a failure shows where it belongs.
   *
   * @param arguments the kernel's parameters, in order
   * @throws IllegalArgumentException if the device cannot launch so many threads or so much shared
   *     memory, or if number and sizes of the arguments are not those of the parameters, as far as
   *     the driver tells them
   * @throws IllegalStateException if a tensor or the module is closed
   * @throws CudaException if the driver refuses
   */
  public void launch(CudaStream stream, Launch launch, KernelArguments arguments) {
    check(launch);
    check(arguments);
    allowDynamicShared(launch.dynamicSharedBytes());
    List<DeviceTensor> tensors = arguments.tensors();
    tensors.forEach(it -> it.memory().awaitTransfer());
    Context context = device.context();
    String run = name + launch;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arguments.write(arena);
      synchronized (device.submission()) {
        tensors.forEach(it -> it.memory().useOn(stream));
        context.call(
            context.api().launchKernel,
            () -> run,
            f -> f.launch(function(), launch, stream.raw(), parameters));
      }
    } finally {
      // What the collector frees from here on is used again after this launch only.
      Reference.reachabilityFence(arguments);
    }
    context.launched(run);
    if (device.isBlocking()) {
      stream.synchronize();
    }
  }

  private MemorySegment function() {
    module.requireOpen();
    return function;
  }

  private void check(Launch launch) {
    int shared = staticSharedBytes + launch.dynamicSharedBytes();
    int mostShared = device.properties().sharedBytesPerBlock();
    if (launch.threadsPerBlock() > maxThreadsPerBlock) {
      throw new IllegalArgumentException(
          "%s%s: with %s registers a block has at most %s threads"
              .formatted(name, launch, registers, maxThreadsPerBlock));
    }
    if (shared < 0 || shared > mostShared) {
      throw new IllegalArgumentException(
          "%s%s: a block of this device has at most %s bytes of shared memory, %s are static"
              .formatted(name, launch, mostShared, staticSharedBytes));
    }
  }

  private void check(KernelArguments arguments) {
    if (parameterBytes.isPresent() && !parameterBytes.get().equals(arguments.sizes())) {
      throw new IllegalArgumentException(
          "%s has parameters of %s bytes, but the arguments have %s"
              .formatted(name, parameterBytes.get(), arguments.sizes()));
    }
  }

  /** Above 48 KB the driver wants to be asked, once for the kernel. */
  private synchronized void allowDynamicShared(int bytes) {
    if (bytes <= dynamicSharedAllowed) {
      return;
    }
    Context context = device.context();
    context.call(
        context.api().funcSetAttribute,
        () -> "%s bytes of dynamic shared memory for %s".formatted(bytes, name),
        f -> f.call(function(), MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes));
    dynamicSharedAllowed = bytes;
  }

  private int attribute(int number) {
    Context context = device.context();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_INT);
      context.call(
          context.api().funcGetAttribute, () -> name, f -> f.call(out, number, function()));
      return out.get(JAVA_INT, 0);
    }
  }

  /** The sizes of the parameters in bytes, where the driver tells. */
  private Optional<List<Long>> readParameters() {
    Context context = device.context();
    if (context.api().funcGetParamInfo.isEmpty()) {
      return Optional.empty();
    }
    NativeFunction info = context.api().funcGetParamInfo.get();
    List<Long> sizes = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment offset = arena.allocate(JAVA_LONG);
      MemorySegment size = arena.allocate(JAVA_LONG);
      for (int i = 0; i < MOST_PARAMETERS; i++) {
        long index = i;
        int result = context.result(info, f -> f.call(function(), index, offset, size));
        // There is no count: beyond the last parameter the driver answers "invalid value".
        if (result == CudaResult.INVALID_VALUE) {
          return Optional.of(List.copyOf(sizes));
        }
        if (result != 0) {
          return Optional.empty();
        }
        sizes.add(size.get(JAVA_LONG, 0));
      }
    }
    return Optional.empty();
  }
}
