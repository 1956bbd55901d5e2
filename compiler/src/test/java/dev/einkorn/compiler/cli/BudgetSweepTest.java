package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Npy;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code einkorn explain --budgets}: less memory, the same results. */
class BudgetSweepTest {
  private static final String CHAIN = "ij,jk,kl->il";

  /** Tensors, frames, threads and array headers: what is no element of an array. */
  private static final double OBJECTS = 64 << 10;

  @TempDir private Path folder;

  private String matrix(String name, long rows, long columns) throws IOException {
    Tensor tensor = Tensor.zeros(ElementType.F32, rows, columns);
    var random = new Random(rows);
    float[] data = tensor.floatArray();
    for (int n = 0; n < data.length; n++) {
      data[n] = random.nextFloat() - 0.5f;
    }
    Path file = folder.resolve(name + ".npy");
    Npy.write(file, tensor);
    return file.toString();
  }

  private Ran explain(String... options) throws IOException {
    String[] words = {
      "explain", CHAIN, matrix("a", 60, 20), matrix("b", 20, 100), matrix("c", 100, 30)
    };
    String[] all = Arrays.copyOf(words, words.length + options.length);
    System.arraycopy(options, 0, all, words.length, options.length);
    return Ran.command(all);
  }

  @Test
  void eachBudgetIsKeptAndGivesTheSameResults() throws IOException {
    Ran ran = explain("--budgets", "24K,9K,2000,600", "--json", "--threads", "2");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    List<?> rows = (List<?>) value(JsonReader.object(ran.out()), "budgets");
    assertThat(rows.size()).isGreaterThan(3);
    assertThat(((Map<?, ?>) rows.getFirst()).get("budgetBytes")).isEqualTo("null");
    for (Object element : rows.subList(1, rows.size())) {
      Map<?, ?> row = (Map<?, ?>) element;
      if (value(row, "refused").equals("true")) {
        continue;
      }
      double budget = number(value(row, "budgetBytes"));
      assertThat(number(value(row, "peakBytes"))).as(row.toString()).isLessThanOrEqualTo(budget);
      assertThat(number(value(row, "measuredBytes")))
          .as(row.toString())
          .isLessThanOrEqualTo(number(value(row, "peakBytes")) + OBJECTS);
      assertThat(row.get("passes")).as(row.toString()).isEqualTo("true");
    }
  }

  private static Object value(Map<?, ?> object, String member) {
    return Objects.requireNonNull(object.get(member), member);
  }

  private static double number(Object value) {
    return Double.parseDouble(String.valueOf(value));
  }

  @Test
  void theTableNamesThePlanOfEachBudget() throws IOException {
    Ran ran = explain("--budgets", "1G,4K,0", "--threads", "1");
    assertThat(ran.code()).isZero();
    List<String> lines = ran.out().lines().toList();
    assertThat(lines).hasSize(5);
    assertThat(lines.get(1)).contains(" none ", "agrees", "2 loop nests, 1 temporary, 1 worker");
    assertThat(lines.get(2)).contains("1,073,741,824", "agrees", "2 loop nests");
    assertThat(lines.get(3)).contains("4,096", "agrees");
    assertThat(lines.get(4)).containsAnyOf("agrees", "refused: needs ");
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() throws IOException {
    assertThat(explain("--budgets", "much").code()).isEqualTo(2);
    assertThat(explain("--budgets", "auto", "--memory-budget", "1M").code()).isEqualTo(2);
    assertThat(Ran.command("explain", CHAIN, "--budgets", "auto").err())
        .contains("needs the inputs");
  }
}
