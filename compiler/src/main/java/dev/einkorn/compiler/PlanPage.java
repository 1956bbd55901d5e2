package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.optimize.Decision;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.pass.Compilation;
import dev.einkorn.compiler.report.Html;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A plan as one HTML page that needs nothing else: its style is inside, and it has no script. */
final class PlanPage {
  private static final String STYLE = "plan.css";

  private final Plan plan;
  private final Compilation compilation;
  private final ExecutionPlan execution;
  private final PlanReport report;
  private final List<StepFacts> facts;

  PlanPage(Plan plan) {
    this.plan = plan;
    compilation = plan.compilation();
    execution = compilation.plan();
    report = new PlanReport(plan);
    facts = StepFacts.of(plan);
  }

  String html() {
    String title = "Plan of " + String.join(", ", plan.outputNames());
    String head =
        Html.empty("meta", "charset", "utf-8")
            + Html.empty("meta", "name", "viewport", "content", "width=device-width")
            // Should a text ever get through as markup, nothing of it runs or is fetched.
            + Html.empty(
                "meta",
                "http-equiv",
                "Content-Security-Policy",
                "content",
                "default-src 'none'; style-src 'unsafe-inline'")
            + Html.element("title", Html.text(title))
            + Html.element("style", "\n" + style());
    String body =
        Html.element("h1", Html.text(title))
            + summary()
            + section("Program as written", Html.code(IndexPrinter.print(execution.written())))
            + section("Program as optimized", optimized())
            + section("Flow of data", drawing())
            + section("Steps", table())
            + steps()
            + (StepSources.of(compilation).isEmpty()
                ? plan.isForDevice()
                    ? details("Generated CUDA C++", Html.code(plan.cudaSource()))
                    : details("Generated Java", Html.code(plan.javaSource()))
                : "");
    return "<!DOCTYPE html>\n"
        + Html.element(
            "html",
            "\n" + Html.element("head", head) + "\n" + Html.element("body", body) + "\n",
            "lang",
            "en")
        + "\n";
  }

