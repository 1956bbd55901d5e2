package dev.einkorn.compiler.index;

import static dev.einkorn.compiler.index.Expressions.f32;
import static dev.einkorn.runtime.ElementType.F32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SizesTest {
  private final ProgramBuilder p = new ProgramBuilder().input("I", F32, "i").input("K", F32, "r");

  private long[] sizes(long i, long r) {
    p.assign("O", F32, "x", f32(1));
    return new Sizes(p.program(), Map.of("i", i, "r", r)).toArray();
  }

  @Test
  void aDerivedSizeIsWhatItsCandidateSays() {
    p.derive("x", "i-2*r+1", 1, 0);
    assertThat(sizes(10, 3)).containsExactly(10, 3, 5);
  }

  @Test
  void divisionRoundsDownAndNothingIsNegative() {
    p.derive("x", "i-r", 2, 1);
    assertThat(sizes(10, 3)).containsExactly(10, 3, 4);
    assertThat(sizes(10, 10)).containsExactly(10, 10, 1);
    assertThat(sizes(10, 11)).containsExactly(10, 11, 0);
    assertThat(sizes(0, 11)).containsExactly(0, 11, 0);
  }

  @Test
  void theSmallestCandidateWins() {
    p.derive("x", "i-1", 1, 0).derive("x", "r", 3, 1);
    assertThat(sizes(10, 7)).containsExactly(10, 7, 3);
    assertThat(sizes(2, 7)).containsExactly(2, 7, 1);
  }

  @Test
  void sizesBuildOnEachOther() {
    p.derive("x", "i-r", 1, 0).derive("y", "x+4", 1, 0);
    assertThat(sizes(10, 3)).containsExactly(10, 3, 7, 11);
    assertThat(sizes(2, 3)).containsExactly(2, 3, 0, 4);
  }

  @Test
  void missingSizesAreNamed() {
    p.assign("O", F32, "i", f32(1));
    IndexProgram program = p.program();
    assertThatThrownBy(() -> new Sizes(program, Map.of("i", 1L))).hasMessage("no value for size r");
    Sizes sizes = new Sizes(program, Map.of("i", 1L, "r", 2L));
    assertThatThrownBy(() -> sizes.value(new Extent.Symbolic("q"))).hasMessage("no size q");
    assertThat(sizes.value(new Extent.Fixed(7))).isEqualTo(7);
  }
}
