package dev.einkorn.compiler.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;

class DiagnosticsTest {
  private final Diagnostics diagnostics = new Diagnostics();

  @Test
  void listsByPosition() {
    diagnostics.error(ErrorCode.UNKNOWN_NAME, new Span(4, 5), "second");
    diagnostics.error(ErrorCode.UNKNOWN_NAME, new Span(0, 1), "first");
    diagnostics.error(ErrorCode.UNKNOWN_NAME, new Span(4, 5), "third");
    assertThat(diagnostics.list())
        .extracting(Diagnostic::message)
        .containsExactly("first", "second", "third");
  }

  @Test
  void theSameTwiceIsOne() {
    diagnostics.error(ErrorCode.UNKNOWN_NAME, new Span(0, 1), "message");
    diagnostics.error(ErrorCode.UNKNOWN_NAME, new Span(0, 1), "message");
    assertThat(diagnostics.list()).hasSize(1);
    assertThat(diagnostics.errorCount()).isEqualTo(1);
  }

  @Test
  void warningsAreNoReasonToStop() {
    diagnostics.add(Diagnostic.warning(ErrorCode.EXTRA_INPUT, Span.at(0), "message"));
    assertThat(diagnostics.hasErrors()).isFalse();
    assertThatCode(() -> diagnostics.throwIfErrors(SourceText.of("a"))).doesNotThrowAnyException();
  }

  @Test
  void theExceptionShowsAll() {
    diagnostics.error(ErrorCode.UNKNOWN_NAME, new Span(4, 5), "second", "a hint");
    diagnostics.error(ErrorCode.UNKNOWN_NAME, new Span(0, 1), "first");
    CompileException e =
        catchThrowableOfType(
            CompileException.class, () -> diagnostics.throwIfErrors(SourceText.of("a = b")));
    assertThat(e.diagnostics()).isEqualTo(diagnostics.list());
    assertThat(e.source()).isEqualTo(SourceText.of("a = b"));
    assertThat(e)
        .hasMessage(
            """
            error[UNKNOWN_NAME]: first
              a = b
              ^

            error[UNKNOWN_NAME]: second
              a = b
                  ^
              hint: a hint\
            """);
  }

  @Test
  void beyondTheLimitOnlyTheNumberIsKept() {
    diagnostics.add(Diagnostic.warning(ErrorCode.EXTRA_INPUT, Span.at(0), "message"));
    for (int i = 0; i < 103; i++) {
      diagnostics.error(ErrorCode.UNKNOWN_NAME, Span.at(0), "message " + i);
    }
    assertThat(diagnostics.list()).hasSize(Diagnostics.LIMIT + 1);
    assertThat(diagnostics.errorCount()).isEqualTo(103);
    assertThat(diagnostics.omitted()).isEqualTo(3);
    assertThat(
            catchThrowableOfType(
                CompileException.class, () -> diagnostics.throwIfErrors(SourceText.of("a"))))
        .hasMessageEndingWith("\n... and 3 more");
  }
}
