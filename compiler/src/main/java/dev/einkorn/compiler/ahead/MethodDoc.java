package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.emit.java.JavaEmitter;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.optimize.Decision;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The Javadoc of a generated method: its program, its plan and what that costs. */
final class MethodDoc {
  /** Longer programs are cut. */
  private static final int MOST_LINES = 24;

  private MethodDoc() {}

  static String write(PlannedMethod planned) {
    ExecutionPlan plan = planned.plan();
    List<String> lines = new ArrayList<>();
    lines.add("Computes");
    lines.add("");
    code(IndexPrinter.print(plan.written()), lines);
    lines.add("");
    String sizes = MethodPlanner.text(planned.typical());
    lines.add("<p>The plan, chosen for %s:".formatted(sizes.isEmpty() ? "all sizes" : sizes));
    lines.add("");
    code(plan(planned), lines);
    lines.add("");
    return JavaEmitter.comment(String.join("\n", lines));
  }

  private static void code(String text, List<String> lines) {
    lines.add("<pre>{@code");
    List<String> all = text.strip().lines().toList();
    lines.addAll(all.subList(0, Math.min(all.size(), MOST_LINES)));
    if (all.size() > MOST_LINES) {
      lines.add("...");
    }
    lines.add("}</pre>");
  }

  private static String plan(PlannedMethod planned) {
    ExecutionPlan plan = planned.plan();
    var text = new StringBuilder();
    if (!plan.optimized().equals(plan.written())) {
      text.append(IndexPrinter.print(plan.optimized()));
    }
    OperationCount operations = planned.operations();
    int nests = plan.steps().size();
    text.append("loop nests: ").append(nests).append('\n');
    text.append("operations: ")
        .append(operations)
        .append(number(operations.evaluate(planned.typical()::value)))
        .append('\n');
    text.append("temporaries: ");
    if (plan.temporaries().isEmpty()) {
      text.append("none\n");
    } else {
      text.append(String.join(", ", plan.temporaries().stream().map(Object::toString).toList()))
          .append(number(planned.arenas().bytes(planned.typical()::value)))
          .append(planned.stages().isWhole() ? " bytes\n" : " bytes, and slabs for each worker\n");
    }
    planned.stages().slabs().forEach(slabs -> text.append(slabs).append('\n'));
    if (!plan.inlined().isEmpty()) {
      text.append("never stored: ")
          .append(String.join(", ", plan.inlined().stream().map(Object::toString).toList()))
          .append('\n');
    }
    for (Decision decision : planned.planned().decisions()) {
      text.append("form of ").append(decision.target()).append(": ").append(decision.form());
      text.append('\n');
      decision.paths().forEach(path -> text.append("  order: ").append(path.tree()).append('\n'));
    }
    return text.toString();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, " = %,d", value);
  }
}
