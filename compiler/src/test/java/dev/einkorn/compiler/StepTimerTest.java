package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps that are timed one by one compute what a call does. */
class StepTimerTest {
  /** Tensors, frames, threads and array headers: what is no element of an array. */
  private static final long OBJECTS = 64 << 10;

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

  private static Map<String, Tensor> chain() {
    return inputs("X", random(1, 97, 40), "W", random(2, 40, 40));
  }

  private static List<Measurement.Steps> time(StepTimer timer) throws InterruptedException {
    return timer.time(Duration.ofSeconds(20));
  }

  static Stream<Arguments> programs() {
    Map<String, Tensor> square =
        inputs("A", random(1, 60, 60), "B", random(2, 60, 60), "x", random(3, 60));
    return Stream.of(
        Arguments.of("y[i] = A[i,j] * B[j,k] * x[k]", square, Einkorn.builder()),
        Arguments.of(
            "t[i] = A[i,j] * x[j]; E[i] = A[i,j] * t[j]; F[k] = B[k,i] * t[i]",
            square,
            Einkorn.builder()),
        Arguments.of("y[i] = A[i,j] * B[j,k] * x[k]", square, Einkorn.builder().memoryBudget(0)),
        Arguments.of(
            "C[i,j] = A[i,k] * B[k,j] * x[j]",
            square,
            Einkorn.builder().schedule("C", "reorder(i, k, j)")),
        Arguments.of(CHAIN, chain(), Einkorn.builder().memoryBudget(20_000)),
        Arguments.of(CHAIN, chain(), Einkorn.builder().mode(Mode.STRICT)));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void steps_by_themselves_compute_the_same_bits(
      String text, Map<String, Tensor> inputs, Einkorn.Builder options) throws Exception {
    CompiledProgram program = options.threads(2).build().prepare(text);
    Map<String, Tensor> expected = program.call(inputs);
    StepTimer timer = program.stepTimer(inputs);
    List<Measurement.Steps> steps = time(timer);
    for (String output : program.outputNames()) {
      assertThat(timer.output(output).orElseThrow().contentEquals(named(expected, output)))
          .as(output)
          .isTrue();
    }
    int next = 1;
    for (Measurement.Steps group : steps) {
      assertThat(group.first()).isEqualTo(next);
      assertThat(group.nanos()).isNotNegative();
      next = group.last() + 1;
    }
    Plan plan = program.plan(inputs);
    assertThat(next - 1).isEqualTo(plan.planned().plan().steps().size());
    BackgroundWork.await();
    assertThat(timer.allocatedBytes()).isBetween(0L, plan.peakTemporaryBytes() + OBJECTS);
  }

  @Test
  void explain_shows_the_time_of_each_step() {
    Map<String, Tensor> inputs =
        inputs("A", random(1, 60, 60), "B", random(2, 60, 60), "x", random(3, 60));
    Plan plan =
        Einkorn.compile("y[i] = A[i,j] * B[j,k] * x[k]")
            .plan(inputs)
            .withMeasurement(
                new Measurement(
                    9000,
                    3,
                    List.of(new Measurement.Steps(1, 1, 2500), new Measurement.Steps(2, 2, 5500)),
                    OptionalLong.of(3 << 20)));
    assertThat(plan.explain()).contains("measured 2.5 us\n", "measured 5.5 us\n");
    assertThat(plan.explain()).containsPattern("peak with .*, measured 3.0 M");
    assertThat(plan.toHtml()).contains("<td>2.5 us</td>", "<td>5.5 us</td>");
    assertThat(plan.toJson())
        .contains(
            "\"measuredNanos\": 2500", "{\"firstStep\": 2, \"lastStep\": 2, \"nanos\": 5500}");
  }

  @Test
  void steps_of_slabs_are_timed_together() throws Exception {
    CompiledProgram program = Einkorn.builder().memoryBudget(20_000).build().prepare(CHAIN);
    Map<String, Tensor> inputs = chain();
    List<Measurement.Steps> steps = time(program.stepTimer(inputs));
    assertThat(steps).anyMatch(group -> group.last() > group.first());
    Plan plan =
        program.plan(inputs).withMeasurement(new Measurement(1, 1, steps, OptionalLong.empty()));
    assertThat(plan.explain()).containsPattern("measured [0-9.]+ [num]?s for steps [0-9] to [0-9]");
  }

  @Test
  void the_interpreter_has_no_steps() throws Exception {
    CompiledProgram program =
        Einkorn.builder().backend(Backend.REFERENCE).build().prepare("y[i] = x[i] + 1");
    assertThat(Measurement.of(program, inputs("x", random(1, 3))).steps()).isEmpty();
  }
}
