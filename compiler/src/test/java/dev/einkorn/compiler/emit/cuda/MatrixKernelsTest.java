package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.compiler.schedule.MatrixProduct;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Contractions on row-major tensors, where elements are copied several at a time, with and without
 * tensor cores: exact for whole numbers, within the bound of what is rounded for others, and wrong
 * or refused when something is taken out of the kernel.
 */
class MatrixKernelsTest {
  @TempDir private static Path folder;
  @TempDir private static Path checkedFolder;

  private static final String TF32 = "matrix(tf32, i: 32 of 64, j: 32 of 64, k: 1 of 32)";
  private static final String BF16 = "matrix(bf16, i: 32 of 64, j: 32 of 64, k: 1 of 32)";
  private static final String F32 = "shared(i: 8 of 64, j: 4 of 64, k: 1 of 16)";

  /**
   * A program to be run.
   *
   * @param sizes {@code i=33 j=17}
   * @param tiles the last directives of the schedule; empty for the schedule that is chosen
   */
  private record Kernel(String program, String sizes, MatrixProduct product, String tiles) {
    DeviceCase prepare(DoubleSupplier values) {
      IndexProgram checked = ProgramText.check(program);
      Map<String, Long> extents = new LinkedHashMap<>();
      for (String size : sizes.split(" ", -1)) {
        extents.put(
            size.substring(0, size.indexOf('=')),
            Long.valueOf(size.substring(size.indexOf('=') + 1)));
      }
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      for (TensorDeclaration input : checked.inputs()) {
        long[] shape = input.type().extents().stream().mapToLong(e -> extent(e, extents)).toArray();
        long count = 1;
        for (long extent : shape) {
          count *= extent;
        }
        float[] elements = new float[Math.toIntExact(count)];
        for (int n = 0; n < elements.length; n++) {
          elements[n] = (float) values.getAsDouble();
        }
        inputs.put(input.name(), Tensor.of(elements, shape));
      }
      Map<String, Schedule> schedules = new LinkedHashMap<>();
      if (!tiles.isEmpty()) {
        schedules.put("C", Schedule.parse("fuse(i, j); promote(C); contract(); " + tiles));
      }
      Arithmetic arithmetic = Arithmetic.DETERMINISTIC.withProducts(product);
      return DeviceCase.of(checked, inputs, arithmetic, schedules);
    }

    private static long extent(Extent extent, Map<String, Long> extents) {
      return switch (extent) {
        case Extent.Fixed(long value) -> value;
        case Extent.Symbolic(String name) -> ProgramText.named(extents, name);
      };
    }
  }

  private static List<Kernel> kernels() {
    List<Kernel> kernels = new ArrayList<>();
    // Both factors along the sum and across it; aligned, and one element short of it.
    for (String product :
        List.of(
            "C[i,j] = A[i,k] * B[k,j]",
            "C[i,j] = A[k,i] * B[k,j]",
            "C[i,j] = A[i,k] * B[j,k]",
            "C[i,j] = A[k,i] * B[j,k]")) {
      for (String sizes : List.of("i=68 j=132 k=100", "i=67 j=65 k=35")) {
        kernels.add(new Kernel(product, sizes, MatrixProduct.F32, F32));
        kernels.add(new Kernel(product, sizes, MatrixProduct.TF32, TF32));
        kernels.add(new Kernel(product, sizes, MatrixProduct.BF16, BF16));
      }
    }
    String gemm = "C[i,j] = A[i,k] * B[k,j]";
    for (MatrixProduct product : List.of(MatrixProduct.TF32, MatrixProduct.BF16)) {
      String tiles = product == MatrixProduct.TF32 ? TF32 : BF16;
      kernels.add(new Kernel(gemm, "i=1 j=1 k=1", product, tiles));
      kernels.add(new Kernel(gemm, "i=3 j=5 k=0", product, tiles));
      kernels.add(new Kernel(gemm, "i=32 j=36 k=200", product, tiles + "; bind(k: block 3)"));
      kernels.add(
          new Kernel(
              gemm,
              "i=132 j=260 k=40",
              product,
              "matrix(%s, i: 64 of 128, j: 64 of 256, k: 1 of 32)".formatted(product)));
      kernels.add(
          new Kernel(
              gemm,
              "i=130 j=140 k=70",
              product,
              "matrix(%s, i: 64 of 128, j: 32 of 128, k: 1 of 32)".formatted(product)));
      // Factors that are computed, results that are, indices of one role, and a batch.
      kernels.add(
          new Kernel("C[i,j] = (A[i,k] + v[k]) * B[k,j]", "i=33 j=64 k=40", product, tiles));
      kernels.add(new Kernel("C[i,j] = A[i,k] * B[k,j] + D[i,j]", "i=33 j=64 k=40", product, ""));
      kernels.add(
          new Kernel(
              "C[a,i,b,j] = A[b,i,l,m] * B[m,l,j,b,a]", "a=3 i=20 b=2 j=36 l=5 m=8", product, ""));
    }
    // Convolutions; what lies outside is zero, or another element.
    for (MatrixProduct product : MatrixProduct.values()) {
      for (String border : List.of("zero", "clamp", "wrap", "mirror")) {
        kernels.add(
            new Kernel(
                "C[n,o,x,y] = %s(I[n,c,x+r-1,2*y+s-1]) * W[o,c,r,s] where x < extent(I, 2), y < 9"
                    .formatted(border),
                "n=2 c=3 x=8 I_1=3 I_3=17 o=20 r=3 s=3",
                product,
                ""));
      }
    }
    kernels.add(
        new Kernel(
            "C[o,x] = relu(zero(I[c,x+r-2])) * W[o,c,r] where x < extent(I, 1)",
            "c=5 I_0=5 x=50 o=33 r=5",
            MatrixProduct.F32,
            ""));
    return kernels;
  }

