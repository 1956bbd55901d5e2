package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.optimize.path.ContractionTree;
import dev.einkorn.compiler.optimize.path.TreeSyntaxException;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.compiler.source.Suggestions;
import dev.einkorn.runtime.annotation.Rounding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads pinned schedules and orders, and checks the names of typical extents. */
final class OptionReader {
  private final KernelMethod method;
  private final IndexProgram program;
  private final List<Problem> problems;

  OptionReader(KernelMethod method, IndexProgram program, List<Problem> problems) {
    this.method = method;
    this.program = program;
    this.problems = problems;
  }

  Map<String, Schedule> schedules() {
    Map<String, Schedule> schedules = new LinkedHashMap<>();
    List<String> texts = method.options().schedules();
    for (int n = 0; n < texts.size(); n++) {
      var place = new Problem.Place.Option("schedule", n);
      int colon = texts.get(n).indexOf(':');
      if (colon < 0) {
        problems.add(
            Problem.error(
                place,
                "INVALID_SCHEDULE",
                "a schedule is the name of a target, a colon and directives",
                "for instance \"%s: hoist()\"".formatted(program.outputs().getFirst())));
        continue;
      }
      try {
        String target = texts.get(n).substring(0, colon).strip();
        if (isTarget(target, place)) {
          schedules.put(target, Schedule.parse(texts.get(n).substring(colon + 1).strip()));
        }
      } catch (ScheduleException e) {
        problems.add(Problem.error(place, "INVALID_SCHEDULE", String.valueOf(e.getMessage())));
      }
    }
    return schedules;
  }

  Map<String, ContractionTree> orders() {
    Map<String, ContractionTree> orders = new LinkedHashMap<>();
    List<String> texts = method.options().orders();
    for (int n = 0; n < texts.size(); n++) {
      var place = new Problem.Place.Option("order", n);
      int equals = texts.get(n).indexOf('=');
      if (equals < 0) {
        problems.add(
            Problem.error(
                place,
                "INVALID_ORDER",
                "an order is the name of a target, = and a tree",
                "for instance \"%s=((0 1) 2)\"".formatted(program.outputs().getFirst())));
        continue;
      }
      if (method.options().rounding() == Rounding.STRICT) {
        problems.add(
            Problem.error(
                place,
                "INVALID_ORDER",
                "without regrouping everything is computed in the written order, so none can be"
                    + " pinned"));
        continue;
      }
      try {
        String target = texts.get(n).substring(0, equals).strip();
        if (isTarget(target, place)) {
          orders.put(target, ContractionTree.parse(texts.get(n).substring(equals + 1).strip()));
        }
      } catch (TreeSyntaxException e) {
        problems.add(
            Problem.error(place, "INVALID_ORDER", "no contraction tree: " + e.getMessage()));
      }
    }
    return orders;
  }

  private boolean isTarget(String name, Problem.Place place) {
    List<String> targets = program.targets().stream().map(each -> each.name()).toList();
    if (targets.contains(name)) {
      return true;
    }
    problems.add(
        Problem.error(
            place,
            "UNKNOWN_NAME",
            "no statement computes " + name,
            Suggestions.hint(name, targets)
                .orElse("the targets are " + String.join(", ", targets))));
    return false;
  }

  /** Reports typical extents of what the program does not have, or that contradict each other. */
  void checkExtents() {
    var place = new Problem.Place.Extents();
    Map<String, String> sizes = SizeAliases.of(method, program);
    Map<String, String> first = new LinkedHashMap<>();
    Map<String, Long> extents = method.options().extents();
    extents.forEach(
        (name, extent) -> {
          String size = sizes.get(name);
          if (size == null) {
            problems.add(
                Problem.error(
                    place,
                    "UNKNOWN_NAME",
                    "the program has no size " + name,
                    Suggestions.hint(name, sizes.keySet())
                        .orElse("its sizes are " + String.join(", ", sizes.keySet()))));
            return;
          }
          String other = first.putIfAbsent(size, name);
          if (other != null && !extent.equals(extents.get(other))) {
            problems.add(
                Problem.error(
                    place,
                    "EXTENT_MISMATCH",
                    "%s and %s are one size in the program, but their extents differ"
                        .formatted(other, name)));
          }
        });
  }
}
