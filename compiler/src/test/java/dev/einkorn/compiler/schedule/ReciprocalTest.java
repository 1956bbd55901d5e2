package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReciprocalTest {
  private static final String ROWS = "P[i,j] = X[i,j] / s[i]";
  private static final float[] DIVISORS = {
    3,
    -7,
    1e-30f,
    1e30f,
    Float.MAX_VALUE,
    0x1p126f,
    0x1.000002p126f,
    Float.MIN_NORMAL,
    Float.MIN_VALUE,
    -1e-40f,
    0,
    -0.0f,
    Float.POSITIVE_INFINITY,
    Float.NaN
  };

  @Test
  void choosesOnceForARowWhetherToMultiply() {
    gives(
        "P[i,j] = X[i,j] / sum[k](X[i,k])",
        "reciprocal(j); hoist()",
        """
        for i:
          f32 sum_k = 0.0
          for k < j:
            sum_k += X[i,k]
          bool choice = min(abs(sum_k), abs(1.0 / sum_k)) >= 1.1754944E-38
          if choice:
            f32 reciprocal = 1.0 / sum_k
            for j:
              P[i,j] = X[i,j] * reciprocal
          else:
            for j:
              P[i,j] = X[i,j] / sum_k
        """);
  }

  @Test
  void whatVariesAlongTheIndexIsDividedBy() {
    gives(
        "P[i,j] = X[i,j] / y[j] + s[i] / 3",
        "reciprocal(j)",
        """
        for i:
          for j:
            P[i,j] = X[i,j] / y[j] + s[i] / 3.0
        """);
  }

  @Test
  void arithmeticMustAllowIt() {
    LoopNest nest = Nests.canonical(ROWS);
    Schedule schedule = Schedule.parse("reciprocal(j)");
    assertThatThrownBy(() -> Scheduler.apply(nest, schedule, Arithmetic.STRICT))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(
            "reciprocal(j) is not legal here: it changes roundings, which this mode does not"
                + " allow");
    assertThat(ReciprocalDivision.directives(nest, Optional.empty(), Arithmetic.DETERMINISTIC))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hoist()", "hoist(); tile(j: 4 x 16)"})
  void quotientsAreWithinOneAndAHalfUnitsAndExactWhereAReciprocalIsNot(String rest) {
    Random random = new Random(5);
    int columns = 67;
    Tensor x = Tensor.zeros(ElementType.F32, DIVISORS.length, columns);
    for (int i = 0; i < DIVISORS.length; i++) {
      for (int j = 0; j < columns; j++) {
        float mantissa = random.nextFloat() - 0.5f;
        x.set(
            j == 0 ? Float.POSITIVE_INFINITY : Math.scalb(mantissa, random.nextInt(-60, 60)), i, j);
      }
    }
    Map<String, Tensor> inputs = Map.of("X", x, "s", Tensor.of(DIVISORS, DIVISORS.length));
    for (Target target : new Target[] {ScheduledKernel.VECTORS, ScheduledKernel.SCALARS}) {
      Tensor quotients =
          ProgramText.named(
              ScheduledKernel.of(ROWS, "reciprocal(j); " + rest, target).run(inputs, 1), "P");
      for (int i = 0; i < DIVISORS.length; i++) {
        for (int j = 0; j < columns; j++) {
          float dividend = x.getFloat(i, j);
          float rounded = dividend / DIVISORS[i];
          float found = quotients.getFloat(i, j);
          double exact = (double) dividend / DIVISORS[i];
          float smaller = Math.min(Math.abs(DIVISORS[i]), Math.abs(1 / DIVISORS[i]));
          if (smaller >= Float.MIN_NORMAL && Double.isFinite(exact)) {
            assertThat(Math.abs(found - exact))
                .as("%s / %s", dividend, DIVISORS[i])
                .isLessThanOrEqualTo(1.5 * Math.ulp(rounded));
          } else {
            assertThat(found)
                .as("%s / %s", dividend, DIVISORS[i])
                .isEqualTo(Float.valueOf(rounded));
          }
        }
      }
    }
  }

  @Test
  void callsDividedAlongRowsUseItInDeterministicModeOnly() {
    Tensor x = Tensor.zeros(ElementType.F32, 40, 50);
    String program = "P[i,j] = X[i,j] / sum[k](X[i,k])";
    Map<String, Tensor> inputs = Map.of("X", x);
    Einkorn deterministic = Einkorn.builder().build();
    assertThat(deterministic.prepare(program).plan(inputs).javaSource()).contains("reciprocal(j)");
    Einkorn strict = Einkorn.builder().mode(Mode.STRICT).build();
    assertThat(strict.prepare(program).plan(inputs).javaSource()).doesNotContain("reciprocal");
  }
}
