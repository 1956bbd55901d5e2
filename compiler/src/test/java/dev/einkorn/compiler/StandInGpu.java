package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.cuda.HostModules;
import dev.einkorn.compiler.emit.cuda.OnCpu;
import dev.einkorn.runtime.cuda.CudaDevice;
import dev.einkorn.standin.StandInDriver;
import java.nio.file.Path;

/**
 * A GPU for tests: the stand-in driver, on which kernels run that g++ has compiled. Closing it
 * asserts that nothing was left open and nothing was used wrongly.
 */
@SuppressWarnings("exports") // Tests are no part of the module, though javac patches them into it.
public final class StandInGpu implements AutoCloseable {
  private final StandInDriver driver;
  private final CudaDevice device;
  private final HostModules modules;

  /** Opens it, or skips the test where there is no C compiler. */
  public StandInGpu(Path folder) {
    OnCpu.require();
    driver = StandInDriver.begin();
    device = driver.open();
    modules = new HostModules(folder);
  }

  /** The driver, to inject faults. */
  public StandInDriver driver() {
    return driver;
  }

  /** The device of all programs. */
  public CudaDevice device() {
    return device;
  }

  /** The compiler in the place of NVRTC. */
  public HostModules modules() {
    return modules;
  }

  /** Options for programs that run here. */
  public Einkorn.Builder builder() {
    return Einkorn.builder().backend(Backend.CUDA).cuda(new CudaBackend(device, modules::compile));
  }

  @Override
  public void close() {
    device.close();
    driver.end();
  }
}
