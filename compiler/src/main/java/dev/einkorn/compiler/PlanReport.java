package dev.einkorn.compiler;

import dev.einkorn.compiler.emit.WorkingMemory;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.optimize.Decision;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.report.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A plan as text and as JSON. */
final class PlanReport {
  private static final String[] BYTE_UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

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
        .append(count(compilation.steps().size(), "fused loop nest"))
        .append('\n');
    if (!execution.optimized().equals(execution.written())) {
      out.append(indent(IndexPrinter.print(execution.optimized())));
    }
    out.append("  operations: ").append(operations(compilation.operations())).append('\n');
    decisions(out);
    plan.slabs().forEach(slabs -> out.append("  ").append(slabs).append('\n'));
    out.append("  stored temporaries: ").append(temporaries()).append('\n');
    if (plan.hasSizes()) {
      memory(out);
    }
    for (String value : neverStored()) {
      out.append("  never stored: ").append(value).append('\n');
    }
    int number = 0;
    for (Compilation.Step step : compilation.steps()) {
      out.append("\nStep ").append(++number).append(": ");
      out.append(IndexPrinter.print(execution.optimized(), step.assignment()));
      out.append("\n  operations: ").append(operations(step.operations()));
      out.append("\n  schedule: ").append(step.schedule());
      if (plan.hasSizes()) {
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
    for (Decision decision : plan.planned().decisions()) {
      out.append("  ")
          .append(decision.target())
          .append(": ")
          .append(decision.form())
          .append(", predicted ")
          .append(time(decision.nanos()));
      if (!decision.shared().isEmpty()) {
        out.append(", shared: ").append(String.join(", ", decision.shared()));
      }
      out.append('\n');
      for (Decision.Rejected rejected : decision.rejected()) {
        out.append("    not ")
            .append(rejected.form())
            .append(": predicted ")
            .append(time(rejected.nanos()))
            .append(" in ")
            .append(count(rejected.steps(), "nest"))
            .append('\n');
      }
    }
    if (!plan.planned().decisions().isEmpty()) {
      out.append("  planned in ")
          .append(time((double) plan.planned().planning().toNanos()))
          .append('\n');
    }
  }

  private static String time(double nanos) {
    if (nanos < 1e3) {
      return String.format(Locale.ROOT, "%.0f ns", nanos);
    }
    return nanos < 1e6
        ? String.format(Locale.ROOT, "%.1f us", nanos / 1e3)
        : String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }

  private static String json(Decision decision) {
    List<String> rejected = new ArrayList<>();
    for (Decision.Rejected other : decision.rejected()) {
      rejected.add(
          Json.object(
              "form", Json.string(other.form()),
              "predictedNanos", nanos(other.nanos()),
              "nests", Integer.toString(other.steps())));
    }
    return Json.object(
        "target", Json.string(decision.target()),
        "form", Json.string(decision.form()),
        "predictedNanos", nanos(decision.nanos()),
        "shared",
            "[" + String.join(", ", decision.shared().stream().map(Json::string).toList()) + "]",
        "rejected", "[" + String.join(", ", rejected) + "]");
  }

  private static String nanos(double value) {
    return String.format(Locale.ROOT, "%.0f", value);
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
    var text = new StringBuilder(count(layout.temporaries().size(), "tensor"));
    text.append(" in ").append(readable(layout.bytes()));
    for (WorkspaceLayout.Temporary temporary : layout.temporaries()) {
      text.append("\n    %s = %s, ".formatted(temporary.declaration(), readable(temporary.bytes())))
          .append(
              "from step %d to %d".formatted(temporary.firstStep() + 1, temporary.lastStep() + 1));
    }
    return text.toString();
  }

  /** What the workers work in, and the peak. */
  private void memory(StringBuilder out) {
    CallMemory memory = plan.memory();
    out.append("  working memory: ").append(working(memory.working())).append('\n');
    out.append("  peak with ")
        .append(count(memory.workers(), "worker"))
        .append(": ")
        .append(readable(memory.bytes()))
        .append('\n');
  }

  private String working(WorkingMemory memory) {
    long first = memory.firstWorkerBytes(plan::value);
    long other = memory.otherWorkerBytes(plan::value);
    long shared = memory.sharedBytes(plan::value);
    List<String> parts = new ArrayList<>();
    if (first == other && first > 0) {
      parts.add(readable(first) + " a worker");
    } else if (first > 0) {
      parts.add(readable(first) + " for the first worker");
      if (other > 0) {
        parts.add(readable(other) + " for each other one");
      }
    }
    if (shared > 0) {
      parts.add(readable(shared) + " for the team");
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  private String operations(OperationCount count) {
    return plan.hasSizes()
        ? count + " = " + String.format(Locale.ROOT, "%,d", count.evaluate(plan::value))
        : count.toString();
  }

  private String bytes(TensorType type) {
    if (!plan.hasSizes()) {
      return "";
    }
    return " = " + readable(byteCount(type));
  }

  private static String readable(long count) {
    return readable((double) count);
  }

  private static String readable(double count) {
    double bytes = count;
    int unit = 0;
    while (bytes >= 1024 && unit < BYTE_UNITS.length - 1) {
      bytes /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, BYTE_UNITS[unit]);
  }

  private double byteCount(TensorType type) {
    double bytes = type.elementType().byteSize();
    for (Extent extent : type.extents()) {
      bytes *= plan.value(extent);
    }
    return bytes;
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
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
    for (Compilation.Step step : compilation.steps()) {
      steps.add(
          Json.object(
              "statement",
                  Json.string(IndexPrinter.print(execution.optimized(), step.assignment())),
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
        "sizes",
        "{" + String.join(", ", sizes) + "}",
        "operations",
        number(compilation.operations()),
        "operationsFormula",
        Json.string(compilation.operations().toString()),
        "peakTemporaryBytes",
        plan.hasSizes() ? Long.toString(plan.peakTemporaryBytes()) : "null",
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
            + String.join(", ", plan.planned().decisions().stream().map(PlanReport::json).toList())
            + "]",
        "planningNanos",
        Long.toString(plan.planned().planning().toNanos()),
        "steps",
        "[" + String.join(", ", steps) + "]");
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
    String bytes = plan.hasSizes() ? String.format(Locale.ROOT, "%.0f", byteCount(type)) : "null";
    return Json.object(
        "value", Json.string(text), "type", Json.string(type.toString()), "bytes", bytes);
  }
}
