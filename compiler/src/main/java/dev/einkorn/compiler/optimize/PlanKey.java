package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Map;

/** Everything that a plan depends on, as one text. */
public final class PlanKey {
  private PlanKey() {}

  /**
   * The text; equal texts mean equal plans, as far as a search is not cut by its time limit.
   *
   * @param sizes of the call by name; empty if they are not known
   * @param place what else the plan is for: the version of the compiler and the machine
   */
  public static String of(
      IndexProgram program, Map<String, Long> sizes, PlanRequest request, String place) {
    return String.join(
        "\n",
        place,
        "program " + program,
        "sizes " + sizes,
        "regroups " + request.regroups(),
        "expands differences " + request.expandsDifferences(),
        "intermediate bytes " + request.intermediateBytes(),
        "time limit " + request.timeLimit().toNanos(),
        "orders " + request.orders(),
        "model " + request.model() + " " + probes(request.model()));
  }

  /** What some nests cost: another model has other costs. */
  private static List<Double> probes(CostModel model) {
    ElementType type = ElementType.F32;
    return List.of(
        model.contraction(512, 512, 512, 1L << 27, 3L << 18, type),
        model.contraction(3, 1000, 7, 21_000, 25_000, type),
        model.stream(1L << 30, 1L << 10, type),
        model.stream(1, 1L << 16, type),
        model.stream(1, 1L << 20, type),
        model.stream(1, 1L << 30, type),
        model.mirrored(1e6, 100, 10_000, type),
        model.turned(1),
        model.steps(type).cost(1000, 1, 1000, 1000),
        model.steps(type).cost(1000, 1000, 1e6, 1e6));
  }
}
