package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.TensorDeclaration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Computes single steps of a chosen plan in several, with temporaries between them. */
final class StepRewrite {
  /**
   * What takes the place of a step.
   *
   * @param steps the last one computes the target
   * @param temporaries that the others store
   * @param form how it came about, for people; empty if nothing but the order of a sum changed
   * @param rejected the form that the step had
   */
  record Result(
      List<Assignment> steps, List<TensorDeclaration> temporaries, String form, String rejected) {}

  /** One way to rewrite a step. */
  interface Rule {
    /**
     * What takes the place of a step, if something does.
     *
     * @param unused gives names for temporaries, each once
     */
    Optional<Result> apply(Assignment step, Supplier<String> unused);
  }

  private final NestCosts costs;
  private final List<Assignment> steps = new ArrayList<>();
  private final List<TensorDeclaration> temporaries = new ArrayList<>();
  private final List<Decision> decisions;
  private final Set<String> taken = new HashSet<>();

  private StepRewrite(SumOptimizer.Optimized optimized, PlanRequest request) {
    costs = new NestCosts(request);
    decisions = new ArrayList<>(optimized.decisions());
    taken.addAll(Slabs.declarations(optimized.program()).keySet());
  }

  /** The program with a rule applied to each step once. */
  static SumOptimizer.Optimized of(
      SumOptimizer.Optimized optimized, PlanRequest request, Rule rule) {
    var rewrite = new StepRewrite(optimized, request);
    IndexProgram program = optimized.program();
    double nanos = optimized.nanos();
    for (Assignment step : program.assignments()) {
      nanos += rewrite.add(step, rule);
    }
    if (rewrite.temporaries.isEmpty() && rewrite.steps.equals(program.assignments())) {
      return optimized;
    }
    List<TensorDeclaration> targets = new ArrayList<>(rewrite.temporaries);
    targets.addAll(program.targets());
    return new SumOptimizer.Optimized(
        program.withAssignments(SumOptimizer.inOrder(targets, rewrite.steps), rewrite.steps),
        nanos,
        rewrite.decisions);
  }

  /** Adds a step, rewritten or not, and returns what that changes in predicted time. */
  private double add(Assignment step, Rule rule) {
    Set<String> names = new HashSet<>(taken);
    Optional<Result> found = rule.apply(step, () -> unused(names));
    if (found.isEmpty()) {
      steps.add(step);
      return 0;
    }
    Result result = found.get();
    taken.addAll(names);
    temporaries.addAll(result.temporaries());
    steps.addAll(result.steps());
    double whole = costs.nanos(step);
    double more = result.steps().stream().mapToDouble(costs::nanos).sum() - whole;
    if (!result.form().isEmpty()) {
      note(step.target(), result, whole, more);
    }
    return more;
  }

  /** Notes the choice with what was chosen before for the same target. */
  private void note(String target, Result result, double whole, double more) {
    for (int n = decisions.size() - 1; n >= 0; n--) {
      Decision known = decisions.get(n);
      if (known.target().equals(target)) {
        decisions.set(n, known.then(result.form(), more));
        return;
      }
    }
    var other = new Decision.Rejected(result.rejected(), whole, 1);
    decisions.add(
        new Decision(target, result.form(), whole + more, List.of(), List.of(), List.of(other)));
  }

  /** A name for a temporary, which is taken from then on. */
  static String unused(Set<String> taken) {
    int number = 1;
    while (!taken.add("t" + number)) {
      number++;
    }
    return "t" + number;
  }
}
