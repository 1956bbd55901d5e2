package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program of any size ends in a number or in an error of its own, on a small stack too. */
class ProgramLimitsTest {
  private static final Tensor TWO = Tensor.scalar(2.0);

  /** The value of the one output, or the first line of the errors. */
  private static String outcome(int kilobytes, String program, Map<String, Tensor> inputs) {
    FutureTask<String> evaluation =
        new FutureTask<>(
            () -> {
              try {
                Tensor value = Einkorn.builder().build().run(program, inputs);
                return value.elementCount() == 1
                    ? Double.toString(value.reshape(1).getDouble(0))
                    : value.toString();
              } catch (CompileException e) {
                return String.valueOf(e.getMessage()).lines().findFirst().orElseThrow();
              }
            });
    new Thread(null, evaluation, "small stack", (long) kilobytes << 10).start();
    try {
      return evaluation.get();
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String joined(int count, String separator, String format) {
    return IntStream.range(0, count)
        .mapToObj(n -> format.replace("#", Integer.toString(n)))
        .collect(Collectors.joining(separator));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024})
  void brackets(int stack) {
    assertThat(
            outcome(
                stack, "s = " + "(".repeat(10_000) + "x" + ")".repeat(10_000), Map.of("x", TWO)))
        .startsWith("error[LIMIT_EXCEEDED]");
    assertThat(outcome(stack, "s = " + "(1+".repeat(180) + "x" + ")".repeat(180), Map.of("x", TWO)))
        .isEqualTo("182.0");
    assertThat(
            outcome(stack, "s = " + "exp(0*".repeat(150) + "x" + ")".repeat(150), Map.of("x", TWO)))
        .isEqualTo("1.0");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024})
  void sumsOfManyTerms(int stack) {
    assertThat(outcome(stack, "s = x" + "+x".repeat(9_999), Map.of("x", TWO)))
        .startsWith("error[LIMIT_EXCEEDED]");
    assertThat(outcome(stack, "s = x" + "+x".repeat(390), Map.of("x", TWO))).isEqualTo("782.0");
    Tensor vector = Tensor.of(new double[] {1, 2, 3}, 3);
    assertThat(outcome(stack, "s = x[i0]" + joined(390, "", "+x[i#]"), Map.of("x", vector)))
        .isEqualTo(Double.toString(391 * 6));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024})
  void manyStatements(int stack) {
    StringBuilder text = new StringBuilder("t0 = sum[i](x[i])\n");
    for (int n = 1; n < 4_000; n++) {
      text.append("t%s = t%s + max[i](x[i])\n".formatted(n, n - 1));
    }
    Tensor vector = Tensor.of(new double[] {1, 2, 3}, 3);
    assertThat(outcome(stack, text.toString(), Map.of("x", vector)))
        .isEqualTo(Double.toString(6 + 3_999 * 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024})
  void manyInlinableStatements(int stack) {
    StringBuilder text = new StringBuilder("t0 = x\n");
    for (int n = 1; n < 2_000; n++) {
      text.append("t%s = t%s + 1\n".formatted(n, n - 1));
    }
    assertThat(outcome(stack, text.toString(), Map.of("x", TWO))).isEqualTo("2001.0");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024})
  void manyOperands(int stack) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    IntStream.range(0, 300).forEach(n -> inputs.put("x" + n, Tensor.of(new double[] {1, 1}, 2)));
    assertThat(outcome(stack, "s = " + joined(300, " * ", "x#[i]"), inputs)).isEqualTo("2.0");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024})
  void manyIndices(int stack) {
    long[] ones = new long[300];
    Arrays.fill(ones, 1);
    Map<String, Tensor> inputs = Map.of("A", Tensor.scalar(2.0).broadcastTo(ones));
    String indices = joined(300, ",", "i#");
    assertThat(outcome(stack, "s = A[" + indices + "]", inputs))
        .satisfiesAnyOf(
            value -> assertThat(value).isEqualTo("2.0"),
            value -> assertThat(value).startsWith("error[LIMIT_EXCEEDED]"));
    assertThat(outcome(stack, "B[" + indices + "] = A[" + indices + "]", inputs))
        .satisfiesAnyOf(
            value -> assertThat(value).isEqualTo("2.0"),
            value -> assertThat(value).startsWith("error[LIMIT_EXCEEDED]"));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024})
  void manyReductions(int stack) {
    Map<String, Tensor> inputs = Map.of("x", Tensor.of(new double[] {1, 2}, 2));
    String nested = joined(150, "", "max[i#](x[i#] * 0 + ") + "x[0]" + ")".repeat(150);
    assertThat(outcome(stack, "s = " + nested, inputs))
        .satisfiesAnyOf(
            value -> assertThat(value).isEqualTo("1.0"),
            value -> assertThat(value).startsWith("error[LIMIT_EXCEEDED]"));
  }
}
