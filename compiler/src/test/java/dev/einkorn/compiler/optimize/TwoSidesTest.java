package dev.einkorn.compiler.optimize;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Plan;
import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TwoSidesTest {
  private static final Pattern INPUT = Pattern.compile("([A-Zw])\\[([a-z,]*)]");

  @Test
  void sidesHaveAsFewElementsAsTheyCan() {
    String text = "O[a,b,c,d] = A[a,r] * B[b,r] * C[c,r] * D[d,r]";
    assertThat(arranged(text, Map.of("a", 4L, "b", 4L, "c", 4L, "d", 4L, "r", 3L)))
        .isEqualTo("O[a,b,c,d] = sum[r](A[a,r] * B[b,r] * (C[c,r] * D[d,r]))");
    assertThat(arranged(text, Map.of("a", 9L, "b", 9L, "c", 2L, "d", 2L, "r", 3L)))
        .isEqualTo("O[a,b,c,d] = sum[r](A[a,r] * C[c,r] * (B[b,r] * D[d,r]))");
    assertThat(arranged(text, Map.of("a", 40L, "b", 2L, "c", 3L, "d", 2L, "r", 3L)))
        .isEqualTo("O[a,b,c,d] = sum[r](A[a,r] * (B[b,r] * C[c,r] * D[d,r]))");
  }

  @Test
  void axesKeepTheirOrderWhereThatIsAsGood() {
    assertThat(
            arranged(
                "O[d,b,a,c] = A[a,r] * B[b,r] * C[c,r] * D[d,r]",
                Map.of("a", 4L, "b", 4L, "c", 4L, "d", 4L, "r", 3L)))
        .isEqualTo("O[d,b,a,c] = sum[r](D[d,r] * B[b,r] * (A[a,r] * C[c,r]))");
  }

  @Test
  void theLastAxisIsASideOfItsOwnWhereThatIsAsGood() {
    assertThat(
            arranged(
                "O[a,b,c] = B[b,r] * C[c,r] * A[a,r]", Map.of("a", 4L, "b", 4L, "c", 4L, "r", 3L)))
        .isEqualTo("O[a,b,c] = sum[r](A[a,r] * B[b,r] * C[c,r])");
  }

  @Test
  void factorsThatShareAnIndexStayTogether() {
    Map<String, Long> sizes = Map.of("a", 3L, "b", 4L, "c", 5L, "n", 2L, "r", 3L);
    assertThat(arranged("O[n,a,b,c] = A[n,a,r] * B[n,b,r] * C[n,c,r] * w[r] * D[n,b]", sizes))
        .isEqualTo("O[n,a,b,c] = sum[r](A[n,a,r] * B[n,b,r] * D[n,b] * w[r] * C[n,c,r])");
  }

  @Test
  void twoSidesStayAsTheyAre() {
    Map<String, Long> sizes = Map.of("a", 3L, "b", 4L, "c", 5L, "r", 3L);
    for (String text :
        List.of(
            "O[a,b] = sum[r](A[a,r] * B[b,r])",
            "O[a,b] = sum[r](A[a,r] * w[r] * B[b,r])",
            "O[a] = sum[r](A[a,r] * B[a,r] * C[a,r])",
            "O[a,b,c] = A[a,c] * B[b,a] * C[c,b]")) {
      assertThat(arranged(text, sizes)).isEqualTo(text);
    }
  }

  @Test
  void aBatchIndexTellsNoSidesApartWhereAFactorHasNoKeptIndex() {
    Map<String, Tensor> inputs =
        Map.of(
            "A", Tensor.zeros(ElementType.F32, 4, 50, 60),
            "B", Tensor.zeros(ElementType.F32, 4, 70, 60),
            "w", Tensor.zeros(ElementType.F32, 60));
    Plan plan = Einkorn.compile("O[n,a,b] = A[n,a,r] * B[n,b,r] * w[r]").plan(inputs);
    assertThat(plan.stage(Plan.Stage.PLAN))
        .contains("O[n,a,b] = sum[r](A[n,a,r] * w[r] * B[n,b,r])");
  }

  /** The statement as it is printed then, which computes the same. */
  private static String arranged(String text, Map<String, Long> sizes) {
    var random = new Random(text.hashCode());
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Matcher matcher = INPUT.matcher(text.substring(text.indexOf('=')));
    while (matcher.find()) {
      long[] shape =
          matcher.group(2).isEmpty()
              ? new long[0]
              : Pattern.compile(",")
                  .splitAsStream(matcher.group(2))
                  .mapToLong(index -> sizes.getOrDefault(index, 0L))
                  .toArray();
      Tensor tensor = Tensor.zeros(ElementType.F64, shape);
      double[] values = tensor.doubleArray();
      for (int n = 0; n < values.length; n++) {
        values[n] = random.nextInt(7) - 3;
      }
      inputs.put(matcher.group(1), tensor);
    }
    IndexProgram written = ProgramText.check(text, ProgramText.types(inputs));
    Assignment step = written.assignments().getFirst();
    Assignment arranged =
        TwoSides.arranged(step, variable -> sizes.getOrDefault(variable.name(), 0L));
    IndexProgram rewritten = written.withAssignments(written.targets(), List.of(arranged));
    IndexVerifier.check(rewritten, "arranging sides");
    assertThat(
            named(ReferenceInterpreter.evaluate(rewritten, inputs), "O")
                .contentEquals(named(ReferenceInterpreter.evaluate(written, inputs), "O")))
        .as(text)
        .isTrue();
    return IndexPrinter.print(rewritten, arranged);
  }
}
