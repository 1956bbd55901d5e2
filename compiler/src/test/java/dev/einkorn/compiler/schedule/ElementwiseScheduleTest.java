package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.compiler.loop.TensorParameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is chosen for row-major f32 tensors and vectors of 512 bits on one thread. */
class ElementwiseScheduleTest {
  private static final Target VECTORS = new Target(512, 1, 32 << 10, 1 << 20, 32 << 20);

  @Test
  void chainsRunAlongVectors() {
    chooses("y[i] = a[i] * b[i] + 1", Map.of("i", 4096L), "hoist(); tile(i: 4 x 16)");
    chooses("y[i] = a[i] * b[i] + 1", Map.of("i", 40L), "hoist(); tile(i: 2 x 16)");
    chooses("y[i] = exp(a[i])", Map.of("i", 4096L), "polynomial(); hoist(); distribute(i: 4096)");
    chooses(
        "y[i] = exp(a[i] + b[i])",
        Map.of("i", 4096L),
        "polynomial(); hoist(); distribute(i: 256); tile(i: 4 x 16)");
    chooses(
        "y[i] = exp(a[i]) * log(b[i])",
        Map.of("i", 4096L),
        "polynomial(); hoist(); distribute(i: 256); tile(i: 4 x 16)");
  }

  @Test
  void theTargetsUnitStrideIsInnermost() {
    chooses("t[i,j] = a[i] * b[j]", Map.of("i", 64L, "j", 64L), "hoist(); tile(j: 4 x 16)");
    chooses(
        "T[k,j,i] = A[i,j,k]",
        Map.of("i", 384L, "j", 384L, "k", 384L),
        "reorder(j, k, i); block(k: 1024, i: 1024)");
    chooses(
        "T[k,j,i] = A[i,j,k] + 1",
        Map.of("i", 384L, "j", 384L, "k", 384L),
        "reorder(j, k, i); stage(A, k: 64, i: 64); tile(i: 4 x 16)");
    // Where rows of the source are short, blocks follow each other along it.
    chooses(
        "T[b,c,d,a] = A[a,c,b,d]",
        Map.of("a", 32L, "b", 32L, "c", 500L, "d", 8L),
        "reorder(c, b, d, a); block(d: 1024, a: 1024)");
    chooses(
        "T[b,c,d,a] = A[a,c,b,d]",
        Map.of("a", 32L, "b", 32L, "c", 50L, "d", 80L),
        "block(d: 1024, a: 1024)");
  }

  @Test
  void theInteriorOfAStencilHasVectors() {
    chooses(
        "y[x] = clamp(I[x-1]) + I[x] where x < extent(I, 0)",
        Map.of("x", 4096L),
        "hoist(); split_borders(); tile(x: 2 x 16)");
  }

  @Test
  void slowReductionsTakeInWholeRows() {
    String dot = "c[k] = sum[i](A[i,k] * B[i,k])";
    String start = "fuse(k); promote(c); contract(); ";
    String eight = "resume(i: 8); unroll(i); hoist(); ";
    chooses(dot, Map.of("i", 262144L, "k", 64L), start + "tile(k: 4 x 16)");
    // Rows of two tensors from memory, four of each; of one, or in a cache, eight.
    String four = "resume(i: 4); unroll(i); hoist(); ";
    chooses(dot, Map.of("i", 8192L, "k", 4096L), start + four + "tile(k: 1 x 16)");
    chooses(dot, Map.of("i", 300L, "k", 4096L), start + eight + "tile(k: 1 x 16)");
    chooses(
        dot, Map.of("i", 64L, "k", 262144L), start + "block(k: 4096); " + four + "tile(k: 1 x 16)");
    // Rows that are no multiple of a vector: in registers, or with narrow vectors for what is left.
    chooses(dot, Map.of("i", 500L, "k", 100L), start + "tile(k: 6 x 16 + 4)");
    chooses(dot, Map.of("i", 500L, "k", 127L), start + "tile(k: 7 x 16 + 16)");
    chooses(dot, Map.of("i", 500L, "k", 1003L), start + eight + "tile(k: 1 x 16 + 4)");
    chooses(
        "c[k] = sum[i](A[i,k])",
        Map.of("i", 32768L, "k", 1003L),
        "fuse(k); promote(c); resume(i: 1); hoist(); tile(k: 4 x 16 + 4)");
    // Not if a cache holds the tensor, or if something else is read for each column.
    chooses(
        "c[k] = sum[i](A[i,k])",
        Map.of("i", 2048L, "k", 1003L),
        "fuse(k); promote(c); " + eight + "tile(k: 1 x 16 + 4)");
    chooses(
        "c[k] = sum[i]((A[i,k] - m[k])^2)",
        Map.of("i", 32768L, "k", 1003L),
        start + "resume(i: 8); hoist(); tile(k: 4 x 16 + 4)");
    // A few rows are one block, or blocks that leave none.
    chooses(
        dot,
        Map.of("i", 3L, "k", 4096L),
        start + "resume(i: 3); unroll(i); hoist(); tile(k: 1 x 16)");
    chooses(
        dot,
        Map.of("i", 12L, "k", 4096L),
        start + "resume(i: 6); unroll(i); hoist(); tile(k: 1 x 16)");
    String across = "c[k] = sum[i](A[i,k] * B[k,i])";
    chooses(
        across, Map.of("i", 1000L, "k", 1000L), start + "stage(B, i: 256, k: 32); tile(k: 2 x 16)");
    // Longer runs from memory, of which workers have at least a block each.
    Map<String, Long> far = Map.of("i", 8192L, "k", 64L);
    chooses(
        across,
        Map.of("i", 8192L, "k", 4096L),
        start + "stage(B, i: 1024, k: 64); tile(k: 4 x 16)");
    chooses(
        across,
        Map.of("i", 64L, "k", 262144L),
        start + "stage(B, i: 1024, k: 128); tile(k: 8 x 16)");
    var two = new Target(512, 2, 32 << 10, 1 << 20, 4 << 20);
    assertThat(chosen(across, far, two).toString()).contains("stage(B, i: 1024, k: 32)");
  }

