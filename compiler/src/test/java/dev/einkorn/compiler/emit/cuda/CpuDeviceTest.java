package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether the CPU finds what is wrong with kernels, and nothing where nothing is. */
class CpuDeviceTest {
  private static final int THREADS = 64;

  /** Kernels by name: each takes the tensor {@code x} of {@link #THREADS} floats. */
  private static final Map<String, String> KERNELS = new LinkedHashMap<>();

  static {
    KERNELS.put(
        "reversed",
        """
          __shared__ float tile[64];
          tile[threadIdx.x] = x[threadIdx.x];
          __syncthreads();
          x[threadIdx.x] = tile[63 - threadIdx.x];
        """);
    KERNELS.put(
        "missing_barrier",
        """
          __shared__ float tile[64];
          tile[threadIdx.x] = x[threadIdx.x];
          x[threadIdx.x] = tile[63 - threadIdx.x];
        """);
    KERNELS.put(
        "overwritten_while_read",
        """
          __shared__ float tile[64];
          tile[threadIdx.x] = x[threadIdx.x];
          __syncthreads();
          const float other = tile[63 - threadIdx.x];
          tile[threadIdx.x] = other;
          __syncthreads();
          x[threadIdx.x] = tile[threadIdx.x];
        """);
    KERNELS.put(
        "divergent_barrier",
        """
          __shared__ float tile[64];
          tile[threadIdx.x] = x[threadIdx.x];
          if (threadIdx.x < 40) {
            __syncthreads();
          }
          x[threadIdx.x] = tile[threadIdx.x];
        """);
    KERNELS.put(
        "lane_that_left",
        """
          if (threadIdx.x % 2 == 1) return;
          x[threadIdx.x] = __shfl_xor_sync(0xffffffffu, x[threadIdx.x], 2);
        """);
    KERNELS.put("beyond_the_end", "  x[threadIdx.x + 1] = 1.0f;\n");
    KERNELS.put("before_the_beginning", "  x[threadIdx.x] = x[(int) threadIdx.x - 1];\n");
    KERNELS.put(
        "summed",
        """
          __shared__ float scratch[2];
          const float all = fold_x<Sum, 64>(x[threadIdx.x], scratch);
          x[threadIdx.x] = all;
        """);
  }

  @TempDir private static Path folder;
  @TempDir private static Path checkedFolder;
  private static CpuDevice plain;
  private static CpuDevice checked;

  @BeforeAll
  static void compile() {
    OnCpu.require();
    List<DeviceProgram> programs = new ArrayList<>();
    KERNELS.forEach((name, body) -> programs.add(program(name, body)));
    plain = CpuDevice.compile(programs, folder);
    checked = CpuDevice.compileChecked(programs, checkedFolder);
  }

  private static DeviceProgram program(String name, String body) {
    String text = "extern \"C\" __global__ void " + name + "(float* x) {\n" + body + "}\n";
    var launch =
        new Launch(
            name,
            List.of(new Launch.Argument.Pointer("x", ElementType.F32)),
            Count.ONE,
            Count.ONE,
            THREADS,
            1,
            0);
    return new DeviceProgram(
        text, "", text, List.of(), false, List.of(launch), List.of(), List.of(), List.of(0));
  }

  private static float[] run(CpuDevice device, String kernel, CpuDevice.Order order) {
    float[] x = new float[THREADS];
    for (int n = 0; n < THREADS; n++) {
      x[n] = n;
    }
    int number = List.copyOf(KERNELS.keySet()).indexOf(kernel);
    device.run(number, Map.of("x", Tensor.of(x, THREADS)), CpuDeviceTest::noSize, order, false);
    return x;
  }

  private static long noSize(Extent extent) {
    throw new AssertionError("no size " + extent);
  }

  @Test
  void rightKernelsRunInEveryOrder() {
    for (CpuDevice.Order order : CpuDevice.Order.values()) {
      assertThat(run(checked, "reversed", order)).startsWith(63, 62, 61);
      assertThat(run(checked, "summed", order)).containsOnly(2016);
    }
  }

  @Test
  void aMissingBarrierIsARace() {
    assertThatThrownBy(() -> run(checked, "missing_barrier", CpuDevice.Order.FORWARD))
        .isInstanceOf(CpuDevice.Fault.class)
        .hasMessageContaining("missing_barrier: block (0,0)")
        .hasMessageContaining("race: shared word");
  }

  @Test
  void aMissingBarrierGivesWhatWasNeverWritten() {
    assertThat(run(plain, "missing_barrier", CpuDevice.Order.FORWARD)).contains(Float.NaN);
  }

  @Test
  void overwritingWhatOthersReadIsARace() {
    assertThatThrownBy(() -> run(checked, "overwritten_while_read", CpuDevice.Order.FORWARD))
        .hasMessageContaining("race: shared word");
  }

  @Test
  void theResultOfARaceDependsOnTheOrder() {
    assertThat(run(plain, "overwritten_while_read", CpuDevice.Order.FORWARD))
        .isNotEqualTo(run(plain, "overwritten_while_read", CpuDevice.Order.BACKWARD));
  }

  @Test
  void aBarrierThatNotAllReachIsReported() {
    assertThatThrownBy(() -> run(plain, "divergent_barrier", CpuDevice.Order.FORWARD))
        .isInstanceOf(CpuDevice.Fault.class)
        .hasMessageContaining("returned while other threads wait at __syncthreads, line 5");
  }

  @Test
  void exchangingWithALaneThatHasLeftIsReported() {
    assertThatThrownBy(() -> run(plain, "lane_that_left", CpuDevice.Order.FORWARD))
        .hasMessageContaining("returned while its warp exchanges values, line 3");
  }

  @Test
  void accessesOutsideOfATensorAreReported() {
    assertThatThrownBy(() -> run(checked, "beyond_the_end", CpuDevice.Order.FORWARD))
        .hasMessageContaining("thread (63,0): out of bounds: writes 4 bytes");
    assertThatThrownBy(() -> run(checked, "before_the_beginning", CpuDevice.Order.FORWARD))
        .hasMessageContaining("thread (0,0): out of bounds: reads 4 bytes");
  }
}
