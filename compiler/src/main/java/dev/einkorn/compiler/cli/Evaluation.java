package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Plan;
import dev.einkorn.compiler.report.Json;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of a command that computes, and the computation: read, run, check, write, say so. */
final class Evaluation {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "[NAME=]FILE",
      description = OutputFiles.SYNTAX)
  private final List<String> outputs = new ArrayList<>();

  @Option(
      names = "--check",
      description =
          "Also run the reference interpreter and compare: bit for bit in strict mode and for"
              + " integers, else within 1e-4 (f32) or 1e-10 (f64) of the largest value. Nothing is"
              + " written if they differ by more.")
  private boolean check;

  @Option(
      names = "--json",
      description =
          "Print one JSON object: types, shapes, files or values, and times in milliseconds.")
  private boolean json;

  /** Nanoseconds of each part, in order. */
  private final Map<String, Long> times = new LinkedHashMap<>();

  /**
   * Computes a program.
   *
   * @param einsum whether it is an einsum string, whose operands need no names
   * @return the exit code
   */
  int run(
      Console console,
      CompilerOptions options,
      ProgramText text,
      boolean einsum,
      List<String> arguments)
      throws IOException {
    OutputFiles files = OutputFiles.parse(outputs);
    files.checkWritable();
    Einkorn einkorn = options.einkorn(console);
    CompiledProgram program = text.prepare(einkorn, einsum);
    long start = System.nanoTime();
    Map<String, Tensor> inputs =
        InputValues.read(arguments, einsum ? program.inputNames() : List.of());
    long read = lap("read", start);
    Plan plan = program.plan(inputs);
    files.checkNames(plan.outputNames());
    long planned = lap("plan", read);
    Map<String, Tensor> results = program.call(inputs);
    long called = lap("call", planned);
    List<Comparison> comparisons = List.of();
    if (check) {
      console.progress("checking against the reference interpreter...");
      comparisons =
          RoundingBound.of(e -> text.prepare(e, einsum), inputs, plan, einkorn.mode())
              .compare(results);
      called = lap("check", called);
    }
    boolean passed = comparisons.stream().allMatch(Comparison::passes);
    if (passed) {
      files.write(results);
      lap("write", called);
    }
    if (json) {
      console.out().println(json(plan, inputs, results, files, comparisons, passed));
    } else if (passed) {
      print(files.hasSpecialFile() ? console.err() : console.out(), results, files, comparisons);
    }
    if (!passed) {
      comparisons.stream()
          .filter(comparison -> !comparison.passes())
          .forEach(comparison -> console.err().println("error[CHECK]: " + comparison.text()));
    }
    return passed ? 0 : Failure.FAILED;
  }

  private static void print(
      PrintStream out,
      Map<String, Tensor> results,
      OutputFiles files,
      List<Comparison> comparisons) {
    results.forEach(
        (name, tensor) -> {
          if (files.isEmpty()) {
            out.println(name + " = " + tensor);
          }
          for (Path file : files.filesOf(name)) {
            out.println("wrote " + name + " " + TensorJson.describe(tensor) + " to " + file);
          }
        });
    comparisons.forEach(comparison -> out.println("check: " + comparison.text()));
  }

  private String json(
      Plan plan,
      Map<String, Tensor> inputs,
      Map<String, Tensor> results,
      OutputFiles files,
      List<Comparison> comparisons,
      boolean written) {
    List<String> inputObjects = new ArrayList<>();
    inputs.forEach(
        (name, tensor) -> inputObjects.add(Json.object(form(name, tensor).toArray(String[]::new))));
    List<String> outputObjects = new ArrayList<>();
    results.forEach(
        (name, tensor) -> {
          List<String> members = form(name, tensor);
          if (files.isEmpty()) {
            members.addAll(List.of("values", TensorJson.values(tensor)));
          } else {
            List<Path> places = written ? files.filesOf(name) : List.of();
            List<String> paths = places.stream().map(path -> Json.string(path.toString())).toList();
            members.addAll(List.of("files", Json.array(paths)));
          }
          comparisons.stream()
              .filter(comparison -> comparison.name().equals(name))
              .forEach(comparison -> members.addAll(List.of("check", comparison.json())));
          outputObjects.add(Json.object(members.toArray(String[]::new)));
        });
    List<String> milliseconds = new ArrayList<>();
    times.forEach((part, nanos) -> milliseconds.addAll(List.of(part, TensorJson.millis(nanos))));
    return Json.object(
        "inputs", Json.array(inputObjects),
        "outputs", Json.array(outputObjects),
        "operations", Long.toString(plan.flops()),
        "peakTemporaryBytes", Long.toString(plan.peakTemporaryBytes()),
        "milliseconds", Json.object(milliseconds.toArray(String[]::new)));
  }

  private static List<String> form(String name, Tensor tensor) {
    return new ArrayList<>(
        List.of(
            "name", Json.string(name),
            "type", TensorJson.type(tensor.elementType()),
            "shape", TensorJson.shape(tensor)));
  }

  private long lap(String part, long since) {
    long now = System.nanoTime();
    times.put(part, now - since);
    return now;
  }
}
