package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code explain} and {@code source}. */
class PlanCommandsTest {
  private static final String PROGRAM = "c[k] = A[i,k] * B[i,k]";

  @TempDir private Path folder = Path.of("");

  @Test
  void explainsWithoutInputsAndSaysWhatItAssumes() {
    Ran ran = Ran.command("explain", PROGRAM);
    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .startsWith("No inputs given: planned for row-major tensors of unknown sizes, f32 ")
        .contains("never stored: A[i,k] * B[i,k]");
    assertThat(Ran.command("explain", PROGRAM, "--type", "f64").out()).contains("(A: f64[");
  }

  @Test
  void explainsForTheInputsGiven() {
    Ran ran = Ran.command("explain", "s = A[i] * A[i]", "A=[1.0, 2.0]");
    assertThat(ran.out()).doesNotContain("No inputs given").contains("sizes: i = 2");
  }

  @Test
  void knowsAnEinsumStringByItself() {
    assertThat(Ran.command("explain", "ij,jk->ik").out()).contains("[i,k] = sum[j](");
    assertThat(Ran.command("explain", "ij,jk->ik", "[[1]]", "[[2]]").out()).contains("j = 1");
    assertThat(Ran.command("source", "ij,jk->ik").out()).contains("class Kernel_");
    assertThat(Ran.command("explain", "--einsum", "s = x").err())
        .startsWith("error[INVALID_EINSUM]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "index    | sum[i](A[i,k] * B[i,k])",
        "plan     | sum[i](A[i,k] * B[i,k])",
        "loops    | for k:",
        "schedule | # reorder(i, k)",
        "java     | public final class Kernel_c"
      })
  void showsOneStage(String stage, String text) {
    Ran ran = Ran.command("explain", PROGRAM, "--stage", stage);
    assertThat(ran.code()).isZero();
    assertThat(ran.out()).contains(text).doesNotContain("No inputs given").endsWith("\n");
  }

  @Test
  void showsSeveralStagesInTheOrderAskedFor() {
    String out = Ran.command("explain", PROGRAM, "--stage", "java", "--stage", "index").out();
    assertThat(out.indexOf("public final class")).isLessThan(out.lastIndexOf("sum[i]"));
  }

  @Test
  void aPlanIsJson() {
    Map<?, ?> plan = JsonReader.object(Ran.command("explain", PROGRAM, "--json").out());
    assertThat(plan.get("operationsFormula")).isEqualTo("2*i*k");
    assertThat(plan.get("operations")).isEqualTo("null");
  }

  private static final String[] CHAIN = {
    "explain",
    "E[i,l] = A[i,j] * B[j,k] * C[k,l]",
    "A=[[1.0, 2.0]]",
    "B=[[1.0], [2.0]]",
    "C=[[1.0, 2.0]]"
  };

  private static String[] chain(String... more) {
    return Stream.concat(Arrays.stream(CHAIN), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void explainsPathsAndWhatEachStepMoves() {
    assertThat(Ran.command(chain("--order", "E=((0 1) 2)")).out())
        .contains("  E: in the pinned order, predicted ")
        .contains("    path ((A[i,j] B[j,k]) C[k,l]): pinned, 4 multiplications")
        .contains("predicted time on one thread: ")
        .contains("reads 32 bytes (A, B), writes 8 bytes, predicted ");
  }

  @Test
  void jsonHasPathsTrafficAndOutputs() {
    Map<?, ?> plan = JsonReader.object(Ran.command(chain("--json")).out());
    assertThat(plan.containsKey("measuredNanos")).isTrue();
    assertThat(plan.get("measuredNanos")).isEqualTo("null");
    assertThat(plan.get("largestTemporaryBytes")).isNotEqualTo("null");
    assertThat((List<?>) plan.get("outputs"))
        .singleElement()
        .satisfies(
            output -> {
              assertThat(((Map<?, ?>) output).get("written")).asString().contains("sum[j,k](");
              assertThat(((Map<?, ?>) output).get("optimized")).asString().contains("t1");
            });
    assertThat((List<?>) plan.get("steps"))
        .hasSize(2)
        .first()
        .satisfies(
            step ->
                assertThat(((Map<?, ?>) step).keySet().stream().map(Object::toString))
                    .contains("reads", "readBytes", "writtenBytes", "predictedNanos"));
    assertThat(plan.get("decisions")).asString().contains("paths=[{tree=");
  }

  @Test
  void measuresWholeCallsOnDemand() {
    Ran ran = Ran.command(chain("--measure"));
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out()).contains("  measured time of a call with 1 worker: ").contains("(median");
    Map<?, ?> plan = JsonReader.object(Ran.command(chain("--measure", "--json")).out());
    assertThat(plan.get("measuredNanos")).isNotEqualTo("null");
    Ran refused = Ran.command("explain", PROGRAM, "--measure");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).startsWith("error: --measure runs the program: it needs the inputs");
  }

