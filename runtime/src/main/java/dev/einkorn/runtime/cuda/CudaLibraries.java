package dev.einkorn.runtime.cuda;

import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * CUDA's two libraries, as far as this machine has them: NVRTC, the compiler, and the driver.
 *
 * <p>NVRTC is looked for in the file or folder that the system property {@code einkorn.cuda.nvrtc}
 * names; else in {@code CUDA_PATH} and {@code CUDA_HOME}, in {@code LD_LIBRARY_PATH}, by the
 * system's loader, in the usual folders and Python packages, and in the jar {@code
 * org.bytedeco:cuda-redist} of the class path. The driver, {@code libcuda.so.1}, is looked for in
 * the file that {@code einkorn.cuda.driver} names; else by the system's loader and in the usual
 * folders. The value {@code off} of either property means not to look.
 *
 * <p>Looking loads what is found. That is native code: Java 25 warns unless it was started with
 * {@code --enable-native-access=ALL-UNNAMED} (on the module path: {@code dev.einkorn.runtime}).
 */
public final class CudaLibraries {
  private final LibrarySearch.Loaded driver;
  private final LibrarySearch.Loaded nvrtc;

  private CudaLibraries(LibrarySearch.Loaded driver, LibrarySearch.Loaded nvrtc) {
    this.driver = driver;
    this.nvrtc = nvrtc;
  }

  /** Looks for both; finding neither is no failure. */
  public static CudaLibraries find() {
    return find(Surroundings.real());
  }

  /**
   * The libraries in these files, or none; nothing else is looked at, and no property.
   *
   * @param driver the file of the driver
   * @param nvrtc the file of NVRTC, or a folder that has it
   */
  public static CudaLibraries of(Optional<Path> driver, Optional<Path> nvrtc) {
    Surroundings real = Surroundings.real();
    Map<String, String> named =
        Map.of(
            LibrarySearch.DRIVER_PROPERTY, driver.map(Path::toString).orElse("off"),
            LibrarySearch.NVRTC_PROPERTY, nvrtc.map(Path::toString).orElse("off"));
    return find(
        new Surroundings(
            name -> Optional.ofNullable(named.get(name)).or(() -> real.property().apply(name)),
            real.variable(),
            real.root(),
            real.loader(),
            real.classLoaders()));
  }

  static CudaLibraries find(Surroundings surroundings) {
    return new CudaLibraries(LibrarySearch.driver(surroundings), LibrarySearch.nvrtc(surroundings));
  }

  /** What became of the search for the driver. */
  public LibraryFinding driver() {
    return driver.finding();
  }

  /** What became of the search for NVRTC. */
  public LibraryFinding nvrtc() {
    return nvrtc.finding();
  }

  Optional<SymbolLookup> driverSymbols() {
    return driver.symbols();
  }

  Optional<SymbolLookup> nvrtcSymbols() {
    return nvrtc.symbols();
  }
}
