package dev.einkorn.compiler.cli;

import dev.einkorn.compiler.CompiledProgram;
import dev.einkorn.compiler.Measurement;
import dev.einkorn.compiler.MemoryBudgetException;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.Plan;
import dev.einkorn.compiler.report.Json;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A program within one memory budget after the other: what it then takes, in bytes and in time.
 * Results are compared with those without a budget, within the bound of roundings.
 */
final class BudgetSweep {
  /** Budgets that are looked for halve so often at most. */
  private static final int MOST_HALVINGS = 24;

  private final Function<OptionalLong, CompiledProgram> prepare;
  private final Map<String, Tensor> inputs;
  private final Mode mode;
  private final Console console;

  /**
   * A sweep.
   *
   * @param prepare makes the program for a budget, or for none
   */
  BudgetSweep(
      Function<OptionalLong, CompiledProgram> prepare,
      Map<String, Tensor> inputs,
      Mode mode,
      Console console) {
    this.prepare = prepare;
    this.inputs = inputs;
    this.mode = mode;
    this.console = console;
  }

  /**
   * One budget.
   *
   * @param budget empty for none
   * @param peakBytes as the plan says; the least budget that would do if {@code refused}
   * @param measuredBytes that a call allocates
   * @param nanos of a call
   * @param difference the largest one from the results without a budget
   */
  record Row(
      OptionalLong budget,
      boolean refused,
      long peakBytes,
      long measuredBytes,
      long nanos,
      String plan,
      double difference,
      boolean passes) {
    private static Row refusal(long budget, MemoryBudgetException refusal) {
      long least = refusal.requiredBytes();
      return new Row(
          OptionalLong.of(budget),
          true,
          least,
          0,
          0,
          "refused: needs " + least + " bytes",
          0,
          true);
    }
  }

  /** Runs the program within some budgets, or within those from the best plan's to the least. */
  List<Row> run(List<Long> budgets) throws InterruptedException {
    CompiledProgram unbounded = prepare.apply(OptionalLong.empty());
    Plan best = unbounded.plan(inputs);
    RoundingBound bound = RoundingBound.of(unbounded, inputs, best, mode);
    List<Row> rows = new ArrayList<>();
    rows.add(row(OptionalLong.empty(), unbounded, best, bound));
    for (long budget : budgets.isEmpty() ? halved(best.peakTemporaryBytes()) : budgets) {
      console.progress("budget " + budget + "...");
      CompiledProgram program = prepare.apply(OptionalLong.of(budget));
      try {
        // Only a call refuses: a plan shows the least budget that would do.
        program.call(inputs);
      } catch (MemoryBudgetException e) {
        rows.add(Row.refusal(budget, e));
        continue;
      }
      rows.add(row(OptionalLong.of(budget), program, program.plan(inputs), bound));
    }
    return rows;
  }

  /** The peak, halves of it, and the least budget. */
  private List<Long> halved(long peak) {
    long least = 0;
    try {
      prepare.apply(OptionalLong.of(0)).call(inputs);
    } catch (MemoryBudgetException e) {
      least = e.requiredBytes();
    }
    var budgets = new TreeSet<Long>(List.of(least));
    long budget = peak;
    for (int n = 0; n < MOST_HALVINGS && budget > least; n++) {
      budgets.add(budget);
      budget /= 2;
    }
    return List.copyOf(budgets.descendingSet());
  }

  private Row row(OptionalLong budget, CompiledProgram program, Plan plan, RoundingBound bound)
      throws InterruptedException {
    Measurement measured = Measurement.of(program, inputs);
    List<Comparison> comparisons = bound.compare(program.call(inputs));
    return new Row(
        budget,
        false,
        plan.peakTemporaryBytes(),
        measured.allocatedBytes().orElse(0),
        measured.nanos(),
        plan.summary(),
        comparisons.stream().mapToDouble(Comparison::largestDifference).max().orElse(0),
        comparisons.stream().allMatch(Comparison::passes));
  }

  /** A table for people. */
  static String table(List<Row> rows) {
    var out = new StringBuilder();
    out.append(line("budget", "peak", "measured", "time", "of the best", "result"))
        .append("  plan\n");
    long best = rows.getFirst().nanos();
    for (Row row : rows) {
      String budget = row.budget().isEmpty() ? "none" : bytes(row.budget().getAsLong());
      out.append(
          row.refused()
              ? line(budget, "", "", "", "", "")
              : line(
                  budget,
                  bytes(row.peakBytes()),
                  bytes(row.measuredBytes()),
                  String.format(Locale.ROOT, "%.3f ms", row.nanos() / 1e6),
                  String.format(Locale.ROOT, "%.2f", row.nanos() / (double) Math.max(1, best)),
                  row.passes() ? "agrees" : "WRONG"));
      out.append("  ").append(row.plan()).append('\n');
    }
    return out.toString();
  }

  private static String line(String... cells) {
    return String.format(Locale.ROOT, "%15s %15s %15s %12s %12s %7s", (Object[]) cells);
  }

  private static String bytes(long bytes) {
    return String.format(Locale.ROOT, "%,d", bytes);
  }

  /** One JSON object. */
  static String json(List<Row> rows) {
    return Json.object(
        "budgets",
        Json.array(
            rows.stream()
                .map(
                    row ->
                        Json.object(
                            "budgetBytes",
                            row.budget().isEmpty()
                                ? "null"
                                : Long.toString(row.budget().getAsLong()),
                            "refused",
                            Boolean.toString(row.refused()),
                            row.refused() ? "requiredBytes" : "peakBytes",
                            Long.toString(row.peakBytes()),
                            "measuredBytes",
                            Long.toString(row.measuredBytes()),
                            "nanos",
                            Long.toString(row.nanos()),
                            "plan",
                            Json.string(row.plan()),
                            "largestDifference",
                            TensorJson.number(row.difference()),
                            "passes",
                            Boolean.toString(row.passes())))
                .toList()));
  }
}
