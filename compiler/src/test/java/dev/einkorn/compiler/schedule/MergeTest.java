package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.givesDense;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;
import static dev.einkorn.compiler.schedule.Scheduled.isRefusedDense;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.loop.OperationCount;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MergeTest {
  private static final String SUM = "R[h,w,c] = A[h,w,c] + B[h,w,c]";

  @Test
  void neighboursAreWalkedAsOne() {
    givesDense(
        SUM,
        "merge(hwc: h, w, c)",
        """
        for hwc:
          R[0,0,hwc] = A[0,0,hwc] + B[0,0,hwc]
        """);
    givesDense(
        "R[n,c] = sum[h,w](A[n,c,h,w] * g[c])",
        "merge(hw: h, w)",
        """
        for n:
          for c:
            R[n,c] = 0.0
        for n:
          for c:
            for hw:
              R[n,c] += A[n,c,0,hw] * g[c]
        """);
  }

  @Test
  void twoMergesOfOneNestAreApart() {
    givesDense(
        "R[n,c] = sum[h,w](A[n,c,h,w])",
        "merge(hw: h, w); merge(nc: n, c); fuse(nc); promote(R)",
        """
        for nc:
          f32 R_sum = 0.0
          for hw:
            R_sum += A[0,nc,0,hw]
          R[0,nc] = R_sum
        """);
  }

  @Test
  void theOperationsAreThoseOfTheParts() {
    LoopNest merged = Scheduler.apply(Nests.dense(SUM), Schedule.parse("merge(wc: w, c)"));
    assertThat(OperationCount.of(merged)).hasToString("h*w*c");
  }

  @Test
  void isRefusedWhereTensorsDoNotGoOn() {
    isRefused(
        SUM, "merge(wc: w, c)", "merge(wc: w, c) is not legal here: axis 2 of R may be cut short");
    isRefusedDense(
        "R[h,w,c] = A[h,w,c] * g[c]",
        "merge(wc: w, c)",
        "merge(wc: w, c) is not legal here: g[c] does not have the indices side by side");
    isRefusedDense(
        "R[w,c] = A[c,w]",
        "merge(wc: w, c)",
        "merge(wc: w, c) is not legal here: A[c,w] does not have the indices side by side");
    isRefusedDense(
        "R[w,c] = A[w,c] + A[w,0]",
        "merge(wc: w, c)",
        "merge(wc: w, c) is not legal here: A[w,0] does not have the indices side by side");
    isRefusedDense(
        "R[w,c] = A[w,c] * w",
        "merge(wc: w, c)",
        "merge(wc: w, c) is not legal here: the value of w is used");
    isRefusedDense(
        SUM,
        "merge(hc: h, c)",
        "merge(hc: h, c) is not legal here: the loops do not stand directly inside each other in"
            + " this order");
    isRefusedDense(
        SUM, "merge(c: h, w)", "merge(c: h, w) is not legal here: there is an index c already");
    isRefusedDense(
        SUM,
        "merge(xy: x, y)",
        "merge(xy: x, y) is not legal here: there are no such loops inside each other");
    isRefusedDense(
        SUM,
        "tile(c: 1 x 8); merge(wc: w, c)",
        "merge(wc: w, c) is not legal here: the loops do not stand directly inside each other in"
            + " this order");
  }

  @Test
  void rowsThatAreShortAreMergedUntilTheyAreLong() {
    assertThat(directives(SUM, Map.of("h", 100L, "w", 200L, "c", 3L)))
        .hasToString("[merge(wc: w, c)]");
    assertThat(directives(SUM, Map.of("h", 100L, "w", 20L, "c", 3L)))
        .hasToString("[merge(hwc: h, w, c)]");
    assertThat(directives(SUM, Map.of("h", 100L, "w", 20L, "c", 300L))).isEmpty();
    assertThat(
            directives(
                "R[n,c] = sum[h,w](A[n,c,h,w])", Map.of("n", 64L, "c", 512L, "h", 7L, "w", 7L)))
        .hasToString("[merge(hw: h, w)]");
    // Inside of a statement too.
    assertThat(
            directives(
                "R[c] = sum[n,h,w](A[n,c,h,w]) / 7 + max[h,w](A[0,c,h,w])",
                Map.of("n", 16L, "c", 64L, "h", 28L, "w", 28L)))
        .hasToString("[merge(hw: h, w)]");
    // Of loops further outside those that are short.
    String turned = "R[a,b,c,t] = sum[s](G[t,s] * A[a,b,c,s])";
    assertThat(directives(turned, Map.of("a", 5L, "b", 2L, "c", 2L, "t", 2L, "s", 2L)))
        .hasToString("[merge(abc: a, b, c)]");
    assertThat(directives(turned, Map.of("a", 200L, "b", 200L, "c", 2L, "t", 2L, "s", 2L)))
        .hasToString("[merge(bc: b, c)]");
    assertThat(directives(turned, Map.of("a", 5L, "b", 2L, "c", 20L, "t", 2L, "s", 2L)))
        .hasToString("[merge(ab: a, b)]");
    // What one kernel merges, another one for tensors that are cut does not.
    assertThat(
            LoopMerging.directives(
                Nests.canonical(SUM), shape(Map.of("h", 100L, "w", 200L, "c", 3L))))
        .isEmpty();
  }

  private static List<Directive> directives(String program, Map<String, Long> sizes) {
    return LoopMerging.directives(Nests.dense(program), shape(sizes));
  }

  private static CallShape shape(Map<String, Long> sizes) {
    return new CallShape(sizes, Map.of());
  }
}
