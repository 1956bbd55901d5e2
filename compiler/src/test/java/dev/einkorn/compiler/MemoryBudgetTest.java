package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.data.Percentage.withPercentage;

import com.sun.management.ThreadMXBean;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.WorkerPool;
import dev.einkorn.runtime.kernel.WorkspacePool;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What calls allocate against what plans say, and what a budget does to them. */
class MemoryBudgetTest {
  /** Tensors, frames, threads and array headers: what is no element of an array. */
  private static final long OBJECTS = 64 << 10;

  /** Three temporaries of equal size, of which never more than two are needed together. */
  private static final String CHAIN =
      """
      a[i,j] = max[k](X[i,k] * X[k,j])
      b[i,j] = max[k](a[i,k] * X[k,j])
      c[i,j] = max[k](b[i,k] * X[k,j])
      y[i,j] = max[k](c[i,k] * X[k,j])
      """;

  private static final String PRODUCT = "C[i,j] = A[i,k] * B[k,j]";

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static Tensor random(long seed, long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    var random = new Random(seed);
    float[] data = tensor.floatArray();
    for (int n = 0; n < data.length; n++) {
      data[n] = random.nextFloat();
    }
    return tensor;
  }

  private static Map<String, Tensor> square(int n, String... names) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : names) {
      inputs.put(name, random(name.hashCode(), n, n));
    }
    return inputs;
  }

  /** A program bound to its kernels, with pools of its own. */
  private record Bound(Executable executable, CallMemory memory, Specialization specialization) {
    static Bound of(Einkorn einkorn, String program, Map<String, Tensor> inputs, int workers) {
      var frontend = new TextFrontend(SourceText.of(program));
      Specialization specialization =
          CompilerThread.call(() -> new Specialization(frontend.check(ProgramText.types(inputs))));
      Sizes sizes = specialization.sizes(inputs);
      List<Layout> layouts = new ArrayList<>();
      Map<String, List<Long>> strides = new LinkedHashMap<>();
      for (TensorDeclaration operand : operands(specialization)) {
        Geometry geometry =
            Geometry.rowMajor(
                operand.type().elementType(), specialization.shape(operand.type(), sizes));
        layouts.add(geometry.layout());
        strides.put(operand.name(), geometry.strides());
      }
      Executable.Request request =
          einkorn.request(
              specialization.plan(),
              layouts,
              false,
              Optional.of(new CallShape(sizes.byName(), strides)));
      WorkspaceLayout layout = WorkspaceLayout.of(specialization.plan(), sizes);
      Executable.Chosen chosen = einkorn.fit(request, sizes, layout.bytes()).chosen();
      var memory =
          new CallMemory(
              layout,
              CompilerThread.call(() -> chosen.memory(einkorn.tierPolicy())),
              sizes,
              workers);
      return new Bound(einkorn.executable(chosen), memory, specialization);
    }

    private static List<TensorDeclaration> operands(Specialization specialization) {
      return Executable.operands(specialization.plan().optimized());
    }

    KernelBody body(WorkerPool workers, WorkspacePool workspaces) {
      List<String> names = new ArrayList<>();
      specialization.program().inputs().forEach(input -> names.add(input.name()));
      names.addAll(specialization.program().outputs());
      return new KernelBody(
          executable,
          operands(specialization),
          memory.sizes(),
          names,
          memory.workspace(),
          workspaces,
          workers,
          memory.workers());
    }

    Tensor[] frame(Map<String, Tensor> inputs) {
      List<Tensor> frame = new ArrayList<>();
      specialization.program().inputs().forEach(input -> frame.add(named(inputs, input.name())));
      for (String output : specialization.program().outputs()) {
        frame.add(
            Tensor.zeros(
                specialization.program().typeOf(output).elementType(),
                specialization.shape(output, memory.sizes())));
      }
      return frame.toArray(Tensor[]::new);
    }
  }

  static Stream<Arguments> programs() {
    return Stream.of(
        Arguments.of(CHAIN, square(150, "X"), 1),
        Arguments.of(CHAIN, square(150, "X"), 2),
        Arguments.of(PRODUCT, square(500, "A", "B"), 1),
        Arguments.of(PRODUCT, square(500, "A", "B"), 2),
        Arguments.of(
            "P[i,j] = A[i,k] * B[k,j]; Q[i,j] = P[i,k] * B[k,j]; y[i] = Q[i,j] * Q[j,i]",
            square(400, "A", "B"),
            2));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void a_first_call_allocates_what_the_plan_says_and_a_second_one_nothing(
      String program, Map<String, Tensor> inputs, int workers) throws Exception {
    Einkorn einkorn = Einkorn.builder().threads(workers).build();
    Bound bound = Bound.of(einkorn, program, inputs, workers);
    Tensor[] frame = bound.frame(inputs);
    try (var pool = new WorkerPool(2)) {
      bound.executable().tiers().await(Duration.ofMinutes(1).toNanos());
      for (int n = 0; n < 20; n++) {
        bound.body(pool, new WorkspacePool(Long.MAX_VALUE)).run(frame);
      }
    }
    BackgroundWork.await();
    long first = Long.MAX_VALUE;
    long second = Long.MAX_VALUE;
    // Other threads of the process allocate too, now and then.
    for (int attempt = 0; attempt < 5; attempt++) {
      long[] bytes = firstAndSecond(bound, frame);
      first = Math.min(first, bytes[0]);
      second = Math.min(second, bytes[1]);
    }
    long reported = bound.memory().bytes();
    assertThat(first).isBetween(reported - OBJECTS, reported + OBJECTS);
    assertThat(second).isLessThan(OBJECTS);
  }

  /** What two calls allocate, in whatever thread, if nothing is kept from earlier ones. */
  private static long[] firstAndSecond(Bound bound, Tensor[] frame) throws InterruptedException {
    long[] bytes = new long[2];
    // A thread whose worker has no arrays yet.
    Thread fresh =
        new Thread(
            () -> {
              try (var pool = new WorkerPool(2)) {
                KernelBody body = bound.body(pool, new WorkspacePool(Long.MAX_VALUE));
                for (int call = 0; call < bytes.length; call++) {
                  long before = THREADS.getTotalThreadAllocatedBytes();
                  body.run(frame);
                  bytes[call] = THREADS.getTotalThreadAllocatedBytes() - before;
                }
              }
            });
    fresh.start();
    fresh.join();
    return bytes;
  }

  @Test
  void a_steady_call_allocates_its_result_only() {
    CompiledProgram program = Einkorn.builder().threads(1).build().prepare(CHAIN);
    Map<String, Tensor> inputs = square(300, "X");
    long least = Long.MAX_VALUE;
    for (int n = 0; n < 10; n++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      program.call(inputs);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isBetween(300L * 300 * 4, 300L * 300 * 4 + OBJECTS);
    assertThat(program.plan(inputs).peakTemporaryBytes())
        .as("two of three temporaries at a time")
        .isBetween(2 * 300L * 300 * 4, 2 * 300L * 300 * 4 + OBJECTS);
  }

  @Test
  void values_do_not_depend_on_what_a_workspace_held() {
    CompiledProgram program = Einkorn.builder().mode(Mode.STRICT).build().prepare(CHAIN);
    Einkorn reference = Einkorn.builder().backend(Backend.REFERENCE).build();
    for (int n : new int[] {17, 5, 17, 0, 1, 17}) {
      Map<String, Tensor> inputs = Map.of("X", random(n, n, n));
      Tensor poison = Tensor.zeros(ElementType.F32, 17, 17);
      poison.fill(Double.NaN);
      program.call(Map.of("X", poison));
      Tensor y = named(program.call(inputs), "y");
      assertThat(y.contentEquals(reference.run(CHAIN, inputs))).as("n = %s", n).isTrue();
    }
  }

  @Test
  void calls_at_the_same_time_do_not_disturb_each_other() throws InterruptedException {
    CompiledProgram program = Einkorn.compile(CHAIN);
    var wrong = new ConcurrentLinkedQueue<String>();
    List<Thread> callers = new ArrayList<>();
    for (int caller = 0; caller < 4; caller++) {
      Map<String, Tensor> inputs = Map.of("X", random(caller, 40, 40));
      Tensor expected = named(program.call(inputs), "y");
      callers.add(
          new Thread(
              () -> {
                for (int n = 0; n < 200; n++) {
                  if (!named(program.call(inputs), "y").contentEquals(expected)) {
                    wrong.add("call " + n);
                  }
                }
              }));
    }
    callers.forEach(Thread::start);
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void a_budget_below_the_panels_of_two_workers_gives_them_smaller_ones() {
    Map<String, Tensor> inputs = square(700, "A", "B");
    Plan unbounded = Einkorn.builder().threads(2).build().prepare(PRODUCT).plan(inputs);
    long peak = unbounded.peakTemporaryBytes();
    Plan bounded =
        Einkorn.builder().threads(2).memoryBudget(peak).build().prepare(PRODUCT).plan(inputs);
    assertThat(bounded.stage(Plan.Stage.SCHEDULE)).isEqualTo(unbounded.stage(Plan.Stage.SCHEDULE));
    assertThat(bounded.toJson()).contains("\"workers\": 2");
    if (peak > 0) {
      Plan tighter =
          Einkorn.builder().threads(2).memoryBudget(peak - 1).build().prepare(PRODUCT).plan(inputs);
      assertThat(tighter.peakTemporaryBytes()).isLessThan(peak);
      assertThat(tighter.toJson()).contains("\"workers\": 2").contains("pack(");
    }
  }

  @Test
  void a_budget_of_nothing_still_computes_what_needs_no_temporaries() {
    for (Mode mode : Mode.values()) {
      Einkorn bounded = Einkorn.builder().mode(mode).memoryBudget(0).build();
      Einkorn unbounded = Einkorn.builder().mode(mode).build();
      for (String program :
          List.of(PRODUCT, "s = A[i,j] * B[i,j]", "e[i] = max[j](exp(A[i,j]) * A[j,i])")) {
        Map<String, Tensor> inputs =
            program.contains("B") ? square(200, "A", "B") : square(200, "A");
        assertThat(bounded.prepare(program).plan(inputs).peakTemporaryBytes()).isZero();
        Tensor actual = bounded.run(program, inputs);
        Tensor expected = unbounded.run(program, inputs);
        float[] values = expected.toFloatArray();
        for (int n = 0; n < values.length; n++) {
          assertThat(actual.toFloatArray()[n])
              .as("%s %s", mode, program)
              .isCloseTo(values[n], withPercentage(0.01));
        }
      }
    }
  }

  @Test
  void a_refusal_names_the_least_budget_and_that_budget_does() {
    Map<String, Tensor> inputs = square(60, "X");
    Einkorn none = Einkorn.builder().memoryBudget(0).build();
    MemoryBudgetException refusal =
        catchThrowableOfType(MemoryBudgetException.class, () -> none.run(CHAIN, inputs));
    assertThat(refusal.requiredBytes()).as("a row of each of two").isEqualTo(256 + 60 * 4);
    long least = refusal.requiredBytes();
    CompiledProgram enough = Einkorn.builder().memoryBudget(least).build().prepare(CHAIN);
    assertThat(enough.plan(inputs).peakTemporaryBytes()).isEqualTo(least);
    assertThat(named(enough.call(inputs), "y").shape()).containsExactly(60, 60);
    Einkorn less = Einkorn.builder().memoryBudget(least - 1).build();
    assertThatThrownBy(() -> less.run(CHAIN, inputs)).isInstanceOf(MemoryBudgetException.class);
  }

  @Test
  void a_pinned_schedule_stays_and_its_memory_counts() {
    Map<String, Tensor> inputs = square(100, "A");
    Einkorn.Builder pinned =
        Einkorn.builder().schedule("T", "stage(A, i: 32, j: 32); hoist()").threads(1);
    String program = "T[j,i] = A[i,j]";
    assertThat(pinned.build().prepare(program).plan(inputs).peakTemporaryBytes())
        .isEqualTo(32 * 32 * 4);
    MemoryBudgetException refusal =
        catchThrowableOfType(
            MemoryBudgetException.class,
            () -> pinned.memoryBudget(4095).build().run(program, inputs));
    assertThat(refusal)
        .hasMessage(
            "the memory budget is 4095 bytes, but the temporaries of this plan need 0 bytes and its"
                + " loops 4096 bytes to work in; the least budget that would do is 4096 bytes");
    assertThat(pinned.memoryBudget(4096).build().run(program, inputs).getDouble(3, 5))
        .isEqualTo(named(inputs, "A").getDouble(5, 3));
  }

  @Test
  void a_plan_tells_lifetimes_peak_and_working_memory() {
    Plan plan = Einkorn.builder().threads(1).build().prepare(CHAIN).plan(square(64, "X"));
    assertThat(plan.explain())
        .contains(
            """
              stored temporaries: 3 tensors in 32.0 KiB
                a: f32[i,i] = 16.0 KiB, from step 1 to 2
                b: f32[i,i] = 16.0 KiB, from step 2 to 3
                c: f32[i,i] = 16.0 KiB, from step 3 to 4
              working memory:\
            """)
        .contains("  peak with 1 worker: 32.");
    assertThat(plan.toJson())
        .contains(
            "\"value\": \"c\", \"type\": \"f32[i,i]\", \"bytes\": 16384, \"firstStep\": 3,"
                + " \"lastStep\": 4, \"arena\": 1, \"offsetBytes\": 0")
        .contains("\"workspaceBytes\": 32768", "\"workers\": 1", "\"workingBytes\": {");
  }

  @Test
  void stepsOfAKernelThatIsNotParallelRunOnceBesideOneThatIs() {
    var program = new StringBuilder();
    for (int n = 0; n < 64; n++) {
      program.append("y%s[i] = x[i] * %s\n".formatted(n, n + 1));
    }
    program.append("s += w[j]\n");
    CompiledProgram many = Einkorn.builder().threads(2).build().prepare(program.toString());
    Tensor x = random(1, 200_000);
    Tensor w = Tensor.zeros(ElementType.F32, 1000);
    w.fill(1);
    for (int n = 0; n < 20; n++) {
      Map<String, Tensor> results = many.call(Map.of("x", x, "w", w, "s", Tensor.scalar(0f)));
      assertThat(named(results, "s").getDouble()).isEqualTo(1000);
    }
  }
}
