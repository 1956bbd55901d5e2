package dev.einkorn.compiler.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {

  @ParameterizedTest
  @CsvSource({
    "sqr, sqrt, true",
    "sqtr, sqrt, true",
    "sqqt, sqrt, true",
    "EXP, exp, true",
    "a, A, true",
    "a, b, false",
    "a, ab, false",
    "ab, cd, false",
    "sgn, sign, true",
    "simgoid, sigmoid, true",
    "sgmoi, sigmoid, true",
    "logsumex, logsumexp, true",
    "softplus, sigmoid, false",
    "groesse, größe, false",
    "grösse, größe, true",
    "𝔸𝔹, 𝔸𝔹ℂ, true",
    "exp, exp, false"
  })
  void nearNamesAreSuggested(String name, String known, boolean near) {
    assertThat(Suggestions.near(name, List.of(known))).hasSize(near ? 1 : 0);
  }

  @Test
  void theNearestComesFirst() {
    assertThat(Suggestions.near("sine", List.of("tan", "sinhs", "sin", "Sine")))
        .containsExactly("Sine", "sin", "sinhs");
  }

  @Test
  void theHintNamesAtMostThree() {
    assertThat(Suggestions.hint("abc", List.of("abd"))).contains("did you mean abd?");
    assertThat(Suggestions.hint("abc", List.of("abe", "abd"))).contains("did you mean abd or abe?");
    assertThat(Suggestions.hint("abc", List.of("abg", "abf", "abe", "abd")))
        .contains("did you mean abd, abe or abf?");
    assertThat(Suggestions.hint("abc", List.of("xyz"))).isEmpty();
  }
}
