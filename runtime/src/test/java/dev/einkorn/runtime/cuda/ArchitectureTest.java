package dev.einkorn.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {
  @ParameterizedTest
  @ValueSource(strings = {"sm_75", "sm_90", "sm_90a", "sm_120", "compute_90"})
  void isReadAsItIsWritten(String text) {
    assertThat(Architecture.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "90", "sm_9", "sm_90x", "sm90", "SM_90", "sm_1000"})
  void refusesOtherTexts(String text) {
    assertThatThrownBy(() -> Architecture.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write sm_90, sm_90a or compute_90");
  }

  @ParameterizedTest
  @CsvSource({"sm_90, sm_90", "sm_89, sm_89", "sm_87, sm_86", "sm_91, sm_90", "sm_120, compute_90"})
  void machineCodeForTheSameGenerationElsePtx(String chip, String expected) {
    List<Architecture> known =
        Stream.of("sm_80", "sm_86", "sm_89", "sm_90").map(Architecture::parse).toList();
    assertThat(Architecture.bestFor(Architecture.parse(chip), known).orElseThrow())
        .hasToString(expected);
    assertThat(Architecture.bestFor(Architecture.parse("sm_75"), known)).isEmpty();
  }
}