  @Test
  void thePageGoesToAFile() throws IOException {
    Path file = folder.resolve("plan.html");
    assertThat(Ran.command(chain("--html", file.toString()))).isEqualTo(new Ran(0, "", ""));
    assertThat(Files.readString(file)).startsWith("<!DOCTYPE html>").contains("<svg ");
    assertThat(Ran.names(folder)).containsExactly("plan.html");
    assertThat(Ran.command(chain("--html", file.toString(), "--json")).out()).startsWith("{");
    assertThat(Ran.command(chain("--html", folder.toString())))
        .isEqualTo(new Ran(1, "", "error: " + folder + ": is a directory\n"));
    Path nowhere = folder.resolve("none").resolve("plan.html");
    assertThat(Ran.command(chain("--html", nowhere.toString())))
        .isEqualTo(new Ran(1, "", "error: " + nowhere + ": its directory does not exist\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "E       | 2 | --order takes the name of a target, = and a tree",
        "E=(0 1  | 2 | --order: the order '(0 1' of E is no contraction tree: at position 0",
        "E=(0 1) | 1 | no statement computes E, so the order (0 1) has nothing to order",
        "c=(0 2) | 2 | operand 2 is here, but operand 1 is missing",
        "c=(0 (1 2)) | 1 | expected the factors 0 to 1, each once, found 3 of them",
      })
  void ordersThatDoNotFitAreRefused(String order, int code, String message) {
    Ran ran = Ran.command("explain", PROGRAM, "--order", order);
    assertThat(ran.code()).isEqualTo(code);
    assertThat(ran.err()).contains(message);
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void strictModePinsNoOrder() {
    Ran ran = Ran.command("explain", PROGRAM, "--mode", "strict", "--order", "c=(0 1)");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("strict mode computes in the written order");
  }

  @Test
  void anEllipsisNeedsInputs() {
    Ran ran = Ran.command("explain", "...j->...");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("is not known without a tensor").hasLineCount(1);
    assertThat(Ran.command("explain", "...j->...", "[[1, 2]]").code()).isZero();
  }

  @Test
  void wrongUsageIsTwo() {
    assertThat(Ran.command("explain").code()).isEqualTo(2);
    assertThat(Ran.command("explain", PROGRAM, "--stage", "fortran").code()).isEqualTo(2);
    assertThat(Ran.command("explain", PROGRAM, "--stage", "java", "--json").code()).isEqualTo(2);
    assertThat(Ran.command("explain", "s = x", "x=1", "--stage", "java", "--measure").code())
        .isEqualTo(2);
    assertThat(Ran.command("explain", "s = x", "x=1", "--type", "f64").code()).isEqualTo(2);
    assertThat(Ran.command("source", PROGRAM, "--target", "fortran").code()).isEqualTo(2);
  }

  @Test
  void aWrongProgramIsOne() {
    assertThat(Ran.command("explain", "c[k] = A[i").code()).isEqualTo(1);
    assertThat(Ran.command("source", "c[k] = A[i]").code()).isEqualTo(1);
  }

  @Test
  void sourceIsTheSourceOfThePlan() {
    Ran ran = Ran.command("source", PROGRAM);
    assertThat(ran.out())
        .startsWith("// Generated by Einkorn")
        .contains("public final class Kernel_c implements Kernel");
    assertThat(Ran.command("source", PROGRAM, "--target", "java")).isEqualTo(ran);
  }

  @Test
  void sourceGoesToAFile() throws IOException {
    Path file = folder.resolve("Kernel_c.java");
    assertThat(Ran.command("source", PROGRAM, "-o", file.toString())).isEqualTo(new Ran(0, "", ""));
    assertThat(Files.readString(file)).isEqualTo(Ran.command("source", PROGRAM).out());
    assertThat(Ran.names(folder)).containsExactly("Kernel_c.java");
    Ran refused = Ran.command("source", PROGRAM, "-o", folder.toString());
    assertThat(refused).isEqualTo(new Ran(1, "", "error: " + folder + ": is a directory\n"));
  }

  @Test
  void cudaNeedsNoGpu() {
    Ran ran = Ran.command("source", PROGRAM, "--target", "cuda");
    assertThat(ran.code()).isEqualTo(0);
    assertThat(ran.out())
        .startsWith("// Generated by Einkorn from\n")
        .contains("//   compute_c<<<", "extern \"C\" __global__ void");
  }
}
