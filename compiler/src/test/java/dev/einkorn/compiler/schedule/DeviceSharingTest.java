package dev.einkorn.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.Mode;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Device directives: what they are as text, and where they are refused. */
class DeviceSharingTest {
  private static final String GEMM = "C[i,j] = A[i,k] * B[k,j]";
  private static final String FUSED = "fuse(i, j); promote(C); ";

  private static String source(Mode mode, String program, String schedule) {
    return Einkorn.builder()
        .mode(mode)
        .schedule(program.substring(0, program.indexOf('[')), schedule)
        .build()
        .prepare(program)
        .plan(ElementType.F32)
        .cudaSource();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bind(k: thread x 256 by 4)",
        "bind(i: thread y 8)",
        "bind(i: block 16)",
        "shared(i+j: 8 of 128, k: 4 of 64, l: 1 of 16)",
        "matrix(tf32, i+j: 64 of 128, k: 64 of 256, l: 1 of 16)",
        "registers(n: 8, k: 4)",
        "turn(A, i, j)"
      })
  void directivesAreReadBack(String text) {
    assertThat(Schedule.parse(text).toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bind(z: thread x 32) | there is no loop z",
        "bind(k: thread x 48) | thread x 48 by 1",
        "bind(i: block 4) | a loop over elements is shared out among blocks by itself",
        "bind(k: thread x 32 by 2) | a reduction gives each thread one part",
        "shared(i: 4 of 64, k: 4 of 64, k: 1 of 16) | rows are indices of one factor alone",
        "shared(i: 4 of 64, j: 4 of 64, j: 1 of 16) | the indices of the sum are [k]",
        "shared(i: 32 of 64, j: 4 of 64, k: 1 of 16) | warps are 4 rows x 8 columns of threads",
        "shared(i: 8 of 64, j: 8 of 64, k: 1 of 4) | does not divide among 64 threads",
        "registers(i: 4, k: 4) | each index must belong to one factor alone",
        "turn(A, i, j) | only store one element after the other",
        "tile(j: 2 x 8) | is for CPUs"
      })
  void whatNoGpuCanFollowIsRefusedWithTheReason(String directive, String reason) {
    assertThatThrownBy(() -> source(Mode.DETERMINISTIC, GEMM, FUSED + directive))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void strictModeSharesOutNoSum() {
    assertThatThrownBy(() -> source(Mode.STRICT, GEMM, FUSED + "bind(k: thread x 32)"))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("bind(k: thread x 32) is not legal here")
        .hasMessageContaining("roundings");
    assertThat(source(Mode.STRICT, GEMM, FUSED + "bind(j: thread x 32)"))
        .contains("C_sum = C_sum + (A[i * A_i + k] * B[k * B_k + j])");
  }
}
