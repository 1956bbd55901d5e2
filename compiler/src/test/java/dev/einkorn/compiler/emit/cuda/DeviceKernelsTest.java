package dev.einkorn.compiler.emit.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.random.Profile;
import dev.einkorn.compiler.random.RandomInputs;
import dev.einkorn.compiler.random.RandomProgram;
import dev.einkorn.compiler.random.Risk;
import dev.einkorn.compiler.schedule.Arithmetic;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kernels of every template at awkward sizes, under chosen and under given schedules, on the CPU:
 * inputs are small whole numbers in strided views, so results must equal the interpreter's; threads
 * run in three orders, and once with every access to memory checked.
 */
class DeviceKernelsTest {
  @TempDir private static Path folder;
  @TempDir private static Path checkedFolder;

  /**
   * A program to be run.
   *
   * @param sizes {@code i=33 j=17}
   * @param schedule of its only target; empty for the one that is chosen
   */
  private record Kernel(String program, String sizes, String schedule) {
    Map<String, Long> values() {
      Map<String, Long> values = new LinkedHashMap<>();
      for (String size : sizes.split(" ", -1)) {
        values.put(
            size.substring(0, size.indexOf('=')),
            Long.valueOf(size.substring(size.indexOf('=') + 1)));
      }
      return values;
    }
  }

  private static final String GEMM = "C[i,j] = A[i,k] * B[k,j]";
  private static final String TILE = "fuse(i, j); promote(C); contract(); ";

