package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.optimize.rule.InlineRowReduction;
import dev.einkorn.compiler.optimize.rule.InlineTarget;
import dev.einkorn.compiler.optimize.rule.Rewrite;
import java.util.List;
import java.util.Optional;

/**
 * Plans programs: first what changes no rounding, by rules; then, where sums and products may be
 * regrouped, the search for the cheapest sums of products. Every program on the way is verified.
 */
public final class Planner {
  private static final List<Rewrite> RULES = List.of(new InlineTarget(), new InlineRowReduction());

  private Planner() {}

  /** The plan of a checked program that changes no rounding, for any sizes. */
  public static ExecutionPlan plan(IndexProgram program) {
    IndexProgram current = program;
    for (Rewrite rule : RULES) {
      // Until the rule no longer applies: every application removes a target.
      for (Optional<IndexProgram> rewritten = rule.apply(current);
          rewritten.isPresent();
          rewritten = rule.apply(current)) {
        current = rewritten.get();
        IndexVerifier.check(current, rule.name());
      }
    }
    return new ExecutionPlan(program, current);
  }

  /** The plan of a checked program for given sizes. */
  public static PlannedProgram plan(IndexProgram program, PlanRequest request) {
    return new PlanSearch(program, request).find();
  }
}
