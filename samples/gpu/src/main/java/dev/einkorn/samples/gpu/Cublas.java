package dev.einkorn.samples.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.einkorn.runtime.cuda.DeviceTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NVIDIA's matrix products, where the library is found: in the file that the system property {@code
 * einkorn.cublas} names, by the loader, or in the usual folders. For one thread, on which a device
 * was used before; work goes to the default stream.
 */
@SuppressWarnings("restricted") // Calling the library is what this is for.
final class Cublas implements AutoCloseable {
  private static final int TRANSPOSED = 1;
  private static final int DEFAULT_ALGORITHM = -1;

  /** What the library's headers call cudaDataType_t and cublasComputeType_t. */
  private enum Arithmetic {
    F32(0, 68),
    TF32(0, 77),
    BF16(0, 75),
    F64(1, 70);

    private final int type;
    private final int computation;

    Arithmetic(int type, int computation) {
      this.type = type;
      this.computation = computation;
    }
  }

  private final SymbolLookup library;
  private final String location;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment handle;
  private final MethodHandle gemm;

  private Cublas(SymbolLookup library, String location) {
    this.library = library;
    this.location = location;
    MemorySegment out = arena.allocate(ADDRESS);
    call("cublasCreate_v2", List.of(ADDRESS), out);
    handle = out.get(ADDRESS, 0);
    gemm =
        Linker.nativeLinker()
            .downcallHandle(
                symbol("cublasGemmEx"),
                FunctionDescriptor.of(
                    JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS,
                    ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS,
                    JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  }

  /** The library, if there is one that works. */
  static Optional<Cublas> find() {
    List<String> places = new ArrayList<>();
    Optional.ofNullable(System.getProperty("einkorn.cublas"))
        .filter(it -> !it.isBlank())
        .ifPresent(places::add);
    for (String version : List.of("13", "12")) {
      String file = "libcublas.so." + version;
      places.add(file);
      for (String variable : List.of("CUDA_PATH", "CUDA_HOME")) {
        Optional.ofNullable(System.getenv(variable))
            .ifPresent(it -> places.add(it + "/lib64/" + file));
      }
      places.add("/usr/local/cuda/lib64/" + file);
      places.add("/usr/lib/x86_64-linux-gnu/" + file);
    }
    for (String place : places) {
      try {
        Path path = Path.of(place);
        if (path.isAbsolute() && !Files.isRegularFile(path)) {
          continue;
        }
        SymbolLookup library =
            path.isAbsolute()
                ? SymbolLookup.libraryLookup(path, Arena.global())
                : SymbolLookup.libraryLookup(place, Arena.global());
        return Optional.of(new Cublas(library, place));
      } catch (IllegalArgumentException | IllegalStateException e) {
        // The next place may have one.
      }
    }
    return Optional.empty();
  }

  /** Where it was found. */
  String location() {
    return location;
  }

  /** What computes a product of row-major matrices; nothing where the library has no such one. */
  Optional<Runnable> prepare(Workload.Gemm gemm, DeviceTensor a, DeviceTensor b, DeviceTensor c) {
    MemorySegment one = arena.allocateFrom(JAVA_FLOAT, 1);
    MemorySegment zero = arena.allocateFrom(JAVA_FLOAT, 0);
    return switch (gemm.precision()) {
      case NONE -> Optional.empty();
      case F32 -> Optional.of(() -> run(Arithmetic.F32, gemm, one, zero, a, b, c));
      case TF32 -> Optional.of(() -> run(Arithmetic.TF32, gemm, one, zero, a, b, c));
      case BF16 -> Optional.of(() -> run(Arithmetic.BF16, gemm, one, zero, a, b, c));
      case F64 -> {
        MemorySegment wideOne = arena.allocateFrom(JAVA_DOUBLE, 1);
        MemorySegment wideZero = arena.allocateFrom(JAVA_DOUBLE, 0);
        yield Optional.of(() -> run(Arithmetic.F64, gemm, wideOne, wideZero, a, b, c));
      }
    };
  }

  /** The library counts columns first: of the transposed matrices, B comes first. */
  private void run(
      Arithmetic arithmetic,
      Workload.Gemm product,
      MemorySegment one,
      MemorySegment zero,
      DeviceTensor a,
      DeviceTensor b,
      DeviceTensor c) {
    int status;
    try {
      status =
          (int)
              gemm.invokeExact(
                  handle,
                  product.transposedB() ? TRANSPOSED : 0,
                  product.transposedA() ? TRANSPOSED : 0,
                  product.n(),
                  product.m(),
                  product.k(),
                  one,
                  MemorySegment.ofAddress(b.address()),
                  arithmetic.type,
                  product.transposedB() ? product.k() : product.n(),
                  MemorySegment.ofAddress(a.address()),
                  arithmetic.type,
                  product.transposedA() ? product.m() : product.k(),
                  zero,
                  MemorySegment.ofAddress(c.address()),
                  arithmetic.type,
                  product.n(),
                  arithmetic.computation,
                  DEFAULT_ALGORITHM);
    } catch (Throwable e) {
      throw new IllegalStateException("cuBLAS", e);
    }
    check("gemm", status);
  }

  private MemorySegment symbol(String name) {
    return library.find(name).orElseThrow(() -> new IllegalStateException("no " + name));
  }

  private void call(String name, List<MemoryLayout> parameters, Object... arguments) {
    MethodHandle function =
        Linker.nativeLinker()
            .downcallHandle(
                symbol(name),
                FunctionDescriptor.of(JAVA_INT, parameters.toArray(MemoryLayout[]::new)));
    int status;
    try {
      status = (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
    check(name, status);
  }

  private static void check(String name, int status) {
    if (status != 0) {
      throw new IllegalStateException("%s answers %s".formatted(name, status));
    }
  }

  @Override
  public void close() {
    call("cublasDestroy_v2", List.of(ADDRESS), handle);
    arena.close();
  }
}
