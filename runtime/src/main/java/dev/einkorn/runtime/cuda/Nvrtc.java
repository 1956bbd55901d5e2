package dev.einkorn.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.einkorn.runtime.cuda.NativeFunction.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * NVIDIA's run-time compiler: CUDA C in, machine code of a GPU out. It needs neither a GPU nor a
 * driver. Thread-safe.
 *
 * <p>Each compilation runs on a thread of its own with a stack of 64 MiB: NVRTC recurses over
 * expressions, and on a thread of the usual size it takes the JVM down with it.
 *
 * {@snippet :
 * Optional<Nvrtc> nvrtc = Nvrtc.load(CudaLibraries.find());
 * Cubin cubin = nvrtc.orElseThrow().compile(KernelSource.of("add.cu", text), Architecture.SM_90);
 * cubin.resources("add").orElseThrow().registers(); // 10
 * }
 */
public final class Nvrtc {
  private static final long STACK_BYTES = 64L << 20;
  private static final List<String> STANDARD_OPTIONS = List.of("--std=c++17", "--ptxas-options=-v");
  private static final int COMPILATION_FAILED = 6;
  // No log is as long; a bound for what an unknown library answers.
  private static final long MOST_BYTES = 1L << 30;

  /** The two numbers of NVRTC's version. */
  public record Version(int major, int minor) {
    @Override
    public String toString() {
      return major + "." + minor;
    }
  }

  private final LibraryFinding finding;
  private final SymbolLookup symbols;
  private final NativeFunction createProgram;
  private final NativeFunction destroyProgram;
  private final NativeFunction compileProgram;
  private final NativeFunction getLogSize;
  private final NativeFunction getLog;
  private final NativeFunction getCubinSize;
  private final NativeFunction getCubin;
  private final NativeFunction getPtxSize;
  private final NativeFunction getPtx;
  private final Version version;
  private final List<Architecture> architectures;

  private Nvrtc(LibraryFinding finding, SymbolLookup symbols) {
    this.finding = finding;
    this.symbols = symbols;
    createProgram = bind("nvrtcCreateProgram", Shape.PPPIPP);
    destroyProgram = bind("nvrtcDestroyProgram", Shape.P);
    compileProgram = bind("nvrtcCompileProgram", Shape.PIP);
    getLogSize = bind("nvrtcGetProgramLogSize", Shape.PP);
    getLog = bind("nvrtcGetProgramLog", Shape.PP);
    getCubinSize = bind("nvrtcGetCUBINSize", Shape.PP);
    getCubin = bind("nvrtcGetCUBIN", Shape.PP);
    getPtxSize = bind("nvrtcGetPTXSize", Shape.PP);
    getPtx = bind("nvrtcGetPTX", Shape.PP);
    version = readVersion();
    architectures = readArchitectures();
  }

  /**
   * The compiler, if it was found.
   *
   * @throws IllegalStateException if the library found lacks functions, as one before CUDA 11.2
   */
  public static Optional<Nvrtc> load(CudaLibraries libraries) {
    return libraries.nvrtcSymbols().map(symbols -> new Nvrtc(libraries.nvrtc(), symbols));
  }

  /** Which CUDA it is of. */
  public Version version() {
    return version;
  }

  /** Where it was found. */
  public LibraryFinding library() {
    return finding;
  }

  /** What it makes machine code for, oldest first. */
  public List<Architecture> architectures() {
    return architectures;
  }

