package dev.einkorn.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.einkorn.standin.Requirements;
import dev.einkorn.standin.StandInDriver;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the real NVRTC, which is loaded once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NvrtcTest {
  private static final String SUM =
      """
      extern "C" __global__ void sum(float* x, const float* y, int n) {
        __shared__ float s[256];
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        s[threadIdx.x] = i < n ? y[i] : 0.0f;
        __syncthreads();
        if (i < n) x[i] = s[threadIdx.x] + s[threadIdx.x ^ 1];
      }
      """;

  private Nvrtc nvrtc;

  @BeforeAll
  void load() {
    nvrtc = Requirements.nvrtc();
  }

  @Test
  void saysWhatItIs() {
    assertThat(nvrtc.version().major()).isGreaterThanOrEqualTo(12);
    assertThat(nvrtc.architectures()).contains(Architecture.SM_80, Architecture.SM_90);
    assertThat(nvrtc.library().found()).isTrue();
    assertThat(nvrtc.architectureFor(Architecture.SM_90)).isEqualTo(Architecture.SM_90);
    assertThatThrownBy(() -> nvrtc.architectureFor(Architecture.parse("sm_30")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none of which a device of sm_30 runs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_90", "sm_90a"})
  void compilesToMachineCodeAndReportsResources(String architecture) {
    Cubin cubin = nvrtc.compile(KernelSource.of("sum.cu", SUM), Architecture.parse(architecture));
    byte[] image = cubin.image();
    assertThat(image).startsWith(0x7f, 'E', 'L', 'F');
    assertThat(Byte.toUnsignedInt(image[18])).as("the machine: CUDA").isEqualTo(190);
    KernelResources resources = cubin.resources("sum").orElseThrow();
    assertThat(resources.registers()).isBetween(4, 40);
    assertThat(resources.staticSharedBytes()).isEqualTo(1024);
    assertThat(resources.barriers()).isOne();
    assertThat(resources.spills()).isFalse();
    assertThat(cubin.log()).contains("Compiling entry function 'sum'");
  }

  @Test
  void reportsSpills() {
    String loads =
        String.join(
            "\n",
            IntStream.range(0, 200).mapToObj("float v%1$s = x[%1$s * n];"::formatted).toList());
    String stores =
        String.join(
            "\n", IntStream.range(0, 200).mapToObj("x[%1$s * m] = v%1$s;"::formatted).toList());
    String text =
        """
        extern "C" __global__ void __launch_bounds__(1024, 2) many(float* x, int n, int m) {
        %s
        __syncthreads();
        %s
        }
        """
            .formatted(loads, stores);
    KernelResources resources =
        nvrtc.compile(KernelSource.of("many.cu", text), Architecture.SM_90).resources().getFirst();
    assertThat(resources.registers()).isLessThanOrEqualTo(32);
    assertThat(resources.spills()).isTrue();
    assertThat(resources.spillStoreBytes()).isPositive();
  }

  @Test
  void makesPtxForLaterChips() {
    Cubin ptx = nvrtc.compile(KernelSource.of("sum.cu", SUM), Architecture.parse("compute_80"));
    String text = new String(ptx.image(), java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(text).contains(".target sm_80", ".entry sum(").endsWith("\0");
    assertThat(ptx.resources()).isEmpty();
  }

  @Test
  void refusesASourceWithLogAndNumberedLines() {
    KernelSource source = KernelSource.of("sum.cu", SUM.replace("y[i]", "yy[i]"));
    CudaCompileException e =
        catchThrowableOfType(
            CudaCompileException.class, () -> nvrtc.compile(source, Architecture.SM_90));
    assertThat(e)
        .hasMessageStartingWith("NVRTC %s refuses sum.cu\n".formatted(nvrtc.version()))
        .hasMessageContaining("sum.cu(4): error: identifier \"yy\" is undefined")
        .hasMessageContaining("    4    s[threadIdx.x] = i < n ? yy[i] : 0.0f;\n");
    assertThat(e.log()).contains("1 error detected");
    assertThat(e.source()).isEqualTo(source.text());
  }

  @Test
  void refusesAnOptionItDoesNotKnow() {
    KernelSource source = new KernelSource("sum.cu", SUM, List.of("--no-such-option"));
    assertThatThrownBy(() -> nvrtc.compile(source, Architecture.SM_90))
        .isInstanceOf(CudaCompileException.class)
        .hasMessageContaining("NVRTC_ERROR_INVALID_OPTION")
        .hasMessageContaining("--no-such-option");
    assertThatThrownBy(() -> new KernelSource("sum.cu", SUM, List.of("--gpu-architecture=sm_80")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void deepExpressionsDoNotBreakTheJvm() {
    String text =
        "extern \"C\" __global__ void deep(int* x) { x[0] = %s1%s; }"
            .formatted("(".repeat(1500), ")".repeat(1500));
    assertThat(nvrtc.compile(KernelSource.of("deep.cu", text), Architecture.SM_90).resources())
        .hasSize(1);
  }

  @Test
  void compilesOnSeveralThreadsAtOnce() throws InterruptedException {
    Cubin[] cubins = new Cubin[4];
    Thread[] threads =
        IntStream.range(0, cubins.length)
            .mapToObj(
                i ->
                    Thread.ofPlatform()
                        .start(
                            () ->
                                cubins[i] =
                                    nvrtc.compile(
                                        KernelSource.of("sum.cu", SUM.replace("sum", "sum" + i)),
                                        Architecture.SM_80)))
            .toArray(Thread[]::new);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(Stream.of(cubins).map(it -> it.resources().getFirst().kernel()))
        .containsExactly("sum0", "sum1", "sum2", "sum3");
  }

  @Test
  void itsMachineCodeLoadsIntoTheStandIn() {
    StandInDriver driver = StandInDriver.begin();
    try (CudaDevice device = driver.open()) {
      Cubin cubin = nvrtc.compile(KernelSource.of("sum.cu", SUM), Architecture.SM_90);
      CudaFunction sum = device.load(cubin).function("sum");
      sum.launch(device.stream(), Launch.of(1, 256), new KernelArguments().i64(0).i64(0).i32(0));
      device.synchronize();
    }
    driver.end();
  }
}
