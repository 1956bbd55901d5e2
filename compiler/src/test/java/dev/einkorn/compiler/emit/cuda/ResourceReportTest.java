package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.einkorn.compiler.MatrixPrecision;
import dev.einkorn.compiler.Mode;
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
import org.junit.jupiter.params.provider.CsvSource;
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
        // On tensor cores a block of eight warps has a multiprocessor for itself.
        boolean alone = name.endsWith("tf32") || name.endsWith("bf16");
        assertThat(kernel.registers()).as(what).isLessThanOrEqualTo(alone ? 255 : 128);
        // Panels for tensor cores are in dynamic memory, and leave this much for tables.
        assertThat(kernel.staticSharedBytes())
            .as(what)
            .isLessThanOrEqualTo(alone ? 7 << 10 : 48 << 10);
        if (name.contains("contraction") || name.contains("question")) {
          assertThat(kernel.spills()).as(what).isFalse();
        }
      }
    }
  }

  /** Tiles that are chosen for one size or another, with factors that lie along the sum or not. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "C[i,j] = A[i,k] * B[j,k] | F32 | shared(i: 8 of 128, j: 8 of 128, k: 1 of 16)",
        "C[i,j] = A[i,k] * B[k,j] | F32 | shared(i: 8 of 128, j: 4 of 64, k: 1 of 16)",
        "C[i,j] = A[k,i] * B[k,j] | F32 | shared(i: 4 of 32, j: 2 of 32, k: 1 of 16)",
        "C[i,j] = A[i,k] * B[j,k] | TF32 | matrix(tf32, i: 64 of 128, j: 64 of 256, k: 1 of 16)",
        "C[i,j] = A[k,i] * B[k,j] | TF32 | matrix(tf32, i: 64 of 128, j: 32 of 128, k: 1 of 32)",
        "C[i,j] = A[i,k] * B[k,j] | TF32 | matrix(tf32, i: 32 of 64, j: 32 of 64, k: 1 of 32)",
        "C[i,j] = A[i,k] * B[k,j] | BF16 | matrix(bf16, i: 64 of 128, j: 64 of 256, k: 1 of 32)",
        "C[i,j] = A[i,k] * B[j,k] | BF16 | matrix(bf16, i: 64 of 128, j: 32 of 128, k: 1 of 32)"
      })
  void tilesStayInRegisters(String program, MatrixPrecision precision, String tiles) {
    assumeTrue(nvrtc.isPresent(), "there is no NVRTC here, which -Pnvrtc takes from Maven Central");
    var golden =
        new GoldenSourcesTest.Golden(
            program, "fuse(i, j); promote(C); contract(); " + tiles, Mode.DETERMINISTIC, precision);
    var source =
        new KernelSource("tiles.cu", golden.source(), List.of("--std=c++17", "--fmad=false"));
    for (Architecture chip : CHIPS) {
      for (KernelResources kernel : nvrtc.orElseThrow().compile(source, chip).resources()) {
        assertThat(kernel.spills()).as("%s for %s", tiles, chip).isFalse();
      }
    }
  }
}
