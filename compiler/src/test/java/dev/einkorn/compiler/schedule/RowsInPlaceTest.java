package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.loop.LoopVerifier;
import dev.einkorn.compiler.loop.Nests;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class RowsInPlaceTest {
  private static final Target MACHINE = new Target(512, 1, 32 << 10, 1 << 20, 32 << 20);

  @Test
  void aConvolutionReadsItsImageInPlace() {
    assertThat(
            ChosenSchedule.of(
                MACHINE,
                "O[n,f,y,x] = sum[c,r,s](X[n,c,y+r,x+s] * K[f,c,r,s])",
                Map.of("X", List.of(8L, 64L, 56L, 56L), "K", List.of(64L, 64L, 3L, 3L))))
        .endsWith("pack(n+y+x: 12 of 192 in place, f: 2 x 16 of 64, c+r+s: 1 of 576)");
  }

  @Test
  void fewColumnsAreNotWorthACopyOfTheRows() {
    Function<Long, String> withColumns =
        n ->
            ChosenSchedule.of(
                MACHINE,
                "C[m,n] = A[m,k] * B[n,k]",
                Map.of("A", List.of(4096L, 1000L), "B", List.of(n, 1000L)));
    assertThat(withColumns.apply(64L)).contains(" in place").contains("n: 2 x 16 of 64");
    assertThat(withColumns.apply(1024L)).contains("pack(").doesNotContain("in place");
  }

  @Test
  void tilesThatAreMostlyPaddingAreNotChosen() {
    assertThat(
            ChosenSchedule.of(
                MACHINE,
                "O[f,x] = sum[c,s](X[c,x+s] * K[f,c,s])",
                Map.of("X", List.of(64L, 4096L), "K", List.of(5L, 64L, 3L))))
        .doesNotContain("in place");
  }

  @Test
  void rowsThatLieSideBySideAreCountedFromTheFirst() {
    assertThat(scheduled("O[f,y,x] = sum[c,s](X[c,y,x+s] * K[f,c,s])", "y+x"))
        .contains(
            "if contiguous(X[c(cs_block),y(yx_block + 4*yx_tile),x(yx_block + 4*yx_tile) +"
                + " s(cs_block)], yx, 4):\n",
            "function edge_run_O:",
            "exact(X[c(cs_block + cs_step),y(yx_block + 4*yx_tile),x(yx_block + 4*yx_tile) +"
                + " s(cs_block + cs_step) + 3] ",
            "function edge_O:",
            "exact(X[c(cs_block + cs_step),y(yx_block + 4*yx_tile + 3),x(yx_block + 4*yx_tile + 3)"
                + " + s(cs_block + cs_step)] ");
    assertThat(scheduled("O[f,y,x] = sum[c,s](X[c,y,2*x+s] * K[f,c,s])", "y+x"))
        .contains("function edge_O:")
        .doesNotContain("edge_run_O");
  }

  private static String scheduled(String program, String rows) {
    LoopNest nest =
        Scheduler.apply(
            Nests.canonical(program),
            Schedule.parse(
                "fuse(f, y, x); promote(O); contract(); pack(%s: 4 of 4 in place, f: 1 x 4 of 4, c+s: 1 of 8)"
                    .formatted(rows)));
    assertThat(LoopVerifier.verify(nest)).isEmpty();
    return LoopPrinter.print(nest.body());
  }
}
