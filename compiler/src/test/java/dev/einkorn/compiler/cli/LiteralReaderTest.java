package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralReaderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3                    | i64[] 3",
        "-9223372036854775808 | i64[] -9223372036854775808",
        "3.5                  | f64[] 3.5",
        "1e3                  | f64[] 1000.0",
        ".5                   | f64[] 0.5",
        "-inf                 | f64[] -Infinity",
        "nan                  | f64[] NaN",
        "true                 | bool[] true",
        "[1, 2 ,3]            | i64[3] [1, 2, 3]",
        "[1, 2.0]             | f64[2] [1.0, 2.0]",
        "[true,false]         | bool[2] [true, false]",
        "[]                   | f64[0] []",
        "f32([1, 2])          | f32[2] [1.0, 2.0]",
        "i32(7)               | i32[] 7",
        "f32(2.5)             | f32[] 2.5"
      })
  void readsNumbersAndLists(String text, String tensor) {
    assertThat(LiteralReader.read(text)).hasToString("Optional[" + tensor + "]");
  }

  @Test
  void readsNestedLists() {
    assertThat(LiteralReader.read("[[[1],[2]],[[3],[4]],[[5],[6]]]"))
        .hasValueSatisfying(t -> assertThat(t.shape()).containsExactly(3, 2, 1));
    assertThat(LiteralReader.read("[[],[]]"))
        .hasValueSatisfying(t -> assertThat(t.shape()).containsExactly(2, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.npy", "3.npy", "f32.npy", "info", "-", "1-2", "(1)", ""})
  void takesEverythingElseForAFileName(String text) {
    assertThat(LiteralReader.read(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[1 2]",
        "[1]]",
        "[a]",
        "[1,[2]]",
        "[[1],2]",
        "[[1],[2,3]]",
        "[[],[1]]",
        "[[[]],[]]",
        "[true,1]",
        "[99999999999999999999]",
        "f32(x)",
        "f32()"
      })
  void refusesMalformedLists(String text) {
    assertThatThrownBy(() -> LiteralReader.read(text)).isInstanceOf(UsageException.class);
  }

  @Test
  void refusesBottomlessLists() {
    assertThatThrownBy(() -> LiteralReader.read("[".repeat(100_000)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("brackets in one another");
  }
}