  private static List<Kernel> kernels() {
    List<Kernel> kernels = new ArrayList<>();
    // Contractions: all tiles, sizes around them, both copy orders, sums that end inside a panel.
    for (String product :
        List.of(
            GEMM,
            "C[i,j] = A[k,i] * B[k,j]",
            "C[i,j] = A[i,k] * B[j,k]",
            "C[i,j] = B[k,j] * A[i,k]")) {
      kernels.add(
          new Kernel(
              product, "i=33 j=35 k=37", TILE + "shared(i: 2 of 32, j: 2 of 32, k: 1 of 16)"));
      kernels.add(
          new Kernel(
              product, "i=65 j=70 k=16", TILE + "shared(i: 4 of 64, j: 4 of 64, k: 1 of 16)"));
    }
    kernels.add(
        new Kernel(
            GEMM, "i=129 j=131 k=17", TILE + "shared(i: 8 of 128, j: 8 of 128, k: 1 of 16)"));
    kernels.add(
        new Kernel(GEMM, "i=1 j=1 k=1", TILE + "shared(i: 2 of 32, j: 2 of 32, k: 1 of 16)"));
    kernels.add(
        new Kernel(GEMM, "i=3 j=5 k=0", TILE + "shared(i: 2 of 32, j: 2 of 32, k: 1 of 16)"));
    kernels.add(
        new Kernel(
            GEMM,
            "i=33 j=31 k=100",
            TILE + "shared(i: 2 of 32, j: 2 of 32, k: 1 of 16); bind(k: block 3)"));
    kernels.add(
        new Kernel(
            "(A: f64[i,k], B: f64[k,j]) -> (C)\n" + GEMM,
            "i=65 j=33 k=20",
            TILE + "shared(i: 4 of 64, j: 4 of 64, k: 1 of 16)"));
    kernels.add(
        new Kernel(
            "(A: i32[i,k], B: i32[k,j]) -> (C)\n" + GEMM,
            "i=34 j=33 k=20",
            "fuse(i, j); promote(C); shared(i: 2 of 32, j: 2 of 32, k: 1 of 16)"));
    kernels.add(
        new Kernel(
            "C[a,i,b,j] = A[i,l,a,b] * B[l,j,b]",
            "a=3 i=11 b=2 j=35 l=9",
            "fuse(a, i, b, j); promote(C); contract(); "
                + "shared(a+i: 2 of 32, j: 2 of 32, l: 1 of 16)"));
    kernels.add(
        new Kernel(
            "C[i,j] = A[i,k,l] * B[l,j,k]",
            "i=33 j=34 k=5 l=7",
            TILE + "shared(i: 2 of 32, j: 2 of 32, k+l: 1 of 16)"));
    kernels.add(
        new Kernel(
            "C[i,j] = (A[i,k] + v[k]) * (B[k,j] * w[j])",
            "i=33 j=34 k=18",
            TILE + "shared(i: 2 of 32, j: 2 of 32, k: 1 of 16)"));
    kernels.add(
        new Kernel(
            "C[i,j] = relu(sum[k](A[i,k] * B[k,j]) + v[j])",
            "i=33 j=34 k=18",
            "contract(); shared(i: 2 of 32, j: 2 of 32, k: 1 of 16); bind(k: block 2)"));
    kernels.add(new Kernel(GEMM, "i=40 j=48 k=64", ""));
    kernels.add(new Kernel(GEMM, "i=17 j=16 k=600", ""));
    kernels.add(new Kernel("E[n,k,d] = A[n,h,d] * B[k,h,d]", "n=9 k=10 d=33 h=8", ""));
    kernels.add(new Kernel("E[n,k,d] = A[n,h,d] * B[k,h,d]", "n=66 k=5 d=40 h=3", ""));
    kernels.add(new Kernel("E[a,n,k,d] = A[n,h,l,d] * B[a,k,h,d]", "n=5 k=4 d=33 h=3 a=2 l=4", ""));
    kernels.add(
        new Kernel(
            "E[n,k,d] = A[n,h,d] * B[k,h,d]",
            "n=18 k=5 d=40 h=3",
            "fuse(n, k, d); promote(E); contract(); "
                + "registers(n: 4, k: 2); bind(d: thread x 32); bind(n: thread y 4)"));
    kernels.add(new Kernel("T[k,i,j] = A[i,j,k] * 2 + v[k]", "i=3 j=33 k=40", "turn(A, k, j)"));
    // Reductions over slow and fast indices, whole warps and blocks of threads, chunks.
    kernels.add(new Kernel("c[k] = A[i,k] * B[i,k]", "i=70 k=33", ""));
    kernels.add(new Kernel("c[k] = A[i,k] * B[i,k]", "i=1000 k=3", ""));
    kernels.add(new Kernel("r[i] = A[i,k]", "i=5 k=300", ""));
    kernels.add(new Kernel("r[i] = A[i,k]", "i=17 k=40", ""));
    kernels.add(new Kernel("r[i] = max[k](A[i,k])", "i=3 k=1000", ""));
    kernels.add(new Kernel("s = A[i,k]", "i=50 k=60", ""));
    // Blocks share one loop, threads the one inside of it, and the reverse.
    kernels.add(new Kernel("s = A[i,k]", "i=300 k=40", ""));
    kernels.add(
        new Kernel(
            "s = A[i,k]", "i=100 k=30", "promote(s); bind(i: thread x 64); bind(k: block 4)"));
    kernels.add(new Kernel("s = v[i]", "i=5000", ""));
    kernels.add(new Kernel("s = v[i]", "i=30000", ""));
    kernels.add(new Kernel("s += A[i,k] * 2", "i=50 k=60", ""));
    kernels.add(new Kernel("c[k] = A[i,j,k]", "i=9 j=70 k=5", ""));
    kernels.add(
        new Kernel(
            "r[i] = A[i,k]",
            "i=5 k=1000",
            "fuse(i); promote(r); bind(k: thread x 64); bind(k: block 4)"));
    kernels.add(
        new Kernel(
            "c[k] = A[i,k]",
            "i=100 k=40",
            "fuse(k); promote(c); bind(k: thread x 32); bind(i: thread y 4); bind(i: block 3)"));
    kernels.add(new Kernel("r[i] = sum[j](A[i,j] where j <= i)", "i=100 j=90", ""));
    kernels.add(new Kernel("Y[i,j] = A[i,j] - max[l](A[i,l]) + sum[k](A[i,k])", "i=9 j=300", ""));
    kernels.add(
        new Kernel(
            "(A: bool[i,j]) -> (q, p)\nq[i] = any[j](A[i,j]); p = all[i,j](A[i,j])",
            "i=20 j=100",
            ""));
    kernels.add(new Kernel("p[i] = argmax[j](A[i,j])", "i=20 j=100", ""));
    // Elements: several a thread, rows of threads, borders, diagonals, transposition.
    kernels.add(new Kernel("C[i,j] = A[i,j] + B[j,i] * v[j]", "i=7 j=1500", ""));
    kernels.add(new Kernel("C[i,j] = A[i,j] + B[j,i] * v[j]", "i=50 j=9", ""));
    kernels.add(new Kernel("T[i,j] = A[j,i]", "i=70 j=65", ""));
    kernels.add(new Kernel("T[k,i,j] = A[i,j,k]", "i=33 j=3 k=40", ""));
    kernels.add(new Kernel("M[i,i] = d[i]", "i=40", ""));
    kernels.add(new Kernel("M[i,i] = A[i,k]", "i=40 k=50", ""));
    for (String border : List.of("zero", "clamp", "wrap", "mirror")) {
      kernels.add(
          new Kernel(
              "O[x,y] = sum[r,s](%s(I[x+r-1,y+s-1]) * K[r,s]) where x < extent(I, 0), y <"
                      .formatted(border)
                  + " extent(I, 1)",
              "x=20 y=40 r=3 s=3",
              ""));
    }
    return kernels;
  }

