package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.optimize.algebra.Distribution;
import dev.einkorn.compiler.optimize.algebra.Factoring;
import dev.einkorn.compiler.optimize.algebra.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Looks for the cheapest form of a polynomial. From the written form, and from that form multiplied
 * out, it takes the best single step of distributing or factoring as long as one helps. Each form
 * is costed by building its steps, with the best contraction orders and everything that is stored
 * already.
 *
 * <p>The idea of hill-climbing over single distribution steps, from the full expansion too, is that
 * of Galley (Deeds, Ahrens, Balazinska and Suciu, "Galley: Modern Query Optimization for Sparse
 * Tensor Programs", 2024).
 */
final class TermSearch {
  /** Products of more terms are not multiplied out. */
  private static final int MOST_TERMS = 64;

  /** So many forms are costed, so that a search ends. */
  private static final int MOST_FORMS = 160;

  /** No steps are taken from larger forms: there are too many, and each of them is large. */
  private static final int MOST_FACTORS = 512;

  /** What a form must save to be worth leaving another one. */
  private static final double LEAST_GAIN = 0.98;

  /** The starts of a trail. */
  private static final int WRITTEN = 0;

  private static final int EXPANDED = 1;

  private final Distribution distribution;
  private final Function<Term.Sum, StepBuilder> build;
  private final long deadline;
  private int forms;

  /**
   * A search.
   *
   * @param build makes the steps of a form
   * @param deadline in the time of {@link System#nanoTime}
   */
  TermSearch(Distribution distribution, Function<Term.Sum, StepBuilder> build, long deadline) {
    this.distribution = distribution;
    this.build = build;
    this.deadline = deadline;
  }

  /**
   * A form of the polynomial.
   *
   * @param name how it came about
   * @param trail the same as numbers: the start, 0 as written or 1 multiplied out, then for each
   *     single step its position among those of {@link #steps}
   * @param steps that compute it
   */
  record Form(String name, List<Integer> trail, Term.Sum sum, StepBuilder steps) {
    double nanos() {
      return steps.nanos();
    }
  }

  /** The best form, and the others that a search came to rest at, the written one first. */
  record Result(Form best, List<Form> considered) {}

  Result search(Term.Sum written) {
    List<Form> considered = new ArrayList<>();
    Form asWritten = form("as written", List.of(WRITTEN), written);
    considered.add(asWritten);
    List<Form> ends = new ArrayList<>(List.of(climb(asWritten)));
    Optional<Term.Sum> expanded = expanded(written);
    if (expanded.isPresent()) {
      Form multiplied = form("multiplied out", List.of(EXPANDED), expanded.get());
      considered.add(multiplied);
      ends.add(climb(multiplied));
    }
    considered.addAll(ends);
    Form best = asWritten;
    for (Form end : considered) {
      if (end.nanos() < best.nanos() * LEAST_GAIN) {
        best = end;
      }
    }
    return new Result(best, considered.stream().distinct().toList());
  }

  /**
   * The form that a trail leads to, without looking for others.
   *
   * @throws IllegalArgumentException if the trail does not fit the polynomial
   */
  Form follow(Term.Sum written, List<Integer> trail) {
    String name = trail.getFirst() == WRITTEN ? "as written" : "multiplied out";
    Term.Sum sum =
        switch (trail.getFirst()) {
          case WRITTEN -> written;
          case EXPANDED -> expanded(written).orElseThrow(() -> misfit(trail));
          default -> throw misfit(trail);
        };
    if (trail.size() > MOST_FORMS) {
      throw misfit(trail);
    }
    for (int position : trail.subList(1, trail.size())) {
      List<Step> steps = steps(sum);
      if (position < 0 || position >= steps.size()) {
        throw misfit(trail);
      }
      name = name(name, steps.get(position));
      sum = steps.get(position).sum();
    }
    return form(name, trail, sum);
  }

  private static IllegalArgumentException misfit(List<Integer> trail) {
    return new IllegalArgumentException("no steps " + trail + " lead from what is written");
  }

  private Optional<Term.Sum> expanded(Term.Sum written) {
    return distribution.expanded(written, MOST_TERMS).filter(sum -> !sum.equals(written));
  }

  private Form form(String name, List<Integer> trail, Term.Sum sum) {
    forms++;
    return new Form(name, trail, sum, build.apply(sum));
  }

  /** What one rewrite makes of a sum. */
  private record Step(String name, Term.Sum sum) {}

  /** All single steps from a sum, always in the same order. */
  private List<Step> steps(Term.Sum from) {
    List<Step> steps = new ArrayList<>();
    Factoring.steps(from).forEach(next -> steps.add(new Step("factored", next)));
    distribution.steps(from).forEach(next -> steps.add(new Step("distributed", next)));
    return steps;
  }

  private static String name(String from, Step step) {
    return from.equals("as written") ? step.name() : from + ", " + step.name();
  }

  private Form climb(Form start) {
    Form best = start;
    boolean better = true;
    while (better) {
      better = false;
      Form from = best;
      if (System.nanoTime() > deadline || factors(from.sum()) > MOST_FACTORS) {
        break;
      }
      List<Form> neighbours = new ArrayList<>();
      List<Step> steps = steps(from.sum());
      for (int position = 0; position < steps.size(); position++) {
        tried(from, position, steps.get(position)).ifPresent(neighbours::add);
      }
      for (Form neighbour : neighbours) {
        if (neighbour.nanos() < best.nanos() * LEAST_GAIN) {
          best = neighbour;
          better = true;
        }
      }
    }
    return best;
  }

  /** The factors of a sum, those inside of others too. */
  private static int factors(Term.Sum sum) {
    int count = 0;
    for (Term.Product product : sum.products()) {
      for (Term factor : product.factors()) {
        count += factor instanceof Term.Sum inner ? factors(inner) : 1;
      }
    }
    return count;
  }

  private Optional<Form> tried(Form from, int position, Step step) {
    if (forms >= MOST_FORMS || System.nanoTime() > deadline) {
      return Optional.empty();
    }
    List<Integer> trail = new ArrayList<>(from.trail());
    trail.add(position);
    return Optional.of(form(name(from.name(), step), List.copyOf(trail), step.sum()));
  }
}
