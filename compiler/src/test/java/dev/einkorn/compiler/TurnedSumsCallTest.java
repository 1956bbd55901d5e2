package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sums of everything over two tensors that lie across each other. */
class TurnedSumsCallTest {
  private static Tensor whole(Random random, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    return Tensor.of(random.doubles(count, -3, 4).map(Math::floor).toArray(), shape);
  }

  private static String check(String text, Map<String, Tensor> inputs) {
    Einkorn reference = Einkorn.builder().backend(Backend.REFERENCE).build();
    CompiledProgram program = Einkorn.compile(text);
    assertThat(
            ProgramText.named(program.call(inputs), "s").contentEquals(reference.run(text, inputs)))
        .isTrue();
    return program.plan(inputs).explain();
  }

  @Test
  void partsAreStoredAlongOneAxis() {
    var random = new Random(1);
    Map<String, Tensor> inputs = Map.of("A", whole(random, 150, 130), "B", whole(random, 130, 150));
    String explained = check("s = A[i,j] * B[j,i]", inputs);
    assertThat(explained)
        .contains("t1[j] = sum[i](A[i,j] * B[j,i])", "s = sum[j](t1[j])")
        .contains("summed in parts, which lets blocks be turned");
    assertThat(check("s = 2 * sum[i,j]((A[i,j] - B[j,i]) ^ 2) + 1", inputs)).contains("t1[j]");
  }

  @Test
  void otherSumsStayOneNest() {
    var random = new Random(1);
    Tensor large = whole(random, 150, 150);
    Tensor small = whole(random, 20, 20);
    assertThat(check("s = A[i,j] * B[i,j]", Map.of("A", large, "B", large)))
        .contains("1 fused loop nest");
    assertThat(check("s = A[i,j] * B[j,i]", Map.of("A", small, "B", small)))
        .contains("1 fused loop nest");
    Einkorn strict = Einkorn.builder().mode(Mode.STRICT).build();
    assertThat(strict.prepare("s = A[i,j] * B[j,i]").plan(Map.of("A", large, "B", large)).explain())
        .contains("1 fused loop nest");
  }
}