  private static final List<DeviceCase> CASES = new ArrayList<>();
  private static CpuDevice plain;
  private static CpuDevice checked;

  private static final Kernel REAL_TF32 =
      new Kernel("C[i,j] = A[i,k] * B[k,j]", "i=64 j=64 k=300", MatrixProduct.TF32, TF32);
  private static final Kernel REAL_BF16 =
      new Kernel("C[i,j] = A[i,k] * B[k,j]", "i=64 j=64 k=300", MatrixProduct.BF16, BF16);

  /** Something that is taken out of a kernel. */
  private record Fault(String name, String tiles, MatrixProduct product, String from, String to) {}

  private static final List<Fault> FAULTS =
      List.of(
          new Fault("no wait", TF32, MatrixProduct.TF32, "copy_async_wait<4 - 2>();", ""),
          new Fault(
              "waits for less",
              F32,
              MatrixProduct.F32,
              "copy_async_wait<2 - 2>",
              "copy_async_wait<1>"),
          new Fault(
              "no barrier",
              TF32,
              MatrixProduct.TF32,
              "copy_async_wait<4 - 2>();\n    __syncthreads();",
              "copy_async_wait<4 - 2>();"),
          new Fault(
              "copies before the barrier",
              F32,
              MatrixProduct.F32,
              "    __syncthreads();\n    if (next < steps) {\n      fetch(next);\n    }\n",
              "    if (next < steps) {\n      fetch(next);\n    }\n    __syncthreads();\n"),
          new Fault(
              "another lane of tf32", TF32, MatrixProduct.TF32, ", 72, lane);", ", 72, lane ^ 1);"),
          new Fault(
              "another lane of bf16", BF16, MatrixProduct.BF16, ", 40, lane);", ", 40, lane ^ 8);"),
          new Fault(
              "another column",
              TF32,
              MatrixProduct.TF32,
              "lane % 4 * 2;\n",
              "lane % 4 * 2 + (lane == 5 ? 1 : 0);\n"));

  @BeforeAll
  static void compile() {
    OnCpu.require();
    var random = new SplittableRandom(7);
    for (Kernel kernel : kernels()) {
      CASES.add(kernel.prepare(() -> random.nextInt(-8, 9)));
    }
    for (Kernel kernel : List.of(REAL_TF32, REAL_BF16)) {
      CASES.add(kernel.prepare(() -> random.nextDouble(-1, 1)));
    }
    for (Fault fault : FAULTS) {
      var kernel =
          new Kernel("C[i,j] = A[i,k] * B[k,j]", "i=64 j=64 k=130", fault.product(), fault.tiles());
      DeviceCase right = kernel.prepare(() -> random.nextInt(-8, 9));
      DeviceProgram device = right.device();
      assertThat(device.kernels()).as(fault.name()).contains(fault.from());
      String kernels = device.kernels().replace(fault.from(), fault.to());
      CASES.add(
          new DeviceCase(
              right.program(),
              right.plan(),
              new DeviceProgram(
                  device.text(),
                  device.prelude(),
                  kernels,
                  device.options(),
                  device.wide(),
                  device.launches(),
                  device.temporaries(),
                  device.places(),
                  device.steps()),
              right.sizes(),
              right.inputs()));
    }
    List<DeviceProgram> devices = DeviceCase.devices(CASES);
    plain = CpuDevice.compile(devices, folder);
    checked = CpuDevice.compileChecked(devices, checkedFolder);
  }

  @Test
  void kernelsCompileForGpus() {
    NvidiaCompiler.require();
    NvidiaCompiler.compileAll("matrix", DeviceCase.devices(CASES));
  }

  private static Tensor run(CpuDevice device, int number, CpuDevice.Order order) {
    return ProgramText.named(CASES.get(number).run(device, number, order, false), "C");
  }

