package dev.einkorn.compiler.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosticRendererTest {

  /** An error whose spans are the ranges in braces of {@code marked}, rendered. */
  private static String render(String name, String marked, String... hints) {
    StringBuilder text = new StringBuilder();
    List<Span> spans = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < marked.length(); i++) {
      char c = marked.charAt(i);
      switch (c) {
        case '{' -> start = text.length();
        case '}' -> spans.add(new Span(start, text.length()));
        default -> text.append(c);
      }
    }
    Diagnostic diagnostic = Diagnostic.error(ErrorCode.RANK_MISMATCH, spans.getFirst(), "message");
    for (Span further : spans.subList(1, spans.size())) {
      diagnostic = diagnostic.withSpan(further);
    }
    for (String hint : hints) {
      diagnostic = diagnostic.withHint(hint);
    }
    return new DiagnosticRenderer(new SourceText(name, text.toString())).render(diagnostic);
  }

  private static String excerpt(String marked) {
    String rendered = render("", marked);
    return rendered.substring(rendered.indexOf('\n') + 1);
  }

  @Test
  void looksAsTheLanguageDescriptionShowsIt() {
    SourceText source = SourceText.of("C[i,j] = A[i,k] * B[k,j]");
    Diagnostic diagnostic =
        Diagnostic.error(
                ErrorCode.EXTENT_MISMATCH,
                new Span(13, 14),
                "index k has extent 4 in A[i,k] but 5 in B[k,j]")
            .withSpan(new Span(20, 21))
            .withHint("A is f32[3,4], B is f32[5,6]");
    assertThat(new DiagnosticRenderer(source).render(diagnostic))
        .isEqualTo(
            """
            error[EXTENT_MISMATCH]: index k has extent 4 in A[i,k] but 5 in B[k,j]
              C[i,j] = A[i,k] * B[k,j]
                           ^      ^
              hint: A is f32[3,4], B is f32[5,6]\
            """);
  }

  @Test
  void aNameOrSeveralLinesAskForALocation() {
    assertThat(render("p.tx", "a = {b}"))
        .isEqualTo(
            """
            error[RANK_MISMATCH]: message
              --> p.tx:1:5
              a = b
                  ^\
            """);
    assertThat(render("", "a = 1\nc = {b}\n", "one", "two"))
        .isEqualTo(
            """
            error[RANK_MISMATCH]: message
              --> 2:5
              c = b
                  ^
              hint: one
              hint: two\
            """);
    assertThat(render("", "a = {b}\n")).doesNotContain("-->");
  }

  @Test
  void warningsSaySo() {
    SourceText source = SourceText.of("a = 1");
    Diagnostic warning = Diagnostic.warning(ErrorCode.EXTRA_INPUT, new Span(0, 1), "message");
    assertThat(new DiagnosticRenderer(source).render(warning))
        .isEqualTo("warning[EXTRA_INPUT]: message\n  a = 1\n  ^");
  }

  @Test
  void rangesOnOtherLinesGetTheirOwnLines() {
    assertThat(render("", "a = {b}\nskipped\n{c} = d + {e}"))
        .isEqualTo(
            """
            error[RANK_MISMATCH]: message
              --> 1:5
              a = b
                  ^
              c = d + e
              ^       ^\
            """);
  }

  @Test
  void ofARangeOfSeveralLinesTheFirstAndTheLastAreShown() {
    assertThat(render("", "a = {f(b,\nc,\n d)} + e"))
        .isEqualTo(
            """
            error[RANK_MISMATCH]: message
              --> 1:5
              a = f(b,
                  ^^^^
               d) + e
              ^^^\
            """);
  }

  @Test
  void emptyRangesAndTheEndOfTheTextGetOneCaret() {
    assertThat(excerpt("ab{}c")).isEqualTo("  abc\n    ^");
    assertThat(excerpt("abc{}")).isEqualTo("  abc\n     ^");
    assertThat(excerpt("{}")).isEqualTo("  \n  ^");
  }

  @Test
  void tabsAreCopiedSoThatCaretsAlign() {
    assertThat(excerpt("\ta\t= {b} +\t{c}")).isEqualTo("  \ta\t= b +\tc\n  \t \t  ^  \t^");
    assertThat(excerpt("a {b\tc} {d}")).isEqualTo("  a b\tc d\n    ^\t^ ^");
    assertThat(excerpt("a{\t}")).isEqualTo("  a\t\n   ^");
  }

  @Test
  void charactersBeyondTheBasicPlaneTakeOneCaretAndMarksNone() {
    assertThat(excerpt("{𝔸𝔹} = {x}")).isEqualTo("  𝔸𝔹 = x\n  ^^   ^");
    assertThat(excerpt("e\u0301 = {x}")).isEqualTo("  e\u0301 = x\n      ^");
  }

  @Test
  void controlCharactersAreNotSentToTheTerminal() {
    assertThat(excerpt("a\u001b\u202e = {x}")).isEqualTo("  a\ufffd\ufffd = x\n        ^");
  }

  @Test
  void longLinesAreShownAsWindows() {
    String text = "a = " + "b + ".repeat(100);
    String[] middle = excerpt(text + "{c}" + " + b".repeat(100)).split("\n", -1);
    assertThat(middle).hasSize(2);
    assertThat(middle[0]).hasSize(162).startsWith("  ...").endsWith("...");
    assertThat(middle[0].charAt(middle[1].indexOf('^'))).isEqualTo('c');
    String[] end = excerpt(text + "{c}").split("\n", -1);
    assertThat(end[0]).startsWith("  ...").endsWith(" + c");
    assertThat(end[1]).hasSameSizeAs(end[0]);
    String[] start = excerpt("{a}" + " = b" + " + b".repeat(100)).split("\n", -1);
    assertThat(start[0]).startsWith("  a = b").endsWith("...");
    assertThat(start[1]).isEqualTo("  ^");
    String[] all = excerpt("{" + text + "}").split("\n", -1);
    assertThat(all[1].trim()).isEqualTo("^".repeat(154));
  }

  @Test
  void farRangesOfALongLineGetTheirOwnWindows() {
    String[] lines = excerpt("{a} = " + "b + ".repeat(100) + "{c} + {d}").split("\n", -1);
    assertThat(lines).hasSize(4);
    assertThat(lines[1].trim()).isEqualTo("^");
    assertThat(lines[3].trim()).isEqualTo("^   ^");
  }

  @Test
  void spansBeyondTheTextDoNoHarm() {
    Diagnostic diagnostic = Diagnostic.error(ErrorCode.SYNTAX_ERROR, new Span(7, 9), "message");
    assertThat(new DiagnosticRenderer(SourceText.of("abc")).render(diagnostic))
        .isEqualTo("error[SYNTAX_ERROR]: message\n  abc\n     ^");
  }
}
