package dev.einkorn.compiler.emit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameAllocatorTest {
  private final NameAllocator names = new NameAllocator(Set.of("for", "run", "_"));

  @Test
  void aNameStaysWhereItCan() {
    assertThat(names.name("tensor A", "A")).isEqualTo("A");
    assertThat(names.name("variable i", "i")).isEqualTo("i");
  }

  @Test
  void aKeyKeepsItsName() {
    assertThat(names.name("key", "A")).isEqualTo("A");
    assertThat(names.name("key", "B")).isEqualTo("A");
  }

  @Test
  void reservedWordsGetANumber() {
    assertThat(names.name("tensor for", "for")).isEqualTo("for_1");
    assertThat(names.name("tensor run", "run")).isEqualTo("run_1");
    assertThat(names.name("tensor _", "_")).isEqualTo("__1");
  }

  @Test
  void equalWishesGetDifferentNames() {
    assertThat(names.name(1, "i")).isEqualTo("i");
    assertThat(names.name(2, "i_1")).isEqualTo("i_1");
    assertThat(names.name(3, "i")).isEqualTo("i_2");
    assertThat(names.name(4, "i_2")).isEqualTo("i_2_1");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "größe            | größe",
        "x_1              | x_1",
        "1st              | _1st",
        "''               | _",
        "a b              | au20b",
        "a-b              | au2db",
        "a$b              | au24b",
        "\uD835\uDC00     | u1d400",
        "x\uD835          | xud835",
        "A; exit(1); //   | Au3bu20exitu281u29u3bu20u2fu2f",
        "a\\u002f         | au5cu002f",
        "\u0301           | u301",
      },
      delimiter = '|')
  void whatIsNoIdentifierIsSpelledOut(String wish, String name) {
    assertThat(NameAllocator.sanitize(wish)).isEqualTo(name);
  }
}