  private static DeviceCase compile(Kernel kernel, int seed) {
    IndexProgram program = ProgramText.check(kernel.program());
    Map<String, Long> sizes = new LinkedHashMap<>();
    program
        .sizes()
        .forEach(
            size -> {
              Long value = kernel.values().get(size.name());
              if (value == null) {
                throw new AssertionError(kernel + " has the size " + size);
              }
              sizes.put(size.name(), value);
            });
    Map<String, Tensor> inputs =
        RandomInputs.draw(new RandomProgram(seed, Profile.EXACT, program, sizes, Risk.NONE));
    Map<String, Schedule> schedules = new LinkedHashMap<>();
    if (!kernel.schedule().isEmpty()) {
      program.targets().forEach(t -> schedules.put(t.name(), Schedule.parse(kernel.schedule())));
    }
    return DeviceCase.of(program, inputs, Arithmetic.DETERMINISTIC, schedules);
  }

  private static List<DeviceCase> cases() {
    List<DeviceCase> cases = new ArrayList<>();
    for (Kernel kernel : kernels()) {
      cases.add(compile(kernel, cases.size() + 1));
    }
    return cases;
  }

  @Test
  void everyOrderOfThreadsGivesTheInterpretersResult() {
    OnCpu.require();
    List<DeviceCase> cases = cases();
    CpuDevice cpu = CpuDevice.compile(DeviceCase.devices(cases), folder);
    List<String> failures = new ArrayList<>();
    for (int n = 0; n < cases.size(); n++) {
      for (CpuDevice.Order order : CpuDevice.Order.values()) {
        difference(cases.get(n), cpu, n, order, failures);
      }
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void noKernelRacesOrLeavesItsTensors() {
    OnCpu.require();
    List<DeviceCase> cases = cases();
    CpuDevice cpu = CpuDevice.compileChecked(DeviceCase.devices(cases), checkedFolder);
    List<String> failures = new ArrayList<>();
    for (int n = 0; n < cases.size(); n++) {
      difference(cases.get(n), cpu, n, CpuDevice.Order.FORWARD, failures);
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void kernelsCompileForGpus() {
    NvidiaCompiler.require();
    NvidiaCompiler.compileAll("kernels", DeviceCase.devices(cases()));
  }

  private static void difference(
      DeviceCase each, CpuDevice cpu, int number, CpuDevice.Order order, List<String> failures) {
    String what = kernels().get(number) + " " + order + "\n";
    try {
      Map<String, Tensor> expected = each.expected();
      Map<String, Tensor> actual = each.run(cpu, number, order, false);
      expected.forEach(
          (name, tensor) -> {
            if (!isEqual(tensor, ProgramText.named(actual, name))) {
              failures.add(
                  "%s%s: expected %s%nbut was %s%n%s"
                      .formatted(what, name, tensor, actual.get(name), each.device().kernels()));
            }
          });
    } catch (CpuDevice.Fault e) {
      failures.add(what + e.getMessage() + "\n" + each.device().kernels());
    }
  }

  /** Equal as numbers: where sums are regrouped the sign of a zero may differ. */
  private static boolean isEqual(Tensor expected, Tensor actual) {
    double[] e = expected.cast(ElementType.F64).toDoubleArray();
    double[] a = actual.cast(ElementType.F64).toDoubleArray();
    for (int n = 0; n < e.length; n++) {
      if (e[n] != a[n] && Double.compare(e[n], a[n]) != 0) {
        return false;
      }
    }
    return true;
  }
}
