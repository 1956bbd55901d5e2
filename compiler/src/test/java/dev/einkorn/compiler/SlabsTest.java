package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Plans that run slab by slab: the same bits, and the memory that they say. */
class SlabsTest {
  /** A cache so small that everything is cut that can be. */
  private static final long SMALL = 512;

  /** A cache that nothing is cut for. */
  private static final long HUGE = Long.MAX_VALUE / 2;

  private static final String SOFTMAX =
      """
      m[r] = max[c](X[r,c])
      z[r,c] = exp(X[r,c] - m[r])
      s[r] = sum[c](z[r,c])
      P[r,c] = z[r,c] / s[r]
      """;

  private static final String ATTENTION =
      """
      S[b,q,k] = Q[b,q,d] * K[b,k,d] * 0.125
      m[b,q] = max[k](S[b,q,k])
      z[b,q,k] = exp(S[b,q,k] - m[b,q])
      s[b,q] = sum[k](z[b,q,k])
      P[b,q,k] = z[b,q,k] / s[b,q]
      O[b,q,d] = P[b,q,k] * V[b,k,d]
      """;

  private static final String LAYER_NORM =
      """
      u[r] = sum[c](X[r,c]) / extent(X, 1)
      d[r,c] = X[r,c] - u[r]
      v[r] = sum[c](d[r,c] * d[r,c]) / extent(X, 1)
      Y[r,c] = d[r,c] / sqrt(v[r] + 1e-5) * g[c] + h[c]
      """;

  /** Two temporaries that products read, so that they are stored. */
  private static final String CHAIN =
      """
      a[i,j] = max[k](X[i,k] * W[k,j])
      b[i,j] = max[k](a[i,k] * W[k,j])
      y[i,j] = max[k](b[i,k] * W[k,j])
      """;

  private static Tensor random(long seed, long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    var random = new Random(seed);
    float[] data = tensor.floatArray();
    for (int n = 0; n < data.length; n++) {
      data[n] = random.nextFloat() * 4 - 2;
    }
    return tensor;
  }

