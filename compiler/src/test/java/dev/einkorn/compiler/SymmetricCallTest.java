package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Calls of programs with symmetric targets, of which half is computed and half is copied. */
class SymmetricCallTest {
  private static Tensor whole(Random random, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    return Tensor.of(random.doubles(count, -3, 4).map(Math::floor).toArray(), shape)
        .cast(ElementType.F32);
  }

  private static Tensor real(Random random, long... shape) {
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    Tensor flat = tensor.reshape(shape[0] * shape[1]);
    for (long n = 0; n < shape[0] * shape[1]; n++) {
      flat.set(random.nextGaussian(), n);
    }
    return tensor;
  }

  @Test
  void temporariesAreMirroredToo() {
    var random = new Random(7);
    Map<String, Tensor> inputs = Map.of("A", whole(random, 130, 50), "B", whole(random, 130, 130));
    String text =
        "T[i,j] = A[i,k] * A[j,k]\nm[i] = max[j](T[i,j])\nG[i,j] = T[i,j] * B[i,j] + m[j]";
    Einkorn reference = Einkorn.builder().backend(Backend.REFERENCE).build();
    CompiledProgram program = Einkorn.compile(text);
    assertThat(program.plan(inputs).explain()).contains("mirror(");
    assertThat(
            ProgramText.named(program.call(inputs), "G").contentEquals(reference.run(text, inputs)))
        .isTrue();
  }

  @Test
  void anyNumberOfThreadsAndBothTiersGiveTheSameBits() throws InterruptedException {
    var random = new Random(4);
    Map<String, Tensor> gram = Map.of("A", real(random, 260, 70));
    Map<String, Tensor> weighted = new LinkedHashMap<>(gram);
    weighted.put("w", real(random, 1, 70).reshape(70));
    check("G[i,j] = A[i,k] * A[j,k]", gram);
    check("G[i,j] = A[i,k] * w[k] * A[j,k]", weighted);
  }

  private static void check(String text, Map<String, Tensor> inputs) throws InterruptedException {
    Tensor first = Einkorn.builder().threads(1).build().run(text, inputs);
    for (int i = 0; i < 260; i++) {
      for (int j = 0; j < i; j++) {
        assertThat(first.getDouble(j, i)).isEqualTo(first.getDouble(i, j));
      }
    }
    for (int threads : new int[] {1, 3}) {
      CompiledProgram program = Einkorn.builder().threads(threads).build().prepare(text);
      program.call(inputs);
      assertThat(program.awaitWarm(Duration.ofSeconds(20))).isTrue();
      assertThat(ProgramText.named(program.call(inputs), "G").contentEquals(first))
          .as(text + threads)
          .isTrue();
    }
  }

  @Test
  void thePlanSaysSo() {
    var random = new Random(4);
    Map<String, Tensor> inputs = Map.of("A", whole(random, 800, 800));
    Plan gram = Einkorn.compile("G[i,j] = A[i,k] * A[j,k]").plan(inputs);
    assertThat(gram.explain())
        .contains("symmetric in i and j, half computed and half copied", "mirror(i, j)")
        .contains("not all of G computed");
    assertThat(gram.flops()).isEqualTo(800L * 800 * 800);

    Plan strict =
        Einkorn.builder()
            .mode(Mode.STRICT)
            .build()
            .prepare("G[i,j] = A[i,k] * A[j,k]")
            .plan(inputs);
    assertThat(strict.explain()).contains("mirror(i, j)");
    Plan small =
        Einkorn.compile("G[i,j] = A[i,k] * A[j,k]").plan(Map.of("A", whole(random, 60, 800)));
    assertThat(small.explain()).doesNotContain("mirror", "symmetric");
  }

  /** What the plan counts on is what the schedule does. */
  @Test
  void predictedAndScheduledAlike() {
    var random = new Random(4);
    for (String text :
        List.of(
            "G[i,j] = A[i,k] * A[j,k]",
            "G[i,j] = A[k,i] * A[k,j]",
            "G[i,j] = sum[k]((A[i,k] - A[j,k]) ^ 2)",
            "G[i,j] = exp(-0.5 * sum[k](A[i,k] * A[j,k]))",
            "G[i,j] = sum[k]((A[i,k] + A[i,k]) * (A[j,k] + A[j,k]))",
            "G[i,j] = A[i,k] * A[0,k] * A[j,k]",
            "G[i,j] = max[k](A[i,k] * A[j,k])",
            "G[i,j] = A[i,k] * A[j,k] + A[i,j]")) {
      for (int n : new int[] {95, 96, 400}) {
        for (int k : new int[] {8, 47, 48, 100}) {
          boolean columns = text.contains("A[k,i]");
          boolean square = text.endsWith("A[i,j]");
          Tensor a = columns ? whole(random, k, n) : whole(random, n, square ? n : k);
          String explained = Einkorn.compile(text).plan(Map.of("A", a)).explain();
          assertThat(explained.contains("half computed"))
              .as(text + " " + n + " " + k + "\n" + explained)
              .isEqualTo(explained.contains("mirror("));
        }
      }
    }
  }
}