  private static Tensor expected(int number) {
    return ProgramText.named(CASES.get(number).expected(), "C");
  }

  @Test
  void wholeNumbersAreExactInEveryOrderOfThreads() {
    List<String> failures = new ArrayList<>();
    for (int n = 0; n < kernels().size(); n++) {
      for (CpuDevice.Order order : CpuDevice.Order.values()) {
        try {
          if (!equal(expected(n), run(plain, n, order))) {
            failures.add(kernels().get(n) + " " + order + "\n" + CASES.get(n).device().kernels());
          }
        } catch (CpuDevice.Fault e) {
          failures.add(kernels().get(n) + " " + e.getMessage());
        }
      }
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void noKernelRacesOrLeavesItsTensors() {
    List<String> failures = new ArrayList<>();
    for (int n = 0; n < kernels().size(); n++) {
      try {
        run(checked, n, CpuDevice.Order.FORWARD);
      } catch (CpuDevice.Fault e) {
        failures.add(
            kernels().get(n) + " " + e.getMessage() + "\n" + CASES.get(n).device().kernels());
      }
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void convolutionsWithBordersAreContractions() {
    for (int n = 0; n < kernels().size(); n++) {
      if (kernels().get(n).program().contains("I[")) {
        assertThat(CASES.get(n).device().text()).containsAnyOf(" shared(", " matrix(");
      }
    }
  }

  @Test
  void panelsFitWhatABlockMayHaveSinceSm80() {
    for (DeviceCase each : CASES) {
      for (Launch launch : each.device().launches()) {
        // 163 KB, of which tables take at most 7.
        assertThat(launch.dynamicSharedBytes()).isLessThanOrEqualTo(156 << 10);
      }
    }
  }

  /** Zero is a zero of either sign. */
  private static boolean equal(Tensor expected, Tensor actual) {
    float[] e = expected.toFloatArray();
    float[] a = actual.toFloatArray();
    for (int n = 0; n < e.length; n++) {
      if (e[n] != a[n]) {
        return false;
      }
    }
    return true;
  }

  @Test
  void tf32StaysWithinTheBoundOfItsRoundings() {
    assertWithin(kernels().size(), 0x1p-11);
  }

  @Test
  void bf16StaysWithinTheBoundOfItsRoundings() {
    assertWithin(kernels().size() + 1, 0x1p-8);
  }

  /**
   * That each factor is off by at most {@code unit} of itself, and the sum of 300 products by 300
   * roundings of {@code float}; and that this is more than a sum of exact products would need.
   */
  private static void assertWithin(int number, double unit) {
    DeviceCase real = CASES.get(number);
    Tensor a = ProgramText.named(real.inputs(), "A");
    Tensor b = ProgramText.named(real.inputs(), "B");
    Tensor c = run(plain, number, CpuDevice.Order.FORWARD);
    double greatest = 0;
    for (long i = 0; i < c.extent(0); i++) {
      for (long j = 0; j < c.extent(1); j++) {
        double sum = 0;
        double magnitude = 0;
        for (long k = 0; k < a.extent(1); k++) {
          double product = a.getDouble(i, k) * b.getDouble(k, j);
          sum += product;
          magnitude += Math.abs(product);
        }
        double error = Math.abs(c.getDouble(i, j) - sum) / magnitude;
        assertThat(error).isLessThan(2 * unit + unit * unit + 300 * 0x1p-23);
        greatest = Math.max(greatest, error);
      }
    }
    assertThat(greatest).isGreaterThan(unit / 64);
  }

  @Test
  void aCopyIsNotThereBeforeTheWait() {
    assertThat(run(plain, fault("no wait"), CpuDevice.Order.FORWARD).toFloatArray())
        .contains(Float.NaN);
    assertThat(run(plain, fault("waits for less"), CpuDevice.Order.FORWARD).toFloatArray())
        .contains(Float.NaN);
  }

  @Test
  void aMissingBarrierIsARace() {
    for (String name : List.of("no barrier", "copies before the barrier")) {
      assertThatThrownBy(() -> run(checked, fault(name), CpuDevice.Order.FORWARD))
          .as(name)
          .isInstanceOf(CpuDevice.Fault.class)
          .hasMessageContaining("race: shared word");
    }
  }

  @Test
  void aWrongLaneGivesAWrongResult() {
    for (String name : List.of("another lane of tf32", "another lane of bf16", "another column")) {
      int number = fault(name);
      assertThat(equal(expected(number), run(plain, number, CpuDevice.Order.FORWARD)))
          .as(name)
          .isFalse();
    }
  }

  private static int fault(String name) {
    return kernels().size() + 2 + FAULTS.stream().map(Fault::name).toList().indexOf(name);
  }
}
