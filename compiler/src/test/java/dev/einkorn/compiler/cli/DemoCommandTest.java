package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DemoCommandTest {
  @Test
  void answersTheThreeQuestionsAndChecksThem() {
    Ran ran = Ran.command("demo");
    assertThat(ran.code()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .contains("c[k] = A[i,k] * B[i,k]")
        .contains("E[k] = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])")
        .contains("E[n,k,d] = A[n,h,d] * B[k,h,d]")
        .contains("column-major: strides 1, 240")
        .contains("never stored    A[i,k] * B[i,k]  (f32[")
        .contains("public final class Kernel_c")
        .endsWith("\nall checks passed\n");
    assertThat(ran.out().lines().filter(line -> line.startsWith("  check "))).hasSize(3);
  }

  @Test
  void takesNoArguments() {
    assertThat(Ran.command("demo", "more").code()).isEqualTo(2);
  }
}
