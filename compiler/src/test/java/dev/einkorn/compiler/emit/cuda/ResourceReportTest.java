package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.MatrixPrecision;
import dev.einkorn.compiler.Mode;
import dev.einkorn.runtime.cuda.Architecture;
import dev.einkorn.runtime.cuda.KernelResources;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The approved sources compile for real chips, within what a block may take of them. */
class ResourceReportTest {
  @BeforeAll
  static void findCompiler() {
    NvidiaCompiler.require();
  }

  static List<String> cases() {
    return GoldenSourcesTest.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void contractionsSpillNothingAndEveryKernelFits(String name) {
    String text = GoldenSourcesTest.named(name).source();
    for (Architecture chip : NvidiaCompiler.CHIPS) {
      for (KernelResources kernel : NvidiaCompiler.compile(name, text, chip)) {
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
    var golden =
        new GoldenSourcesTest.Golden(
            program, "fuse(i, j); promote(C); contract(); " + tiles, Mode.DETERMINISTIC, precision);
    for (Architecture chip : NvidiaCompiler.CHIPS) {
      for (KernelResources kernel : NvidiaCompiler.compile("tiles", golden.source(), chip)) {
        assertThat(kernel.spills()).as("%s for %s", tiles, chip).isFalse();
      }
    }
  }
}
