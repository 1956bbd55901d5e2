package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "canonical",
        "hoist()",
        "reorder(i)",
        "merge(ij: i, j); reorder(k, ij)",
        "reorder(i, k, j)",
        "fuse(n, k)",
        "promote(E)",
        "reorder(n, k, h, d); fuse(n, k); promote(E); hoist()",
        "hoist(); hoist()",
        "promote(s); contract(); split(k, 64 x 1024); partial(k, 64 x 16)",
        "fuse(i); partial(k, 32 x 1); parallel(i)",
        "reorder(größe, x_1, _y)",
        "reorder()",
        "polynomial(); distribute(i: 1024); tile(i: 1 x 16)",
        "block(k: 4096); resume(i: 4); tile(k: 4 x 16)",
        "tile(i: 2, k: 4 x 16 + 8)",
        "tile(k: 3 x 8 whole, i: 7)",
        "resume(i: 8); unroll(i)",
        "reorder(k, i); unroll(j: 5); hoist(); tile(k: 4 x 16)",
        "stage(B, i: 64, k: 64)",
        "pack(m: 12 of 96, n: 2 x 16 of 64, k: 1 of 512, share rows)",
        "pack(y+x: 12 of 96 in place, f: 2 x 16 of 64, r+s: 1 of 16)"
      })
  void isReadAsItIsPrinted(String text) {
    Schedule schedule = Schedule.parse(text);
    assertThat(schedule).hasToString(text);
    assertThat(Schedule.parse(schedule.toString())).isEqualTo(schedule);
  }

  @Test
  void readsAnySpacing() {
    assertThat(Schedule.parse("  reorder( i,k );fuse(i) ;\n hoist( ) ; "))
        .isEqualTo(
            new Schedule(
                List.of(
                    new Directive.Reorder(List.of(new IndexVariable("i"), new IndexVariable("k"))),
                    new Directive.Fuse(List.of(new IndexVariable("i"))),
                    new Directive.Hoist())));
    assertThat(Schedule.parse("")).isEqualTo(Schedule.CANONICAL);
    assertThat(Schedule.parse(" canonical\n")).isEqualTo(Schedule.CANONICAL);
  }

  @Test
  void saysWhichPartIsNoDirective() {
    refuses(
        "vectorize(i)",
        "unknown directive vectorize; there are merge, reorder, fuse, promote, hoist, polynomial,"
            + " reciprocal, contract, split, partial, mirror, block, distribute, search, resume,"
            + " unroll, stage, tile, pack, split_borders and parallel, and for GPUs bind, shared,"
            + " registers and turn");
    refuses(
        "merge(i, j)",
        "merge takes a new index and those that it walks, such as ij: i, j, found: merge(i, j)");
    refuses("merge(ij: i)", "merge(ij: i): two loops are merged, or more: [i]");
    refuses(
        "hoist(); (i)",
        "unknown directive ; there are merge, reorder, fuse, promote, hoist, polynomial,"
            + " reciprocal, contract, split, partial, mirror, block, distribute, search, resume,"
            + " unroll, stage, tile, pack, split_borders and parallel, and for GPUs bind, shared,"
            + " registers and turn");
    refuses("reorder i, k", "expected a directive such as reorder(i, k), found: reorder i, k");
    refuses("reorder(i, k", "expected a directive such as reorder(i, k), found: reorder(i, k");
    refuses("promote()", "promote takes one tensor, found: promote()");
    refuses("promote(A, B)", "promote takes one tensor, found: promote(A, B)");
    refuses(
        "partial(k)",
        "expected an index and partial results and lanes, such as (k, 64 x 16), found: partial(k)");
    refuses("tile(k: 2 x 8 + 16)", "tile(k: 2 x 8 + 16): a tile of 2 x 8 + 16 along k");
    refuses("partial(k, 48 x 16)", "partial(k, 48 x 16): 48 partial results in lanes of 16");
    refuses("split(k, 1 x 1)", "split(k, 1 x 1): 1 chunks of multiples of 1");
    refuses(
        "pack(m: 4 of 8, n: 1 x 8 of 8 in place, k: 1 of 8)",
        "pack(m: 4 of 8, n: 1 x 8 of 8 in place, k: 1 of 8): only rows are read in place, and only"
            + " beside vectors along columns");
    refuses("parallel(i, j)", "parallel takes one index, found: parallel(i, j)");
    refuses("hoist(i)", "hoist takes no arguments, found: hoist(i)");
  }

  private static void refuses(String text, String reason) {
    assertThatThrownBy(() -> Schedule.parse(text))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(reason);
  }
}
