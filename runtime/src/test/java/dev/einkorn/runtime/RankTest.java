package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Integers in the place of floats have the maxima and minima that the floats have. */
class RankTest {
  private static final int RANDOM = 1000;

  private static float[] floats() {
    var random = new SplittableRandom(3);
    float[] special = {
      0,
      -0.0f,
      1,
      -1,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      Float.intBitsToFloat(0xFFC00000),
      Float.intBitsToFloat(0x7FFFFFFF),
      Float.intBitsToFloat(0xFFFFFFFF),
      Float.intBitsToFloat(0xFF800001)
    };
    float[] all = Arrays.copyOf(special, special.length + RANDOM);
    for (int n = special.length; n < all.length; n++) {
      all[n] = Float.intBitsToFloat(random.nextInt());
    }
    return all;
  }

  private static double[] doubles() {
    var random = new SplittableRandom(5);
    double[] special = {
      0,
      -0.0,
      1,
      -1,
      Double.MIN_VALUE,
      -Double.MIN_VALUE,
      Double.MAX_VALUE,
      -Double.MAX_VALUE,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NaN,
      Double.longBitsToDouble(0xFFF8000000000000L),
      Double.longBitsToDouble(0x7FFFFFFFFFFFFFFFL),
      Double.longBitsToDouble(0xFFFFFFFFFFFFFFFFL),
      Double.longBitsToDouble(0xFFF0000000000001L)
    };
    double[] all = Arrays.copyOf(special, special.length + RANDOM);
    for (int n = special.length; n < all.length; n++) {
      all[n] = Double.longBitsToDouble(random.nextLong());
    }
    return all;
  }

  @Test
  void floatsHaveTheExtremesOfTheirPlaces() {
    for (float x : floats()) {
      assertThat(Rank.atMax(Rank.ofMax(x))).isEqualTo((Float) x);
      assertThat(Rank.atMin(Rank.ofMin(x))).isEqualTo((Float) x);
      for (float y : floats()) {
        float largest = Rank.atMax(Math.max(Rank.ofMax(x), Rank.ofMax(y)));
        float least = Rank.atMin(Math.min(Rank.ofMin(x), Rank.ofMin(y)));
        assertThat(Float.floatToIntBits(largest)).isEqualTo(Float.floatToIntBits(Math.max(x, y)));
        assertThat(Float.floatToIntBits(least)).isEqualTo(Float.floatToIntBits(Math.min(x, y)));
      }
    }
  }

  @Test
  void doublesHaveTheExtremesOfTheirPlaces() {
    for (double x : doubles()) {
      assertThat(Rank.atMax(Rank.ofMax(x))).isEqualTo((Double) x);
      assertThat(Rank.atMin(Rank.ofMin(x))).isEqualTo((Double) x);
      for (double y : doubles()) {
        double largest = Rank.atMax(Math.max(Rank.ofMax(x), Rank.ofMax(y)));
        double least = Rank.atMin(Math.min(Rank.ofMin(x), Rank.ofMin(y)));
        assertThat(Double.doubleToLongBits(largest))
            .isEqualTo(Double.doubleToLongBits(Math.max(x, y)));
        assertThat(Double.doubleToLongBits(least))
            .isEqualTo(Double.doubleToLongBits(Math.min(x, y)));
      }
    }
  }
}
