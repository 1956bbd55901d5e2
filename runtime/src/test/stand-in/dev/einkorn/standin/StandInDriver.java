package dev.einkorn.standin;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.cuda.Architecture;
import dev.einkorn.runtime.cuda.Cubin;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.runtime.cuda.CudaDriver;
import dev.einkorn.runtime.cuda.CudaLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The stand-in for the driver, compiled from {@code stand_in_driver.c} and loaded once for all
 * tests. Its state is one for the process; a test begins with {@link #begin} and ends with {@link
 * #end}, which finds what was left behind.
 */
@SuppressWarnings("restricted")
public final class StandInDriver {
  private static final List<String> KINDS =
      List.of("context", "stream", "event", "module", "memory", "pinned");

  /** What a test lets a kernel do. */
  @FunctionalInterface
  public interface HostKernel {
    /**
     * Runs all threads.
     *
     * @param launch three numbers of blocks, three of threads, bytes of shared memory
     * @param parameters an array of pointers
     * @return 0, or the number of a failure
     */
    int run(MemorySegment launch, MemorySegment parameters);
  }

  private final Path file;
  private final SymbolLookup symbols;
  private final Arena kernels = Arena.ofShared();

  private StandInDriver(Path file) {
    this.file = file;
    this.symbols = SymbolLookup.libraryLookup(file, Arena.global());
  }

  /** Compiles and loads it; a skip where no compiler is, a failure in CI. */
  public static StandInDriver begin() {
    StandInDriver driver = new StandInDriver(Compiled.library());
    driver.call("stand_in_reset");
    return driver;
  }

  /** Compiled once; the file is the same for every test. */
  private static final class Compiled {
    private static final Path FOLDER = Path.of("target", "stand-in").toAbsolutePath();

    static synchronized Path library() {
      Path library = FOLDER.resolve("libcuda_stand_in.so");
      return Files.exists(library) && newer(library) ? library : compile(library);
    }

    private static boolean newer(Path library) {
      return Stream.of("stand_in_driver.c", "stand_in_state.h", "stand_in_modules.h")
          .map(StandInDriver::source)
          .allMatch(source -> source.toFile().lastModified() < library.toFile().lastModified());
    }

    private static Path compile(Path library) {
      NativeCompiler.shared(source("stand_in_driver.c"), library, List.of("-O1"));
      return library;
    }
  }

  /** A file of the test resources. */
  public static Path source(String name) {
    try {
      return Path.of(StandInDriver.class.getResource("/stand-in/" + name).toURI());
    } catch (java.net.URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Asserts that everything was released and nothing was used wrongly. */
  public void end() {
    List<String> left = new ArrayList<>();
    for (String kind : KINDS) {
      long count = live(kind);
      if (count != 0) {
        left.add(count + " " + kind);
      }
    }
    assertThat(left).as("left behind").isEmpty();
    assertThat(violations()).as("used wrongly").isEmpty();
    kernels.close();
  }

  /** The stand-in, and no NVRTC. */
  public CudaLibraries libraries() {
    return CudaLibraries.of(Optional.of(file), Optional.empty());
  }

  /** Its file. */
  public Path file() {
    return file;
  }

  /** The one device. */
  public CudaDevice open() {
    return CudaDriver.load(libraries()).orElseThrow().open(0);
  }

  /** A module of kernels, each "NAME BYTES..." with the sizes of its parameters. */
  public static Cubin module(String... kernels) {
    StringBuilder text = new StringBuilder("einkorn stand-in module\n");
    for (String kernel : kernels) {
      text.append("kernel ").append(kernel).append('\n');
    }
    byte[] bytes = text.append('\0').toString().getBytes(StandardCharsets.US_ASCII);
    return Cubin.of(bytes, Architecture.SM_90, "");
  }

  /** What runs when a kernel of that name runs. */
  public void kernel(String name, HostKernel kernel) {
    MethodHandle target;
    try {
      target =
          MethodHandles.lookup()
              .findVirtual(
                  HostKernel.class,
                  "run",
                  MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("HostKernel.run", e);
    }
    MemorySegment stub =
        Linker.nativeLinker()
            .upcallStub(
                target.bindTo(kernel), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), kernels);
    try (Arena arena = Arena.ofConfined()) {
      invoke(
          "stand_in_kernel",
          FunctionDescriptor.ofVoid(ADDRESS, ADDRESS),
          arena.allocateFrom(name),
          stub);
    }
  }

  /** Number {@code index} of a launch. */
  public static int count(MemorySegment launch, int index) {
    return launch.reinterpret(7 * 4).getAtIndex(JAVA_INT, index);
  }

  /** A parameter that is a pointer to so many bytes. */
  public static MemorySegment pointer(MemorySegment parameters, int index, long bytes) {
    return value(parameters, index).get(ADDRESS, 0).reinterpret(bytes);
  }

  /** A parameter that is an int. */
  public static int integer(MemorySegment parameters, int index) {
    return value(parameters, index).get(JAVA_INT, 0);
  }

  private static MemorySegment value(MemorySegment parameters, int index) {
    MemorySegment pointers = parameters.reinterpret((index + 1L) * ADDRESS.byteSize());
    return pointers.getAtIndex(ADDRESS, index).reinterpret(Long.BYTES);
  }

  /** Lets the nth call of a function from now on give a result, once. */
  public void fail(String function, int nth, int result) {
    try (Arena arena = Arena.ofConfined()) {
      invoke(
          "stand_in_fail",
          FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT),
          arena.allocateFrom(function),
          nth,
          result);
    }
  }

  /** How many of a kind are not released. */
  public long live(String kind) {
    try (Arena arena = Arena.ofConfined()) {
      return (long)
          invoke(
              "stand_in_live", FunctionDescriptor.of(JAVA_LONG, ADDRESS), arena.allocateFrom(kind));
    }
  }

  /** How often a function was called. */
  public long calls(String function) {
    try (Arena arena = Arena.ofConfined()) {
      return (long)
          invoke(
              "stand_in_calls",
              FunctionDescriptor.of(JAVA_LONG, ADDRESS),
              arena.allocateFrom(function));
    }
  }

  /** What was used wrongly, a line each. */
  public String violations() {
    MemorySegment text =
        (MemorySegment) invoke("stand_in_violations", FunctionDescriptor.of(ADDRESS));
    return text.reinterpret(4096).getString(0);
  }

  /** Work runs when it must, or at once. */
  public void runLate(boolean late) {
    invoke("stand_in_mode", FunctionDescriptor.ofVoid(JAVA_INT), late ? 1 : 0);
  }

  /** How much memory the device has, in bytes. */
  public void memory(long bytes) {
    invoke("stand_in_memory", FunctionDescriptor.ofVoid(JAVA_LONG), bytes);
  }

  private void call(String function) {
    invoke(function, FunctionDescriptor.ofVoid(new MemoryLayout[0]));
  }

  private Object invoke(String function, FunctionDescriptor descriptor, Object... arguments) {
    MethodHandle handle =
        Linker.nativeLinker().downcallHandle(symbols.find(function).orElseThrow(), descriptor);
    try {
      Object result = handle.invokeWithArguments(arguments);
      return result == null ? 0 : result;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
