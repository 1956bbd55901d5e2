package dev.einkorn.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KernelIndexTest {
  @Test
  void borders_map_every_position_into_the_axis() {
    assertThat(IntStream.rangeClosed(-4, 7).map(p -> KernelIndex.clamp(p, 4)))
        .containsExactly(0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3);
    assertThat(IntStream.rangeClosed(-4, 7).map(p -> KernelIndex.wrap(p, 4)))
        .containsExactly(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
    assertThat(IntStream.rangeClosed(-4, 7).map(p -> KernelIndex.mirror(p, 4)))
        .containsExactly(2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1);
    assertThat(IntStream.rangeClosed(-4, 7).map(p -> KernelIndex.mirror(p, 1))).containsOnly(0);
  }

  @Test
  void long_positions_behave_as_int_ones() {
    long far = 1L << 40;
    assertThat(KernelIndex.clamp(far, far)).isEqualTo(far - 1);
    assertThat(KernelIndex.wrap(far + 3, far)).isEqualTo(3);
    assertThat(KernelIndex.mirror(-far + 1, far)).isEqualTo(far - 1);
  }

  @Test
  void an_empty_axis_has_no_position() {
    assertThatThrownBy(() -> KernelIndex.clamp(0, 0)).isInstanceOf(KernelException.class);
    assertThatThrownBy(() -> KernelIndex.wrap(0, 0)).isInstanceOf(KernelException.class);
    assertThatThrownBy(() -> KernelIndex.mirror(0, 0)).isInstanceOf(KernelException.class);
  }

  @Test
  void a_gather_out_of_range_names_access_position_and_extent() {
    assertThat(KernelIndex.gather(2L, 3, "T[idx[k]]")).isEqualTo(2);
    assertThatThrownBy(() -> KernelIndex.gather(3L, 3, "T[idx[k]]"))
        .isInstanceOf(KernelException.class)
        .hasMessageContainingAll("T[idx[k]]", "3");
    assertThatThrownBy(() -> KernelIndex.gather(-1L, 3L, "T[idx[k]]"))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("-1");
  }

  @Test
  void aTableGoesOnByItsLastOffset() {
    int[] table = new int[8];
    int filled = KernelIndex.along(table, KernelIndex.begin(table), 2, 10);
    KernelIndex.repeatLast(table, KernelIndex.along(table, filled, 3, 1), 2);
    assertThat(table).containsExactly(0, 1, 2, 10, 11, 12, 12, 12);
  }

  @Test
  void aTableOfAnEmptyAxisStaysEmpty() {
    int[] table = {7, 7};
    KernelIndex.repeatLast(table, KernelIndex.along(table, 1, 0, 5), 2);
    assertThat(table).containsExactly(7, 7);
  }
}
