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

  /** What a form must save to be worth leaving another one. */
  private static final double LEAST_GAIN = 0.98;

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
   * @param steps that compute it
   */
  record Form(String name, Term.Sum sum, StepBuilder steps) {
    double nanos() {
      return steps.nanos();
    }
  }

  /** The best form, and the others that a search came to rest at, the written one first. */
  record Result(Form best, List<Form> considered) {}

  Result search(Term.Sum written) {
    List<Form> considered = new ArrayList<>();
    Form asWritten = form("as written", written);
    considered.add(asWritten);
    List<Form> ends = new ArrayList<>(List.of(climb(asWritten)));
    Optional<Term.Sum> expanded = distribution.expanded(written, MOST_TERMS);
    if (expanded.isPresent() && !expanded.get().equals(written)) {
      Form multiplied = form("multiplied out", expanded.get());
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

  private Form form(String name, Term.Sum sum) {
    forms++;
    return new Form(name, sum, build.apply(sum));
  }

  private Form climb(Form start) {
    Form best = start;
    boolean better = true;
    while (better) {
      better = false;
      Form from = best;
      List<Form> neighbours = new ArrayList<>();
      for (Term.Sum next : Factoring.steps(from.sum())) {
        tried(from, "factored", next).ifPresent(neighbours::add);
      }
      for (Term.Sum next : distribution.steps(from.sum())) {
        tried(from, "distributed", next).ifPresent(neighbours::add);
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

  private Optional<Form> tried(Form from, String step, Term.Sum next) {
    if (forms >= MOST_FORMS || System.nanoTime() > deadline) {
      return Optional.empty();
    }
    String name = from.name().equals("as written") ? step : from.name() + ", " + step;
    return Optional.of(form(name, next));
  }
}
