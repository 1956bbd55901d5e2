package dev.einkorn.compiler;

import dev.einkorn.compiler.optimize.Decision;
import dev.einkorn.compiler.optimize.Planning;
import dev.einkorn.compiler.report.Json;
import java.time.Duration;

/** The decisions of the optimizer, and how long they took, as text and as JSON. */
final class DecisionReport {
  private DecisionReport() {}

  /** How long planning took, and what by: {@code planned in 1.2 ms from the plan cache}. */
  static String text(Planning planning) {
    var out = new StringBuilder("planned in ").append(time(planning.time()));
    planning
        .recalled()
        .ifPresent(
            search -> out.append(" from the plan cache; the search took ").append(time(search)));
    if (planning.limited()) {
      out.append(", cut by the limit of ")
          .append(time(planning.limit()))
          .append(": a longer search may find a better plan");
    }
    return out.toString();
  }

  private static String time(Duration duration) {
    return Quantity.time((double) duration.toNanos());
  }

  static String json(Planning planning) {
    return Json.object(
        "source", Json.string(planning.recalled().isPresent() ? "cache" : "search"),
        "nanos", Long.toString(planning.time().toNanos()),
        "searchNanos", Long.toString(planning.recalled().orElse(planning.time()).toNanos()),
        "limitNanos", Long.toString(planning.limit().toNanos()),
        "limited", Boolean.toString(planning.limited()));
  }

  /** One line for the choice, then one for each product and for each form not taken. */
  static String text(Decision decision) {
    var out = new StringBuilder("  ");
    out.append(decision.target()).append(": ").append(summary(decision)).append('\n');
    for (Decision.Path path : decision.paths()) {
      out.append("    path ").append(text(path)).append('\n');
    }
    for (Decision.Rejected rejected : decision.rejected()) {
      out.append("    not ").append(text(rejected)).append('\n');
    }
    return out.toString();
  }

  static String summary(Decision decision) {
    String text = decision.form() + ", predicted " + Quantity.time(decision.nanos());
    return decision.shared().isEmpty()
        ? text
        : text + ", shared: " + String.join(", ", decision.shared());
  }

  static String text(Decision.Path path) {
    return path.tree()
        + ": "
        + path.origin()
        + ", "
        + Quantity.number(path.multiplications())
        + " multiplications"
        + (path.largestBytes() == 0
            ? ", nothing stored"
            : ", largest partial product "
                + Quantity.bytes(path.largestBytes())
                + ", at most "
                + Quantity.bytes(path.peakBytes())
                + " at a time");
  }

  static String text(Decision.Rejected rejected) {
    return rejected.form()
        + ": predicted "
        + Quantity.time(rejected.nanos())
        + " in "
        + Quantity.count(rejected.steps(), "nest");
  }

  static String json(Decision decision) {
    return Json.object(
        "target", Json.string(decision.target()),
        "form", Json.string(decision.form()),
        "predictedNanos", Quantity.json(decision.nanos()),
        "shared", Json.array(decision.shared().stream().map(Json::string).toList()),
        "paths", Json.array(decision.paths().stream().map(DecisionReport::json).toList()),
        "rejected", Json.array(decision.rejected().stream().map(DecisionReport::json).toList()));
  }

  private static String json(Decision.Path path) {
    return Json.object(
        "tree", Json.string(path.tree()),
        "origin", Json.string(path.origin()),
        "multiplications", Quantity.json(path.multiplications()),
        "largestBytes", Quantity.json(path.largestBytes()),
        "peakBytes", Quantity.json(path.peakBytes()));
  }

  private static String json(Decision.Rejected rejected) {
    return Json.object(
        "form", Json.string(rejected.form()),
        "predictedNanos", Quantity.json(rejected.nanos()),
        "nests", Integer.toString(rejected.steps()));
  }
}
