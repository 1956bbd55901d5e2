package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a step of a plan moves and how long it is thought to take.
 *
 * @param number from 1
 * @param statement as text
 * @param target the tensor that is written
 * @param reads other tensors, each once, in the order of the statement; the target too if the step
 *     accumulates
 * @param readBytes of these tensors, each taken once as a whole; NaN if sizes are not known
 * @param writtenBytes of the target
 * @param predictedNanos on one thread, at typical extents if sizes are not known
 */
record StepFacts(
    int number,
    String statement,
    String target,
    List<String> reads,
    double readBytes,
    double writtenBytes,
    double predictedNanos) {
  StepFacts {
    reads = List.copyOf(reads);
  }

  /** Those of all steps, in order. */
  static List<StepFacts> of(Plan plan) {
    IndexProgram program = plan.compilation().plan().optimized();
    List<String> statements = IndexPrinter.statements(program);
    List<StepFacts> facts = new ArrayList<>();
    for (Assignment step : program.assignments()) {
      Set<String> reads = new LinkedHashSet<>();
      if (step.operator().accumulates()) {
        reads.add(step.target());
      }
      collect(step.value(), reads);
      facts.add(
          new StepFacts(
              facts.size() + 1,
              statements.get(facts.size()),
              step.target(),
              List.copyOf(reads),
              reads.stream().mapToDouble(name -> bytes(plan, program.typeOf(name))).sum(),
              bytes(plan, program.typeOf(step.target())),
              plan.planned().stepNanos().get(facts.size())));
    }
    return facts;
  }

  /** Bytes of a tensor; NaN if sizes are not known. */
  static double bytes(Plan plan, TensorType type) {
    if (!plan.hasSizes()) {
      return Double.NaN;
    }
    double bytes = type.elementType().byteSize();
    for (Extent extent : type.extents()) {
      bytes *= plan.value(extent);
    }
    return bytes;
  }

  private static void collect(IndexExpr value, Set<String> reads) {
    if (value instanceof IndexExpr.Access access) {
      reads.add(access.tensor());
    }
    value.children().forEach(child -> collect(child, reads));
  }
}
