package dev.einkorn.compiler.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.einkorn.runtime.Npy;
import dev.einkorn.runtime.Npz;
import dev.einkorn.runtime.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
  private static final String PROGRAM = "c[k] = A[i,k] * B[i,k]";
  private static final Tensor A = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
  private static final Tensor B = Tensor.of(new float[] {6, 5, 4, 3, 2, 1}, 2, 3);
  private static final Tensor C = Tensor.of(new float[] {18, 20, 18}, 3);

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writeInputs() throws IOException {
    Npy.write(folder.resolve("a.npy"), A);
    Npy.write(folder.resolve("b.npy"), B);
  }

  private String input(String name, String file) {
    return name + "=" + folder.resolve(file);
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void printsOutputsWhenNoFileIsAskedFor() {
    Ran ran = Ran.command("eval", PROGRAM, input("A", "a.npy"), input("B", "b.npy"));
    assertThat(ran).isEqualTo(new Ran(0, "c = f32[3] [18.0, 20.0, 18.0]\n", ""));
  }

  @Test
  void writesAnOutputToItsFile() throws IOException {
    Ran ran =
        Ran.command(
            "eval", PROGRAM, input("A", "a.npy"), input("B", "b.npy"), "-o", input("c", "c.npy"));
    assertThat(ran.code()).isZero();
    assertThat(ran.out()).isEqualTo("wrote c f32[3] to " + file("c.npy") + "\n");
    assertThat(Npy.read(folder.resolve("c.npy")).contentEquals(C)).isTrue();
    assertThat(Ran.names(folder)).containsExactly("a.npy", "b.npy", "c.npy");
  }

  @Test
  void readsAndWritesArchives() throws IOException {
    Path in = folder.resolve("in.npz");
    Npz.write(in, Map.of("left", A, "right", B));
    Ran ran =
        Ran.command(
            "eval",
            PROGRAM + "; d[i] = A[i,k] + B[i,k]",
            "A=" + in + ":left",
            "B=" + in + ":right",
            "--output",
            file("out.npz"));
    assertThat(ran.err()).isEmpty();
    Map<String, Tensor> written = Npz.read(folder.resolve("out.npz"));
    assertThat(written.keySet()).containsExactly("c", "d");
    assertThat(written.get("c")).matches(c -> c != null && c.contentEquals(C));
  }

  @Test
  void anArchiveOfSeveralTensorsNeedsAnEntry() throws IOException {
    Path in = folder.resolve("in.npz");
    Npz.write(in, Map.of("left", A, "right", B));
    assertThat(Ran.command("eval", "s = A[i,k]", "A=" + in).err())
        .isEqualTo(
            "error: %s: say which entry is meant, as in %s:left; its entries are [left, right]\n"
                .formatted(in, in));
    assertThat(Ran.command("eval", "s = A[i,k]", "A=" + in + ":up").err())
        .isEqualTo(
            "error: %s: there is no entry up; its entries are [left, right]\n".formatted(in));
  }

  @Test
  void takesLiterals() {
    Ran ran =
        Ran.command("eval", "y[i] = M[i,j] * x[j] + b", "M=[[1,2],[3,4]]", "x=[1,1]", "b=0.5");
    assertThat(ran).isEqualTo(new Ran(0, "y = f64[2] [3.5, 7.5]\n", ""));
  }

  @Test
  void readsTheProgramFromStandardInput() {
    Ran ran = Ran.withInput("# a square\ns = x^2\n", "eval", "-", "x=3");
    assertThat(ran).isEqualTo(new Ran(0, "s = i64[] 9\n", ""));
  }

  @Test
  void readsTheProgramFromAFileAndNamesItInErrors() throws IOException {
    Path program = folder.resolve("two words.ein");
    Files.writeString(program, "s = x^2\n");
    assertThat(Ran.command("eval", program.toString(), "x=3").out()).isEqualTo("s = i64[] 9\n");
    Files.writeString(program, "s = x^2\nt = q +\n");
    Ran ran = Ran.command("eval", program.toString(), "x=3");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("error[SYNTAX_ERROR]").contains("--> " + program + ":2:");
  }

  @Test
  void namesWithSpacesAndOtherLettersWork() throws IOException {
    Npy.write(folder.resolve("my data \u03b1.npy"), A);
    Ran ran =
        Ran.command(
            "eval",
            "\u03c3 = \u03b1[i,k]",
            input("\u03b1", "my data \u03b1.npy"),
            "-o",
            input("\u03c3", "the sum.npy"));
    assertThat(ran.err()).isEmpty();
    assertThat(Npy.read(folder.resolve("the sum.npy")).getDouble()).isEqualTo(21);
  }

  @Test
  void anOutputMayReplaceAnInput() throws IOException {
    Ran ran = Ran.command("eval", "B[j,i] = 2 * A[i,j]", input("A", "a.npy"), "-o", file("a.npy"));
    assertThat(ran.code()).isZero();
    Tensor doubled = Tensor.of(new float[] {2, 8, 4, 10, 6, 12}, 3, 2);
    assertThat(Npy.read(folder.resolve("a.npy")).contentEquals(doubled)).isTrue();
  }

  @Test
  void accumulatesIntoAnInput() {
    assertThat(Ran.command("eval", "s += A[i]", "A=[1,2]", "s=10").out())
        .isEqualTo("s = i64[] 13\n");
  }

  @Test
  void everyBackendAndModeGivesTheSame() {
    for (String mode : List.of("strict", "deterministic", "fast")) {
      for (String backend : List.of("cpu", "reference")) {
        Ran ran =
            Ran.command(
                "eval",
                PROGRAM,
                input("A", "a.npy"),
                input("B", "b.npy"),
                "--mode",
                mode,
                "--backend=" + backend,
                "--threads",
                "2",
                "--memory-budget=1K");
        assertThat(ran).isEqualTo(new Ran(0, "c = f32[3] [18.0, 20.0, 18.0]\n", ""));
      }
    }
  }

  @Test
  void checksAgainstTheReferenceInterpreter() {
    Ran ran = Ran.command("eval", PROGRAM, input("A", "a.npy"), input("B", "b.npy"), "--check");
    assertThat(ran.out()).endsWith("check: c equals the reference interpreter bit for bit\n");
    assertThat(ran.code()).isZero();
  }

  @Test
  void jsonHoldsTypesShapesValuesAndTimes() {
    Ran ran = Ran.command("eval", "c[i] = 1 / x[i]", "x=[0.0, 2.0]", "--json", "--check");
    Map<?, ?> object = JsonReader.object(ran.out());
    assertThat(object.get("outputs"))
        .hasToString(
            "[{name=c, type=f64, shape=[2], values=[inf, 0.5], check={identical=true,"
                + " largestDifference=0.0, allowedDifference=2.6645352591003757E-15,"
                + " passes=true}}]");
    assertThat(object.get("inputs")).hasToString("[{name=x, type=f64, shape=[2]}]");
    assertThat(object.get("operations")).hasToString("2");
    assertThat(object.get("milliseconds"))
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsOnlyKeys("read", "plan", "call", "check", "write");
  }

  @Test
  void jsonNamesTheFilesWritten() {
    Ran ran = Ran.command("eval", "s = A[i,k]", input("A", "a.npy"), "--json", "-o", file("s.npy"));
    assertThat(JsonReader.object(ran.out()).get("outputs"))
        .hasToString("[{name=s, type=f32, shape=[], files=[" + file("s.npy") + "]}]");
  }

  @Test
  void aScheduleIsObeyedOrRefused() {
    String[] words = {"eval", "c[k] = A[i,k]", input("A", "a.npy"), "--schedule", ""};
    assertThat(Ran.command(with(words, "c: reorder(k, i); fuse(k); promote(c)")).code()).isZero();
    Ran unknown = Ran.command(with(words, "d: hoist()"));
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).startsWith("error[ILLEGAL_SCHEDULE]: no step computes d");
    Ran malformed = Ran.command(with(words, "c: hois()"));
    assertThat(malformed.code()).isEqualTo(2);
    assertThat(malformed.err()).startsWith("error: --schedule: unknown directive hois");
    assertThat(Ran.command(with(words, "hoist()")).code()).isEqualTo(2);
  }

  private static String[] with(String[] words, String last) {
    String[] copy = Arrays.copyOf(words, words.length);
    copy[copy.length - 1] = last;
    return copy;
  }

  @Test
  void aWrongProgramWritesNothing() throws IOException {
    Ran ran =
        Ran.command(
            "eval",
            "c[i,j] = A[i,k] * B[k,j]",
            input("A", "a.npy"),
            input("B", "b.npy"),
            "-o",
            input("c", "c.npy"));
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .isEqualTo(
            """
            error[EXTENT_MISMATCH]: index k has extent 3 in A[i,k] but 2 in B[k,j]
              c[i,j] = A[i,k] * B[k,j]
                           ^      ^
              hint: A is f32[2,3], B is f32[2,3]
            """);
    assertThat(Ran.names(folder)).containsExactly("a.npy", "b.npy");
  }

  @Test
  void aFailureOfTheComputationWritesNothing() throws IOException {
    Ran ran = Ran.command("eval", "c[i] = 1 // x[i]", "x=[1,0]", "-o", file("c.npy"));
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).startsWith("error[DIVISION_BY_ZERO]: ");
    assertThat(Ran.names(folder)).containsExactly("a.npy", "b.npy");
  }

  @Test
  void severalFilesAreWrittenOrNone() throws IOException {
    Path obstacle = Files.createDirectory(folder.resolve("d.npy"));
    Ran ran =
        Ran.command(
            "eval", "c = x; d = 2 * x", "x=1", "-o", input("c", "c.npy"), "-o", "d=" + obstacle);
    assertThat(ran).isEqualTo(new Ran(1, "", "error: " + obstacle + ": is a directory\n"));
    assertThat(Ran.names(folder)).containsExactly("a.npy", "b.npy", "d.npy");
  }

  @Test
  void aFullDiskIsNamed() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full), "this system has no device that is always full");
    Ran ran = Ran.command("eval", "c = x", "x=1", "-o", "c=" + full);
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).startsWith("error: cannot write /dev/full: ").hasLineCount(1);
  }

  @Test
  void anOutputNeedsAFolder() throws IOException {
    Path nowhere = folder.resolve("no").resolve("c.npy");
    Ran ran = Ran.command("eval", "c = x", "x=1", "-o", nowhere.toString());
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).isEqualTo("error: " + nowhere + ": its directory does not exist\n");
    Path inFile = folder.resolve("a.npy").resolve("c.npy");
    assertThat(Ran.command("eval", "c = x", "x=1", "-o", inFile.toString()).code()).isEqualTo(1);
    assertThat(Ran.names(folder)).containsExactly("a.npy", "b.npy");
  }

  @Test
  void badFilesAreNamed() throws IOException {
    byte[] good = Files.readAllBytes(folder.resolve("a.npy"));
    Files.write(folder.resolve("short.npy"), Arrays.copyOf(good, good.length - 5));
    Files.writeString(folder.resolve("text.npy"), "a,b,c\n1,2,3\n");
    String huge =
        "\u0093NUMPY\u0001\u0000v\u0000{'descr': '<f8', 'fortran_order': False, 'shape':"
            + " (4000000000,), }";
    Files.write(
        folder.resolve("huge.npy"),
        (huge + " ".repeat(10 + 118 - huge.length()).replaceFirst(" $", "\n"))
            .getBytes(StandardCharsets.ISO_8859_1));
    for (String bad : List.of("missing.npy", "short.npy", "text.npy", "huge.npy", "missing.npz")) {
      Ran ran = Ran.command("eval", "s = A[i,k]", input("A", bad), "-o", file("s.npy"));
      assertThat(ran.code()).isEqualTo(1);
      assertThat(ran.err()).startsWith("error: " + file(bad) + ": ").hasLineCount(1);
    }
    assertThat(Ran.names(folder)).doesNotContain("s.npy");
  }

  @Test
  void missingAndSuperfluousInputsAreErrorsOfTheProgram() {
    Ran missing = Ran.command("eval", "s = A[i] * B[i]", "A=[1]");
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err())
        .startsWith("error[MISSING_INPUT]: no tensor is given for the input B");
    assertThat(Ran.command("eval", "s = A[i]", "A=[1]", "Z=1").err())
        .startsWith("error[EXTRA_INPUT]: ");
  }

  @Test
  void wrongUsageIsExplained() {
    assertWrongUsage("Missing required parameter: 'PROGRAM'");
    assertWrongUsage("an input is written NAME=VALUE, found a.npy", "s = A[i]", "a.npy");
    assertWrongUsage("the input x is given twice", "s = x", "x=1", "x=2");
    assertWrongUsage("an input has no value", "s = x", "x=");
    assertWrongUsage("the rows of [1,[2]] differ", "s = x[i]", "x=[1,[2]]");
    assertWrongUsage("--threads must be at least 1", "s = x", "x=1", "--threads=0");
    assertWrongUsage("Invalid value for option '--mode'", "s = x", "x=1", "--mode=sloppy");
    assertWrongUsage("--memory-budget takes a number", "s = x", "x=1", "--memory-budget=lots");
    assertWrongUsage("the program has no output t", "s = x", "x=1", "-o", input("t", "t.npy"));
    assertWrongUsage(
        "-o takes a file that ends in .npy or .npz", "s = x", "x=1", "-o", file("s.txt"));
    assertWrongUsage("say which one goes to", "s = x; t = x + 1", "x=1", "-o", file("s.npy"));
    assertWrongUsage("twice", "s = x", "x=1", "-o", file("s.npy"), "-o", input("s", "./s.npy"));
    assertWrongUsage("use 'einkorn einsum'", "ij->j", "[1]");
  }

  private static void assertWrongUsage(String message, String... words) {
    Ran ran =
        Ran.command(Stream.concat(Stream.of("eval"), Arrays.stream(words)).toArray(String[]::new));
    assertThat(ran.err())
        .startsWith("error: ")
        .contains(message)
        .endsWith("'einkorn eval --help' shows how it is used\n");
    assertThat(ran.out()).isEmpty();
    assertThat(ran.code()).isEqualTo(2);
  }
}
