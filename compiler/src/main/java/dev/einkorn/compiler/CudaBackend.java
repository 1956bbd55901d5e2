package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.cuda.DeviceProgram;
import dev.einkorn.compiler.jit.KernelCache;
import dev.einkorn.runtime.cuda.Architecture;
import dev.einkorn.runtime.cuda.Cubin;
import dev.einkorn.runtime.cuda.CubinCache;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.runtime.cuda.CudaDriver;
import dev.einkorn.runtime.cuda.CudaException;
import dev.einkorn.runtime.cuda.CudaFindings;
import dev.einkorn.runtime.cuda.CudaLibraries;
import dev.einkorn.runtime.cuda.CudaModule;
import dev.einkorn.runtime.cuda.KernelSource;
import dev.einkorn.runtime.cuda.Nvrtc;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The GPU that the programs of an instance run on, the compiler for it, and the kernels that are
 * loaded there. Kernels that no program uses any more are unloaded once the collector finds them.
 */
final class CudaBackend {
  private static final int MOST_MODULES = 1024;

  private final CudaDevice device;
  private final BiFunction<KernelSource, Architecture, Cubin> compiler;
  private final KernelCache<DeviceProgram, CudaModule> modules = new KernelCache<>(MOST_MODULES);

  /**
   * A device and a compiler for it.
   *
   * @param compiler takes a source and the device's architecture
   */
  CudaBackend(CudaDevice device, BiFunction<KernelSource, Architecture, Cubin> compiler) {
    this.device = device;
    this.compiler = compiler;
  }

  /**
   * The first GPU of this machine, or the one that is given, and the NVRTC that is found.
   *
   * @throws CudaUnavailableException if one of them is missing
   */
  static CudaBackend find(CudaLibraries libraries, Optional<CudaDevice> given) {
    try {
      Optional<Nvrtc> nvrtc = Nvrtc.load(libraries);
      if (nvrtc.isPresent()) {
        Optional<CudaDevice> device =
            given.or(
                () ->
                    CudaDriver.load(libraries)
                        .filter(driver -> !driver.devices().isEmpty())
                        .map(driver -> driver.open(0)));
        if (device.isPresent()) {
          CubinCache cache = CubinCache.ofUser(nvrtc.get());
          return new CudaBackend(
              device.get(),
              (source, chip) -> cache.compile(source, nvrtc.get().architectureFor(chip)));
        }
      }
    } catch (CudaException | IllegalStateException e) {
      var unavailable = new CudaUnavailableException(CudaFindings.of(libraries));
      unavailable.initCause(e);
      throw unavailable;
    }
    throw new CudaUnavailableException(CudaFindings.of(libraries));
  }

  CudaDevice device() {
    return device;
  }

  /** The kernels of a program, compiled and loaded when they are first asked for. */
  CudaModule load(DeviceProgram program) {
    return modules.get(program, () -> compile(program));
  }

  private CudaModule compile(DeviceProgram program) {
    return device.load(compiler.apply(source(program), device.properties().architecture()));
  }

  /** What is compiled of a program; errors call it by its first kernel. */
  static KernelSource source(DeviceProgram program) {
    String name = program.launches().isEmpty() ? "empty" : program.launches().getFirst().kernel();
    return new KernelSource(name + ".cu", program.text(), program.options());
  }
}
