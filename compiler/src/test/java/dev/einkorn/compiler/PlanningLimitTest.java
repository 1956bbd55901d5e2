package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs with more forms and orders than can be looked at: planned, and said so. */
class PlanningLimitTest {
  private static String sum(int terms, String pattern) {
    return IntStream.range(0, terms)
        .mapToObj(pattern::formatted)
        .collect(Collectors.joining(" + ", "(", ")"));
  }

  private static String ring(int tensors, String name) {
    return IntStream.range(0, tensors)
        .mapToObj(
            n ->
                "%s%s[i%s,i%s,j%s]".formatted(name, n, n, (n + 1) % tensors, n * 7 % (tensors / 2)))
        .collect(Collectors.joining(" * "));
  }

  static Stream<Arguments> explosions() {
    List<String> different = new ArrayList<>();
    for (int n = 0; n < 8; n++) {
      different.add(sum(20, "a%s_" + n + "[i]*b%1$s_" + n + "[j]"));
    }
    String rings =
        IntStream.range(0, 6)
            .mapToObj(n -> "s" + n + " = " + ring(60, "T" + n + "_"))
            .collect(Collectors.joining("\n"));
    return Stream.of(
        Arguments.of("power of 4", "s = sum[i](" + sum(20, "a%s[i]") + "^4)"),
        Arguments.of("power of 8", "s = sum[i](" + sum(20, "a%s[i]") + "^8)"),
        Arguments.of("power of 400", "s = sum[i](" + sum(20, "a%s[i]") + "^400)"),
        Arguments.of(
            "product of 8 equal sums",
            "s = sum[i,j]("
                + String.join("*", Collections.nCopies(8, sum(20, "a%s[i]*b%1$s[j]")))
                + ")"),
        Arguments.of("product of 8 sums", "s = sum[i,j](" + String.join("*", different) + ")"),
        Arguments.of("nested", "s = sum[i](((((a[i]+b[i])^4 + d[i])^4 + e[i])^4 + f[i])^4)"),
        Arguments.of("ring of 200", "s = " + ring(200, "T")),
        Arguments.of("6 rings of 60", rings));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("explosions")
  @Timeout(60)
  void explosions_are_bounded(String name, String program) {
    for (Mode mode : List.of(Mode.DETERMINISTIC, Mode.FAST)) {
      Einkorn einkorn = Einkorn.builder().mode(mode).planningLimit(Duration.ofMillis(100)).build();
      Plan plan = einkorn.prepare(program).plan(ElementType.F64);
      assertThat(plan.toJson()).as(name).contains("\"limitNanos\": 100000000");
      assertThat(plan.outputNames()).as(name).isNotEmpty();
    }
  }

  @Test
  void a_plan_says_whether_its_limit_was_met() {
    CompiledProgram cut =
        Einkorn.builder().planningLimit(Duration.ZERO).build().prepare("y[i] = A[i,j]*B[j,k]*x[k]");
    Plan plan = cut.plan(ElementType.F64);
    String text = "cut by the limit of 0 ns: a longer search may find a better plan";
    assertThat(plan.explain()).contains(text);
    assertThat(plan.toHtml()).contains(text);
    assertThat(plan.toJson()).contains("\"limited\": true");
    CompiledProgram whole =
        Einkorn.builder()
            .planningLimit(Duration.ofMinutes(5))
            .build()
            .prepare("y[i] = A[i,j]*B[j,k]*x[k]");
    assertThat(whole.plan(ElementType.F64).explain())
        .contains("planned in ")
        .doesNotContain("cut by the limit");
    assertThat(whole.plan(ElementType.F64).toJson()).contains("\"limited\": false");
  }

  @Test
  void without_time_for_a_search_results_are_right() {
    var a = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
    var x = Tensor.of(new double[] {1, 0, 2}, 3);
    Einkorn hasty = Einkorn.builder().planningLimit(Duration.ZERO).build();
    assertThat(
            hasty
                .run("y[i] = (A[i,j] + A[i,j]) * x[j] * x[k]", Map.of("A", a, "x", x))
                .toDoubleArray())
        .containsExactly(42, 96);
  }
}
