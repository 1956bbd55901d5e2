package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.einkorn.compiler.random.Profile;
import dev.einkorn.compiler.random.ProgramGenerator;
import dev.einkorn.compiler.random.RandomInputs;
import dev.einkorn.compiler.random.RandomProgram;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.cuda.CudaException;
import dev.einkorn.runtime.cuda.CudaLibraries;
import dev.einkorn.runtime.cuda.DeviceTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs through the public API on the stand-in for a GPU, against the interpreter. */
class CudaBackendTest {
  private static final int RANDOM_PROGRAMS = Integer.getInteger("einkorn.cuda.api.count", 20);

  @TempDir private Path folder;

  private StandInGpu gpu;
  private final Einkorn reference = Einkorn.builder().backend(Backend.REFERENCE).build();

  @BeforeEach
  void open() {
    gpu = new StandInGpu(folder);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    if (gpu != null) {
      gpu.close();
    }
  }

  private static Tensor numbers(long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    long count = tensor.elementCount();
    float[] values = new float[(int) count];
    for (int n = 0; n < count; n++) {
      values[n] = (n * 7 + 3) % 11 - 5;
    }
    return Tensor.of(values, shape);
  }

  private void agrees(String program, Map<String, Tensor> inputs) {
    Map<String, Tensor> expected = reference.prepare(program).call(inputs);
    Map<String, Tensor> actual = gpu.builder().build().prepare(program).call(inputs);
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) ->
            assertThat(ProgramText.named(actual, name).contentEquals(tensor))
                .as("%s: %s, expected %s", name, actual.get(name), tensor)
                .isTrue());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theFoundingQuestionsAgreeWithTheInterpreter(boolean late) {
    gpu.driver().runLate(late);
    agrees("c[k] = A[i,k] * B[i,k]", Map.of("A", numbers(40, 7), "B", numbers(40, 7)));
    agrees(
        """
        C[i,j,k]  = B[i] * A[j,k]
        C2[i,j,k] = Y[j] * Z[i,k]
        E[k]      = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])
        """,
        Map.of("A", numbers(6, 6), "B", numbers(6), "Y", numbers(6), "Z", numbers(6, 6)));
    agrees(
        "E[n,k,d] = A[n,h,d] * B[k,h,d]",
        Map.of("A", numbers(5, 9, 8).permute(0, 1, 2), "B", numbers(8, 9, 6).permute(2, 1, 0)));
  }

  @Test
  void productsReductionsAndTransposesOfAnyStridesAgree() {
    Tensor a = numbers(130, 40).transpose();
    agrees("C[i,j] = A[i,k] * B[j,k]", Map.of("A", a, "B", numbers(70, 130)));
    agrees("T[k,i] = A[i,k]", Map.of("A", a.slice(1, 129, -1, -2)));
    agrees("r[i] = max[k](A[i,k]); s = A[i,k]", Map.of("A", a));
    agrees("c[k] = A[i,k]", Map.of("A", numbers(3000, 3)));
    agrees("y[i,j] = x[i] + A[i,j]", Map.of("x", numbers(40).slice(0, 39, -1, -1), "A", a));
    agrees("s = x[i]", Map.of("x", numbers(0)));
    agrees("y[i] = x[i] + 1", Map.of("x", Tensor.zeros(ElementType.F32, 0)));
    agrees("B[i,j] = A[i,j] * 2", Map.of("A", numbers(1, 5).broadcastTo(4, 5)));
  }

  @Test
  void aKernelTakesMoreThanFourKilobytesOfParameters() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    List<String> terms = new ArrayList<>();
    for (int n = 0; n < 350; n++) {
      inputs.put("A" + n, numbers(3, 5).transpose());
      terms.add("A" + n + "[i,j]");
    }
    agrees("S[i,j] = " + String.join(" + ", terms), inputs);
  }

  @Test
  void everyElementTypeGoesThereAndBack() {
    agrees(
        "(i: i32[n], l: i64[n], d: f64[n], b: bool[n]) -> (I, L, D, B)\n"
            + "I[n] = i[n] * 3; L[n] = l[n] - 1; D[n] = d[n] / 2; B[n] = not b[n]",
        Map.of(
            "i",
            Tensor.of(new int[] {1, -2, Integer.MAX_VALUE}, 3),
            "l",
            Tensor.of(new long[] {1L << 40, -2, 3}, 3),
            "d",
            Tensor.of(new double[] {0.1, -0.0, Double.NaN}, 3),
            "b",
            Tensor.ofBooleans(new boolean[] {true, false, true}, 3)));
    agrees("s = x * y", Map.of("x", Tensor.scalar(3.5), "y", Tensor.scalar(2.0)));
  }

  @Test
  void resultsGoIntoTheCallersTensors() {
    CompiledProgram program = gpu.builder().build().prepare("C[i,j] += A[i,j]");
    Tensor c = numbers(4, 6).transpose();
    Tensor expected = c.copy();
    expected.copyFrom(
        Einkorn.evaluate("D[i,j] = C[i,j] + A[i,j]", Map.of("C", c, "A", numbers(6, 4))));
    Map<String, Tensor> results = program.call(Map.of("A", numbers(6, 4)), Map.of("C", c));
    assertThat(results.get("C")).isSameAs(c);
    assertThat(c.contentEquals(expected)).isTrue();
    // The first value is an input of its own, which stays as it is.
    Tensor first = numbers(6, 4);
    Tensor fresh = ProgramText.named(program.call(Map.of("A", first, "C", first)), "C");
    assertThat(fresh.getDouble(0, 0)).isEqualTo(2 * first.getDouble(0, 0));
    // An output that is an input too.
    Tensor square = numbers(5, 5);
    Tensor turned = Tensor.zeros(ElementType.F32, 5, 5);
    turned.copyFrom(square.transpose());
    gpu.builder().build().prepare("T[i,j] = S[j,i]").call(Map.of("S", square), Map.of("T", square));
    assertThat(square.contentEquals(turned)).isTrue();
  }

  @Test
  void tensorsStayOnTheDeviceFromCallToCall() {
    Einkorn einkorn = gpu.builder().build();
    assertThat(einkorn.device()).isSameAs(gpu.device());
    CompiledProgram step = einkorn.prepare("y[i] = A[i,j] * x[j]");
    Tensor matrix = numbers(8, 8);
    Tensor vector = numbers(8);
    Tensor expected = vector;
    try (DeviceTensor a = gpu.device().upload(matrix);
        DeviceTensor x = gpu.device().upload(vector)) {
      long uploads = gpu.driver().calls("cuMemcpyHtoDAsync_v2");
      DeviceTensor y = x;
      for (int n = 0; n < 3; n++) {
        DeviceTensor next = ProgramText.named(step.callOnDevice(Map.of("A", a, "x", y)), "y");
        if (y != x) {
          y.close();
        }
        y = next;
        expected = Einkorn.einsum("ij,j->i", matrix, expected);
      }
      assertThat(y.download().contentEquals(expected)).isTrue();
      y.close();
      assertThat(gpu.driver().calls("cuMemcpyHtoDAsync_v2")).isEqualTo(uploads);
      assertThat(gpu.driver().calls("cuMemcpyDtoHAsync_v2")).isEqualTo(1);
    }
    assertThat(gpu.device().memory().usedBytes()).isZero();
  }

  @Test
  void deviceTensorsMayBeViewsAndMayOverlap() {
    Einkorn einkorn = gpu.builder().build();
    Tensor host = numbers(6, 6);
    try (DeviceTensor a = gpu.device().upload(host);
        DeviceTensor turned = a.transpose();
        DeviceTensor odd = turned.slice(1, 5, -1, -2);
        DeviceTensor sums =
            ProgramText.named(
                einkorn.prepare("r[i] = A[i,k]").callOnDevice(Map.of("A", odd)), "r")) {
      Tensor expected = Einkorn.einsum("ik->i", host.transpose().slice(1, 5, -1, -2));
      assertThat(sums.download().contentEquals(expected)).isTrue();
      // In place, transposed: computed aside, then copied.
      Map<String, DeviceTensor> out =
          einkorn.prepare("T[i,j] = S[j,i]").callOnDevice(Map.of("S", a), Map.of("T", a));
      assertThat(out.get("T")).isSameAs(a);
      assertThat(a.download().contentEquals(host.transpose())).isTrue();
      // Accumulation into the caller's tensor, and from a first value that stays.
      CompiledProgram add = einkorn.prepare("C[i,j] += A[i,j]");
      add.callOnDevice(Map.of("A", turned), Map.of("C", a));
      assertThat(a.download().getDouble(1, 0))
          .isEqualTo(host.getDouble(0, 1) + host.getDouble(1, 0));
      try (DeviceTensor c = ProgramText.named(add.callOnDevice(Map.of("A", a, "C", turned)), "C")) {
        assertThat(c.download().getDouble(1, 0))
            .isEqualTo(2 * (host.getDouble(0, 1) + host.getDouble(1, 0)));
      }
    }
    assertThat(gpu.device().memory().usedBytes()).isZero();
  }

  @Test
  void wrongOutputsAndForeignTensorsAreRefused() {
    Einkorn einkorn = gpu.builder().build();
    CompiledProgram program = einkorn.prepare("y[i] = x[i] + 1");
    try (DeviceTensor x = gpu.device().upload(numbers(3));
        DeviceTensor two = gpu.device().allocate(ElementType.F32, 2);
        DeviceTensor same = gpu.device().upload(numbers(1).broadcastTo(3))) {
      assertThatThrownBy(() -> program.callOnDevice(Map.of("x", x), Map.of("y", two)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("OUTPUT_MISMATCH: output y is f32[3]");
      assertThatThrownBy(() -> program.callOnDevice(Map.of("x", x), Map.of("y", same)))
          .hasMessageContaining("a view in which two positions share an element");
      assertThatThrownBy(() -> program.callOnDevice(Map.of("z", x)))
          .isInstanceOf(CompileException.class);
      assertThatThrownBy(() -> program.callOnDevice(Map.of("x", x), Map.of("z", x)))
          .hasMessageContaining("UNKNOWN_OUTPUT");
      assertThatThrownBy(() -> Einkorn.compile("y[i] = x[i] + 1").callOnDevice(Map.of("x", x)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Backend.CUDA");
    }
    DeviceTensor gone = gpu.device().upload(numbers(3));
    gone.close();
    assertThatThrownBy(() -> program.callOnDevice(Map.of("x", gone)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void kernelsAreCompiledOnceAndServeOtherSizes() {
    CompiledProgram program = gpu.builder().build().prepare("y[i] = 2 * x[i]");
    for (int size : new int[] {1000, 1001, 1002, 1000}) {
      Tensor x = numbers(size);
      assertThat(ProgramText.named(program.call(Map.of("x", x)), "y").getDouble(size - 1))
          .isEqualTo(2 * x.getDouble(size - 1));
    }
    assertThat(gpu.modules().compiled()).isEqualTo(1);
    assertThat(gpu.driver().calls("cuModuleLoadDataEx")).isEqualTo(1);
  }

  @Test
  void theMemoryBudgetBoundsWhatIsAllocatedAndThePlanSaysSo() {
    String program = "E[i,l] = A[i,j] * B[j,k] * C[k,l]";
    Map<String, Tensor> inputs =
        Map.of("A", numbers(24, 24), "B", numbers(24, 24), "C", numbers(24, 24));
    CompiledProgram unbounded = gpu.builder().build().prepare(program);
    Plan plan = unbounded.plan(inputs);
    assertThat(plan.peakTemporaryBytes()).isPositive();
    try (DeviceTensor a = gpu.device().upload(numbers(24, 24));
        DeviceTensor e = gpu.device().allocate(ElementType.F32, 24, 24)) {
      long before = gpu.device().memory().usedBytes();
      unbounded.callOnDevice(Map.of("A", a, "B", a, "C", a), Map.of("E", e));
      long peak = gpu.device().memory().peakBytes() - before;
      // The pool rounds up, by an eighth at most.
      assertThat(peak).isBetween(plan.peakTemporaryBytes(), plan.peakTemporaryBytes() * 9 / 8);
    }
    CompiledProgram bounded = gpu.builder().memoryBudget(2304).build().prepare(program);
    assertThat(bounded.plan(inputs).peakTemporaryBytes()).isLessThanOrEqualTo(2304);
    assertThat(
            ProgramText.named(bounded.call(inputs), "E")
                .contentEquals(reference.run(program, inputs)))
        .isTrue();
    Einkorn tight = gpu.builder().memoryBudget(2303).build();
    assertThatThrownBy(
            () ->
                tight.run(
                    "t[i,j] = exp(sum[k](A[i,k] * B[k,j])); E[i,l] = t[i,j] * C[j,l]", inputs))
        .isInstanceOf(MemoryBudgetException.class)
        .hasMessageContaining("the least budget that would do is 2304 bytes");
  }

  @Test
  void plansNeedNoGpuAndShowTheLaunches() {
    Einkorn einkorn = Einkorn.builder().backend(Backend.CUDA).build();
    CompiledProgram program = einkorn.prepare("c[k] = A[i,k] * B[i,k]");
    Plan plan = program.plan(Map.of("A", numbers(8, 4), "B", numbers(8, 4)));
    assertThat(plan.explain()).contains("launches on the GPU:\n    compute_c<<<");
    assertThat(plan.explain()).doesNotContain("one thread", "worker");
    assertThat(plan.stage(Plan.Stage.CUDA)).isEqualTo(plan.cudaSource()).contains("__global__");
    assertThat(plan.javaSource()).contains("public void run(");
    assertThat(plan.summary()).isEqualTo("1 loop nest, 1 kernel");
    assertThat(plan.toHtml()).contains("Generated CUDA C++");
    assertThat(program.plan(ElementType.F64).cudaSource()).contains("double");
  }

  @Test
  void aMachineWithoutCudaSaysWhatIsMissingInOneError() {
    CudaLibraries none = CudaLibraries.of(Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> CudaBackend.find(none, Optional.empty()))
        .isInstanceOf(CudaUnavailableException.class)
        .hasMessageContaining("the CUDA backend cannot run here: not available")
        .hasMessageContaining("libcuda: not found")
        .hasMessageContaining("libnvrtc: not found")
        .hasMessageContaining("einkorn doctor");
    // A driver alone does not do.
    assertThatThrownBy(() -> CudaBackend.find(gpu.driver().libraries(), Optional.of(gpu.device())))
        .isInstanceOf(CudaUnavailableException.class)
        .hasMessageContaining("name NVRTC by -Deinkorn.cuda.nvrtc=FILE")
        .hasMessageContaining("gpu 0: stand-in 0, sm_90");
  }

  @Test
  void aFullDeviceIsOneErrorAndTheNextCallWorks() {
    CompiledProgram program = gpu.builder().build().prepare("y[i] = x[i] + 1");
    gpu.driver().memory(16 << 20);
    CudaException full =
        catchThrowableOfType(
            CudaException.class, () -> program.call(Map.of("x", numbers(3 << 20))));
    assertThat(full.isOutOfMemory()).isTrue();
    assertThat(full).hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY").hasMessageContaining("f32[");
    assertThat(gpu.device().memory().usedBytes()).isZero();
    assertThat(ProgramText.named(program.call(Map.of("x", numbers(3))), "y").getDouble(2))
        .isEqualTo(numbers(3).getDouble(2) + 1);
  }

  @Test
  void aKernelThatCrashesLosesTheDeviceAndIsToldOnce() {
    CompiledProgram program = gpu.builder().build().prepare("y[i] = x[i] + 1");
    program.call(Map.of("x", numbers(3)));
    gpu.driver().fail("run:compute_y", 1, 700);
    CudaException crash =
        catchThrowableOfType(CudaException.class, () -> program.call(Map.of("x", numbers(3))));
    assertThat(crash.isContextLost()).isTrue();
    assertThat(crash)
        .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS")
        .hasMessageContaining("compute_y<<<")
        .hasNoSuppressedExceptions();
    CudaException later =
        catchThrowableOfType(CudaException.class, () -> program.call(Map.of("x", numbers(3))));
    assertThat(later).hasCause(crash).hasMessageContaining("the device was lost before");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuLaunchKernel", "cuModuleLoadDataEx", "cuModuleGetFunction"})
  void aRefusedCallOfTheDriverIsOneErrorAndTheNextCallWorks(String function) {
    CompiledProgram program = gpu.builder().build().prepare("y[i] = x[i] + 1");
    gpu.driver().fail(function, 1, 1);
    assertThatThrownBy(() -> program.call(Map.of("x", numbers(3))))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining(function);
    assertThat(gpu.device().memory().usedBytes()).isZero();
    assertThat(ProgramText.named(program.call(Map.of("x", numbers(3))), "y").getDouble(0))
        .isEqualTo(numbers(3).getDouble(0) + 1);
  }

  @Test
  void valuesWithoutAResultAreTheLanguagesErrors() {
    Einkorn einkorn = gpu.builder().build();
    Map<String, Tensor> inputs =
        Map.of("a", Tensor.of(new int[] {7, 8}, 2), "b", Tensor.of(new int[] {2, 0}, 2));
    assertThatThrownBy(() -> einkorn.run("c[i] = a[i] // b[i]", inputs))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("integer 8 divided by zero");
    assertThat(gpu.device().memory().usedBytes()).isZero();
    Tensor good = einkorn.run("c[i] = b[i] // a[i]", inputs);
    assertThat(good.toIntArray()).containsExactly(0, 0);
  }

  @Test
  void randomProgramsAgreeWithTheInterpreter() {
    Einkorn strict = gpu.builder().mode(Mode.STRICT).build();
    List<String> failures = new ArrayList<>();
    int count = 0;
    for (long seed = 1; count < RANDOM_PROGRAMS; seed++) {
      RandomProgram drawn = ProgramGenerator.draw(seed, Profile.EXACT);
      Map<String, Tensor> inputs = RandomInputs.draw(drawn);
      count++;
      String expected =
          outcome(
              () ->
                  new CompiledProgram(reference, new CheckedFrontend(drawn.program()))
                      .call(inputs));
      String actual =
          outcome(
              () -> new CompiledProgram(strict, new CheckedFrontend(drawn.program())).call(inputs));
      if (!actual.equals(expected)) {
        failures.add("%s%nexpected %s%nbut was %s".formatted(drawn, expected, actual));
      }
    }
    assertThat(failures).isEmpty();
    assertThat(gpu.device().memory().usedBytes()).isZero();
  }

  /** The outputs as text, which tells every number from every other, or the code of the failure. */
  private static String outcome(Supplier<Map<String, Tensor>> computation) {
    try {
      var text = new StringBuilder();
      new LinkedHashMap<>(computation.get())
          .forEach((name, tensor) -> text.append(name).append(tensor));
      return text.toString();
    } catch (KernelException e) {
      return e.code().toString();
    }
  }
}
