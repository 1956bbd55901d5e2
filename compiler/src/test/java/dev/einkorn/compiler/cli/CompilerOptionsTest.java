package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompilerOptionsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "123, 123",
    "1k, 1024",
    "64M, 67108864",
    "2GiB, 2147483648",
    "1TB, 1099511627776"
  })
  void bytesHaveBinarySuffixes(String text, long bytes) {
    assertThat(CompilerOptions.bytes(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.5G", "G", "1X", "9999999999999999999", "99999999999G"})
  void otherTextsAreRefused(String text) {
    assertThatThrownBy(() -> CompilerOptions.bytes(text)).isInstanceOf(UsageException.class);
  }
}
