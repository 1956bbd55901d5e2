package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FailureTest {
  private static String report(Throwable failure, boolean stacktrace) {
    var err = new ByteArrayOutputStream();
    int code =
        Failure.report(
            failure,
            stacktrace,
            new CommandLine(new EinkornCommand()),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(code).isEqualTo(1);
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void anUnexpectedExceptionIsAFaultOfEinkorn() {
    assertThat(report(new IllegalStateException("no loop i"), false))
        .isEqualTo(
            """
            internal error: java.lang.IllegalStateException: no loop i
              This is a fault of Einkorn, not of your program. Run again with --stacktrace and report what it prints.
            """);
    assertThat(report(new AssertionError("no loop i"), true))
        .startsWith("java.lang.AssertionError: no loop i\n\tat ")
        .endsWith("This is a fault of Einkorn, not of your program.\n");
  }

  @Test
  void filesAndMemoryAreNamedInOneLine() {
    assertThat(report(new AccessDeniedException("a.npy"), false))
        .isEqualTo("error: a.npy: permission denied\n");
    assertThat(report(new IOException("disk full"), false)).isEqualTo("error: disk full\n");
    assertThat(report(new OutOfMemoryError(), false))
        .startsWith("error: not enough memory: Java may use ")
        .hasLineCount(1);
  }
}
