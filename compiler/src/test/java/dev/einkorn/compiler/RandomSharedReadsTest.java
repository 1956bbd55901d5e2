package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.schedule.Target;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random programs whose steps read the same matrix along its rows and its columns, with a cache so
 * small that they share one pass over it, against the interpreter: whole numbers, so exact. {@code
 * -Deinkorn.property.shared=} sets how many.
 */
class RandomSharedReadsTest {
  private static final long COUNT = Long.getLong("einkorn.property.shared", 60);

  private final List<String> statements = new ArrayList<>();
  private final List<String> ofRows = new ArrayList<>();
  private final List<String> ofColumns = new ArrayList<>();
  private int inSlabs;
  private int inParts;

  @Test
  void one_pass_computes_what_is_written() {
    for (long seed = 1; seed <= COUNT; seed++) {
      check(seed);
    }
    assertThat(inSlabs).as("calls in slabs").isGreaterThan((int) COUNT);
    assertThat(inParts).as("calls with sums in parts").isGreaterThan((int) COUNT / 2);
  }

  private void check(long seed) {
    var random = new Random(seed * 6364136223846793005L);
    String program = draw(random);
    ElementType type =
        List.of(ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64)
            .get(random.nextInt(4));
    int rows = List.of(2, 7, 15, 16, 17, 33, 64, 100).get(random.nextInt(8));
    int columns = random.nextInt(4) == 0 ? rows : 40 + random.nextInt(60);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("X", matrix(type, random, rows, columns));
    if (program.contains("p[")) {
      inputs.put("p", vector(type, random, rows));
    }
    if (program.contains("q[")) {
      inputs.put("q", vector(type, random, columns));
    }
    String what = "seed " + seed + ", " + type + " " + rows + " x " + columns + "\n" + program;
    Map<String, Tensor> expected =
        Einkorn.builder().backend(Backend.REFERENCE).build().prepare(program).call(inputs);
    for (Mode mode : Mode.values()) {
      for (int threads : new int[] {1, 3}) {
        CompiledProgram shared =
            Einkorn.builder()
                .mode(mode)
                .target(new Target(0, threads, 32 << 10, 512, 2 << 20))
                .build()
                .prepare(program);
        String plan = shared.plan(inputs).explain();
        inSlabs += plan.contains("slabs of") ? 1 : 0;
        inParts += plan.contains("summed in") ? 1 : 0;
        if (mode == Mode.STRICT) {
          assertThat(plan).as(what).doesNotContain("summed in");
        }
        Map<String, Tensor> actual = shared.call(inputs);
        expected.forEach(
            (name, value) ->
                assertThat(values(named(actual, name)))
                    .as("%s, %s, %s threads\n%s", name, mode, threads, what)
                    .isEqualTo(values(value)));
      }
    }
  }

  /** The elements as numbers, for which both zeros are equal. */
  private static List<Double> values(Tensor tensor) {
    return Arrays.stream(tensor.cast(ElementType.F64).toDoubleArray())
        .mapToObj(value -> value + 0.0)
        .toList();
  }

  private static Tensor matrix(ElementType type, Random random, int rows, int columns) {
    Tensor tensor =
        random.nextInt(4) == 0
            ? Tensor.zeros(type, columns, rows).transpose()
            : Tensor.zeros(type, rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        tensor.setLong(random.nextInt(3) - 1, i, j);
      }
    }
    return tensor;
  }

  private static Tensor vector(ElementType type, Random random, int length) {
    Tensor tensor = Tensor.zeros(type, length);
    for (int i = 0; i < length; i++) {
      tensor.setLong(random.nextInt(3) - 1, i);
    }
    return tensor;
  }

  /** Two to six statements that read X, of which some read what others have computed. */
  private String draw(Random random) {
    statements.clear();
    ofRows.clear();
    ofColumns.clear();
    ofRows.add("p");
    ofColumns.add("q");
    int count = 2 + random.nextInt(5);
    for (int n = 0; n < count; n++) {
      statement("t" + n, random);
    }
    return String.join("\n", statements);
  }

  private void statement(String name, Random random) {
    // The first vectors are inputs; later ones keep some steps from sharing a pass.
    String row = ofRows.get(random.nextInt(ofRows.size()));
    String column = ofColumns.get(random.nextInt(ofColumns.size()));
    switch (random.nextInt(6)) {
      case 0, 1 -> {
        statements.add("%s[r] = sum[c](X[r,c] * %s[c])".formatted(name, column));
        ofRows.add(name);
      }
      case 2, 3 -> {
        statements.add("%s[c] = sum[r](X[r,c] * %s[r])".formatted(name, row));
        ofColumns.add(name);
      }
      case 4 -> statements.add("%s = sum[r,c](X[r,c] * %s[r])".formatted(name, row));
      default ->
          statements.add(
              "%s[r,c] = X[r,c] * %s[r] + %s[c]; %1$s[r,c] += X[r,c]".formatted(name, row, column));
    }
  }
}
