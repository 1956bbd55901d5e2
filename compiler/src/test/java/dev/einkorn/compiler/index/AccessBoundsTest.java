package dev.einkorn.compiler.index;

import static dev.einkorn.compiler.index.Expressions.f32;
import static dev.einkorn.compiler.index.Expressions.i64;
import static dev.einkorn.compiler.index.Expressions.less;
import static dev.einkorn.compiler.index.Expressions.select;
import static dev.einkorn.compiler.index.ProgramBuilder.position;
import static dev.einkorn.runtime.ElementType.F32;
import static dev.einkorn.runtime.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccessBoundsTest {
  private final ProgramBuilder p =
      new ProgramBuilder().input("I", F32, "i,4").input("x", F32, "k").input("idx", I64, "k");

  private Optional<String> violation(long i, long k) {
    IndexProgram program = p.program();
    return AccessBounds.violation(program, new Sizes(program, Map.of("i", i, "k", k)))
        .map(AccessBounds.Violation::toString);
  }

  @Test
  void anAccessMayUseItsWholeAxis() {
    p.range("x", "3").range("r", "2");
    p.assign("O", F32, "x", p.sum("r", p.at("I", "2*x+r,3-r")));
    assertThat(violation(6, 1)).isEmpty();
    assertThat(violation(5, 1))
        .contains("position 5 is outside of axis 0 of I, of extent 5, in I[2*x + r,-r + 3]");
  }

  @Test
  void aNegativePositionIsTheSmallestOne() {
    p.assign("O", F32, "k", p.at("x", "-1*k+2"));
    assertThat(violation(0, 3)).isEmpty();
    assertThat(violation(0, 5))
        .contains("position -2 is outside of axis 0 of x, of extent 5, in x[-k + 2]");
  }

  @Test
  void conditionsDoNotCount() {
    p.assign("O", F32, "k", select(less(position("k"), i64(1)), p.at("x", "k+1"), f32(0)));
    assertThat(violation(0, 2)).isPresent();
  }

  @Test
  void bordersAndGathersDoNotCountButWhatAGatherReadsDoes() {
    p.assign("O", F32, "k", p.at(Border.ZERO, "x", "k+100"));
    p.assign("P", F32, "k", p.gather("x", p.at("idx", "k")));
    assertThat(violation(0, 2)).isEmpty();
    p.assign("Q", F32, "k", p.gather("x", p.at("idx", "k+1")));
    assertThat(violation(0, 2)).get().asString().endsWith("in idx[k + 1]");
  }

  @Test
  void argumentReductionsCount() {
    p.assign("a", I64, "", p.argument(ArgumentOperator.ARGMAX, "k", p.at("x", "k+1")));
    assertThat(violation(0, 2)).isPresent();
  }

  @Test
  void whatRunsForNoPositionIsFine() {
    p.assign("O", F32, "k", p.at("x", "k+1"));
    p.assign("s", F32, "", p.sum("k", p.at("x", "7")));
    assertThat(violation(0, 0)).isEmpty();
  }

  @Test
  void hugeCoefficientsDoNotOverflow() {
    p.assign("O", F32, "k", p.at("x", "4611686018427387904*k"));
    assertThat(violation(0, 5)).isPresent();
    p.assign("P", F32, "k", p.at("x", "9223372036854775807+k"));
    assertThat(violation(0, 1)).isPresent();
  }
}
