package dev.einkorn.compiler.ast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyntaxErrorTest {

  /** Each block of the table is a program, a line {@code =>} and all its errors as shown. */
  @Test
  void errorsAreShownAsTheTableSays() {
    List<String> actual = new ArrayList<>();
    List<String> expected = Blocks.of("syntax-errors.txt");
    for (String block : expected) {
      String program = block.substring(0, block.indexOf("\n=>\n"));
      actual.add(program + "\n=>\n" + Reading.errors(program));
    }
    assertThat(String.join("\n----\n", actual)).isEqualTo(String.join("\n----\n", expected));
  }

  @Test
  void theParserNeverSpeaksForItself() {
    String all = String.join("\n", Blocks.of("syntax-errors.txt"));
    assertThat(all).doesNotContain("mismatched", "viable", "extraneous", "NEWLINE", "<EOF>");
  }

  /**
   * Cutting any program short, or a character out of it or into it, gives a program or errors,
   * nothing else.
   */
  @Test
  void anyDamageIsReportedOrHarmless() {
    for (String text : Blocks.of("corpus.txt")) {
      for (int i = 0; i < text.length(); i += 2) {
        String cut = text.substring(0, i) + text.substring(i + 1);
        assertThat(Reading.errors(cut)).isNotNull();
        assertThat(Reading.errors(text.substring(0, i))).isNotNull();
        assertThat(Reading.errors(text.substring(0, i) + ")]=,^" + text.substring(i))).isNotNull();
      }
    }
  }
}
