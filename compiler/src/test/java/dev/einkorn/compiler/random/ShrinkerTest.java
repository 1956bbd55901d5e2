package dev.einkorn.compiler.random;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.AccessBounds;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.index.Sizes;
import org.junit.jupiter.api.Test;

class ShrinkerTest {
  @Test
  void keepsTheFailureAndLittleElse() {
    int shrunk = 0;
    for (long seed = 0; seed < 800; seed++) {
      RandomProgram drawn = ProgramGenerator.draw(seed, Profile.FULL);
      if (callsExp(drawn)) {
        RandomProgram small = Shrinker.shrink(drawn, ShrinkerTest::callsExp);
        assertThat(callsExp(small)).isTrue();
        assertThat(IndexVerifier.verify(small.program())).as(small.toString()).isEmpty();
        assertThat(small.program().assignments()).as(small.toString()).hasSize(1);
        assertThat(small.sizes().values()).allMatch(value -> value <= 3);
        shrunk++;
      }
    }
    assertThat(shrunk).isGreaterThan(3);
  }

  @Test
  void keepsBordersGathersAndDerivedSizesOnlyIfTheyMatter() {
    int shrunk = 0;
    for (long seed = 0; seed < 100; seed++) {
      RandomProgram drawn = ProgramGenerator.draw(seed, Profile.FULL);
      if (!drawn.program().derived().isEmpty()) {
        RandomProgram small =
            Shrinker.shrink(drawn, candidate -> !candidate.program().derived().isEmpty());
        assertThat(small.program().derived()).as(small.toString()).hasSize(1);
        assertThat(IndexVerifier.verify(small.program())).as(small.toString()).isEmpty();
        assertThat(
                AccessBounds.violation(small.program(), new Sizes(small.program(), small.sizes())))
            .as(small.toString())
            .isEmpty();
        assertThat(small.program().assignments()).as(small.toString()).hasSize(1);
        shrunk++;
      }
    }
    assertThat(shrunk).isGreaterThan(10);
  }

  @Test
  void returnsTheProgramItselfIfNothingSmallerFails() {
    RandomProgram drawn = ProgramGenerator.draw(7, Profile.FULL);
    assertThat(Shrinker.shrink(drawn, _ -> false)).isEqualTo(drawn);
  }

  private static boolean callsExp(RandomProgram drawn) {
    return drawn.program().assignments().stream().anyMatch(a -> callsExp(a.value()));
  }

  private static boolean callsExp(IndexExpr expression) {
    return (expression instanceof IndexExpr.Call call && call.function() == Function.EXP)
        || expression.children().stream().anyMatch(ShrinkerTest::callsExp);
  }
}
