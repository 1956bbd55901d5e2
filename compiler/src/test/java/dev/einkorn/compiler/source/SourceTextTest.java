package dev.einkorn.compiler.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.source.SourceText.Position;
import org.junit.jupiter.api.Test;

class SourceTextTest {

  @Test
  void everyKindOfLineEndCounts() {
    SourceText source = SourceText.of("a\nb\r\nc\rd");
    assertThat(source.position(0)).isEqualTo(new Position(1, 1));
    assertThat(source.position(1)).isEqualTo(new Position(1, 2));
    assertThat(source.position(2)).isEqualTo(new Position(2, 1));
    assertThat(source.position(5)).isEqualTo(new Position(3, 1));
    assertThat(source.position(7)).isEqualTo(new Position(4, 1));
    assertThat(source.lineCount()).isEqualTo(4);
  }

  @Test
  void anOffsetInsideALineEndBelongsToTheLineBefore() {
    SourceText source = SourceText.of("ab\r\nc");
    assertThat(source.position(3).line()).isEqualTo(1);
    assertThat(source.lineAround(3)).isEqualTo(new Span(0, 2));
    assertThat(source.lineAround(2)).isEqualTo(new Span(0, 2));
    assertThat(source.lineAround(4)).isEqualTo(new Span(4, 5));
  }

  @Test
  void columnsCountCodePointsAndTabsAsOne() {
    SourceText source = SourceText.of("\t𝔸ä x");
    assertThat(source.position(source.text().indexOf('x'))).isEqualTo(new Position(1, 5));
  }

  @Test
  void theEndAndWhatIsBeyondItIsAPlace() {
    assertThat(SourceText.of("").position(0)).isEqualTo(new Position(1, 1));
    assertThat(SourceText.of("").lineCount()).isEqualTo(1);
    assertThat(SourceText.of("a\n").position(9)).isEqualTo(new Position(2, 1));
    assertThat(SourceText.of("ab").text(new Span(1, 9))).isEqualTo("b");
  }

  @Test
  void spansCoverAndRefuseNonsense() {
    assertThat(new Span(3, 5).to(new Span(1, 4))).isEqualTo(new Span(1, 5));
    assertThat(Span.at(2).isEmpty()).isTrue();
    assertThat(new Span(2, 5).length()).isEqualTo(3);
    assertThatThrownBy(() -> new Span(3, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Span(-1, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
