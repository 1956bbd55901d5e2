package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static dev.einkorn.compiler.schedule.Scheduled.isRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankTest {
  private static final Target NARROW = new Target(128, 1, 48 << 10, 1 << 20, 32 << 20);
  private static final Target MIDDLE = new Target(256, 1, 48 << 10, 1 << 20, 32 << 20);
  private static final Target WIDE = new Target(512, 1, 48 << 10, 1 << 20, 32 << 20);

  @Test
  void maximaAreFoldedAsIntegers() {
    gives(
        "m[i] = max[j](a[i,j])",
        "fuse(i); promote(m); partial(j, 8 x 4); rank(j)",
        """
        for i:
          function m_of_i:
            f32 m_max = -inf
            i32x4 m_max_0_rank = -2147483648
            i32x4 m_max_1_rank = -2147483648
            for j in 0 .. extent(j) - 7 step 8:
              f32x4 term = a[i,j]<4>
              m_max_0_rank max= max_rank(term)
              f32x4 term_1 = a[i,j + 4]<4>
              m_max_1_rank max= max_rank(term_1)
            m_max_0_rank max= m_max_1_rank
            m_max max= max_of_rank(max_lanes(m_max_0_rank))
            for j in extent(j) // 8 * 8 .. extent(j):
              m_max max= a[i,j]
            m[i] = m_max
        """);
  }

  @Test
  void columnsAreFoldedAsIntegers() {
    gives(
        "m[j] = min[i](a[i,j])",
        "fuse(j); promote(m); tile(j: 1 x 4); rank(i)",
        """
        if extent(j) >= 4:
          for j step 4 clamped:
            function tile_m:
              i32x4 m_min_1_rank = 2147483647
              for i:
                f32x4 term = a[i,j]<4>
                m_min_1_rank min= min_rank(term)
              m[j] = min_of_rank(m_min_1_rank)
        else:
          for j:
            f32 m_min = inf
            for i:
              m_min min= a[i,j]
            m[j] = m_min
        """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "s[i] = sum[j](a[i,j]) | fuse(i); promote(s); partial(j, 8 x 4); rank(j)",
        "m[i] = max[j](a[i,j]) | fuse(i); promote(m); rank(j)",
        "m[i] = max[j](a[i,j]) | fuse(i); promote(m); partial(j, 8 x 4); rank(i)",
      })
  void refusesLoopsThatFoldNoVectorsOfFloatsByThem(String program, String schedule) {
    String rank = schedule.substring(schedule.lastIndexOf("rank("));
    isRefused(
        program,
        schedule,
        rank
            + " is not legal here: no loop over "
            + rank.charAt(5)
            + " folds vectors of floats by max or min");
  }

  @Test
  void isChosenForLongFoldsWhereVectorsAreWide() {
    assertThat(chosen(WIDE, "f32", 1000)).endsWith("; rank(j)");
    assertThat(chosen(WIDE, "f64", 1000)).endsWith("; rank(j)");
    assertThat(chosen(MIDDLE, "f32", 1000)).endsWith("; rank(j)");
    assertThat(chosen(MIDDLE, "f64", 1000)).doesNotContain("rank");
    assertThat(chosen(NARROW, "f32", 1000)).doesNotContain("rank");
    assertThat(chosen(WIDE, "f32", 24)).doesNotContain("rank");
    assertThat(chosen(WIDE, "i32", 1000)).doesNotContain("rank");
  }

  private static String chosen(Target machine, String type, long terms) {
    return ChosenSchedule.of(
        machine, "(a: " + type + "[i,j])\nm[i] = max[j](a[i,j])", Map.of("a", List.of(64L, terms)));
  }
}
