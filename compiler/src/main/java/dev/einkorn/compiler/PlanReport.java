package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.optimize.Decision;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.report.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A plan as text and as JSON. */
final class PlanReport {
  private final Plan plan;
  private final Compilation compilation;
  private final ExecutionPlan execution;

  PlanReport(Plan plan) {
    this.plan = plan;
    this.compilation = plan.compilation();
    this.execution = compilation.plan();
  }

  String text() {
    var out = new StringBuilder();
    out.append("Program, with types and explicit sums\n");
    out.append(indent(IndexPrinter.print(execution.written())));
    if (plan.hasSizes() && !execution.written().sizes().isEmpty()) {
      List<String> sizes = new ArrayList<>();
      for (SizeParameter size : execution.written().sizes()) {
        sizes.add(size.name() + " = " + plan.value(new Extent.Symbolic(size.name())));
      }
      out.append("  sizes: ").append(String.join(", ", sizes)).append('\n');
    }
    out.append("\nPlan: ")
        .append(Quantity.count(compilation.steps().size(), "fused loop nest"))
        .append('\n');
    if (!execution.optimized().equals(execution.written())) {
      out.append(indent(IndexPrinter.print(execution.optimized())));
    }
    out.append("  operations: ").append(operations(compilation.operations())).append('\n');
    decisions(out);
    predicted(out);
    plan.slabs().forEach(slabs -> out.append("  ").append(slabs).append('\n'));
    out.append("  stored temporaries: ").append(temporaries()).append('\n');
    if (plan.isForDevice()) {
      launches(out);
    } else if (plan.hasSizes()) {
      memory(out);
    }
    for (String value : neverStored()) {
      out.append("  never stored: ").append(value).append('\n');
    }
    List<StepFacts> facts = StepFacts.of(plan);
    List<String> statements = IndexPrinter.statements(execution.optimized());
    int number = 0;
    for (Compilation.Step step : compilation.steps()) {
      out.append("\nStep ").append(++number).append(": ");
      out.append(statements.get(number - 1));
      out.append("\n  operations: ").append(operations(step.operations()));
      if (plan.hasSizes()) {
        out.append("\n  ").append(traffic(facts.get(number - 1))).append(measured(number));
      }
      out.append("\n  schedule: ").append(step.schedule());
      if (plan.hasSizes() && !plan.isForDevice()) {
        out.append("\n  working memory: ")
            .append(working(plan.memory().working().step(number - 1)));
      }
      out.append("\n  layouts: ");
      List<String> layouts = new ArrayList<>();
      for (TensorParameter tensor : step.scheduled().tensors()) {
        layouts.add(tensor.name() + " " + tensor.layoutText());
      }
      out.append(String.join("; ", layouts)).append('\n');
      out.append(indent(LoopPrinter.print(step.scheduled().body())));
    }
    return out.toString();
  }

  /** What was chosen for statements that are not computed as they were written. */
  private void decisions(StringBuilder out) {
    if (!plan.hasSizes() && !plan.planned().decisions().isEmpty()) {
      out.append("  predicted for extents of ").append(PlanRequest.TYPICAL_EXTENT).append(":\n");
    }
    for (Decision decision : plan.planned().decisions()) {
      out.append(DecisionReport.text(decision));
    }
    if (!plan.planned().decisions().isEmpty()) {
      out.append("  ").append(DecisionReport.text(plan.planned().search())).append('\n');
    }
  }

  /** What the whole is thought to take, and what it has taken. */
  private void predicted(StringBuilder out) {
    if (plan.hasSizes() && !plan.isForDevice()) {
      out.append("  predicted time on one thread: ")
          .append(Quantity.time(plan.predictedNanos()))
          .append('\n');
    }
    plan.measurement().ifPresent(measured -> out.append("  ").append(text(measured)).append('\n'));
  }

  /** The time of a whole call. */
  String text(Measurement measured) {
    return "measured time of a call "
        + (plan.isForDevice()
            ? "on the GPU, copies included: "
            : "with " + Quantity.count(plan.memory().workers(), "worker") + ": ")
        + Quantity.time((double) measured.nanos())
        + " (median of "
        + Quantity.count(measured.calls(), "call")
        + ")";
  }

