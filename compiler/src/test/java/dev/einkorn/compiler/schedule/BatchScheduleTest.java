package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Vectors along a batch index, and what workers share. */
class BatchScheduleTest {
  private static String chosen(int threads, long side, long batch) {
    List<Long> shape = List.of(side, side, batch);
    return ChosenSchedule.of(
        new Target(512, threads, 32 << 10, 1 << 20, 32 << 20),
        "C[i,j,b] = A[i,k,b] * B[k,j,b]",
        Map.of("A", shape, "B", shape));
  }

  @Test
  void shortSumsArePackedWhereTheirVectorsCollide() {
    assertThat(chosen(1, 16, 1024)).contains("pack(i: 4 of 16, j: 4 of 16, k: 1 of 16, b: 8 x 16)");
    assertThat(chosen(1, 16, 1000)).contains("tile(i: 4, j: 4, b: 1 x 16)");
    assertThat(chosen(1, 4, 1 << 18)).contains("tile(i: 4, j: 4, b: 1 x 16)");
  }

  @Test
  void shortSumsArePackedWhereTheirFactorsLeaveTheCache() {
    assertThat(chosen(1, 8, 65_000)).contains("pack(");
    assertThat(chosen(1, 8, 20_000)).contains("tile(i: 4, j: 4, b: 1 x 16)");
  }

  @Test
  void workersShareTheBatchWhereTilesAreFew() {
    assertThat(chosen(2, 4, 1 << 18)).endsWith("parallel(b)");
    assertThat(chosen(2, 4, 1000)).endsWith("parallel(i)");
    assertThat(chosen(2, 8, 20_000)).endsWith("parallel(i)");
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