  private static String style() {
    try (InputStream in = PlanPage.class.getResourceAsStream(STYLE)) {
      if (in == null) {
        throw new IllegalStateException("internal error: no " + STYLE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String section(String title, String markup) {
    return "\n" + Html.element("section", Html.element("h2", Html.text(title)) + markup);
  }

  private static String details(String title, String markup) {
    return Html.element("details", Html.element("summary", Html.text(title)) + markup);
  }

  /** Sizes, operations, times and memory of the whole. */
  private String summary() {
    List<String> items = new ArrayList<>();
    if (!plan.hasSizes()) {
      items.add(
          "Made without inputs: sizes are not known, and what is predicted is for extents of "
              + PlanRequest.TYPICAL_EXTENT);
    } else if (!execution.written().sizes().isEmpty()) {
      List<String> sizes = new ArrayList<>();
      for (SizeParameter size : execution.written().sizes()) {
        sizes.add(size.name() + " = " + plan.value(new Extent.Symbolic(size.name())));
      }
      items.add("Sizes: " + String.join(", ", sizes));
    }
    items.add("Operations: " + report.operations(compilation.operations()));
    if (plan.hasSizes()) {
      if (!plan.isForDevice()) {
        items.add("Predicted time on one thread: " + Quantity.time(plan.predictedNanos()));
      }
      plan.measurement()
          .ifPresent(
              measured -> {
                String text = report.text(measured);
                items.add(Character.toUpperCase(text.charAt(0)) + text.substring(1));
              });
      CallMemory memory = plan.memory();
      items.add("Stored temporaries: " + Quantity.bytes(memory.workspace().bytes()));
      items.add(
          (plan.isForDevice()
                  ? "Peak on the GPU: "
                  : "Peak with " + Quantity.count(memory.workers(), "worker") + ": ")
              + Quantity.bytes(memory.bytes()));
    }
    report.neverStored().forEach(value -> items.add("Never stored: " + value));
    if (!plan.planned().decisions().isEmpty()) {
      String planning = DecisionReport.text(plan.planned().search());
      items.add(Character.toUpperCase(planning.charAt(0)) + planning.substring(1));
    }
    return Html.list(items);
  }

  private String optimized() {
    boolean same = execution.optimized().equals(execution.written());
    var out =
        new StringBuilder(
            same
                ? Html.element("p", "As written.")
                : Html.code(IndexPrinter.print(execution.optimized())));
    for (Decision decision : plan.planned().decisions()) {
      out.append(
          Html.element(
              "h3", Html.text(decision.target() + ": " + DecisionReport.summary(decision))));
      if (!decision.paths().isEmpty()) {
        out.append(Html.element("p", "Contraction orders"))
            .append(Html.list(decision.paths().stream().map(DecisionReport::text).toList()));
      }
      if (!decision.rejected().isEmpty()) {
        out.append(Html.element("p", "Forms not taken"))
            .append(Html.list(decision.rejected().stream().map(DecisionReport::text).toList()));
      }
    }
    return out.toString();
  }

  private String drawing() {
    IndexProgram program = execution.optimized();
    Map<String, TensorDeclaration> tensors = new LinkedHashMap<>();
    // An accumulated output is both given and computed, in one box.
    program.inputs().forEach(tensor -> tensors.put(tensor.name(), tensor));
    program.targets().forEach(tensor -> tensors.put(tensor.name(), tensor));
    if (tensors.size() > PlanDrawing.MOST_BOXES) {
      return Html.element("p", "Not drawn: there are " + tensors.size() + " tensors.");
    }
    Set<String> shared =
        plan.planned().decisions().stream()
            .flatMap(decision -> decision.shared().stream())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<PlanDrawing.Box> boxes = new ArrayList<>();
    for (TensorDeclaration tensor : tensors.values()) {
      boxes.add(box(tensor, shared.contains(tensor.name())));
    }
    // Several steps may read one tensor for one target.
    Map<List<String>, String> titles = new LinkedHashMap<>();
    for (StepFacts step : facts) {
      String title = "Step " + step.number() + ": " + step.statement();
      for (String read : step.reads()) {
        titles.merge(List.of(read, step.target()), title, (one, two) -> one + "\n" + two);
      }
    }
    List<PlanDrawing.Flow> flows = new ArrayList<>();
    titles.forEach(
        (ends, title) -> flows.add(new PlanDrawing.Flow(ends.getFirst(), ends.getLast(), title)));
    return Html.element("div", PlanDrawing.svg(boxes, flows), "class", "drawing")
        + Html.element(
            "p",
            "Round boxes are inputs, thick ones outputs, dashed ones temporaries; a temporary with"
                + " a double frame is shared: computed once, read in several places.");
  }

  private PlanDrawing.Box box(TensorDeclaration tensor, boolean shared) {
    List<String> steps =
        facts.stream()
            .filter(step -> step.target().equals(tensor.name()))
            .map(step -> Integer.toString(step.number()))
            .toList();
    PlanDrawing.Kind kind =
        execution.optimized().outputs().contains(tensor.name())
            ? PlanDrawing.Kind.OUTPUT
            : steps.isEmpty() ? PlanDrawing.Kind.INPUT : PlanDrawing.Kind.TEMPORARY;
    String note =
        steps.isEmpty() ? "input" : (steps.size() == 1 ? "step " : "steps ") + joined(steps);
    return new PlanDrawing.Box(
        tensor.name(), kind, shape(tensor), shared ? note + ", shared" : note, shared);
  }

  private static String joined(List<String> steps) {
    return steps.size() <= 4
        ? String.join(", ", steps)
        : String.join(", ", steps.subList(0, 3)) + ", .. " + steps.getLast();
  }

  /** The type of a tensor; if sizes are known with them and with its bytes. */
  private String shape(TensorDeclaration tensor) {
    if (!plan.hasSizes()) {
      return tensor.type().toString();
    }
    List<String> extents =
        tensor.type().extents().stream().map(extent -> Long.toString(plan.value(extent))).toList();
    return tensor.type().elementType()
        + (extents.isEmpty() ? "" : "[" + String.join(",", extents) + "]")
        + ", "
        + Quantity.bytes(StepFacts.bytes(plan, tensor.type()));
  }

  private String table() {
    List<String> columns = new ArrayList<>(List.of("Step", "Statement", "Operations"));
    if (plan.hasSizes()) {
      columns.addAll(List.of("Predicted", "Reads", "Writes"));
    }
    boolean measured = plan.measurement().filter(m -> !m.steps().isEmpty()).isPresent();
    if (measured) {
      columns.add("Measured");
    }
    columns.add("Schedule");
    var rows = new StringBuilder();
    for (StepFacts step : facts) {
      Compilation.Step compiled = compilation.steps().get(step.number() - 1);
      List<String> cells =
          new ArrayList<>(
              List.of(
                  Integer.toString(step.number()),
                  step.statement(),
                  report.operations(compiled.operations())));
      if (plan.hasSizes()) {
        cells.add(Quantity.time(step.predictedNanos()));
        cells.add(Quantity.bytes(step.readBytes()));
        cells.add(Quantity.bytes(step.writtenBytes()));
      }
      if (measured) {
        cells.add(
            plan.measurement().flatMap(m -> m.of(step.number())).map(PlanReport::text).orElse(""));
      }
      cells.add(compiled.schedule().toString());
      rows.append(Html.row("td", cells)).append('\n');
    }
    return Html.element(
        "table",
        Html.element("thead", Html.row("th", columns)) + Html.element("tbody", rows.toString()));
  }

  private String steps() {
    List<String> sources = StepSources.of(compilation);
    var out = new StringBuilder();
    for (StepFacts step : facts) {
      Compilation.Step compiled = compilation.steps().get(step.number() - 1);
      String nest = details("Loop nest", Html.code(LoopPrinter.print(compiled.scheduled().body())));
      String java =
          sources.isEmpty()
              ? ""
              : details("Generated Java", Html.code(sources.get(step.number() - 1)));
      String moved = plan.hasSizes() ? PlanReport.traffic(step) + "; " : "";
      out.append(
          section(
              "Step " + step.number(),
              Html.code(step.statement())
                  + Html.element("p", Html.text(moved + "schedule " + compiled.schedule()))
                  + Html.element("div", nest + java, "class", "beside")));
    }
    return out.toString();
  }
}