  /**
   * What to compile for a device: machine code that runs on it, or PTX if the device is newer than
   * this compiler.
   *
   * @throws IllegalArgumentException if the device is older than all that this compiler knows
   */
  public Architecture architectureFor(Architecture device) {
    return Architecture.bestFor(device, architectures)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "NVRTC %s compiles for %s, none of which a device of %s runs"
                        .formatted(version, architectures, device)));
  }

  /**
   * Compiles a source.
   *
   * @throws CudaCompileException if the source is refused, with NVRTC's log and the source; also if
   *     NVRTC cannot work, for instance without its second library
   */
  public Cubin compile(KernelSource source, Architecture architecture) {
    var result = new CompletableFuture<Cubin>();
    Thread compiler =
        new Thread(
            null,
            () -> {
              try {
                result.complete(compileHere(source, architecture));
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            },
            "einkorn-nvrtc",
            STACK_BYTES);
    compiler.setDaemon(true);
    compiler.start();
    try {
      return result.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case CudaCompileException refused -> {
          refused.addSuppressed(new IllegalStateException("asked for here"));
          throw refused;
        }
        case RuntimeException failure -> throw failure;
        case Error error -> throw error;
        case null, default -> throw e;
      }
    }
  }

  /** The options that a source is compiled with, in order. */
  static List<String> options(KernelSource source, Architecture architecture) {
    List<String> options = new ArrayList<>();
    options.add("--gpu-architecture=" + architecture);
    options.addAll(STANDARD_OPTIONS);
    options.addAll(source.options());
    return options;
  }

  private Cubin compileHere(KernelSource source, Architecture architecture) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(ADDRESS);
      check(
          createProgram,
          createProgram.call(
              program,
              arena.allocateFrom(source.text()),
              arena.allocateFrom(source.fileName()),
              0,
              MemorySegment.NULL,
              MemorySegment.NULL),
          "",
          source);
      try {
        MemorySegment handle = program.get(ADDRESS, 0);
        List<String> options = options(source, architecture);
        MemorySegment pointers = arena.allocate(ADDRESS, options.size());
        for (int i = 0; i < options.size(); i++) {
          pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
        }
        int result = compileProgram.call(handle, options.size(), pointers);
        String log = text(read(getLogSize, getLog, handle, source));
        check(compileProgram, result, log, source);
        byte[] image =
            architecture.ptx()
                ? read(getPtxSize, getPtx, handle, source)
                : read(getCubinSize, getCubin, handle, source);
        return new Cubin(image, architecture, log);
      } finally {
        // Its result would only hide the failure that led here.
        int _ = destroyProgram.call(program);
      }
    }
  }

  /** What a pair of functions gives: one the size in bytes, the other the bytes. */
  private byte[] read(
      NativeFunction size, NativeFunction get, MemorySegment program, KernelSource source) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      check(size, size.call(program, count), "", source);
      long bytes = count.get(JAVA_LONG, 0);
      if (bytes < 0 || bytes > MOST_BYTES) {
        throw new CudaCompileException(
            "%s says %s bytes".formatted(size.name(), bytes), "", source);
      }
      MemorySegment content = arena.allocate(Math.max(1, bytes));
      check(get, get.call(program, content), "", source);
      return content.asSlice(0, bytes).toArray(JAVA_BYTE);
    }
  }

  private static String text(byte[] bytes) {
    int length = bytes.length;
    while (length > 0 && bytes[length - 1] == 0) {
      length--;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private void check(NativeFunction function, int result, String log, KernelSource source) {
    if (result == 0) {
      return;
    }
    String problem =
        result == COMPILATION_FAILED
            ? "NVRTC %s refuses %s".formatted(version, source.fileName())
            : "NVRTC %s: %s of %s failed with %s (%s)"
                .formatted(version, function.name(), source.fileName(), result, name(result));
    throw new CudaCompileException(problem, log, source);
  }

  private static String name(int result) {
    List<String> names =
        List.of(
            "SUCCESS",
            "OUT_OF_MEMORY",
            "PROGRAM_CREATION_FAILURE",
            "INVALID_INPUT",
            "INVALID_PROGRAM",
            "INVALID_OPTION",
            "COMPILATION",
            "BUILTIN_OPERATION_FAILURE: is libnvrtc-builtins beside libnvrtc?");
    return result > 0 && result < names.size() ? "NVRTC_ERROR_" + names.get(result) : "NVRTC error";
  }

  private Version readVersion() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment major = arena.allocate(JAVA_INT);
      MemorySegment minor = arena.allocate(JAVA_INT);
      require(bind("nvrtcVersion", Shape.PP).call(major, minor) == 0, "nvrtcVersion fails");
      return new Version(major.get(JAVA_INT, 0), minor.get(JAVA_INT, 0));
    }
  }

  private List<Architecture> readArchitectures() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      require(
          bind("nvrtcGetNumSupportedArchs", Shape.P).call(count) == 0,
          "nvrtcGetNumSupportedArchs fails");
      int length = count.get(JAVA_INT, 0);
      require(length >= 0 && length <= 1000, "NVRTC knows %s architectures".formatted(length));
      MemorySegment numbers = arena.allocate(JAVA_INT, Math.max(1, length));
      require(
          bind("nvrtcGetSupportedArchs", Shape.P).call(numbers) == 0,
          "nvrtcGetSupportedArchs fails");
      List<Architecture> known = new ArrayList<>();
      for (int i = 0; i < length; i++) {
        known.add(Architecture.ofNumber(numbers.getAtIndex(JAVA_INT, i)));
      }
      return List.copyOf(known);
    }
  }

  private NativeFunction bind(String name, Shape shape) {
    return new NativeFunction(
        name,
        shape,
        symbols
            .find(name)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "%s has no %s: it is too old".formatted(finding.location(), name))));
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalStateException(finding.location() + ": " + problem);
    }
  }
}
