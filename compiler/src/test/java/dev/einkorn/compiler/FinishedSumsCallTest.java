package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of a product element by element, in the nest of the product. */
class FinishedSumsCallTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Y[b,o] = relu(sum[i](X[b,i] * W[o,i]) + g[o])",
        "Y[o,b] = relu(sum[i](X[b,i] * W[o,i]) + g[o]) + h[b]",
        "u[b,o] = X[b,i] * W[o,i] + g[o]\nY[b,o] = u[b,o] * abs(u[b,o] - 1) + relu(u[b,o])",
        "u[b,o] = X[b,i] * W[o,i]\nv[b,o] = u[b,o] + g[o]\nY[b,o] = max(v[b,o], u[b,o]) * h[b]",
      })
  void bothStepsAreOneNest(String text) {
    var random = new Random(text.length());
    for (int[] sizes : new int[][] {{1, 1, 1}, {5, 7, 3}, {16, 33, 17}, {40, 70, 100}}) {
      Map<String, Tensor> inputs =
          Map.of(
              "X", whole(random, sizes[0], sizes[2]),
              "W", whole(random, sizes[1], sizes[2]),
              "g", whole(random, sizes[1]),
              "h", whole(random, sizes[0]));
      Einkorn reference = Einkorn.builder().backend(Backend.REFERENCE).build();
      CompiledProgram program = Einkorn.compile(text);
      Map<String, Tensor> needed = new HashMap<>(inputs);
      needed.keySet().retainAll(program.inputNames());
      assertThat(
              ProgramText.named(program.call(needed), "Y")
                  .contentEquals(reference.run(text, needed)))
          .isTrue();
      if (sizes[0] > 1) {
        assertThat(program.plan(needed).explain()).contains("1 fused loop nest");
      }
    }
  }

  private static Tensor whole(Random random, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    return Tensor.of(random.doubles(count, -3, 4).map(Math::floor).toArray(), shape);
  }
}
