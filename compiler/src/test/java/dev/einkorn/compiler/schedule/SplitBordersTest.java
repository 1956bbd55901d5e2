package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;

import org.junit.jupiter.api.Test;

class SplitBordersTest {
  @Test
  void theInteriorReadsWithoutChecks() {
    gives(
        "y[x] = clamp(I[x-1]) where x < extent(I, 0)",
        "split_borders()",
        """
        for x in 0 .. min(1, extent(x)):  # border
          y[x] = I[clamp(x - 1)]
        for x in min(1, extent(x)) .. extent(x):
          y[x] = I[x - 1]
        """);
  }

  @Test
  void loopsInsideABorderAreNotSplitAgain() {
    gives(
        "y[x,z] = zero(I[x-1,z-1]) where x < extent(I, 0), z < extent(I, 1)",
        "split_borders()",
        """
        for x in 0 .. min(1, extent(x)):  # border
          for z:
            y[x,z] = I[zero(x - 1),zero(z - 1)]
        for x in min(1, extent(x)) .. extent(x):
          for z in 0 .. min(1, extent(z)):  # border
            y[x,z] = I[x - 1,zero(z - 1)]
          for z in min(1, extent(z)) .. extent(z):
            y[x,z] = I[x - 1,z - 1]
        """);
  }

  @Test
  void stridesAndDilationsRoundTheInteriorInward() {
    gives(
        "y[x] = wrap(I[3*x-2]) where x < 9",
        "split_borders()",
        """
        for x in 0 .. 1:  # border
          y[x] = I[wrap(3*x - 2)]
        for x in 1 .. max(1, min((extent(I_0) + 4) // 3, 9)):
          y[x] = I[3*x - 2]
        for x in max(1, min((extent(I_0) + 4) // 3, 9)) .. 9:  # border
          y[x] = I[wrap(3*x - 2)]
        """);
  }

  @Test
  void standsLast() {
    isRefused(
        "y[x] = clamp(I[x-1]) where x < extent(I, 0)",
        "split_borders(); hoist()",
        "hoist() is not legal here: split_borders() copies loops, so only tile(..) and"
            + " parallel(..) may follow");
  }
}
