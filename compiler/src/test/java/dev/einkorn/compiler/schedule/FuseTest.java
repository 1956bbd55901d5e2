package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FuseTest {
  private static final String CONTRACTION = "E[n,k,d] = A[n,h,d] * B[k,h,d]";
  private static final String NO_TWO_NESTS =
      " is not legal here: there are no two nests that begin with these loops";

  @Test
  void clearsAndAccumulatesUnderOneLoop() {
    gives(
        "y[i] = A[i,k] * x[k]",
        "fuse(i)",
        """
        for i:
          y[i] = 0.0
          for k:
            y[i] += A[i,k] * x[k]
        """);
  }

  @Test
  void sharesTheOuterLoopsOnly() {
    gives(
        CONTRACTION,
        "reorder(n, k, h, d); fuse(n, k)",
        """
        for n:
          for k:
            for d:
              E[n,k,d] = 0.0
            for h:
              for d:
                E[n,k,d] += A[n,h,d] * B[k,h,d]
        """);
  }

  @Test
  void leavesTheNestThatZeroesADiagonalBefore() {
    gives(
        "M[i,i] = A[i,k]",
        "fuse(i)",
        """
        for z < i:
          for z_1 < i:
            M[z,z_1] = 0.0
        for i:
          M[i,i] = 0.0
          for k:
            M[i,i] += A[i,k]
        """);
  }

  @Test
  void refusesWhereThereIsNothingToFuse() {
    isRefused("y[i] = x[i]", "fuse(i)", "fuse(i)" + NO_TWO_NESTS);
    isRefused("y[i] = A[i,k]", "fuse()", "fuse()" + NO_TWO_NESTS);
    isRefused("y[i] = A[i,k]", "fuse(i); fuse(i)", "fuse(i)" + NO_TWO_NESTS);
    isRefused("s = x[i]", "fuse(i)", "fuse(i)" + NO_TWO_NESTS);
  }

  @Test
  void refusesLoopsThatAreNotOutermost() {
    isRefused(CONTRACTION, "fuse(k)", "fuse(k)" + NO_TWO_NESTS);
    isRefused(CONTRACTION, "fuse(k, n)", "fuse(k, n)" + NO_TWO_NESTS);
    isRefused("y[i] = A[i,k]", "fuse(i, k)", "fuse(i, k)" + NO_TWO_NESTS);
    isRefused("y[i] = A[i,k]", "reorder(k, i); fuse(i)", "fuse(i)" + NO_TWO_NESTS);
    isRefused("y[i] = A[i,k]", "fuse(q)", "fuse(q)" + NO_TWO_NESTS);
  }

  @Test
  void refusesToShareAReductionLoop() {
    LoopNest sum = Nests.canonical("s = x[k]");
    Stmt accumulation = ((Stmt.Block) sum.body()).statements().getLast();
    LoopNest twice = sum.withBody(new Stmt.Block(List.of(accumulation, accumulation)));
    assertThatThrownBy(() -> Scheduler.apply(twice, Schedule.parse("fuse(k)")))
        .isInstanceOf(ScheduleException.class)
        .hasMessage("fuse(k) is not legal here: a reduction loop cannot be shared by two nests");
  }
}
