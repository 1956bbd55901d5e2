package dev.einkorn.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.Tensor;
import dev.einkorn.standin.NativeCompiler;
import dev.einkorn.standin.StandInDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostModuleTest {
  @Test
  void kernelsCompiledForTheHostRunThroughTheStandIn(@TempDir Path folder) throws IOException {
    StandInDriver driver = StandInDriver.begin();
    Path library = folder.resolve("host_kernels.so");
    NativeCompiler.shared(StandInDriver.source("host_kernels.c"), library, List.of("-O1"));
    Cubin image = new Cubin(Files.readAllBytes(library), Architecture.SM_90, "");
    try (CudaDevice device = driver.open();
        CudaModule module = device.load(image);
        DeviceTensor x = device.upload(Tensor.of(new double[] {1, 2, 3, 4}, 4))) {
      module
          .function("add")
          .launch(
              device.stream(),
              Launch.of(2, 2).withDynamicShared(64),
              new KernelArguments().tensor(x).i32(-3).f64(0.5));
      assertThat(x.download().toDoubleArray()).containsExactly(-0.5, 0.5, 1.5, 2.5);
    }
    driver.end();
  }
}
