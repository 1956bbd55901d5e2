package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.standin.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands for GPUs, on a machine that need not have one. */
class DeviceCommandsTest {
  private static final String PROGRAM = "c[k] = A[i,k] * B[i,k]";

  @TempDir private Path folder;

  /** A command as it runs where no driver is. */
  private static Ran withoutDriver(String... words) {
    String property = "einkorn.cuda.driver";
    String before = System.setProperty(property, "off");
    try {
      return Ran.command(words);
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }

  @Test
  void runningWithoutAGpuIsOneErrorThatSaysWhatIsMissing() {
    Ran ran = withoutDriver("eval", PROGRAM, "A=[[1., 2.]]", "B=[[3., 4.]]", "--backend", "cuda");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .startsWith("error[CUDA]: the CUDA backend cannot run here: ")
        .contains("\n  libcuda: not found: ", "\n  libnvrtc: ", "'einkorn doctor'")
        .doesNotContain("internal error");
  }

  @Test
  void plansAndSourcesNeedNoGpu() {
    Ran plan = withoutDriver("explain", PROGRAM, "A=[[1., 2.]]", "B=[[3., 4.]]", "--backend=cuda");
    assertThat(plan.code()).isZero();
    assertThat(plan.out()).contains("launches on the GPU:", "compute_c<<<");
    Ran stage = withoutDriver("explain", PROGRAM, "--backend=cuda", "--stage=cuda");
    assertThat(stage.out()).isEqualTo(withoutDriver("source", PROGRAM, "--target=cuda").out());
    Ran json =
        withoutDriver(
            "explain", PROGRAM, "A=[[1., 2.]]", "B=[[3., 4.]]", "--backend=cuda", "--json");
    Map<?, ?> report = JsonReader.object(json.out());
    assertThat(report.get("peakTemporaryBytes")).asString().isEqualTo("0");
  }

  @Test
  void doctorSaysWhatThatMeans() {
    assertThat(withoutDriver("doctor").out())
        .containsPattern(
            "cuda: +(programs can be compiled for a GPU, but there is none to run them"
                + "|not available; CUDA C can be written, but neither compiled nor run)\n");
  }

  @Test
  void compileWritesMachineCodeAndShowsWhatKernelsTake() throws IOException {
    assertThat(Requirements.nvrtc().architectures()).isNotEmpty();
    Path file = folder.resolve("kernel.cubin");
    Ran ran = withoutDriver("compile", PROGRAM, "--arch", "sm_80", "-o", file.toString());
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .containsPattern("^[0-9,]+ bytes for sm_80 by NVRTC [0-9.]+, written to ")
        .containsPattern(
            "  compute_c: [0-9]+ registers, no spills, [0-9,]+ bytes of shared memory");
    assertThat(Files.readAllBytes(file)).startsWith(0x7F, 'E', 'L', 'F');
    Map<?, ?> report = JsonReader.object(withoutDriver("compile", PROGRAM, "--json").out());
    assertThat(report.get("architecture")).isEqualTo("sm_90");
  }

  @Test
  void anUnknownArchitectureIsWrongUsage() {
    Ran ran = withoutDriver("compile", PROGRAM, "--arch", "h100");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("--arch: 'h100' is no architecture; write sm_90");
  }
}
