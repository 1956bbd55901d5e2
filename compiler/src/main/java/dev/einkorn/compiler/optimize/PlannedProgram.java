package dev.einkorn.compiler.optimize;

import java.time.Duration;
import java.util.List;

/**
 * A plan and how it was found.
 *
 * @param plan what runs
 * @param stepNanos the predicted time of each of its steps on one thread
 * @param decisions one for each statement that is computed in another form than it was written in
 * @param search how long it took to find, and by what
 */
public record PlannedProgram(
    ExecutionPlan plan, List<Double> stepNanos, List<Decision> decisions, Planning search) {
  public PlannedProgram {
    stepNanos = List.copyOf(stepNanos);
    decisions = List.copyOf(decisions);
  }

  /** The time that planning took. */
  public Duration planning() {
    return search.time();
  }

  /** The predicted time on one thread. */
  public double nanos() {
    return stepNanos.stream().mapToDouble(Double::doubleValue).sum();
  }
}
