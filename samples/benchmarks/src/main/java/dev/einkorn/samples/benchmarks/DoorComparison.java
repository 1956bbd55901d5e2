package dev.einkorn.samples.benchmarks;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The founding questions with kernels compiled at run time and with kernels written at build time,
 * called in turn, so that both see the same machine. With vectors where the JVM has {@code
 * --add-modules jdk.incubator.vector}, in scalar form where it has not.
 */
public final class DoorComparison {
  private static final int CALLS = 120;
  private static final long WARM_UP_NANOS = 1_000_000_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final QuestionsKernels kernels = new QuestionsKernels();

  private DoorComparison() {}

  /** One question and how it is asked at build time. */
  private record Question(String name, String program, List<Tensor> inputs, Tensor output) {
    Question {
      inputs = List.copyOf(inputs);
    }
  }

  /** Prints a line a question: the best and the median time of each door, and their ratios. */
  public static void main(String[] arguments) throws InterruptedException {
    var comparison = new DoorComparison();
    comparison.compare(
        new Question(
            "a",
            Questions.COLUMN_DOTS,
            List.of(tensor(2000, 2000), tensor(2000, 2000)),
            tensor(2000)));
    comparison.compare(
        new Question(
            "b",
            Questions.COMPOSED,
            List.of(tensor(400), tensor(408, 408), tensor(408), tensor(400, 408)),
            tensor(408)));
    comparison.compare(
        new Question(
            "c",
            Questions.PAIRWISE,
            List.of(tensor(64, 32, 256), tensor(64, 32, 256)),
            tensor(64, 64, 256)));
  }

  private void compare(Question question) throws InterruptedException {
    CompiledProgram program = Einkorn.compile(question.program());
    Tensor[] inputs = question.inputs().toArray(Tensor[]::new);
    Tensor[] outputs = {question.output()};
    program.run(inputs, outputs);
    check(question, inputs, outputs);
    if (!program.awaitWarm(PATIENCE) || !kernels.awaitWarm(PATIENCE)) {
      System.out.println("vector kernels are not warm yet");
    }
    long end = System.nanoTime() + WARM_UP_NANOS;
    while (System.nanoTime() < end) {
      program.run(inputs, outputs);
      atBuildTime(question, inputs, outputs[0]);
    }
    double[] runTime = new double[CALLS];
    double[] buildTime = new double[CALLS];
    for (int call = 0; call < CALLS; call++) {
      long start = System.nanoTime();
      program.run(inputs, outputs);
      long middle = System.nanoTime();
      atBuildTime(question, inputs, outputs[0]);
      runTime[call] = (middle - start) / 1e3;
      buildTime[call] = (System.nanoTime() - middle) / 1e3;
    }
    check(question, inputs, outputs);
    Arrays.sort(runTime);
    Arrays.sort(buildTime);
    System.out.printf(
        Locale.ROOT,
        "%s  run time: best %.1f median %.1f us  build time: best %.1f median %.1f us"
            + "  ratio of the best %.3f, of the medians %.3f  %s%n",
        question.name(),
        runTime[0],
        runTime[CALLS / 2],
        buildTime[0],
        buildTime[CALLS / 2],
        buildTime[0] / runTime[0],
        buildTime[CALLS / 2] / runTime[CALLS / 2],
        program.tiers());
  }

  /** Small whole numbers, so that sums are exact in any order. */
  private static Tensor tensor(long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    float[] values = tensor.floatArray();
    for (int n = 0; n < values.length; n++) {
      values[n] = n % 3 - 1;
    }
    return tensor;
  }

  /** Compares both doors, and on a part of the tensors the interpreter. */
  private void check(Question question, Tensor[] inputs, Tensor[] outputs) {
    Tensor expected = outputs[0].copy();
    atBuildTime(question, inputs, outputs[0]);
    require(question, expected.contentEquals(outputs[0]));
    Tensor[] parts = Arrays.stream(inputs).map(DoorComparison::part).toArray(Tensor[]::new);
    Tensor[] interpreted = {part(outputs[0]).copy()};
    Einkorn.builder()
        .backend(Backend.REFERENCE)
        .build()
        .prepare(question.program())
        .run(parts, interpreted);
    Tensor built = interpreted[0].copy();
    atBuildTime(question, parts, built);
    require(question, built.contentEquals(interpreted[0]));
  }

  private static Tensor part(Tensor tensor) {
    Tensor part = tensor;
    for (int axis = 0; axis < tensor.rank(); axis++) {
      part = part.slice(axis, 0, Math.min(16, tensor.extent(axis)));
    }
    return part;
  }

  private static void require(Question question, boolean equal) {
    if (!equal) {
      throw new AssertionError("the kernels of question " + question.name() + " do not agree");
    }
  }

  private void atBuildTime(Question question, Tensor[] inputs, Tensor output) {
    switch (question.name()) {
      case "a" -> kernels.columnDots(inputs[0], inputs[1], output);
      case "b" -> kernels.composed(inputs[0], inputs[1], inputs[2], inputs[3], output);
      default -> kernels.pairwise(inputs[0], inputs[1], output);
    }
  }
}
