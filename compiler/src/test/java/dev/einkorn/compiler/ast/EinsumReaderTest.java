package dev.einkorn.compiler.ast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ast.EinsumAst.Label;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EinsumReaderTest {

  private static EinsumAst read(String text) {
    Diagnostics diagnostics = new Diagnostics();
    EinsumAst einsum = EinsumReader.parse(SourceText.of(text), diagnostics).orElseThrow();
    assertThat(diagnostics.list()).isEmpty();
    return einsum;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          'ij,jk->ik'                | 'ij,jk->ik'                | 2
          ' i j , j k - > i k '      | 'ij,jk->ik'                | 2
          'ij,jk'                    | 'ij,jk'                    | 2
          'ii'                       | 'ii'                       | 1
          'i->ii'                    | 'i->ii'                    | 1
          ',ij->ij'                  | ',ij->ij'                  | 2
          'ij,->ij'                  | 'ij,->ij'                  | 2
          '->'                       | '->'                       | 1
          ''                         | ''                         | 1
          ' '                        | ''                         | 1
          ',,'                       | ',,'                       | 3
          '...ij,...jk->...ik'       | '...ij,...jk->...ik'       | 2
          'i. . .j->...'             | 'i...j->...'               | 1
          '[batch]i,[ b ]äλ𝔸->[_x1]' | '[batch]i,bäλ𝔸->[_x1]'     | 2
          'Aa->aA'                   | 'Aa->aA'                   | 1
          """)
  void readsWhatNumpyReadsAndMore(String text, String printed, int operands) {
    EinsumAst einsum = read(text);
    assertThat(AstPrinter.print(einsum)).isEqualTo(printed);
    assertThat(einsum.operands()).hasSize(operands);
    assertThat(AstPrinter.print(read(printed))).isEqualTo(printed);
  }

  @Test
  void spansAreExact() {
    EinsumAst einsum = read("𝔸 [n] , -> ...");
    assertThat(einsum.operands().getFirst())
        .containsExactly(
            new Label.Named("𝔸", new Span(0, 2)), new Label.Named("n", new Span(3, 6)));
    assertThat(einsum.operandSpans()).containsExactly(new Span(0, 6), new Span(9, 9));
    assertThat(einsum.output().orElseThrow())
        .isEqualTo(List.of(new Label.Ellipsis(new Span(12, 15))));
    assertThat(einsum.span()).isEqualTo(new Span(0, 15));
  }

  @Test
  void anEmptyOutputIsNotNoOutput() {
    assertThat(read("i->").output()).contains(List.of());
    assertThat(read("i").output()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          i2        | 1 | 2 | expected a label, ',' or '->', found '2'
          i->j->k   | 4 | 6 | expected a label or the end, found '->'
          i->j,k    | 4 | 5 | expected a label or the end, found ','
          i>j       | 1 | 2 | expected a label, ',' or '->', found '>'
          i..j      | 1 | 2 | expected a label, ',' or '->', found '.'
          i_        | 1 | 2 | expected a label, ',' or '->', found '_'
          [a        | 2 | 2 | expected ']', found the end
          []        | 1 | 2 | expected a name, found ']'
          [1a]      | 1 | 2 | expected a name, found '1'
          [a b]     | 0 | 5 | a space inside the name of a label
          ...i...   | 4 | 7 | a second '...' in one list of labels
          i->...... | 6 | 9 | a second '...' in one list of labels
          """)
  void refusesWhatNumpyRefuses(String text, int start, int end, String message) {
    Diagnostics diagnostics = new Diagnostics();
    assertThat(EinsumReader.parse(SourceText.of(text), diagnostics)).isEmpty();
    Diagnostic error = diagnostics.list().getFirst();
    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_EINSUM);
    assertThat(error.span()).isEqualTo(new Span(start, end));
    assertThat(error.message()).isEqualTo(message);
  }

  @Test
  void thousandsOfOperandsAreFine() {
    assertThat(read("ij,".repeat(10_000) + "ij->").operands()).hasSize(10_001);
  }
}
