package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random programs whose last output is made element by element of a product that other outputs and
 * sums read too, computed in place from the first byte on, against the interpreter: whole numbers,
 * so exact. {@code -Deinkorn.property.inplace=} sets how many.
 */
class RandomInPlaceTest {
  private static final long COUNT = Long.getLong("einkorn.property.inplace", 60);
  private static final List<Integer> EXTENTS = List.of(8, 15, 16, 17, 33, 63, 64, 65, 100, 130);
  private static final List<String> BETWEEN =
      List.of(
          "", "u[r] = sum[c](z[r,c]*Y[r,c])", "v[c] = max[r](z[r,c])", "w[r,c] = z[r,c]*Y[r,c]");
  private static final List<String> LAST =
      List.of(
          "P[r,c] = z[r,c]*Y[r,c] - max[d](z[r,d])",
          "P[r,c] = z[r,c] + sum[d](z[r,d]*Y[r,d])*sum[q](z[q,c])",
          "P[r,c] = (z[r,c] + Y[r,c])*z[r,c] + min[q,d](z[q,d])",
          "P[r,c] = abs(z[r,c]) + b[c] + sum[k](A[r,k])",
          "P[r,c] = select(z[r,c] > 1, z[r,c] - max[q](z[q,c]), Y[r,c])");

  private int inPlace;

  @Test
  void outputs_are_what_is_written() {
    for (long seed = 1; seed <= COUNT; seed++) {
      check(seed);
    }
    assertThat(inPlace).as("plans in place").isGreaterThan((int) COUNT * 3);
  }

  private void check(long seed) {
    var random = new Random(seed * 6364136223846793005L);
    String program =
        String.join(
            "\n",
            "z[r,c] = max[k](A[r,k] + B[k,c])",
            BETWEEN.get(random.nextInt(BETWEEN.size())),
            LAST.get(random.nextInt(LAST.size())));
    ElementType type =
        List.of(ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64)
            .get(random.nextInt(4));
    int rows = EXTENTS.get(random.nextInt(EXTENTS.size()));
    int columns = EXTENTS.get(random.nextInt(EXTENTS.size()));
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", tensor(type, random, rows, 3));
    inputs.put("B", tensor(type, random, 3, columns));
    if (program.contains("Y")) {
      inputs.put("Y", tensor(type, random, rows, columns));
    }
    if (program.contains("b[c]")) {
      inputs.put("b", tensor(type, random, columns));
    }
    String what = "seed " + seed + ", " + type + " " + rows + " x " + columns + "\n" + program;
    Map<String, Tensor> expected =
        Einkorn.builder().backend(Backend.REFERENCE).build().prepare(program).call(inputs);
    for (Mode mode : Mode.values()) {
      for (int threads : new int[] {1, 3}) {
        for (int cache : new int[] {512, 1 << 20}) {
          check(inputs, expected, what, einkorn(mode, threads, cache).prepare(program));
        }
      }
    }
  }

  private static Einkorn einkorn(Mode mode, int threads, int cache) {
    return Einkorn.builder()
        .mode(mode)
        .inPlaceFrom(1)
        .target(new Target(0, threads, 32 << 10, cache, 2 << 20))
        .build();
  }

  private void check(
      Map<String, Tensor> inputs,
      Map<String, Tensor> expected,
      String what,
      CompiledProgram program) {
    String plan = program.plan(inputs).explain();
    inPlace += plan.contains("z[r,c] = ") && plan.contains("P[r,c] = max") ? 1 : 0;
    Map<String, Tensor> actual = program.call(inputs);
    // Memory of the caller that lies otherwise than the temporary would.
    Map<String, Tensor> turned = new LinkedHashMap<>();
    expected.forEach(
        (name, value) ->
            turned.put(
                name, Tensor.zeros(value.elementType(), value.transpose().shape()).transpose()));
    program.call(inputs, turned);
    expected.forEach(
        (name, value) -> {
          String explained = name + " of " + what + "\n" + plan;
          assertThat(values(named(actual, name))).as(explained).isEqualTo(values(value));
          assertThat(values(named(turned, name))).as(explained).isEqualTo(values(value));
        });
  }

  /** The elements as numbers, for which both zeros are equal. */
  private static List<Double> values(Tensor tensor) {
    return Arrays.stream(tensor.cast(ElementType.F64).toDoubleArray())
        .mapToObj(value -> value + 0.0)
        .toList();
  }

  private static Tensor tensor(ElementType type, Random random, long... shape) {
    long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    Tensor flat = Tensor.zeros(type, count);
    for (long n = 0; n < count; n++) {
      flat.setLong(random.nextInt(5) - 2, n);
    }
    return flat.reshape(shape);
  }
}
