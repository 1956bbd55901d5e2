package dev.einkorn.compiler.optimize;

import java.time.Duration;
import java.util.List;

/**
 * A plan and how it was found.
 *
 * @param plan what runs
 * @param nanos its predicted time on one thread
 * @param decisions one for each statement that is computed in another form than it was written in
 * @param planning the time that the search took
 */
public record PlannedProgram(
    ExecutionPlan plan, double nanos, List<Decision> decisions, Duration planning) {
  public PlannedProgram {
    decisions = List.copyOf(decisions);
  }
}
