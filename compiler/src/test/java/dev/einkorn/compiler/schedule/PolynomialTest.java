package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void smallPowersAreMultiplications() {
    gives(
        "y[i] = a[i]^3.0 + (a[i] + b[i])^4.0 + b[i]^(-1.0) + b[i]^2.5 + exp(b[i])^3.0",
        "polynomial()",
        """
        for i:
          y[i] = a[i] * a[i] * a[i] + (a[i] + b[i]) * (a[i] + b[i]) * ((a[i] + b[i]) * (a[i] + b[i])) \
        + 1.0 / b[i] + b[i] ^ 2.5 + polynomial_exp(b[i]) ^ 3.0
        """);
  }

  /** A multiplication or a root errs by half a unit in the last place, and pow by one. */
  @ParameterizedTest
  @ValueSource(strings = {"-1.0", "1.5", "3.0", "4.0"})
  void smallPowersAreThoseOfPow(String exponent) {
    double[] values = {
      0.0,
      -0.0,
      1,
      -1,
      0.3,
      -0.3,
      1e-5,
      7.25,
      -12.5,
      1e9,
      Double.NaN,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      1e20,
      -1e20
    };
    for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
      Tensor input = Tensor.zeros(type, values.length);
      for (int n = 0; n < values.length; n++) {
        input.set(values[n], n);
      }
      String program = "(a: %s[i])\ny[i] = a[i]^(%s)".formatted(type, exponent);
      for (Target target : List.of(ScheduledKernel.SCALARS, ScheduledKernel.VECTORS)) {
        Tensor result =
            ProgramText.named(
                ScheduledKernel.of(program, "polynomial(); tile(i: 1 x 4)", target)
                    .run(Map.of("a", input), 1),
                "y");
        for (int n = 0; n < values.length; n++) {
          double x = input.getDouble(n);
          double power = Math.pow(x, Double.parseDouble(exponent));
          double expected = type == ElementType.F32 ? (float) power : power;
          double unit = type == ElementType.F32 ? Math.ulp((float) expected) : Math.ulp(expected);
          if (Double.isFinite(expected)) {
            assertThat(Math.abs(result.getDouble(n) - expected))
                .as("%s ^ %s", x, exponent)
                .isLessThanOrEqualTo(2.5 * unit);
          } else {
            assertThat(result.getDouble(n)).as("%s ^ %s", x, exponent).isEqualTo((Double) expected);
          }
        }
      }
    }
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
