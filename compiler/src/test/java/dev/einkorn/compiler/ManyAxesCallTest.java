package dev.einkorn.compiler;

import static dev.einkorn.compiler.ProgramText.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.simd.SimdSupport;
import dev.einkorn.runtime.tier.TierPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Tensors of many short axes, and products of many tensors, as networks have them. */
class ManyAxesCallTest {
  @Test
  void tablesOfMergedAxesCountAsWorkingMemory() {
    // The columns are walked by a table over m, n and what p and q have become.
    String text = "C[m,i,n,j,p,q] = A[i,j,k,l] * B[k,m,l,n,p,q]";
    Map<String, Tensor> inputs = Map.of("A", whole(1, 5, 5, 4, 4), "B", whole(2, 4, 4, 4, 4, 2, 2));
    Tensor expected = Einkorn.builder().backend(Backend.REFERENCE).build().run(text, inputs);
    underTier(
        TierPolicy.SIMD,
        () -> {
          Plan plan = Einkorn.builder().threads(1).build().prepare(text).plan(inputs);
          assertThat(plan.explain())
              .contains("merge(pq: p, q)", "m+n+pq: ", "working memory: ")
              .contains("peak with 1 worker: ");
          long peak = plan.peakTemporaryBytes();
          assertThat(peak).isPositive();
          for (long budget : new long[] {0, peak / 2, peak}) {
            CompiledProgram program =
                Einkorn.builder().threads(1).memoryBudget(budget).build().prepare(text);
            assertThat(program.plan(inputs).peakTemporaryBytes()).isLessThanOrEqualTo(budget);
            assertThat(named(program.call(inputs), "C").contentEquals(expected)).isTrue();
          }
          return plan;
        });
  }

  @Test
  void vectorKernelsOfManyAxesGetReadyInLittleMemory() throws InterruptedException {
    assumeTrue(SimdSupport.detect().available(), "no vectors");
    // With three and more positions along each axis, as tiles and their edges want them, the
    // first factor alone would have more than 2^34 bytes.
    String text =
        "C[a,g,b,h,c,i,d,j,e,k,f,l] = A[a,n,b,o,c,p,d,q,e,r,f,s] * B[g,n,h,o,i,p,j,q,k,r,l,s]";
    long[] twos = new long[12];
    Arrays.fill(twos, 2);
    Map<String, Tensor> inputs = Map.of("A", whole(3, twos), "B", whole(4, twos));
    Tensor expected = Einkorn.builder().backend(Backend.REFERENCE).build().run(text, inputs);
    CompiledProgram program =
        underTier(TierPolicy.AUTO, () -> Einkorn.builder().build().prepare(text));
    assertThat(named(program.call(inputs), "C").contentEquals(expected)).isTrue();
    assertThat(program.awaitWarm(Duration.ofMinutes(2))).isTrue();
    assertThat(program.tiers()).singleElement().asString().startsWith("vector kernels");
    assertThat(named(program.call(inputs), "C").contentEquals(expected)).isTrue();
  }

  @Test
  void a_ring_of_a_thousand_matrices() {
    int count = 1000;
    var random = new Random(5);
    var subscripts = new StringBuilder();
    Tensor[] operands = new Tensor[count];
    double[][] product = {{1, 0}, {0, 1}};
    // Turns and mirrors, so that all values stay whole and small.
    double[][][] turns = {{{0, 1}, {1, 0}}, {{0, -1}, {1, 0}}, {{1, 0}, {0, -1}}, {{1, 0}, {0, 1}}};
    for (int n = 0; n < count; n++) {
      double[][] turn = turns[random.nextInt(turns.length)];
      subscripts.append(n == 0 ? "" : ",");
      subscripts.append("[x").append(n).append("][x").append((n + 1) % count).append("]");
      operands[n] = Tensor.of(new double[] {turn[0][0], turn[0][1], turn[1][0], turn[1][1]}, 2, 2);
      product = times(product, turn);
    }
    Einkorn einkorn = Einkorn.builder().build();
    Tensor trace = einkorn.contract(subscripts + "->", operands);
    assertThat(trace.getDouble()).isEqualTo(product[0][0] + product[1][1]);
    CompiledProgram program = einkorn.prepareEinsum(subscripts + "->");
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    List<String> names = program.inputNames();
    for (int n = 0; n < count; n++) {
      inputs.put(names.get(n), operands[n]);
    }
    Plan plan = program.plan(inputs);
    assertThat(plan.summary()).startsWith("999 loop nests, 998 temporaries");
    assertThat(plan.explain()).contains("Step 999: ");
    assertThat(plan.javaSource().lines().mapToInt(String::length).max().orElseThrow())
        .as("no line of a thousand factors")
        .isLessThan(2000);
  }

  @Test
  void a_network_that_no_machine_holds_has_a_plan_to_read_and_no_kernels() {
    // A thousand tensors of three axes, each shared with another one at random.
    int count = 1000;
    List<Integer> ends = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      ends.addAll(List.of(n, n, n));
    }
    Collections.shuffle(ends, new Random(1));
    List<StringBuilder> subscripts = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      subscripts.add(new StringBuilder());
    }
    for (int end = 0; end < ends.size(); end++) {
      subscripts.get(ends.get(end)).append("[x").append(end / 2).append("]");
    }
    CompiledProgram program =
        Einkorn.builder().build().prepareEinsum(String.join(",", subscripts) + "->");
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    program.inputNames().forEach(name -> inputs.put(name, whole(7, 2, 2, 2)));
    Plan plan = program.plan(inputs);
    assertThat(plan.predictedNanos()).isGreaterThan(1e30);
    assertThat(plan.peakTemporaryBytes()).isGreaterThan(1L << 46);
    assertThat(plan.explain()).contains("stored temporaries: ", "EiB");
    assertThatThrownBy(() -> program.call(inputs))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageMatching(
            "the temporaries of this plan take .* EiB, more than a process can address; explain"
                + " shows which");
  }

  private static double[][] times(double[][] a, double[][] b) {
    double[][] c = new double[2][2];
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        c[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j];
      }
    }
    return c;
  }

  private static <T> T underTier(TierPolicy policy, Supplier<T> work) {
    String usual = System.getProperty(TierPolicy.PROPERTY, "auto");
    System.setProperty(TierPolicy.PROPERTY, policy.name().toLowerCase(Locale.ROOT));
    try {
      return work.get();
    } finally {
      System.setProperty(TierPolicy.PROPERTY, usual);
    }
  }

  private static Tensor whole(long seed, long... shape) {
    var random = new Random(seed);
    Tensor tensor = Tensor.zeros(ElementType.F32, shape);
    float[] values = tensor.floatArray();
    for (int n = 0; n < values.length; n++) {
      values[n] = random.nextInt(7) - 3;
    }
    return tensor;
  }
}
