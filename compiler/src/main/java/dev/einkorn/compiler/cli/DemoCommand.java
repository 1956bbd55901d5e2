package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.Plan;
import dev.einkorn.runtime.Npy;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;

/** {@code einkorn demo}: the three questions that Einkorn was made for, on small files. */
@Command(
    name = "demo",
    header = "Answers the three founding questions on sample data and checks the answers.",
    footer = {"", "Example:", "  einkorn demo"})
final class DemoCommand implements Callable<Integer> {
  private static final int SHOWN = 4;
  private static final long WARM_UP_NANOS = 300_000_000;
  private static final int TIMED_CALLS = 101;

  /**
   * A program and its input files.
   *
   * @param files names of files in the folder of the sample data, by input
   */
  private record Question(
      String title, List<String> program, SequencedMap<String, String> files, boolean showJava) {}

  private final Console console;

  DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Path data = data();
    boolean passed = true;
    for (Question question : questions()) {
      passed &= answer(question, data);
      console.out().println();
    }
    console.out().println(passed ? "all checks passed" : "a check FAILED");
    return passed ? 0 : Failure.FAILED;
  }

  private static List<Question> questions() {
    SequencedMap<String, String> a = new LinkedHashMap<>();
    a.put("A", "returns.npy");
    a.put("B", "weights.npy");
    SequencedMap<String, String> b = new LinkedHashMap<>();
    b.put("B", "b.npy");
    b.put("A", "a.npy");
    b.put("Y", "y.npy");
    b.put("Z", "z.npy");
    SequencedMap<String, String> c = new LinkedHashMap<>();
    c.put("A", "queries.npy");
    c.put("B", "keys.npy");
    return List.of(
        new Question(
            "a) Multiply two tensors and sum along the first axis, without the product",
            List.of("c[k] = A[i,k] * B[i,k]"),
            a,
            true),
        new Question(
            "b) Compose, multiply and sum; the intermediates never exist",
            List.of(
                "C[i,j,k] = B[i] * A[j,k]",
                "C2[i,j,k] = Y[j] * Z[i,k]",
                "E[k] = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])"),
            b,
            false),
        new Question(
            "c) Contract over a middle axis, on any strides, without permuting copies",
            List.of("E[n,k,d] = A[n,h,d] * B[k,h,d]"),
            c,
            false));
  }

  private Path data() {
    Path home = console.home().orElse(Path.of(""));
    Path data = home.resolve("samples").resolve("data");
    if (!Files.isDirectory(data)) {
      throw new CommandException(
          data.toAbsolutePath()
              + ": there are no sample data; run the launcher ./einkorn, which knows where they"
              + " are");
    }
    return data;
  }

  private boolean answer(Question question, Path data) throws IOException {
    PrintStream out = console.out();
    out.println(question.title());
    question.program().forEach(line -> out.println("     " + line));
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Map.Entry<String, String> file : question.files().entrySet()) {
      Tensor tensor = Npy.read(data.resolve(file.getValue()));
      inputs.put(file.getKey(), tensor);
      line(
          "input " + file.getKey(),
          "%-14s %s%s".formatted(TensorJson.describe(tensor), file.getValue(), strides(tensor)));
    }
    String text = String.join("\n", question.program());
    CompiledProgram program = Einkorn.compile(text);
    Plan plan = program.plan(inputs);
    Map<String, Tensor> results = program.call(inputs);
    results.forEach(
        (name, tensor) ->
            line(
                "result " + name,
                "%-14s %s".formatted(TensorJson.describe(tensor), firstValues(tensor))));
    line("peak memory", String.format(Locale.ROOT, "%,d bytes", plan.peakTemporaryBytes()));
    plan.neverStored().forEach(value -> line("never stored", value));
    line("operations", String.format(Locale.ROOT, "%,d", plan.flops()));
    line("a warm call", warmCall(program, inputs) + " (for information, not a benchmark)");
    boolean passed = true;
    for (Comparison comparison :
        RoundingBound.of(e -> e.prepare(text), inputs, plan, Mode.DETERMINISTIC).compare(results)) {
      line(comparison.passes() ? "check" : "check FAILED", comparison.text());
      passed &= comparison.passes();
    }
    if (question.showJava()) {
      line("generated Java", "");
      plan.javaSource().lines().forEach(line -> out.println(("     " + line).stripTrailing()));
    }
    return passed;
  }

  private void line(String name, String text) {
    console.out().println("  %-15s %s".formatted(name, text).stripTrailing());
  }

  /** Says which way a tensor lies in memory, unless it is row-major. */
  private static String strides(Tensor tensor) {
    if (tensor.isContiguous()) {
      return "";
    }
    return IntStream.range(0, tensor.rank())
        .mapToObj(axis -> Long.toString(tensor.stride(axis)))
        .collect(Collectors.joining(", ", "  (column-major: strides ", ")"));
  }

  private static String firstValues(Tensor tensor) {
    Tensor flat = tensor.reshape(-1);
    long shown = Math.min(SHOWN, flat.extent(0));
    String values = flat.slice(0, 0, shown).toString();
    String list = values.substring(values.indexOf(' ') + 1);
    return shown < flat.extent(0) ? list.replace("]", ", ...]") : list;
  }

  /** The median time of a call, after calls that let the JVM compile the kernel. */
  private static String warmCall(CompiledProgram program, Map<String, Tensor> inputs) {
    long start = System.nanoTime();
    do {
      program.call(inputs);
    } while (System.nanoTime() - start < WARM_UP_NANOS);
    long[] times = new long[TIMED_CALLS];
    for (int n = 0; n < times.length; n++) {
      long before = System.nanoTime();
      program.call(inputs);
      times[n] = System.nanoTime() - before;
    }
    Arrays.sort(times);
    return String.format(Locale.ROOT, "%.1f microseconds", times[times.length / 2] / 1e3);
  }
}
