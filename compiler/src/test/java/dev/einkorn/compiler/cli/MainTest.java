package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @ParameterizedTest
  @ValueSource(strings = {"eval", "einsum", "explain", "source", "doctor", "demo"})
  void theHelpOfACommandShowsAnExample(String command) {
    Ran ran = Ran.command(command, "--help");
    assertThat(ran.code()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out()).contains("Example").contains("  einkorn " + command).contains("Usage: ");
    assertThat(ran.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void theHelpListsTheCommands() {
    Ran ran = Ran.command("--help");
    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .contains("eval ", "einsum ", "explain ", "source ", "doctor ", "demo ")
        .contains("Exit codes: 0 fine, 1 failed, 2 wrong usage.");
  }

  @Test
  void theVersionNamesEinkornAndJava() {
    assertThat(Ran.command("--version").out()).matches("einkorn .*\njava .*\n");
  }

  @Test
  void anUnknownCommandIsCorrected() {
    assertThat(Ran.command("evla"))
        .isEqualTo(
            new Ran(
                2,
                "",
                """
                error: there is no command evla
                  hint: did you mean eval?
                  'einkorn --help' shows how it is used
                """));
  }

  @Test
  void anUnknownOptionIsCorrected() {
    Ran ran = Ran.command("eval", "s = x", "--chekc");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("Unknown option: '--chekc'").contains("did you mean --check?");
  }

  @Test
  void aCommandIsNeeded() {
    Ran ran = Ran.command();
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).startsWith("error: a command is missing");
  }

  @Test
  void tracesAreShownOnlyWhenAskedFor() {
    assertThat(Ran.command("eval", "s = A[i]", "A=none.npy").err()).hasLineCount(1);
    assertThat(Ran.command("eval", "s = A[i]", "A=none.npy", "--stacktrace").err())
        .contains("\tat dev.einkorn.")
        .endsWith("error: none.npy: no such file\n");
    assertThat(Ran.command("--stacktrace", "eval", "s = A[i]", "A=none.npy").err())
        .contains("\tat dev.einkorn.");
  }

  @Test
  void argumentsThatBeginWithAnAtSignAreNotFiles() {
    assertThat(Ran.command("eval", "@nothing").err()).contains("error[SYNTAX_ERROR]");
  }

  @Test
  void theProcessEndsWithTheExitCode() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "eval",
                "s = x +",
                "x=1")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(output).startsWith("error[SYNTAX_ERROR]: ").doesNotContain("WARNING");
  }
}
