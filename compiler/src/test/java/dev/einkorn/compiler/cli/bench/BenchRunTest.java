package dev.einkorn.compiler.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.Plan;
import dev.einkorn.runtime.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class BenchRunTest {
  private static final List<Workload> WORKLOADS =
      WorkloadReader.parse(
          "file.json",
          """
          [{"name": "gemm_f32_4", "einsum": "mk,kn->mn", "sizes": {"m": 4, "n": 5, "k": 6},
            "dtype": "f32"},
           {"name": "square", "program": "s[i] = A[i]^2", "inputs": {"A": ["i"]},
            "sizes": {"i": 7}, "dtype": "f64"}]\
          """);

  private static Subject compiler(int threads) {
    return Subject.of(Einkorn.builder().threads(threads).build());
  }

  /** A run and what it printed. */
  private record Ran(boolean right, String out) {}

  @Test
  void printsATableWithCeilingsAndMeans() {
    Ran ran = run(false, List.of(), BenchRunTest::compiler);
    assertThat(ran.right()).isTrue();
    assertThat(ran.out())
        .contains("ceilings, 1 threads: FMA f32 2.0 and f64 1.0 GFLOP/s", "by test")
        .containsPattern("gemm_f32_4 +1 .*all elements against their definition")
        .containsPattern("square +2 .*the interpreter at reduced sizes; a strict evaluation")
        .contains("geometric means")
        .containsPattern("gemm_f32 +1 threads, +1 workloads");
  }

  @Test
  void printsAJsonLineForEachWorkloadAndNumberOfThreads() {
    Ran ran = run(true, List.of(), BenchRunTest::compiler);
    List<String> lines = ran.out().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.getFirst())
        .startsWith("{\"name\": \"gemm_f32_4\", \"group\": \"gemm_f32\", \"threads\": 1, ")
        .contains("\"median_seconds\": ", "\"first_call_seconds\": ", "\"gflops\": ")
        .contains("\"fraction_of_fma_peak\": ", "\"fraction_of_read_bandwidth\": ")
        .contains("\"peak_temporary_bytes\": 0", "\"checked\": true");
  }

  @Test
  void neitherTimesNorHidesAWrongResult() {
    IntFunction<Subject> wrong = threads -> problem -> new Off(compiler(threads).prepare(problem));
    Ran table = run(false, List.of(), wrong);
    assertThat(table.right()).isFalse();
    assertThat(table.out())
        .containsPattern("gemm_f32_4 +1 WRONG: the element at ")
        .containsPattern("square +1 WRONG: s is off by ");
    assertThat(run(true, List.of(), wrong).out())
        .contains("\"checked\": false")
        .doesNotContain("median_seconds");
  }

  @Test
  void goesOnAfterAWorkloadThatCannotBeRun() {
    IntFunction<Subject> failing =
        threads ->
            problem -> {
              if (problem.workload().name().startsWith("gemm")) {
                throw new IllegalStateException("no product today");
              }
              return compiler(threads).prepare(problem);
            };
    Ran ran = run(false, List.of(), failing);
    assertThat(ran.right()).isFalse();
    assertThat(ran.out())
        .containsPattern("gemm_f32_4 +1 FAILED: no product today")
        .containsPattern("square +1 .*the interpreter");
  }

  @Test
  void comparesWithRightPeersAndMarksWrongOnes() {
    Ran table =
        run(false, List.of(new Other("good", 0), new Other("bad", 1)), BenchRunTest::compiler);
    assertThat(table.right()).isTrue();
    assertThat(table.out())
        .contains("good", "bad", "ratio", "x the best peer (1 of them")
        .contains("bad: WRONG: the element at [0, 0] is ");
    Ran json = run(true, List.of(new Other("good", 0)), BenchRunTest::compiler);
    assertThat(json.out()).contains("\"peers\": [{\"name\": \"good\"", "\"ratio_to_best_peer\": ");
  }

  @Test
  void takesGeometricMeans() {
    assertThat(Means.geometric(List.of(1.0, 4.0, 16.0))).isEqualTo(4.0);
    assertThat(Means.geometric(List.of())).isZero();
  }

  @Test
  void measuresCeilingsWithPlainLoops() {
    Ceilings ceilings = Ceilings.measure(new ScalarLoops(), 2, 1 << 12, 1);
    assertThat(ceilings.threads()).isEqualTo(2);
    assertThat(List.of(ceilings.f32(), ceilings.f64(), ceilings.read(), ceilings.copy()))
        .allMatch(rate -> rate > 0 && Double.isFinite(rate));
  }

  private static Ran run(boolean json, List<Peer> peers, IntFunction<Subject> subjects) {
    var out = new ByteArrayOutputStream();
    var options =
        new BenchRun.Options(
            WORKLOADS, List.of(1, 2), 0.001, Mode.DETERMINISTIC, Backend.CPU, json);
    List<Ceilings> ceilings =
        List.of(new Ceilings(1, 2e9, 1e9, 3e9, 4e9), new Ceilings(2, 4e9, 2e9, 6e9, 8e9));
    boolean right =
        new BenchRun(options, peers, _ -> {})
            .run(new PrintStream(out, true, StandardCharsets.UTF_8), ceilings, "test", subjects);
    return new Ran(right, out.toString(StandardCharsets.UTF_8));
  }

  /** Computes right, then spoils the last element. */
  private record Off(Subject.Prepared right) implements Subject.Prepared {
    @Override
    public Map<String, Tensor> call() {
      Map<String, Tensor> outputs = right.call();
      outputs.values().forEach(Off::spoil);
      return outputs;
    }

    @Override
    public void callInto(Map<String, Tensor> outputs) {
      right.callInto(outputs);
      outputs.values().forEach(Off::spoil);
    }

    private static void spoil(Tensor output) {
      Tensor flat = output.reshape(-1);
      flat.set(flat.getDouble(0) * 1.001 + 0.001, 0);
    }

    @Override
    public Plan plan() {
      return right.plan();
    }
  }

  /** A library that is off by a number; it knows einsum strings only. */
  private record Other(String name, double error) implements Peer {
    @Override
    public Optional<Task> prepare(Problem problem, int threads) {
      if (problem.workload().computation() instanceof Workload.Computation.Program) {
        return Optional.empty();
      }
      return Optional.of(
          new Task() {
            @Override
            public void run() {
              // The result is computed when asked for.
            }

            @Override
            public Tensor result() {
              Tensor result = compiler(threads).prepare(problem).call().values().iterator().next();
              result.set(result.getDouble(0, 0) + error, 0, 0);
              return result;
            }

            @Override
            public void close() {
              // Holds nothing.
            }
          });
    }
  }
}
