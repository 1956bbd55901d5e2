package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
  @Test
  void showsTheMachineAndTestsAKernel() {
    Ran ran = Ran.command("doctor");
    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .contains("java home:      " + System.getProperty("java.home"))
        .contains(
            "processors: ",
            "caches: ",
            "simd: ",
            "vector module: ",
            "libcuda: ",
            "libnvrtc: ",
            "cuda: ")
        .endsWith("self-test:      passed\n");
  }

  @Test
  void answersInJson() {
    Map<?, ?> report = JsonReader.object(Ran.command("doctor", "--json").out());
    assertThat(report.get("passes")).isEqualTo("true");
    assertThat(report.get("java_home")).isEqualTo(System.getProperty("java.home"));
    assertThat(report.get("cuda_libraries"))
        .asString()
        .contains("library=libcuda.so", "library=libnvrtc.so", "attempts=[");
  }

  @Test
  void namesTheWidestVectorInstructions() {
    assertThat(Machine.simd(Set.of("sse2", "avx", "avx2", "fma", "avx512f")))
        .isEqualTo("AVX-512 (512 bits)");
    assertThat(Machine.simd(Set.of("sse2", "avx", "avx2", "fma"))).isEqualTo("AVX2 (256 bits)");
    assertThat(Machine.simd(Set.of("fp", "asimd"))).isEqualTo("NEON (128 bits)");
    assertThat(Machine.simd(Set.of())).isEqualTo("unknown");
  }
}
