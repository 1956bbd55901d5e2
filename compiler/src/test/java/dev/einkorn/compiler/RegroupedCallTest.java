package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Calls of programs whose sums are computed in another form than they were written in. */
class RegroupedCallTest {
  private static final String QUESTION_B =
      """
      C[i,j,k] = B[i] * A[j,k]
      C2[i,j,k] = Y[j] * Z[i,k]
      E[k] = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])
      """;

  private static Tensor whole(Random random, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    return Tensor.of(random.doubles(count, -3, 4).map(Math::floor).toArray(), shape);
  }

  private static Map<String, Tensor> questionB(int n, int q) {
    var random = new Random(n);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", whole(random, n, n));
    inputs.put("B", whole(random, q));
    inputs.put("Y", whole(random, n));
    inputs.put("Z", whole(random, q, n));
    return inputs;
  }

  @Test
  void sumsInProductsTakeMemoryOfOneAxis() {
    long small = Einkorn.compile(QUESTION_B).plan(questionB(100, 102)).peakTemporaryBytes();
    long large = Einkorn.compile(QUESTION_B).plan(questionB(400, 408)).peakTemporaryBytes();
    long cube = 400L * 400 * 408 * Double.BYTES;

    // Eight vectors at most, beside blocks of a constant size.
    assertThat(large - small).isBetween(1L, 8L * (408 - 102) * Double.BYTES);
    assertThat(large).isLessThan(cube / 3_000);
  }

  @Test
  void allModesAgreeOnWholeNumbers() {
    Map<String, Tensor> inputs = questionB(20, 21);
    Einkorn strict = Einkorn.builder().mode(Mode.STRICT).build();
    Tensor expected = strict.run(QUESTION_B, inputs);

    assertThat(strict.prepare(QUESTION_B).plan(inputs).explain()).contains("1 fused loop nest");
    for (Mode mode : Mode.values()) {
      Einkorn einkorn = Einkorn.builder().mode(mode).build();
      assertThat(einkorn.run(QUESTION_B, inputs).contentEquals(expected)).as(mode + "").isTrue();
    }
  }

  @Test
  void sumsThatAreWrittenIntoSumsKeepTheirVariables() {
    var random = new Random(5);
    Map<String, Tensor> inputs = Map.of("X", whole(random, 3, 3), "W", whole(random, 3, 3));
    String program =
        """
        t0[r] = sum[k](X[r,k])
        t1[r,j] = X[r,j] - t0[r]
        t2[j,r] = t1[r,k] * W[k,j]
        t3[r,j] = max[k](t2[k,r] * W[k,j])
        """;
    Tensor expected = Einkorn.builder().mode(Mode.STRICT).build().run(program, inputs);
    for (long budget : new long[] {8, 16, 100, Long.MAX_VALUE}) {
      Einkorn einkorn = Einkorn.builder().memoryBudget(budget).build();
      assertThat(einkorn.run(program, inputs).contentEquals(expected)).as("" + budget).isTrue();
    }
  }

  @Test
  void everyBudgetIsKept() {
    var random = new Random(3);
    Map<String, Tensor> inputs =
        Map.of("A", whole(random, 60, 70), "B", whole(random, 70, 50), "C", whole(random, 50, 80));
    String chain = "E[i,l] = A[i,j] * B[j,k] * C[k,l]";
    Tensor expected = Einkorn.evaluate(chain, inputs);
    long best = Einkorn.compile(chain).plan(inputs).peakTemporaryBytes();

    assertThat(best).isGreaterThanOrEqualTo(60L * 50 * Double.BYTES);
    for (long budget = best; budget > 0; budget /= 3) {
      Einkorn einkorn = Einkorn.builder().memoryBudget(budget).build();
      assertThat(einkorn.prepare(chain).plan(inputs).peakTemporaryBytes())
          .isLessThanOrEqualTo(budget);
      assertThat(einkorn.run(chain, inputs).contentEquals(expected)).as("" + budget).isTrue();
    }
  }

  @Test
  void aBudgetThatNothingFitsNamesOneThatDoes() {
    String program = "T[i] = exp(sum[j](A[i,j]*x[j]))\ns = T[i]*A[i,j]*T[j]";
    var random = new Random(5);
    Map<String, Tensor> inputs = Map.of("A", whole(random, 64, 64), "x", whole(random, 64));
    Einkorn none = Einkorn.builder().memoryBudget(0).build();

    assertThatThrownBy(() -> none.run(program, inputs))
        .isInstanceOfSatisfying(
            MemoryBudgetException.class,
            e -> {
              Einkorn enough = Einkorn.builder().memoryBudget(e.requiredBytes()).build();
              assertThat(enough.run(program, inputs)).isNotNull();
            });
  }

