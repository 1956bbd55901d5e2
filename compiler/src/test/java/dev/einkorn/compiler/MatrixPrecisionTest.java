package dev.einkorn.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import org.junit.jupiter.api.Test;

/** When tensor cores are asked to round factors, and when they are not. */
class MatrixPrecisionTest {
  private static final String GEMM = "C[i,j] = A[i,k] * B[k,j]";

  private static String source(Einkorn.Builder builder, ElementType type) {
    return builder.build().prepare(GEMM).plan(type).cudaSource();
  }

  @Test
  void onlyFastModeRoundsUnasked() {
    assertThat(source(Einkorn.builder(), ElementType.F32)).doesNotContain("multiply_tf32");
    assertThat(source(Einkorn.builder().mode(Mode.FAST), ElementType.F32))
        .contains("multiply_tf32(sums");
    assertThat(
            source(
                Einkorn.builder().mode(Mode.FAST).matrixPrecision(MatrixPrecision.F32),
                ElementType.F32))
        .doesNotContain("multiply_tf32");
  }

  @Test
  void whatIsAskedForIsWhatIsMultiplied() {
    assertThat(source(Einkorn.builder().matrixPrecision(MatrixPrecision.BF16), ElementType.F32))
        .contains("multiply_bf16(sums", "matrix(bf16, ");
  }

  @Test
  void otherTypesAreNeverRounded() {
    assertThat(source(Einkorn.builder().matrixPrecision(MatrixPrecision.TF32), ElementType.F64))
        .contains("fma(")
        .doesNotContain("multiply_tf32");
  }

  @Test
  void strictModeRefusesToRound() {
    Einkorn.Builder builder =
        Einkorn.builder().mode(Mode.STRICT).matrixPrecision(MatrixPrecision.TF32);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TF32");
  }

  @Test
  void aPinnedScheduleNeedsThePrecision() {
    Einkorn.Builder builder =
        Einkorn.builder()
            .schedule(
                "C",
                "fuse(i, j); promote(C); contract(); "
                    + "matrix(tf32, i: 64 of 128, j: 32 of 128, k: 1 of 32)");
    assertThatThrownBy(() -> source(builder, ElementType.F32))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("changes roundings");
  }
}
