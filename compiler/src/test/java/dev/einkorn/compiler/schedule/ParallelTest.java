package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;
import static dev.einkorn.compiler.schedule.ScheduledKernel.SCALARS;
import static dev.einkorn.compiler.schedule.ScheduledKernel.assertSame;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParallelTest {
  private static final String REFUSED = "parallel(i) is not legal here: ";

  @Test
  void sharesOutALoop() {
    gives(
        "y[i] = A[i,k] * x[k]",
        "fuse(i); promote(y); parallel(i)",
        """
        for i:  # parallel
          f32 y_sum = 0.0
          for k:
            y_sum += A[i,k] * x[k]
          y[i] = y_sum
        """);
  }

  @Test
  void eachWorkerMeetsItsOwnElementsAgainWithoutWaiting() {
    gives(
        "y[i] = A[k,i]",
        "reorder(k, i); parallel(i)",
        """
        for i:  # parallel
          y[i] = 0.0
        for k:
          for i:  # parallel
            y[i] += A[k,i]
        """);
  }

  @Test
  void waitsWhereTheSharesDiffer() {
    gives(
        "y[i] = x[i] + sum[k](select(k < i, A[k,i], 0))",
        "hoist(); parallel(i)",
        """
        for i:  # parallel
          f32 sum_k = 0.0
          for k in 0 .. min(i, extent(k)):
            sum_k += A[k,i]
          y[i] = x[i] + sum_k
        """);
    gives(
        "y[i] = clamp(z[i - 1]) where i < extent(z, 0)",
        "split_borders(); parallel(i)",
        """
        for i in 0 .. min(1, extent(i)):  # parallel
          y[i] = z[clamp(i - 1)]
        barrier
        for i in min(1, extent(i)) .. extent(i):  # parallel
          y[i] = z[i - 1]
        """);
  }

  @Test
  void onlyOneOfTwoBranchesRuns() {
    gives(
        "P[k,i] = A[k,i]",
        "tile(i: 4); parallel(i)",
        """
        for k:
          if extent(i) >= 4:
            for i step 4 clamped:  # parallel
              P[k,i] = A[k,i]
              P[k,i + 1] = A[k,i + 1]
              P[k,i + 2] = A[k,i + 2]
              P[k,i + 3] = A[k,i + 3]
          else:
            for i:  # parallel
              P[k,i] = A[k,i]
        """);
  }

  @Test
  void everyTeamComputesTheSameBits() {
    record Case(String program, String schedule) {}
    for (Case each :
        List.of(
            new Case("y[i] = A[i,k] * x[k]", "fuse(i); promote(y); parallel(i)"),
            new Case("y[k] = A[i,k]", "reorder(i, k); parallel(k)"),
            new Case(
                "y[i] = clamp(A[i - 1,0]) + clamp(A[i + 2,0]) where i < extent(A, 0)",
                "split_borders(); parallel(i)"),
            new Case("P[i,k] = A[i,k] - max[l](A[i,l])", "hoist(); parallel(i)"),
            new Case("P[i,k] = A[i,k] * A[i,k]", "tile(i: 3); parallel(i)"),
            new Case("P[k,i] = A[i,k]", "parallel(k)"))) {
      var kernel = ScheduledKernel.of(each.program(), each.schedule(), SCALARS);
      var program = ProgramText.check(each.program());
      String target = program.targets().getFirst().name();
      for (int rows : new int[] {1, 2, 3, 5, 8}) {
        float[] a = new float[rows * 7];
        for (int n = 0; n < a.length; n++) {
          a[n] = (float) Math.sin(n);
        }
        float[] x = {1.5f, 2.25f, -3, 0.1f, 5, 6, 7};
        Map<String, Tensor> inputs = Map.of("A", Tensor.of(a, rows, 7), "x", Tensor.of(x, 7));
        Map<String, Tensor> used = new HashMap<>(inputs);
        used.keySet().retainAll(program.inputs().stream().map(input -> input.name()).toList());
        Tensor expected = ProgramText.named(ReferenceInterpreter.evaluate(program, used), target);
        for (int workers = 1; workers <= 4; workers++) {
          assertSame(
              ProgramText.named(kernel.run(used, workers), target), expected, each + " " + workers);
        }
      }
    }
  }

  @Test
  void refusesWhatIterationsShare() {
    isRefused("s = x[i]", "parallel(i)", REFUSED + "s is written outside of the loops over i");
    isRefused(
        "s = x[i]",
        "promote(s); parallel(i)",
        REFUSED + "s is written outside of the loops over i");
    isRefused(
        "y[k] = A[i,k]",
        "reorder(i, k); parallel(i)",
        REFUSED + "y[k] is written outside of the loops over i");
    isRefused(
        "y[i] = x[i]", "parallel(i); parallel(i)", REFUSED + "workers share out a loop already");
    isRefused("y[k] = x[k]", "parallel(i)", REFUSED + "there is no loop over i");
    isRefused(
        "D[i,i] = x[i]",
        "parallel(i)",
        REFUSED + "D[z,z_1] is written outside of the loops over i");
  }
}