  /** The time of a step, or of those that it runs with, after what is predicted; or nothing. */
  private String measured(int number) {
    return plan.measurement()
        .flatMap(measured -> measured.of(number))
        .map(steps -> ", measured " + text(steps))
        .orElse("");
  }

  /** The time of a step: {@code 1.2 us}, or {@code 1.2 us for steps 2 to 4}. */
  static String text(Measurement.Steps steps) {
    String time = Quantity.time((double) steps.nanos());
    return steps.first() == steps.last()
        ? time
        : "%s for steps %s to %s".formatted(time, steps.first(), steps.last());
  }

  /** The time of a step by itself as JSON; {@code null} if it has none. */
  private String measuredNanos(int number) {
    return plan.measurement()
        .flatMap(measured -> measured.of(number))
        .filter(steps -> steps.first() == steps.last())
        .map(steps -> Long.toString(steps.nanos()))
        .orElse("null");
  }

  private static String json(Measurement measured) {
    return Json.array(
        measured.steps().stream()
            .map(
                steps ->
                    Json.object(
                        "firstStep", Integer.toString(steps.first()),
                        "lastStep", Integer.toString(steps.last()),
                        "nanos", Long.toString(steps.nanos())))
            .toList());
  }

  /** What a step reads and writes, and how long that is thought to take. */
  static String traffic(StepFacts facts) {
    return "reads "
        + Quantity.bytes(facts.readBytes())
        + (facts.reads().isEmpty() ? "" : " (" + String.join(", ", facts.reads()) + ")")
        + ", writes "
        + Quantity.bytes(facts.writtenBytes())
        + ", predicted "
        + Quantity.time(facts.predictedNanos());
  }

  /** What is never stored, with its type and, if sizes are known, its bytes. */
  List<String> neverStored() {
    return NeverStored.of(execution).stream()
        .map(value -> value.text() + "  (" + value.type() + bytes(value.type()) + ")")
        .toList();
  }

  /** One stage alone. */
  String stage(Plan.Stage stage) {
    return switch (stage) {
      case INDEX -> IndexPrinter.print(execution.written());
      case PLAN -> IndexPrinter.print(execution.optimized());
      case LOOPS -> steps(step -> LoopPrinter.print(step.canonical()));
      case SCHEDULE ->
          steps(step -> "# " + step.schedule() + "\n" + LoopPrinter.print(step.scheduled()));
      case JAVA -> plan.javaSource();
      case CUDA -> plan.cudaSource();
    };
  }

  private String steps(Function<Compilation.Step, String> text) {
    return compilation.steps().stream().map(text).collect(Collectors.joining("\n"));
  }

  private String temporaries() {
    if (execution.temporaries().isEmpty()) {
      return "none";
    }
    if (!plan.hasSizes()) {
      return execution.temporaries().stream()
          .map(TensorDeclaration::toString)
          .collect(Collectors.joining("; "));
    }
    WorkspaceLayout layout = plan.memory().workspace();
    var text = new StringBuilder(Quantity.count(layout.temporaries().size(), "tensor"));
    text.append(" in ").append(Quantity.bytes(layout.bytes()));
    for (WorkspaceLayout.Temporary temporary : layout.temporaries()) {
      text.append(
              "\n    %s = %s, "
                  .formatted(temporary.declaration(), Quantity.bytes(temporary.bytes())))
          .append(
              "from step %s to %s".formatted(temporary.firstStep() + 1, temporary.lastStep() + 1));
    }
    return text.toString();
  }

  /** What a call puts into the GPU's stream, and its memory there. */
  private void launches(StringBuilder out) {
    if (plan.hasSizes()) {
      out.append("  peak on the GPU beside inputs and outputs: ")
          .append(Quantity.bytes(plan.memory().bytes()))
          .append('\n');
    }
    out.append("  launches on the GPU:\n");
    plan.deviceProgram()
        .launches()
        .forEach(launch -> out.append("    ").append(launch).append('\n'));
  }