  @Test
  void anIndexOfASinglePositionIsNotWhatRowsAreFoldedAlong() {
    chooses(
        "C[i,j] = A[i,k] * B[j,k]",
        Map.of("i", 400L, "j", 1L, "k", 400L),
        "reorder(j, i, k); fuse(j, i); promote(C); contract(); hoist(); tile(i: 8); "
            + "partial(k, 8 x 8)");
  }

  @Test
  void rowsAreFoldedSideBySide() {
    String start = "fuse(i); promote(y); contract(); hoist(); ";
    Map<String, Long> sizes = Map.of("i", 400L, "k", 400L);
    chooses("y[i] = A[i,k] * x[k]", sizes, start + "tile(i: 8); partial(k, 8 x 8)");
    // Rows of two tensors share nothing; short rows that come from memory come one by one.
    chooses("y[i] = A[i,k] * B[i,k]", sizes, start + "partial(k, 8 x 8)");
    Map<String, Long> far = Map.of("i", 16384L, "k", 1024L);
    chooses("y[i] = A[i,k] * x[k]", far, start + "partial(k, 16 x 16)");
    chooses(
        "y[i] = A[i,k] * x[k]",
        Map.of("i", 4096L, "k", 4096L),
        start + "tile(i: 8); partial(k, 16 x 16)");
    chooses(
        "y[i] = A[i,k] * x[k]",
        Map.of("i", 20L, "k", 400L),
        start + "tile(i: 4); partial(k, 8 x 8)");
    // One row after the other has four vectors of partial results.
    chooses("y[i] = A[i,k] * x[k]", Map.of("i", 3L, "k", 400L), start + "partial(k, 64 x 16)");
    // The shorter, the fewer; up to sixteen terms are written out.
    chooses(
        "y[i] = A[i,k] * x[k]",
        Map.of("i", 400L, "k", 40L),
        start + "tile(i: 8); partial(k, 4 x 4)");
    chooses("y[i] = A[i,k] * x[k]", Map.of("i", 400L, "k", 16L), start + "unroll(k: 16); hoist()");
  }

  @Test
  void aValueForEachRowTurnsNoRows() {
    chooses(
        "t[b] = sum[j](exp(X[b,j] - m[b]))",
        Map.of("b", 1000L, "j", 1000L),
        "polynomial(); fuse(b); promote(t); hoist(); distribute(j: 256); partial(j, 16 x 16)");
  }

  @Test
  void shortSumsHoldTheirColumnsInRegisters() {
    String product = "C[i,j] = A[i,k] * B[k,j]";
    String start = "fuse(i, j); promote(C); contract(); ";
    chooses(
        product,
        Map.of("i", 300L, "k", 5L, "j", 250L),
        start + "reorder(j, i); unroll(k: 5); hoist(); tile(j: 4 x 16)");
    chooses(
        product,
        Map.of("i", 300L, "k", 10L, "j", 250L),
        start + "reorder(j, i); unroll(k: 10); hoist(); tile(j: 2 x 16)");
    chooses(
        product,
        Map.of("i", 300L, "k", 16L, "j", 16L),
        start + "reorder(j, i); unroll(k: 16); hoist(); tile(j: 1 x 16)");
    // Long sums, few rows and what goes to memory keep tiles of several rows.
    for (Map<String, Long> sizes :
        List.of(
            Map.of("i", 300L, "k", 11L, "j", 250L),
            Map.of("i", 10L, "k", 5L, "j", 250L),
            Map.of("i", 4096L, "k", 8L, "j", 4096L))) {
      assertThat(chosen(product, sizes).toString()).doesNotContain("unroll");
    }
  }

  private static void chooses(String program, Map<String, Long> extents, String schedule) {
    assertThat(chosen(program, extents)).hasToString(schedule);
  }

