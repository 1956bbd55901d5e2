package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.einkorn.runtime.cuda.Architecture;
import dev.einkorn.runtime.cuda.Cubin;
import dev.einkorn.runtime.cuda.CudaLibraries;
import dev.einkorn.runtime.cuda.KernelResources;
import dev.einkorn.runtime.cuda.KernelSource;
import dev.einkorn.runtime.cuda.Nvrtc;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The approved sources compile for real chips, within what a block may take of them. */
class ResourceReportTest {
  private static final List<Architecture> CHIPS = List.of(Architecture.SM_80, Architecture.SM_90);

  private static Optional<Nvrtc> nvrtc = Optional.empty();

  @BeforeAll
  static void loadNvrtc() {
    CudaLibraries libraries = CudaLibraries.find();
    nvrtc = Nvrtc.load(libraries);
    if (System.getenv("CI") != null) {
      assertThat(nvrtc).as("CI must be able to compile for GPUs: %s", libraries).isPresent();
    }
  }

  static List<String> cases() {
    return GoldenSourcesTest.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void contractionsSpillNothingAndEveryKernelFits(String name) {
    assumeTrue(nvrtc.isPresent(), "there is no NVRTC here, which -Pnvrtc takes from Maven Central");
    var source =
        new KernelSource(
            name + ".cu",
            GoldenSourcesTest.named(name).source(),
            List.of("--std=c++17", "--fmad=false"));
    for (Architecture chip : CHIPS) {
      Cubin cubin = nvrtc.orElseThrow().compile(source, chip);
      assertThat(cubin.resources()).isNotEmpty();
      for (KernelResources kernel : cubin.resources()) {
        String what = name + ", " + kernel.kernel() + " for " + chip;
        assertThat(kernel.registers()).as(what).isLessThanOrEqualTo(128);
        assertThat(kernel.staticSharedBytes()).as(what).isLessThanOrEqualTo(48 << 10);
        if (name.contains("contraction") || name.contains("question")) {
          assertThat(kernel.spills()).as(what).isFalse();
        }
      }
    }
  }
}
