package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.Tensor;
import dev.einkorn.runtime.tier.TierPolicy;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products that sum over several indices which lie as one in both factors, in packed tiles. */
class MergedSumsCallTest {
  @ParameterizedTest
  @ValueSource(strings = {"auto", "simd"})
  void whatIsMergedIsPacked(String tier) {
    check(tier, "E[b,o] = P[b,i,j] * Q[o,i,j]", new long[] {50, 9, 30}, new long[] {67, 9, 30});
    // Too much to be read where it lies, so that it is packed.
    check(tier, "E[b,o] = P[b,i,j] * Q[o,i,j]", new long[] {50, 30, 100}, new long[] {67, 30, 100});
    check(
        tier,
        "E[a,b,c,d] = P[a,b,i,j] * Q[i,j,c,d]",
        new long[] {5, 7, 18, 22},
        new long[] {18, 22, 24, 20});
    check(
        tier,
        "E[a,b,c,d] = P[i,j,a,b] * Q[c,d,i,j]",
        new long[] {11, 13, 7, 9},
        new long[] {9, 8, 11, 13});
  }

  private static void check(String tier, String text, long[] left, long[] right) {
    var random = new Random(text.length());
    Tensor first = whole(random, left);
    Tensor second = whole(random, right);
    Map<String, Tensor> inputs = Map.of("P", first, "Q", second);
    Tensor expected = Einkorn.builder().backend(Backend.REFERENCE).build().run(text, inputs);
    String usual = System.getProperty(TierPolicy.PROPERTY, "auto");
    System.setProperty(TierPolicy.PROPERTY, tier);
    try {
      for (int threads : new int[] {1, 2}) {
        Einkorn einkorn = Einkorn.builder().threads(threads).build();
        Tensor dense = einkorn.run(text, inputs);
        assertThat(dense.contentEquals(expected)).as(text + " dense, " + threads).isTrue();
        assertThat(einkorn.prepare(text).plan(inputs).explain()).contains("merge(ij: i, j)");
        // The same kernel must not serve a tensor whose axes do not go on in each other.
        Tensor wide = Tensor.zeros(first.elementType(), wider(left));
        Tensor cut = wide;
        for (int axis = 0; axis < left.length; axis++) {
          cut = cut.slice(axis, 1, 1 + left[axis]);
        }
        cut.copyFrom(first);
        Tensor strided = einkorn.run(text, Map.of("P", cut, "Q", second));
        assertThat(strided.contentEquals(expected)).as(text + " cut, " + threads).isTrue();
      }
    } finally {
      System.setProperty(TierPolicy.PROPERTY, usual);
    }
  }

  private static long[] wider(long[] shape) {
    long[] wider = shape.clone();
    for (int axis = 0; axis < wider.length; axis++) {
      wider[axis] += 3;
    }
    return wider;
  }

  private static Tensor whole(Random random, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    float[] values = new float[count];
    for (int n = 0; n < count; n++) {
      values[n] = random.nextInt(7) - 3;
    }
    return Tensor.of(values, shape);
  }
}
