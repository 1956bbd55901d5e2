package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
 * Random programs of steps over a common index, within budgets for which they run slab by slab,
 * against the interpreter: whole numbers, so exact. {@code -Deinkorn.property.slabs=} sets how
 * many.
 */
class RandomSlabsTest {
  private static final long COUNT = Long.getLong("einkorn.property.slabs", 40);

  private final List<String> statements = new ArrayList<>();

  /** Tensors with the common index, by how they are accessed: with one other index, or none. */
  private final List<Value> matrices = new ArrayList<>();

  private final List<Value> columns = new ArrayList<>();
  private int cut;

  /**
   * A tensor with the common index.
   *
   * @param last whether that is the last index
   */
  private record Value(String name, boolean last) {
    String at(String index) {
      return name + (last ? "[" + index + ",r]" : "[r," + index + "]");
    }
  }

  @Test
  void slabs_compute_what_is_written() {
    for (long seed = 1; seed <= COUNT; seed++) {
      check(seed);
    }
    assertThat(cut).as("calls in slabs").isGreaterThan((int) COUNT);
  }

  private void check(long seed) {
    var random = new Random(seed * 6364136223846793005L);
    String program = draw(random);
    ElementType type = random.nextBoolean() ? ElementType.I64 : ElementType.F64;
    int inner = 1 + random.nextInt(4);
    int rows = List.of(1, 2, 3, 7, 8, 9, 16, 17, 31).get(random.nextInt(9));
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("X", numbers(type, random, rows, inner));
    if (program.contains("W[")) {
      inputs.put("W", numbers(type, random, inner, inner));
    }
    String what = "seed " + seed + ", " + rows + " rows of " + inner + "\n" + program;
    Einkorn interpreter = Einkorn.builder().backend(Backend.REFERENCE).build();
    Map<String, Tensor> expected = interpreter.prepare(program).call(inputs);
    for (Mode mode : List.of(Mode.STRICT, Mode.DETERMINISTIC)) {
      long all =
          Einkorn.builder()
              .mode(mode)
              .threads(1)
              .build()
              .prepare(program)
              .plan(inputs)
              .peakTemporaryBytes();
      CompiledProgram none = Einkorn.builder().mode(mode).memoryBudget(0).build().prepare(program);
      MemoryBudgetException refusal =
          catchThrowableOfType(MemoryBudgetException.class, () -> none.call(inputs));
      long least = refusal == null ? 0 : refusal.requiredBytes();
      // From slabs of one position to those that are as long as the whole, or nearly so.
      for (long budget : new long[] {least, (2 * least + all) / 3, Math.max(least, all - 8)}) {
        int threads = 1 + random.nextInt(3);
        CompiledProgram slabs =
            Einkorn.builder()
                .mode(mode)
                .threads(threads)
                .memoryBudget(budget)
                .build()
                .prepare(program);
        Plan plan = slabs.plan(inputs);
        cut += plan.slabs().isEmpty() ? 0 : 1;
        assertThat(plan.peakTemporaryBytes()).as(what).isLessThanOrEqualTo(budget);
        Map<String, Tensor> actual = slabs.call(inputs);
        expected.forEach(
            (name, value) ->
                assertThat(values(named(actual, name)))
                    .as("%s, %s, budget %s: %s\n%s", name, mode, budget, plan.summary(), what)
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

  private static Tensor numbers(ElementType type, Random random, int rows, int columns) {
    boolean transposed = random.nextBoolean();
    Tensor tensor =
        transposed
            ? Tensor.zeros(type, columns, rows).transpose()
            : Tensor.zeros(type, rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        if (type.isFloating()) {
          tensor.set(random.nextInt(5) - 2, i, j);
        } else {
          tensor.setLong(random.nextInt(5) - 2, i, j);
        }
      }
    }
    return tensor;
  }

  /** Two to six statements, of which the last is always an output. */
  private String draw(Random random) {
    statements.clear();
    matrices.clear();
    columns.clear();
    matrices.add(new Value("X", false));
    int count = 2 + random.nextInt(5);
    for (int n = 0; n < count; n++) {
      statement("t" + n, random, n == count - 1);
    }
    return String.join("\n", statements);
  }

  private void statement(String name, Random random, boolean isLast) {
    Value recent = matrices.getLast();
    Value any = matrices.get(random.nextInt(matrices.size()));
    if (!isLast && random.nextInt(5) == 0) {
      columns.add(new Value(name, false));
      String operator = random.nextBoolean() ? "max" : "sum";
      statements.add("%s[r] = %s[k](%s)".formatted(name, operator, recent.at("k")));
      return;
    }
    var target = new Value(name, random.nextInt(3) == 0);
    String value =
        switch (random.nextInt(columns.isEmpty() ? 4 : 6)) {
          case 0 -> "max[k](%s * W[k,j])".formatted(recent.at("k"));
          case 1 -> "%s * W[k,j]".formatted(recent.at("k"));
          case 2 -> "max[k](%s * W[k,j]) + %s".formatted(recent.at("k"), any.at("j"));
          case 3 -> "min[k](%s * W[j,k]) - %s".formatted(any.at("k"), recent.at("j"));
          case 4 -> "%s - %s[r]".formatted(recent.at("j"), columns.getLast().name());
          default ->
              "max(%s * %s[r], %s)"
                  .formatted(any.at("j"), columns.getFirst().name(), recent.at("j"));
        };
    statements.add(target.at("j") + " = " + value);
    matrices.add(target);
  }
}
