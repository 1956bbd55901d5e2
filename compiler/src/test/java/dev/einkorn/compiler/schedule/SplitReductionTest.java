package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;
import static dev.einkorn.compiler.schedule.ScheduledKernel.SCALARS;
import static dev.einkorn.compiler.schedule.ScheduledKernel.VECTORS;
import static dev.einkorn.compiler.schedule.ScheduledKernel.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitReductionTest {
  private static final String REFUSED = "split(k, 8 x 4) is not legal here: ";

  @Test
  void foldsChunksAndThenTheirResults() {
    gives(
        "m = max[k](x[k])",
        "promote(m); split(k, 8 x 4)",
        """
        for m_chunk in 0 .. (extent(k) - 1) // max(1, ((extent(k) - 1) // 32 + 1) * 4) + 1:  # parallel
          f32 m_max = -inf
          for k in m_chunk * max(1, ((extent(k) - 1) // 32 + 1) * 4) .. m_chunk * max(1, ((extent(k) - 1) // 32 + 1) * 4) + min(max(1, ((extent(k) - 1) // 32 + 1) * 4), extent(k) - m_chunk * max(1, ((extent(k) - 1) // 32 + 1) * 4)):
            m_max max= x[k]
          m_max_parts[m_chunk] = m_max
        barrier
        for m_total < 1:  # parallel
          f32 m_max = -inf
          for m_part in 0 .. (extent(k) - 1) // max(1, ((extent(k) - 1) // 32 + 1) * 4) + 1:
            m_max max= m_max_parts[m_part]
          m = m_max
        """);
  }

  @Test
  void theBitsDoNotDependOnTheTeamOrTheForm() {
    String program = "s = x[k] * y[k]";
    String schedule = "promote(s); contract(); split(k, 8 x 64); partial(k, 64 x 16)";
    var vectors = ScheduledKernel.of(program, schedule, VECTORS);
    var scalars = ScheduledKernel.of(program, schedule.replace("64 x 16", "64 x 1"), SCALARS);
    for (int extent : new int[] {0, 1, 63, 64, 65, 511, 512, 513, 600, 1023, 1024, 1025, 5000}) {
      for (boolean whole : new boolean[] {true, false}) {
        var random = new SplittableRandom(extent);
        float[] x = new float[extent];
        float[] y = new float[extent];
        for (int n = 0; n < extent; n++) {
          x[n] = whole ? random.nextInt(-9, 10) : (float) random.nextDouble(-1, 1);
          y[n] = whole ? random.nextInt(-9, 10) : (float) random.nextDouble(-1, 1);
        }
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(x, extent), "y", Tensor.of(y, extent));
        Tensor alone = ProgramText.named(vectors.run(inputs, 1), "s");
        for (int workers = 1; workers <= 4; workers++) {
          String what = extent + " by " + workers;
          assertSame(ProgramText.named(vectors.run(inputs, workers), "s"), alone, what);
          assertSame(ProgramText.named(scalars.run(inputs, workers), "s"), alone, what);
        }
        Tensor expected =
            ProgramText.named(
                ReferenceInterpreter.evaluate(ProgramText.check(program), inputs), "s");
        // Whole numbers are exact; else each of the terms below 1 rounds twice at most.
        double bound = whole ? 0 : 2.0 * extent * extent * 0x1p-24;
        assertThat(Math.abs(alone.getDouble() - expected.getDouble())).isLessThanOrEqualTo(bound);
      }
    }
  }

  @Test
  void severalLoopsInsideOfAChunk() {
    String program = "s = A[i,j]";
    String schedule = "promote(s); hoist(); split(i, 8 x 1); partial(j, 64 x 16)";
    var kernel = ScheduledKernel.of(program, schedule, VECTORS);
    for (int rows : new int[] {0, 1, 7, 8, 9, 30}) {
      float[] a = new float[rows * 130];
      for (int n = 0; n < a.length; n++) {
        a[n] = n % 23;
      }
      Map<String, Tensor> inputs = Map.of("A", Tensor.of(a, rows, 130));
      Tensor expected =
          ProgramText.named(ReferenceInterpreter.evaluate(ProgramText.check(program), inputs), "s");
      assertSame(ProgramText.named(kernel.run(inputs, 3), "s"), expected, rows + " rows");
    }
  }

  @Test
  void refusesWhatIsNotOneScalar() {
    isRefused("y[i] = A[i,k]", "split(k, 8 x 4)", REFUSED + "no outermost loop is over k");
    isRefused(
        "s = x[k]",
        "split(k, 8 x 4)",
        REFUSED + "the loop writes a tensor; promote its element to a local first");
    isRefused(
        "y[k] = x[k]",
        "split(k, 8 x 4)",
        REFUSED + "the loop writes a tensor; promote its element to a local first");
    isRefused(
        "s = x[k]",
        "promote(s); partial(k, 64 x 16); split(k, 8 x 4)",
        REFUSED + "the loop over k is split already");
    isRefused(
        "b = any[k](x[k] > 0)", "promote(b); split(k, 8 x 4)", REFUSED + "b_any folds conditions");
  }
}