  private static Map<String, Tensor> inputs(Object... namesAndTensors) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int n = 0; n < namesAndTensors.length; n += 2) {
      inputs.put((String) namesAndTensors[n], (Tensor) namesAndTensors[n + 1]);
    }
    return inputs;
  }

  private static Map<String, Tensor> attention(int batch, int queries, int keys, int depth) {
    return inputs(
        "Q", random(1, batch, queries, depth),
        "K", random(2, batch, keys, depth),
        "V", random(3, batch, keys, depth));
  }

  static Stream<Arguments> programs() {
    return Stream.of(
        Arguments.of(SOFTMAX, inputs("X", random(1, 67, 301))),
        Arguments.of(SOFTMAX, inputs("X", random(1, 301, 67).transpose())),
        Arguments.of(SOFTMAX, inputs("X", random(1, 2, 1))),
        Arguments.of(SOFTMAX, inputs("X", random(1, 0, 5))),
        Arguments.of(SOFTMAX, inputs("X", random(1, 1030, 64))),
        Arguments.of(ATTENTION, attention(3, 70, 50, 16)),
        Arguments.of(ATTENTION, attention(1, 131, 97, 64)),
        Arguments.of(
            LAYER_NORM, inputs("X", random(1, 53, 200), "g", random(2, 200), "h", random(3, 200))),
        Arguments.of(CHAIN, inputs("X", random(1, 97, 40), "W", random(2, 40, 40))),
        Arguments.of(
            "t[i,j] = A[i,k] * B[k,j]; u[i,j] = exp(t[i,j]) * A[i,j]; y[i,l] = u[i,j] * B[j,l]",
            inputs("A", random(1, 203, 64), "B", random(2, 64, 64))));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void slabs_keep_every_bit(String program, Map<String, Tensor> inputs) throws Exception {
    for (Mode mode : List.of(Mode.STRICT, Mode.DETERMINISTIC)) {
      Einkorn whole = Einkorn.builder().mode(mode).threads(1).slabCache(HUGE).build();
      CompiledProgram wholeProgram = whole.prepare(program);
      Map<String, Tensor> expected = wholeProgram.call(inputs);
      for (int workers : new int[] {1, 3}) {
        for (long cache : new long[] {SMALL}) {
          Einkorn cut = Einkorn.builder().mode(mode).threads(workers).slabCache(cache).build();
          CompiledProgram cutProgram = cut.prepare(program);
          for (int call = 0; call < 3; call++) {
            Map<String, Tensor> actual = cutProgram.call(inputs);
            expected.forEach(
                (name, value) ->
                    assertThat(named(actual, name).contentEquals(value))
                        .as("%s %s, %s workers, cache %s", mode, name, workers, cache)
                        .isTrue());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void slabs_that_fit_a_budget_keep_every_bit(String program, Map<String, Tensor> inputs) {
    Einkorn whole = Einkorn.builder().mode(Mode.STRICT).threads(1).slabCache(HUGE).build();
    Map<String, Tensor> expected = whole.prepare(program).call(inputs);
    long all = whole.prepare(program).plan(inputs).peakTemporaryBytes();
    CompiledProgram none =
        Einkorn.builder().mode(Mode.STRICT).memoryBudget(0).build().prepare(program);
    MemoryBudgetException refusal =
        catchThrowableOfType(MemoryBudgetException.class, () -> none.call(inputs));
    if (refusal == null) {
      assertThat(all).isZero();
      return;
    }
    long least = refusal.requiredBytes();
    assertThat(least).isLessThanOrEqualTo(all);
    for (long budget : new long[] {least, Math.max(least, all / 2)}) {
      for (int workers : new int[] {3}) {
        CompiledProgram cut =
            Einkorn.builder()
                .mode(Mode.STRICT)
                .threads(workers)
                .memoryBudget(budget)
                .build()
                .prepare(program);
        Plan plan = cut.plan(inputs);
        assertThat(plan.peakTemporaryBytes()).isLessThanOrEqualTo(budget);
        assertThat(plan.explain().contains("slabs of")).isEqualTo(budget < all);
        Map<String, Tensor> actual = cut.call(inputs);
        expected.forEach(
            (name, value) ->
                assertThat(named(actual, name).contentEquals(value))
                    .as("%s, %s workers, budget %s", name, workers, budget)
                    .isTrue());
      }
    }
  }

  @Test
  void what_reads_other_positions_is_not_cut() {
    Map<String, Tensor> inputs = inputs("X", random(1, 40, 40));
    for (String program :
        List.of(
            "t[i,j] = max[k](X[i,k] * X[k,j]); y[i,j] = max[k](t[k,i] * t[j,k])",
            "t[i,j] = max[k](X[i,k] * X[j,k]); y[i,j] = max[k](t[i,k] * t[k,j])")) {
      CompiledProgram none = Einkorn.builder().memoryBudget(0).build().prepare(program);
      MemoryBudgetException refusal =
          catchThrowableOfType(MemoryBudgetException.class, () -> none.call(inputs));
      assertThat(refusal.requiredBytes()).isEqualTo(40 * 40 * 4);
    }
  }

  @Test
  void the_vector_kernels_of_slabs_keep_every_bit_too() throws InterruptedException {
    Map<String, Tensor> inputs = attention(2, 150, 90, 32);
    CompiledProgram whole = Einkorn.builder().threads(1).slabCache(HUGE).build().prepare(ATTENTION);
    CompiledProgram cut =
        Einkorn.builder().threads(2).slabCache(8 * SMALL).build().prepare(ATTENTION);
    Tensor expected = named(whole.call(inputs), "O");
    assertThat(named(cut.call(inputs), "O").contentEquals(expected)).isTrue();
    assertThat(cut.awaitWarm(java.time.Duration.ofMinutes(2))).isTrue();
    assertThat(whole.awaitWarm(java.time.Duration.ofMinutes(2))).isTrue();
    assertThat(named(whole.call(inputs), "O").contentEquals(expected)).isTrue();
    assertThat(named(cut.call(inputs), "O").contentEquals(expected)).isTrue();
  }

  @Test
  void steps_that_read_a_large_tensor_share_one_pass_whatever_the_workers_are()
      throws InterruptedException {
    String program =
        """
        w[c] = sum[r](p[r] * X[r,c])
        u[r] = sum[c](X[r,c] * q[c])
        x[c] = sum[r](X[r,c] * u[r])
        """;
    Map<String, Tensor> inputs =
        inputs("X", random(1, 300, 257), "p", random(2, 300), "q", random(3, 257));
    CompiledProgram[] programs = new CompiledProgram[3];
    for (int n = 0; n < programs.length; n++) {
      programs[n] = Einkorn.builder().threads(n + 1).slabCache(16 << 10).build().prepare(program);
      assertThat(programs[n].plan(inputs).explain())
          .contains("slabs of 16 along r, steps 1 to 3, w and x summed in 19 parts");
    }
    Map<String, Tensor> expected = programs[0].call(inputs);
    Map<String, Tensor> exact =
        Einkorn.builder().mode(Mode.STRICT).build().prepare(program).call(inputs);
    for (int c = 0; c < 257; c++) {
      // Two sums of 300 terms of at most 4, each within 300 units in the last place of the whole.
      assertThat(named(expected, "w").getDouble(c))
          .isCloseTo(named(exact, "w").getDouble(c), within(2.0 * 300 * Math.ulp(1f) * 300 * 4));
    }
    for (int call = 0; call < 2; call++) {
      for (CompiledProgram each : programs) {
        Map<String, Tensor> actual = each.call(inputs);
        expected.forEach(
            (name, value) -> assertThat(named(actual, name).contentEquals(value)).isTrue());
        assertThat(each.awaitWarm(java.time.Duration.ofMinutes(2))).isTrue();
      }
    }
  }

  @Test
  void sums_over_what_is_never_stored_in_full_do_not_depend_on_the_workers() {
    String program =
        "t[i,j] = max[k](X[i,k] * W[k,j]); w[j] = sum[i](t[i,j] * p[i]); y[i] = sum[j](t[i,j])";
    Map<String, Tensor> inputs =
        inputs("X", random(1, 400, 20), "W", random(2, 20, 60), "p", random(3, 400));
    Tensor expected = null;
    for (int workers = 1; workers <= 4; workers++) {
      CompiledProgram cut =
          Einkorn.builder().threads(workers).slabCache(8 << 10).build().prepare(program);
      assertThat(cut.plan(inputs).explain()).contains("w summed in");
      Tensor w = named(cut.call(inputs), "w");
      assertThat(expected == null || w.contentEquals(expected)).as(workers + " workers").isTrue();
      expected = w;
    }
  }

  @Test
  void parts_are_added_up_in_an_output_that_lies_across() {
    String program = "w[c,d] = sum[r](p[r,d] * X[r,c]); u[r] = sum[c](X[r,c] * q[c])";
    Map<String, Tensor> inputs =
        inputs("X", random(1, 300, 257), "p", random(2, 300, 2), "q", random(3, 257));
    CompiledProgram cut = Einkorn.builder().slabCache(16 << 10).build().prepare(program);
    assertThat(cut.plan(inputs).explain()).contains("w summed in 19 parts");
    Tensor across = Tensor.zeros(ElementType.F32, 2, 257).transpose();
    cut.call(inputs, inputs("w", across, "u", Tensor.zeros(ElementType.F32, 300)));
    assertThat(across.contentEquals(named(cut.call(inputs), "w"))).isTrue();
    assertThat(across.getDouble(5, 1)).isNotZero();
  }

  @Test
  void softmax_is_cut_along_its_rows_and_the_plan_says_so() {
    Einkorn einkorn = Einkorn.builder().threads(1).slabCache(64 << 10).build();
    Plan plan = einkorn.prepare(SOFTMAX).plan(inputs("X", random(1, 1000, 256)));
    assertThat(plan.explain())
        .contains("slabs of 64 along r, steps 1 to 2")
        .contains("z: f32[r_slab,c] = 64.0 KiB");
    assertThat(plan.toJson()).contains("\"slabs\": [\"slabs of 64 along r, steps 1 to 2\"]");
    assertThat(plan.peakTemporaryBytes()).isLessThan(80 << 10);
    assertThat(plan.flops())
        .isEqualTo(
            Einkorn.builder()
                .slabCache(HUGE)
                .build()
                .prepare(SOFTMAX)
                .plan(inputs("X", random(1, 1000, 256)))
                .flops());
  }

  @Test
  void a_budget_below_the_temporaries_is_kept_by_slabs() {
    Map<String, Tensor> inputs = inputs("X", random(1, 500, 300));
    Tensor expected = named(Einkorn.builder().build().prepare(SOFTMAX).call(inputs), "P");
    for (long budget : new long[] {8000, 20_000, 100_000, 400_000}) {
      CompiledProgram program =
          Einkorn.builder().threads(3).memoryBudget(budget).build().prepare(SOFTMAX);
      assertThat(program.plan(inputs).peakTemporaryBytes()).isLessThanOrEqualTo(budget);
      Tensor actual = named(program.call(inputs), "P");
      for (int n = 0; n < 300; n++) {
        assertThat(actual.getDouble(7, n))
            .isCloseTo(
                expected.getDouble(7, n), org.assertj.core.data.Percentage.withPercentage(0.01));
      }
    }
  }

  @Test
  void a_refusal_names_the_bytes_of_a_slab_of_one_position() {
    Map<String, Tensor> inputs = inputs("X", random(1, 500, 300));
    Einkorn none = Einkorn.builder().memoryBudget(0).build();
    MemoryBudgetException refusal =
        catchThrowableOfType(MemoryBudgetException.class, () -> none.run(SOFTMAX, inputs));
    assertThat(refusal.requiredBytes()).isEqualTo(300 * 4);
    Einkorn enough = Einkorn.builder().memoryBudget(300 * 4).build();
    assertThat(enough.prepare(SOFTMAX).plan(inputs).peakTemporaryBytes()).isEqualTo(300 * 4);
    assertThat(enough.run(SOFTMAX, inputs).shape()).containsExactly(500, 300);
  }
}
