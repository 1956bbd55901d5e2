package dev.einkorn.compiler.ast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** No program, however strange, may end in anything but a tree or an error. */
class LimitTest {
  private static final long SMALL_STACK = 512 << 10;

  /** The first line of the errors of a program read on a thread with a small stack. */
  private static String error(String text) {
    FutureTask<String> reading =
        new FutureTask<>(
            () -> {
              String errors = Reading.errors(text);
              return errors.isEmpty()
                  ? AstPrinter.print(Reading.program(text)).isEmpty() ? "empty" : "fine"
                  : errors.lines().findFirst().orElseThrow();
            });
    new Thread(null, reading, "small stack", SMALL_STACK).start();
    try {
      return reading.get();
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void brackets() {
    String tooMany = "error[LIMIT_EXCEEDED]: brackets nest 10000 deep; at most 200 are supported";
    assertThat(error("s = " + "(".repeat(10_000) + "x" + ")".repeat(10_000))).isEqualTo(tooMany);
    assertThat(error("s = " + "A[".repeat(10_000))).isEqualTo(tooMany);
    assertThat(error("s = " + "(".repeat(200) + "x" + ")".repeat(200))).isEqualTo("fine");
    assertThat(error("s = " + "A[".repeat(200) + "x" + "]".repeat(200))).isEqualTo("fine");
    assertThat(error("s = " + "max[k](".repeat(200) + "x where y" + ")".repeat(200)))
        .isEqualTo("fine");
  }

  @Test
  void prefixOperators() {
    String tooMany =
        "error[LIMIT_EXCEEDED]: a chain of 10000 prefix operators; at most 200 are supported";
    assertThat(error("s = " + "-".repeat(10_000) + "x")).isEqualTo(tooMany);
    assertThat(error("s = " + "not ".repeat(10_000) + "x")).isEqualTo(tooMany);
    assertThat(error("s = 2 ^ " + "-".repeat(10_000) + "x")).isEqualTo(tooMany);
    assertThat(error("s = " + "-".repeat(200) + "x")).isEqualTo("fine");
  }

  @Test
  void powers() {
    assertThat(error("s = x" + "^x".repeat(10_000)))
        .isEqualTo("error[LIMIT_EXCEEDED]: a chain of 10000 powers; at most 200 are supported");
    assertThat(error("s = x" + "^x".repeat(200))).isEqualTo("fine");
  }

  @Test
  void depth() {
    assertThat(error("s = x" + "+x".repeat(9_999)))
        .isEqualTo(
            "error[LIMIT_EXCEEDED]: the expression nests 10000 deep; at most 400 is supported");
    assertThat(error("s = x" + "+x".repeat(399))).isEqualTo("fine");
    String worst = "(b or c and not d < e + f * -g ^ ";
    assertThat(error("s = " + worst.repeat(200) + "x" + ")".repeat(200)))
        .isEqualTo(
            "error[LIMIT_EXCEEDED]: the expression nests more than 400 deep; at most 400 is"
                + " supported");
    assertThat(error("s = " + ("(" + "-".repeat(199)).repeat(200) + "x" + ")".repeat(200)))
        .startsWith("error[LIMIT_EXCEEDED]: the expression nests 39801 deep");
    assertThat(error("s[" + "x+".repeat(500) + "x] = 1")).startsWith("error[LIMIT_EXCEEDED]");
    assertThat(error("s = 1 where " + "x or ".repeat(500) + "x"))
        .startsWith("error[LIMIT_EXCEEDED]");
  }

  @Test
  void statements() {
    assertThat(error("a = 1\n".repeat(10_000)))
        .isEqualTo(
            "error[LIMIT_EXCEEDED]: the program has 10000 statements; at most 4096 are supported");
    assertThat(error("(A: f32)\n" + "a = 1\n".repeat(4096))).isEqualTo("fine");
    assertThat(error(";".repeat(100_000))).isEqualTo("empty");
  }

  @Test
  void lengths() {
    assertThat(error("n".repeat(100_000) + " = 1"))
        .isEqualTo(
            "error[LIMIT_EXCEEDED]: the name is 100000 characters long; at most 255 are supported");
    assertThat(error("n".repeat(255) + " = 1")).isEqualTo("fine");
    assertThat(error("n = " + "1".repeat(256)))
        .isEqualTo(
            "error[LIMIT_EXCEEDED]: the number is 256 characters long; at most 255 are supported");
    assertThat(error("(A: f32[" + "9".repeat(100_000) + "])")).startsWith("error[LIMIT_EXCEEDED]");
    assertThat(error(" ".repeat(1 << 20))).isEqualTo("empty");
    assertThat(error(" ".repeat((1 << 20) + 1)))
        .isEqualTo(
            "error[LIMIT_EXCEEDED]: the program is 1048577 characters long; at most 1048576 are"
                + " supported");
  }

  @Test
  void subscriptsAndArgumentsAreNotLimited() {
    assertThat(error("s = A[" + "i,".repeat(10_000) + "j] + f(" + "i,".repeat(10_000) + "j)"))
        .isEqualTo("fine");
  }
}
