package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.source.ScheduleException;
import org.junit.jupiter.api.Test;

class ContinueTest {
  private static final String NOTHING =
      "continue() is not legal here: no element has a multiple of a sum added to it";

  @Test
  void beginsASumWithWhatItIsAddedTo() {
    gives(
        "y[i] += A[i,k] * x[k]",
        "continue()",
        """
        for i:
          f32 sum_k = y[i]
          for k:
            sum_k += A[i,k] * x[k]
          y[i] = sum_k
        """);
  }

  @Test
  void multipliesEachTerm() {
    gives(
        "y[i] += -3.0 * sum[k](A[i,k] * x[k])",
        "continue(); contract()",
        """
        for i:
          f32 sum_k = y[i]
          for k:
            sum_k += exact(-3.0 * A[i,k] * x[k])
          y[i] = sum_k
        """);
    gives(
        "y[i] += -sum[k](A[i,k])",
        "continue()",
        """
        for i:
          f32 sum_k = y[i]
          for k:
            sum_k += -A[i,k]
          y[i] = sum_k
        """);
  }

  @Test
  void refusesWhatIsNoMultipleOfOneSum() {
    isRefused("y[i] = A[i,k] * x[k]", "continue()", NOTHING);
    isRefused("y[i] += x[i]", "continue()", NOTHING);
    isRefused("y[i] += sum[k](A[i,k]) ^ 2.0", "continue()", NOTHING);
    isRefused("y[i] += sum[k](A[i,k]) * x[i]", "continue()", NOTHING);
    isRefused("y[i] += sum[k](A[i,k]) * sum[k](B[i,k])", "continue()", NOTHING);
    isRefused("y[i] += max[k](A[i,k])", "continue()", NOTHING);
    isRefused("y[i] max= sum[k](A[i,k])", "continue()", NOTHING);
  }

  @Test
  void refusesWhereRoundingsMayNotChange() {
    LoopNest nest = Nests.canonical("y[i] += A[i,k] * x[k]");
    Schedule schedule = Schedule.parse("continue()");
    assertThatThrownBy(() -> Scheduler.apply(nest, schedule, Arithmetic.STRICT))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(
            "continue() is not legal here: it changes roundings, which this mode does not allow");
  }
}
