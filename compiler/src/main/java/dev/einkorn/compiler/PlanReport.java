package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.loop.TensorParameter;
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
    out.append("  stored temporaries: ").append(temporaries()).append('\n');
    for (String value : neverStored()) {
      out.append("  never stored: ").append(value).append('\n');
    }
    int number = 1;
    for (Compilation.Step step : compilation.steps()) {
      out.append("\nStep ").append(number++).append(": ");
      out.append(IndexPrinter.print(execution.optimized(), step.assignment()));
      out.append("\n  operations: ").append(operations(step.operations()));
      out.append("\n  schedule: ").append(step.schedule());
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
    List<String> texts = new ArrayList<>();
    for (TensorDeclaration temporary : execution.temporaries()) {
      texts.add(temporary + bytes(temporary.type()));
    }
    return String.join("; ", texts);
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
    double bytes = byteCount(type);
    int unit = 0;
    while (bytes >= 1024 && unit < BYTE_UNITS.length - 1) {
      bytes /= 1024;
      unit++;
    }
    return " = "
        + String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, BYTE_UNITS[unit]);
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
    for (TensorDeclaration temporary : execution.temporaries()) {
      temporaries.add(stored(temporary.name(), temporary.type()));
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
        "temporaries",
        "[" + String.join(", ", temporaries) + "]",
        "neverStored",
        "[" + String.join(", ", never) + "]",
        "steps",
        "[" + String.join(", ", steps) + "]");
  }

  private String number(OperationCount count) {
    return plan.hasSizes() ? Long.toString(count.evaluate(plan::value)) : "null";
  }

  private String stored(String text, TensorType type) {
    String bytes = plan.hasSizes() ? String.format(Locale.ROOT, "%.0f", byteCount(type)) : "null";
    return Json.object(
        "value", Json.string(text), "type", Json.string(type.toString()), "bytes", bytes);
  }
}
