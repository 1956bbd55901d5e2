package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.source.ScheduleException;
import org.junit.jupiter.api.Test;

class PolynomialTest {
  @Test
  void functionsOfNumbersBecomeShortSequences() {
    gives(
        "y[i] = exp(a[i]) + sigmoid(log(a[i])) + sin(tanh(a[i]))",
        "polynomial()",
        """
        for i:
          y[i] = polynomial_exp(a[i]) + polynomial_sigmoid(polynomial_log(a[i])) + sin(polynomial_tanh(a[i]))
        """);
  }

  @Test
  void arithmeticDecidesForEveryShapeAndTarget() {
    LoopNest nest = Nests.canonical("y[i] = exp(a[i])");
    assertThat(AutoSchedule.choose(nest)).hasToString("hoist()");
    assertThat(
            AutoSchedule.choose(
                nest, java.util.Optional.empty(), Target.SCALAR, Arithmetic.DETERMINISTIC))
        .hasToString("polynomial(); hoist()");
    Schedule schedule = Schedule.parse("polynomial()");
    assertThatThrownBy(() -> Scheduler.apply(nest, schedule, Arithmetic.STRICT))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(
            "polynomial() is not legal here: it changes roundings, which this mode does not allow");
  }
}
