package dev.einkorn.samples.benchmarks;

import dev.einkorn.compiler.Backend;
import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * The founding questions with kernels compiled at run time and with kernels written at build time,
 * called in turn, so that both see the same machine; which of the two is first changes from call to
 * call. With vectors where the JVM has {@code --add-modules jdk.incubator.vector}, in scalar form
 * where it has not.
 *
 * <pre>
 *   DoorComparison          compares in this JVM
 *   DoorComparison 7        compares in seven JVMs, one after the other; their medians count
 * </pre>
 */
public final class DoorComparison {
  private static final int CALLS = 240;
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

  /** The medians of the calls of one JVM, in microseconds. */
  private record Medians(String question, double runTime, double buildTime) {
    private static final Pattern LINE =
        Pattern.compile("(\\w+)  run time ([0-9.]+) us  build time ([0-9.]+) us.*");

    double ratio() {
      return buildTime / runTime;
    }

    String line() {
      return String.format(
          Locale.ROOT,
          "%s  run time %.1f us  build time %.1f us  ratio %.3f",
          question,
          runTime,
          buildTime,
          ratio());
    }

    static Optional<Medians> parse(String line) {
      Matcher matcher = LINE.matcher(line);
      return matcher.matches()
          ? Optional.of(
              new Medians(
                  matcher.group(1),
                  Double.parseDouble(matcher.group(2)),
                  Double.parseDouble(matcher.group(3))))
          : Optional.empty();
    }
  }

  /** Prints a line a question: the median times of both doors, and their ratio. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length > 0) {
      compareInForks(Integer.parseInt(arguments[0]));
      return;
    }
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

  /** Starts JVMs like this one, and prints the medians of what they print. */
  private static void compareInForks(int forks) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(DoorComparison.class.getName());
    Map<String, List<Medians>> byQuestion = new TreeMap<>();
    for (int fork = 0; fork < forks; fork++) {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process
          .inputReader()
          .lines()
          .forEach(
              line -> {
                System.out.println("  " + line);
                Medians.parse(line)
                    .ifPresent(
                        found ->
                            byQuestion
                                .computeIfAbsent(found.question(), _ -> new ArrayList<>())
                                .add(found));
              });
    }
    byQuestion.forEach(
        (question, found) ->
            System.out.printf(
                Locale.ROOT,
                "%s  run time %.1f us  build time %.1f us  ratio %.3f, %.3f to %.3f%n",
                question,
                median(found.stream().mapToDouble(Medians::runTime)),
                median(found.stream().mapToDouble(Medians::buildTime)),
                median(found.stream().mapToDouble(Medians::ratio)),
                found.stream().mapToDouble(Medians::ratio).min().orElse(0),
                found.stream().mapToDouble(Medians::ratio).max().orElse(0)));
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
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
      boolean runTimeFirst = call % 2 == 0;
      for (boolean atRunTime : new boolean[] {runTimeFirst, !runTimeFirst}) {
        long start = System.nanoTime();
        if (atRunTime) {
          program.run(inputs, outputs);
        } else {
          atBuildTime(question, inputs, outputs[0]);
        }
        double microseconds = (System.nanoTime() - start) / 1e3;
        (atRunTime ? runTime : buildTime)[call] = microseconds;
      }
    }
    check(question, inputs, outputs);
    var medians =
        new Medians(
            question.name(), median(Arrays.stream(runTime)), median(Arrays.stream(buildTime)));
    System.out.println(medians.line() + "  " + program.tiers());
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