  /** What the workers work in, and the peak. */
  private void memory(StringBuilder out) {
    CallMemory memory = plan.memory();
    out.append("  working memory: ").append(working(memory.working())).append('\n');
    out.append("  peak with ")
        .append(Quantity.count(memory.workers(), "worker"))
        .append(": ")
        .append(Quantity.bytes(memory.bytes()));
    plan.measurement().stream()
        .flatMapToLong(measured -> measured.allocatedBytes().stream())
        .forEach(bytes -> out.append(", measured ").append(Quantity.bytes(bytes)));
    out.append('\n');
  }

  private String working(WorkingMemory memory) {
    long first = memory.firstWorkerBytes(plan::value);
    long other = memory.otherWorkerBytes(plan::value);
    long shared = memory.sharedBytes(plan::value);
    List<String> parts = new ArrayList<>();
    if (first == other && first > 0) {
      parts.add(Quantity.bytes(first) + " a worker");
    } else if (first > 0) {
      parts.add(Quantity.bytes(first) + " for the first worker");
      if (other > 0) {
        parts.add(Quantity.bytes(other) + " for each other one");
      }
    }
    if (shared > 0) {
      parts.add(Quantity.bytes(shared) + " for the team");
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  /** A number of operations as a formula and, if sizes are known, as a number. */
  String operations(OperationCount count) {
    return plan.hasSizes()
        ? count + " = " + String.format(Locale.ROOT, "%,d", count.evaluate(plan::value))
        : count.toString();
  }

  private String bytes(TensorType type) {
    if (!plan.hasSizes()) {
      return "";
    }
    return " = " + Quantity.bytes(StepFacts.bytes(plan, type));
  }

  private static String indent(String text) {
    return text.lines()
        .map(line -> line.isEmpty() ? "\n" : "  " + line + "\n")
        .reduce("", String::concat);
  }

  String json() {
    List<String> sizes = new ArrayList<>();
    for (SizeParameter size : execution.written().sizes()) {
      String value =
          plan.hasSizes() ? Long.toString(plan.value(new Extent.Symbolic(size.name()))) : "null";
      sizes.add(Json.string(size.name()) + ": " + value);
    }
    List<String> never = new ArrayList<>();
    for (NeverStored value : NeverStored.of(execution)) {
      never.add(stored(value.text(), value.type()));
    }
    List<String> temporaries = new ArrayList<>();
    if (plan.hasSizes()) {
      plan.memory().workspace().temporaries().forEach(t -> temporaries.add(placed(t)));
    } else {
      execution.temporaries().forEach(t -> temporaries.add(stored(t.name(), t.type())));
    }
    List<String> steps = new ArrayList<>();
    List<StepFacts> facts = StepFacts.of(plan);
    for (Compilation.Step step : compilation.steps()) {
      StepFacts fact = facts.get(steps.size());
      steps.add(
          Json.object(
              "statement", Json.string(fact.statement()),
              "target", Json.string(fact.target()),
              "reads", strings(fact.reads()),
              "readBytes", Quantity.json(fact.readBytes()),
              "writtenBytes", Quantity.json(fact.writtenBytes()),
              "predictedNanos", plan.hasSizes() ? Quantity.json(fact.predictedNanos()) : "null",
              "measuredNanos", measuredNanos(fact.number()),
              "operations", number(step.operations()),
              "operationsFormula", Json.string(step.operations().toString()),
              "schedule", Json.string(step.schedule().toString()),
              "workingBytes",
                  plan.hasSizes()
                      ? workingBytes(plan.memory().working().step(steps.size()))
                      : "null",
              "loops", Json.string(LoopPrinter.print(step.scheduled().body()))));
    }
    return Json.object(
        "program",
        Json.string(IndexPrinter.print(execution.written())),
        "optimized",
        Json.string(IndexPrinter.print(execution.optimized())),
        "outputs",
        Json.array(outputs().stream().map(PlanReport::json).toList()),
        "sizes",
        "{" + String.join(", ", sizes) + "}",
        "operations",
        number(compilation.operations()),
        "operationsFormula",
        Json.string(compilation.operations().toString()),
        "predictedNanos",
        plan.hasSizes() ? Quantity.json(plan.predictedNanos()) : "null",
        "measuredNanos",
        plan.measurement().map(measured -> Long.toString(measured.nanos())).orElse("null"),
        "measuredCalls",
        plan.measurement().map(measured -> Integer.toString(measured.calls())).orElse("null"),
        "measuredBytes",
        plan.measurement().stream()
            .flatMapToLong(measured -> measured.allocatedBytes().stream())
            .mapToObj(Long::toString)
            .findFirst()
            .orElse("null"),
        "measuredSteps",
        plan.measurement().map(PlanReport::json).orElse("[]"),
        "peakTemporaryBytes",
        plan.hasSizes() ? Long.toString(plan.peakTemporaryBytes()) : "null",
        "largestTemporaryBytes",
        plan.hasSizes() ? Long.toString(largestTemporary()) : "null",
        "workers",
        plan.hasSizes() ? Integer.toString(plan.memory().workers()) : "null",
        "workspaceBytes",
        plan.hasSizes() ? Long.toString(plan.memory().workspace().bytes()) : "null",
        "workingBytes",
        plan.hasSizes() ? workingBytes(plan.memory().working()) : "null",
        "slabs",
        "[" + String.join(", ", plan.slabs().stream().map(Json::string).toList()) + "]",
        "temporaries",
        "[" + String.join(", ", temporaries) + "]",
        "neverStored",
        "[" + String.join(", ", never) + "]",
        "decisions",
        "["
            + String.join(
                ", ", plan.planned().decisions().stream().map(DecisionReport::json).toList())
            + "]",
        "planningNanos",
        Long.toString(plan.planned().planning().toNanos()),
        "planning",
        DecisionReport.json(plan.planned().search()),
        "steps",
        "[" + String.join(", ", steps) + "]");
  }

  private long largestTemporary() {
    return plan.memory().workspace().temporaries().stream()
        .mapToLong(WorkspaceLayout.Temporary::bytes)
        .max()
        .orElse(0);
  }

  /**
   * An output and the statements that compute it.
   *
   * @param optimized the steps that write it; they read temporaries of other steps
   */
  record Output(String name, List<String> written, List<String> optimized) {}

  List<Output> outputs() {
    return execution.written().outputs().stream()
        .map(
            name ->
                new Output(
                    name,
                    statements(execution.written(), name),
                    statements(execution.optimized(), name)))
        .toList();
  }

  private static List<String> statements(IndexProgram program, String target) {
    return program.assignments().stream()
        .filter(assignment -> assignment.target().equals(target))
        .map(assignment -> IndexPrinter.print(program, assignment))
        .toList();
  }

  private static String json(Output output) {
    return Json.object(
        "output", Json.string(output.name()),
        "written", strings(output.written()),
        "optimized", strings(output.optimized()));
  }

  private static String strings(List<String> texts) {
    return Json.array(texts.stream().map(Json::string).toList());
  }

  private String number(OperationCount count) {
    return plan.hasSizes() ? Long.toString(count.evaluate(plan::value)) : "null";
  }

  private String workingBytes(WorkingMemory memory) {
    return Json.object(
        "firstWorker", Long.toString(memory.firstWorkerBytes(plan::value)),
        "otherWorker", Long.toString(memory.otherWorkerBytes(plan::value)),
        "team", Long.toString(memory.sharedBytes(plan::value)));
  }

  private static String placed(WorkspaceLayout.Temporary temporary) {
    long offset = temporary.offset() * temporary.elementType().byteSize();
    return Json.object(
        "value", Json.string(temporary.declaration().name()),
        "type", Json.string(temporary.declaration().type().toString()),
        "bytes", Long.toString(temporary.bytes()),
        "firstStep", Integer.toString(temporary.firstStep() + 1),
        "lastStep", Integer.toString(temporary.lastStep() + 1),
        "arena", Integer.toString(temporary.arena() + 1),
        "offsetBytes", Long.toString(offset));
  }

  private String stored(String text, TensorType type) {
    String bytes = Quantity.json(StepFacts.bytes(plan, type));
    return Json.object(
        "value", Json.string(text), "type", Json.string(type.toString()), "bytes", bytes);
  }
}