  @Test
  void workersShareOutBlocksOfMoves() {
    var two = new Target(512, 2, 32 << 10, 1 << 20, 32 << 20);
    String move = "T[j,i] = A[i,j]";
    assertThat(chosen(move, Map.of("i", 4096L, "j", 4096L), two))
        .hasToString("block(j: 512, i: 1024); parallel(j_block)");
    assertThat(chosen(move, Map.of("i", 4096L, "j", 600L), two))
        .hasToString("block(j: 256, i: 1024); parallel(j_block)");
  }

  @Test
  void workersShareOutTheColumnsOfShortRows() {
    var two = new Target(512, 2, 32 << 10, 1 << 20, 32 << 20);
    assertThat(chosen("c[k] = sum[i](A[i,k])", Map.of("i", 20000L, "k", 200L), two))
        .hasToString("fuse(k); promote(c); tile(k: 7 x 16); parallel(k)");
    // Little work stays with one.
    assertThat(chosen("c[k] = sum[i](A[i,k])", Map.of("i", 20L, "k", 200L), two))
        .hasToString("fuse(k); promote(c); tile(k: 12 x 16 + 8)");
  }

  @Test
  void aSumThatALoopDoesNotChangeIsTakenOutsideOfIt() {
    String rows = "P[r,c] = z[r,c] / sum[k](z[r,k])";
    Map<String, Long> sizes = Map.of("r", 64L, "c", 1024L, "k", 1024L);
    chooses(rows, sizes, "reciprocal(c); hoist(); partial(k, 64 x 16); tile(c: 4 x 16)");
  }

  @Test
  void shortRowsHaveShortVectors() {
    chooses("y[i,j] = a[i,j] + 1", Map.of("i", 500L, "j", 12L), "hoist(); tile(j: 1 x 8)");
    chooses("y[i,j] = a[i,j] + 1", Map.of("i", 500L, "j", 8L), "hoist(); tile(j: 1 x 8)");
    chooses(
        "c[j] = sum[i](A[i,j] * B[i,j])",
        Map.of("i", 500L, "j", 12L),
        "fuse(j); promote(c); contract(); tile(j: 1 x 8 + 4)");
  }

  @Test
  void rowsOfAFewElementsAreWrittenOut() {
    chooses("y[i,j] = a[i,j] + 1", Map.of("i", 500L, "j", 7L), "hoist(); unroll(j: 7); hoist()");
    chooses("y[i,j] = a[i,j] * s[i]", Map.of("i", 500L, "j", 3L), "hoist(); unroll(j: 3); hoist()");
    chooses(
        "y[i] = sum[j](a[i,j] * g[j])",
        Map.of("i", 500L, "j", 3L),
        "fuse(i); promote(y); contract(); hoist(); unroll(j: 3); hoist()");
    chooses(
        "y[i,k] = sum[j](a[i,j] * m[j,k])",
        Map.of("i", 500L, "j", 3L, "k", 3L),
        "fuse(i, k); promote(y); contract(); hoist(); unroll(j: 3); unroll(k: 3); hoist()");
    // Long sums for rows of a few elements are taken side by side.
    chooses(
        "c[j] = sum[i](A[i,j] * B[i,j])",
        Map.of("i", 500L, "j", 6L),
        "fuse(j); promote(c); contract(); hoist(); tile(j: 6)");
  }

  @Test
  void workersShareOutTheRowsOfABatchAlongVectors() {
    var two = new Target(512, 2, 32 << 10, 1 << 20, 32 << 20);
    Map<String, Long> sizes = Map.of("n", 1024L, "k", 1024L, "h", 4L, "d", 32L);
    assertThat(chosen("E[n,k,d] = A[n,h,d] * B[k,h,d]", sizes, two).toString())
        .endsWith("tile(n: 4, k: 5, d: 1 x 16); parallel(n)");
  }

  private static Schedule chosen(String program, Map<String, Long> extents) {
    return chosen(program, extents, VECTORS);
  }

  private static Schedule chosen(String program, Map<String, Long> extents, Target machine) {
    LoopNest nest = Nests.canonical(program);
    Map<String, Long> sizes = new HashMap<>(extents);
    LoopWalk.values(
        nest.body(),
        value -> {
          if (value instanceof Expr.ExtentValue(var extent)) {
            sizes.putIfAbsent(extent.toString(), 4096L);
          }
        });
    Map<String, List<Long>> strides = new HashMap<>();
    for (TensorParameter tensor : nest.tensors()) {
      List<Long> axes = new ArrayList<>();
      long stride = 1;
      for (var extent : tensor.type().extents().reversed()) {
        axes.addFirst(stride);
        stride *= sizes.getOrDefault(extent.toString(), 4096L);
      }
      strides.put(tensor.name(), axes);
    }
    return AutoSchedule.choose(
        nest, Optional.of(new CallShape(sizes, strides)), machine, Arithmetic.DETERMINISTIC);
  }
}
