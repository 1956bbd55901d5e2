package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.optimize.algebra.Term;
import java.util.ArrayList;
import java.util.List;

/**
 * The forms of the polynomials of a program, in the order in which they are asked for: looked for,
 * or as a search before has found them.
 */
sealed interface Forms {
  /** The form to take, and those that are known not to be taken. */
  TermSearch.Result choose(TermSearch search, Term.Sum written);

  /** Looks for the best forms and notes how they came about. */
  final class Searched implements Forms {
    private final List<List<Integer>> trails = new ArrayList<>();

    /** How the forms came about that were chosen so far. */
    List<List<Integer>> trails() {
      return List.copyOf(trails);
    }

    @Override
    public TermSearch.Result choose(TermSearch search, Term.Sum written) {
      TermSearch.Result result = search.search(written);
      trails.add(result.best().trail());
      return result;
    }
  }

  /** Takes forms that are known. */
  final class Followed implements Forms {
    private final List<List<Integer>> trails;
    private int next;

    Followed(List<List<Integer>> trails) {
      this.trails = trails;
    }

    /** Whether all forms have been taken. */
    boolean isDone() {
      return next == trails.size();
    }

    /**
     * The next form.
     *
     * @throws IllegalArgumentException if there is none, or it is none of this polynomial
     */
    @Override
    public TermSearch.Result choose(TermSearch search, Term.Sum written) {
      if (isDone()) {
        throw new IllegalArgumentException("there are only " + next + " forms");
      }
      TermSearch.Form form = search.follow(written, trails.get(next++));
      return new TermSearch.Result(form, List.of(form));
    }
  }
}
