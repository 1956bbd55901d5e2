package dev.einkorn.compiler.emit.java;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Plan;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The arrays that a step is said to ask for against those that its source asks for. */
class StepArraysTest {
  private static final Pattern REQUEST =
      Pattern.compile("worker\\.(shared)?([A-Za-z]+)\\((\\d+), ([^)]+)\\)");
  private static final Pattern TOTAL =
      Pattern.compile(
          "\"workspaceBytes\": 0, \"workingBytes\": \\{\"firstWorker\": (\\d+), \"otherWorker\":"
              + " (\\d+), \"team\": (\\d+)");

  private static final Map<String, Integer> BYTES =
      Map.of("floats", 4, "doubles", 8, "ints", 4, "longs", 8, "bytes", 1);

  @Test
  void sourceAsksForWhatIsCounted() {
    List<String> programs =
        List.of(
            "C[i,j] = A[i,k] * B[k,j]",
            "C[j] = A[j,k] * B[k,j]",
            "s = A[i,j] * B[i,j]",
            "y[i,j] = 2 * exp(A[i,j] - B[j,i]) + 1",
            "T[j,i] = A[i,j]",
            "m[i] = max[j](exp(A[i,j]))");
    int requests = 0;
    for (String text : programs) {
      Map<String, Tensor> inputs = new HashMap<>();
      inputs.put("A", Tensor.zeros(ElementType.F32, 300, 300));
      if (text.contains("B")) {
        inputs.put("B", Tensor.zeros(ElementType.F32, 300, 300));
      }
      Plan plan = Einkorn.compile(text).plan(inputs);
      List<Long> own = new ArrayList<>();
      List<Long> shared = new ArrayList<>();
      Matcher request = REQUEST.matcher(plan.javaSource());
      while (request.find()) {
        requests++;
        String method = request.group(2).toLowerCase(java.util.Locale.ROOT);
        if (BYTES.containsKey(method) && request.group(4).matches("\\d+")) {
          long bytes = Long.parseLong(request.group(4)) * BYTES.getOrDefault(method, 0);
          (request.group(1) == null ? own : shared).add(bytes);
        }
      }
      Matcher total = TOTAL.matcher(plan.toJson());
      assertThat(total.find()).as(plan.toJson()).isTrue();
      assertThat(Long.parseLong(total.group(1)))
          .as(text)
          .isGreaterThanOrEqualTo(own.stream().mapToLong(Long::longValue).sum());
      assertThat(Long.parseLong(total.group(3)))
          .as(text)
          .isGreaterThanOrEqualTo(shared.stream().mapToLong(Long::longValue).sum());
    }
    assertThat(requests).isPositive();
  }
}
