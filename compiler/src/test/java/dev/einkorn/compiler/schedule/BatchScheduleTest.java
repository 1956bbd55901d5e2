package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Vectors along a batch index, and what workers share. */
class BatchScheduleTest {
  private static String chosen(int threads, long side, long batch) {
    return chosen(512, threads, side, batch);
  }

  private static String chosen(int simdBits, int threads, long side, long batch) {
    List<Long> shape = List.of(side, side, batch);
    return ChosenSchedule.of(
        new Target(simdBits, threads, 32 << 10, 1 << 20, 32 << 20),
        "C[i,j,b] = A[i,k,b] * B[k,j,b]",
        Map.of("A", shape, "B", shape));
  }

  @Test
  void vectorsAsLongAsLinesArePackedOutOfTheFirstCache() {
    assertThat(chosen(1, 16, 1024)).contains("pack(i: 4 of 16, j: 4 of 16, k: 1 of 16, b: 8 x 16)");
    assertThat(chosen(1, 16, 16)).contains("tile(i: 4, j: 4, b: 1 x 16)");
    assertThat(chosen(1, 4, 1 << 18)).contains("tile(i: 4, j: 4, b: 1 x 16)");
  }

  @Test
  void shorterVectorsOfShortSumsArePackedWhereTheyCollide() {
    assertThat(chosen(256, 1, 16, 1024)).contains("pack(i: 3 of 18, j: 3 of 18, k: 1 of 16,");
    assertThat(chosen(256, 1, 16, 1000)).contains("tile(i: 3, j: 3, b: 1 x 8)");
  }

  @Test
  void shorterVectorsOfShortSumsArePackedWhereTheirFactorsLeaveTheCache() {
    assertThat(chosen(256, 1, 8, 65_000)).contains("pack(");
    assertThat(chosen(256, 1, 8, 20_000)).contains("tile(i: 3, j: 3, b: 1 x 8)");
  }

  @Test
  void fewOfTheVectorsThatArePackedAtOnceOverlap() {
    assertThat(chosen(1, 16, 1000)).contains("b: 7 x 16)");
    assertThat(chosen(1, 40, 65)).contains("b: 1 x 16)");
    assertThat(chosen(1, 40, 300)).contains("b: 5 x 16)");
  }

  @Test
  void oneVectorOfTheColumnsOfABlockTakesHalfOfTheSecondCache() {
    assertThat(batch(1024, 16, 32)).contains("pack(n: 4 of 64, k: 4 of 512, h: 1 of 16, d: 2 x 16");
    assertThat(batch(256, 64, 128)).contains("pack(n: 4 of 64, k: 4 of 128, h: 1 of 64, d: 8 x 16");
  }

  private static String batch(long side, long depth, long batch) {
    List<Long> shape = List.of(side, depth, batch);
    return ChosenSchedule.of(
        new Target(512, 1, 32 << 10, 1 << 20, 32 << 20),
        "E[n,k,d] = A[n,h,d] * B[k,h,d]",
        Map.of("A", shape, "B", shape));
  }

  @Test
  void workersShareTheBatchWhereTilesAreFew() {
    assertThat(chosen(2, 4, 1 << 18)).endsWith("parallel(b)");
    assertThat(chosen(2, 4, 1000)).endsWith("parallel(i)");
    assertThat(chosen(256, 2, 8, 20_000)).endsWith("parallel(i)");
    assertThat(chosen(2, 8, 1 << 16)).contains("j: 4 of 4").endsWith("share columns)");
  }

  @Test
  void workersShareColumnsWhereRowsAreFewBesideThem() {
    assertThat(product(200, 2000)).endsWith("share columns)");
    assertThat(product(1000, 2000)).endsWith("share rows)");
  }

  private static String product(long rows, long columns) {
    return ChosenSchedule.of(
        new Target(512, 2, 32 << 10, 1 << 20, 32 << 20),
        "C[m,n] = A[m,k] * B[k,n]",
        Map.of("A", List.of(rows, 300L), "B", List.of(300L, columns)));
  }
}
