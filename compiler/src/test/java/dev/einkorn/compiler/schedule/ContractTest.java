package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.source.ScheduleException;
import org.junit.jupiter.api.Test;

class ContractTest {
  private static final String NOTHING =
      "contract() is not legal here: no sum of floating-point products is accumulated";

  @Test
  void fusesAProductIntoItsSum() {
    gives(
        "y[i] = A[i,k] * x[k]",
        "fuse(i); promote(y); contract()",
        """
        for i:
          f32 y_sum = 0.0
          for k:
            y_sum += exact(A[i,k] * x[k])
          y[i] = y_sum
        """);
  }

  @Test
  void computesTheRootOfASquareOnce() {
    gives(
        "s = (x[k] - y[k]) ^ 2.0",
        "promote(s); contract()",
        """
        f32 s_sum = 0.0
        for k:
          f32 root = x[k] - y[k]
          s_sum += exact(root * root)
        s = s_sum
        """);
  }

  @Test
  void refusesWhereThereIsNoSumOfProducts() {
    isRefused("s = x[k]", "contract()", NOTHING);
    isRefused("y[i] = x[i] * z[i]", "contract()", NOTHING);
    isRefused("p = prod[k](x[k] * y[k])", "contract()", NOTHING);
    isRefused("(x: i32[k], y: i32[k]) -> (s)\ns = x[k] * y[k]", "contract()", NOTHING);
  }

  @Test
  void refusesWhereRoundingsMayNotChange() {
    LoopNest nest = Nests.canonical("s = x[k] * y[k]");
    Schedule schedule = Schedule.parse("contract()");
    assertThatThrownBy(() -> Scheduler.apply(nest, schedule, Arithmetic.STRICT))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(
            "contract() is not legal here: it changes roundings, which this mode does not allow");
  }
}
