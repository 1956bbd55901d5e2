package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The CUDA driver, initialised: says which GPUs there are, and opens one. Thread-safe.
 *
 * {@snippet :
 * CudaDriver driver = CudaDriver.load(CudaLibraries.find()).orElseThrow();
 * try (CudaDevice device = driver.open(0)) {
 *   CudaFunction add = device.load(cubin).function("add");
 * }
 * }
 */
public final class CudaDriver {
  // Numbers of CUdevice_attribute.
  private static final int CLOCK_RATE = 13;
  private static final int MULTIPROCESSOR_COUNT = 16;
  private static final int L2_CACHE_SIZE = 38;
  private static final int MAX_THREADS_PER_MULTIPROCESSOR = 39;
  private static final int COMPUTE_CAPABILITY_MAJOR = 75;
  private static final int COMPUTE_CAPABILITY_MINOR = 76;
  private static final int MAX_SHARED_MEMORY_PER_MULTIPROCESSOR = 81;
  private static final int MAX_REGISTERS_PER_MULTIPROCESSOR = 82;
  private static final int MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97;
  private static final int MOST_NAME_BYTES = 256;

  private final DriverApi api;
  private final LibraryFinding finding;
  private final String version;
  private final List<DeviceProperties> devices;

  private CudaDriver(LibraryFinding finding, SymbolLookup symbols) {
    this.finding = finding;
    api = new DriverApi(symbols, finding.location());
    api.check(api.init, api.init.call(0));
    int number = integer(out -> api.check(api.driverGetVersion, api.driverGetVersion.call(out)));
    version = "%s.%s".formatted(number / 1000, number % 1000 / 10);
    int count = integer(out -> api.check(api.deviceGetCount, api.deviceGetCount.call(out)));
    List<DeviceProperties> found = new ArrayList<>();
    for (int ordinal = 0; ordinal < count; ordinal++) {
      found.add(properties(ordinal));
    }
    devices = List.copyOf(found);
  }

  /**
   * The driver, if it was found.
   *
   * @throws CudaException if it cannot work, for instance since no GPU is visible
   * @throws IllegalStateException if it lacks functions, as one before CUDA 11
   */
  public static Optional<CudaDriver> load(CudaLibraries libraries) {
    return libraries.driverSymbols().map(symbols -> new CudaDriver(libraries.driver(), symbols));
  }

  /** The newest CUDA it supports, such as {@code 13.0}. */
  public String version() {
    return version;
  }

  /** Where it was found. */
  public LibraryFinding library() {
    return finding;
  }

  /** The visible GPUs, in the driver's order. */
  public List<DeviceProperties> devices() {
    return devices;
  }

  /**
   * Opens a GPU. It costs some tenths of a second and some hundred megabytes of the GPU's memory; a
   * process opens a GPU once.
   *
   * @param ordinal its number in {@link #devices}
   * @throws IllegalArgumentException if there is no such GPU
   * @throws CudaException if the driver refuses
   */
  public CudaDevice open(int ordinal) {
    if (ordinal < 0 || ordinal >= devices.size()) {
      throw new IllegalArgumentException(
          "there is no GPU %s; visible are %s".formatted(ordinal, devices.size()));
    }
    return new CudaDevice(new Context(api, device(ordinal)), devices.get(ordinal));
  }

  private int device(int ordinal) {
    return integer(out -> api.check(api.deviceGet, api.deviceGet.call(out, ordinal)));
  }

  private DeviceProperties properties(int ordinal) {
    int device = device(ordinal);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(MOST_NAME_BYTES);
      api.check(api.deviceGetName, api.deviceGetName.call(name, MOST_NAME_BYTES, device));
      MemorySegment memory = arena.allocate(JAVA_LONG);
      api.check(api.deviceTotalMem, api.deviceTotalMem.call(memory, device));
      var architecture =
          new Architecture(
              attribute(device, COMPUTE_CAPABILITY_MAJOR),
              attribute(device, COMPUTE_CAPABILITY_MINOR),
              false,
              false);
      return new DeviceProperties(
          ordinal,
          name.getString(0),
          architecture,
          memory.get(JAVA_LONG, 0),
          attribute(device, MULTIPROCESSOR_COUNT),
          attribute(device, MAX_THREADS_PER_MULTIPROCESSOR),
          attribute(device, MAX_REGISTERS_PER_MULTIPROCESSOR),
          attribute(device, MAX_SHARED_MEMORY_PER_MULTIPROCESSOR),
          attribute(device, MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
          attribute(device, L2_CACHE_SIZE),
          attribute(device, CLOCK_RATE));
    }
  }

  private int attribute(int device, int number) {
    return integer(
        out -> api.check(api.deviceGetAttribute, api.deviceGetAttribute.call(out, number, device)));
  }

  /** What a call writes to where its argument points. */
  private static int integer(java.util.function.Consumer<MemorySegment> call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_INT);
      call.accept(out);
      return out.get(JAVA_INT, 0);
    }
  }
}
