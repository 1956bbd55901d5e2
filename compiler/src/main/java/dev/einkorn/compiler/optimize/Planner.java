package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.optimize.rule.InlineRowReduction;
import dev.einkorn.compiler.optimize.rule.InlineTarget;
import dev.einkorn.compiler.optimize.rule.Rewrite;
import java.util.List;
import java.util.Optional;

/** Applies the rules in their order and verifies the program after each. */
public final class Planner {
  private static final List<Rewrite> RULES = List.of(new InlineTarget(), new InlineRowReduction());

  private Planner() {}

  /**
   * The plan of a checked program. None of today's rules changes a rounding, so every mode gets
   * this plan.
   */
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
}
