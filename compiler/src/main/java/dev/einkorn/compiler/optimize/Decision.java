package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What has been chosen for a statement, and what not.
 *
 * @param target of the statement
 * @param form how the chosen form came about, such as {@code multiplied out, factored}
 * @param nanos the predicted time of its steps
 * @param shared temporaries that are read in several places because equal sums are computed once
 * @param rejected other forms, the best first
 */
public record Decision(
    String target, String form, double nanos, List<String> shared, List<Rejected> rejected) {
  /** So many forms are kept. */
  private static final int MOST_REJECTED = 4;

  public Decision {
    shared = List.copyOf(shared);
    rejected = List.copyOf(rejected);
  }

  /**
   * A form that was not chosen.
   *
   * @param form how it came about
   * @param nanos its predicted time
   * @param steps how many nests it has
   */
  public record Rejected(String form, double nanos, int steps) {}

  static Decision of(Assignment written, TermSearch.Result result) {
    List<Rejected> rejected = new ArrayList<>();
    for (TermSearch.Form form : result.considered()) {
      if (form.nanos() > result.best().nanos()) {
        rejected.add(new Rejected(form.name(), form.nanos(), form.steps().steps().size()));
      }
    }
    rejected.sort(Comparator.comparingDouble(Rejected::nanos));
    return new Decision(
        written.target(),
        result.best().name(),
        result.best().nanos(),
        result.best().steps().shared(),
        rejected.subList(0, Math.min(MOST_REJECTED, rejected.size())));
  }
}