  /** A covariance and a quadratic form of what lies far from zero: multiplied out, they cancel. */
  @Test
  void productsOfLikeDifferencesAreExact() {
    var random = new Random(5);
    int rows = 300;
    int columns = 40;
    double[] values = new double[rows * columns];
    float[] moved = new float[rows * columns];
    for (int n = 0; n < values.length; n++) {
      values[n] = random.nextInt(7) - 3;
      moved[n] = (float) (values[n] + 4096);
    }
    float[] means = new float[columns];
    Arrays.fill(means, 4096);
    Tensor centred = Tensor.of(values, rows, columns);
    Tensor far = Tensor.of(moved, rows, columns);
    Tensor mean = Tensor.of(means, columns);
    Map<String, Tensor> inputs = Map.of("X", far, "m", mean);
    Map<String, Tensor> crossed = Map.of("X", far, "m", mean, "Y", far, "n", mean);
    Tensor expected = Einkorn.einsum("ij,ik->jk", centred, centred);
    Tensor forms = Einkorn.einsum("ij,ik->i", centred, centred);

    assertThat(
            Einkorn.evaluate("C[j,k] = sum[i]((X[i,j] - m[j]) * (X[i,k] - m[k]))", inputs)
                .cast(ElementType.F64)
                .contentEquals(expected))
        .isTrue();
    assertThat(
            Einkorn.evaluate("C[j,k] = sum[i]((X[i,j] - m[j]) * (Y[i,k] - n[k]))", crossed)
                .cast(ElementType.F64)
                .contentEquals(expected))
        .isTrue();
    assertThat(
            Einkorn.evaluate("q[i] = sum[j,k]((X[i,j] - m[j]) * (X[i,k] - m[k]))", inputs)
                .cast(ElementType.F64)
                .contentEquals(forms))
        .isTrue();
  }

  /**
   * Squared distances of points that are near each other and far from the origin. The written form
   * subtracts first, which is exact to a rounding; multiplied out, the squares cancel, and the
   * error is of the size of the squares: (depth + 2) roundings of at most x^2 + y^2 + 2|xy| each.
   */
  @Test
  void differencesAreSquaredExactlyUnlessSpeedMayCostDigits() {
    int depth = 3;
    float[] x = {1000, 2000, 3000};
    float[] y = {1000.5f, 2000.25f, 3000};
    String program = "D[i,j] = sum[k]((x[i,k] - y[j,k])^2)";
    Map<String, Tensor> inputs = Map.of("x", Tensor.of(x, 1, depth), "y", Tensor.of(y, 1, depth));
    double exact = 0.25 + 0.0625;
    double squares = 0;
    for (int k = 0; k < depth; k++) {
      squares += Math.pow(Math.abs(x[k]) + Math.abs(y[k]), 2);
    }
    double unit = Math.ulp(1.0f) / 2;

    double deterministic = Einkorn.evaluate(program, inputs).getDouble(0, 0);
    Einkorn fast = Einkorn.builder().mode(Mode.FAST).build();
    double multiplied = fast.run(program, inputs).getDouble(0, 0);

    assertThat(deterministic).isEqualTo(exact);
    assertThat(Math.abs(multiplied - exact))
        .isLessThanOrEqualTo((depth + 2) * 1.0001 * unit * squares);
  }

  /**
   * The bounds of both modes for real points. A written term is rounded once by the subtraction,
   * which counts twice in the square, once by the product and n - 1 times by the additions: n + 2
   * roundings of terms that are all positive. Of the multiplied-out form each square and product is
   * rounded at most n times in its sum and twice after it, but its terms may cancel.
   */
  @Test
  void squaredDistancesKeepTheBoundOfTheirMode() {
    int depth = 100;
    int points = 20;
    var random = new Random(11);
    float[] x = new float[points * depth];
    float[] y = new float[points * depth];
    for (int n = 0; n < x.length; n++) {
      x[n] = 10 + random.nextFloat();
      y[n] = 10 + random.nextFloat();
    }
    String program = "D[i,j] = sum[k]((x[i,k] - y[j,k])^2)";
    Map<String, Tensor> inputs =
        Map.of("x", Tensor.of(x, points, depth), "y", Tensor.of(y, points, depth));
    double unit = Math.ulp(1.0f) / 2;
    double gamma = (depth + 2) * unit / (1 - (depth + 2) * unit);
    Einkorn multiplying = Einkorn.builder().mode(Mode.FAST).build();

    Tensor deterministic = Einkorn.evaluate(program, inputs);
    Tensor fast = multiplying.run(program, inputs);

    assertThat(multiplying.prepare(program).plan(inputs).explain())
        .contains("D[i,j] = -2.0 * sum[k](x[i,k] * y[j,k])");
    for (int i = 0; i < points; i++) {
      for (int j = 0; j < points; j++) {
        double exact = 0;
        double squares = 0;
        for (int k = 0; k < depth; k++) {
          double left = x[i * depth + k];
          double right = y[j * depth + k];
          exact += (left - right) * (left - right);
          squares += (left + right) * (left + right);
        }
        assertThat(Math.abs(deterministic.getDouble(i, j) - exact))
            .isLessThanOrEqualTo(gamma * exact);
        assertThat(Math.abs(fast.getDouble(i, j) - exact)).isLessThanOrEqualTo(gamma * squares);
      }
    }
  }
}
