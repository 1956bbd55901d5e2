package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.SourceText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckerTest {

  /** The codes of the errors of a program that must be refused. */
  static String refusal(String types, String program) {
    CompileException refusal =
        catchThrowableOfType(CompileException.class, () -> Checked.program(types, program));
    assertThat(refusal).as("%s must be refused", program).isNotNull();
    return Checked.codes(refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # inputs                   | program                                    | header of the IR
          A: f32[3,4], B: f32[4,5]   | C[i,j] = A[i,k] * B[k,j]                   | (A: f32[i,k], B: f32[k,j]) -> (C: f32[i,j])
          A: f32[3,3]                | t = A[i,i]                                 | (A: f32[i,i]) -> (t: f32)
          A: f32[3,3]                | s = A[i,j] * A[j,i]                        | (A: f32[i,i]) -> (s: f32)
          A: f32[3,4]                | x[j] = A[0,j]                              | (A: f32[A_0,j]) -> (x: f32[j])
          A: f32[3], B: f32[4]       | C[i] = A[i]; D[i] = B[i]                   | (A: f32[i], B: f32[i_2]) -> (C: f32[i], D: f32[i_2])
          A: f32[3], B: f32[4]       | s = sum[k](A[k]) + sum[k](B[k])            | (A: f32[k], B: f32[k_2]) -> (s: f32)
          A: f32[3,4], B: f32[3,4]   | C[i,j] = A[i,j]; D[k,l] = C[k,l] * B[k,l]  | (A: f32[i,j], B: f32[i,j]) -> (D: f32[i,j])
          A: f32[3], B: f32[4]       | C[i] = A[i]; C[j] += A[j]; D[i] = B[i]     | (A: f32[i], B: f32[i_2]) -> (C: f32[i], D: f32[i_2])
          A: f32[3], C: f64[3]       | C[i] += A[i]                               | (A: f32[i]) -> (C: f64[i])
          x: f32[3], O: f32[3,5]     | O[i,j] += x[i]                             | (x: f32[i]) -> (O: f32[i,O_1])
          A: f32[3], C: f32[3]       | C[i] += A[i]; D[i] = 2 * C[i]              | (A: f32[i]) -> (C: f32[i], D: f32[i])
          A: f32[?,?]                | b[j] = A[i,j]                              | (A: f32[i,j]) -> (b: f32[j])
          A: f32[3]                  | D[i,i] = A[i]                              | (A: f32[i]) -> (D: f32[i,i])
          x: f64                     | y = x[] + 1; z[] = y                       | (x: f64) -> (z: f64)
          """)
  void extentsAreNamedAfterIndicesAndHoldForEverySize(
      String types, String program, String expected) {
    assertThat(Checked.header(Checked.program(types, program)))
        .isEqualTo(expected.replace("O_1", "j"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          (A: f32[n,4], x: f64) -> (c: f64[n]) c[i] = A[i,k] * x | (A: f32[n,4], x: f64) -> (c: f64[n])
          (A: f32[n]) -> (O: f64[n,3]) O[i,j] = A[i]             | (A: f32[n]) -> (O: f64[n,3])
          (A: f32[n]) -> (O: f32[n]) O[i] = 2 * i                | (A: f32[n]) -> (O: f32[n])
          (A: f32[n], B: f32[m]) -> (s) s = A[i] * B[i]          | (A: f32[n], B: f32[n]) -> (s: f32)
          (A: f32[n]) -> (C, D) D[i] = A[i]; C[i] = D[i]         | (A: f32[n]) -> (C: f32[n], D: f32[n])
          (A: f32[n], B: f32[4]) s = A[i] * B[i]                 | (A: f32[4], B: f32[4]) -> (s: f32)
          (A: f32[n]) -> (C: f64[n]) C[i] += A[i]                | (A: f32[n]) -> (C: f64[n])
          (a: f32[n], unused: i32[m,2]) -> (s) s = a[i]          | (a: f32[n], unused: i32[m,2]) -> (s: f32)
          """)
  void aHeaderGivesTypesExtentsAndOutputs(String program, String expected) {
    String text = program.replaceFirst("(\\(.*\\) -> \\([^)]*\\)|\\([^)]*\\)) ", "$1\n");
    assertThat(Checked.header(Checked.program("", text))).isEqualTo(expected);
  }

  @Test
  void sizesOfACallAreNotInTheProgram() {
    String program = "C[i,j] = A[i,k] * B[k,j]";
    IndexProgram one = Checked.program("A: f32[3,4], B: f32[4,5]", program);
    assertThat(Checked.program("A: f32[1,0], B: f32[0,7]", program)).isEqualTo(one);
    assertThat(Checked.program("A: f32[?,?], B: f32[?,?]", program)).isEqualTo(one);
    assertThat(one.sizes())
        .containsExactly(
            new SizeParameter("i", List.of(new SizeParameter.Axis("A", 0))),
            new SizeParameter(
                "k", List.of(new SizeParameter.Axis("A", 1), new SizeParameter.Axis("B", 0))),
            new SizeParameter("j", List.of(new SizeParameter.Axis("B", 1))));
  }

  @Test
  void theSeedQuestionIsChecked() {
    IndexProgram program =
        Checked.program(
            "A: f64[5,5], B: f64[5], Y: f64[5], Z: f64[5,5]",
            """
            C[i,j,k]  = B[i] * A[j,k]
            C2[i,j,k] = Y[j] * Z[i,k]
            E[k]      = (C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j])
            """);
    assertThat(Checked.statements(program))
        .isEqualTo(
            "C[i,j,k] = B[i] * A[j,k]; C2[i,j,k] = Y[j] * Z[i,k]; "
                + "E[k] = sum[i,j]((C[i,j,k] + C2[i,j,k]) * (C[i,k,j] + C2[i,k,j]))");
    assertThat(Checked.header(program))
        .isEqualTo("(B: f64[i], A: f64[j,j], Y: f64[j], Z: f64[i,j]) -> (E: f64[j])");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          C[i] += A[i]                | C[i] += f32(A[i])
          C[i] *= 2                   | C[i] *= 2.0
          C[i] max= n[i]              | C[i] max= f32(n[i])
          C[i] min= n[i] > 0          | C[i] min= f32(n[i] > 0)
          C[i] += M[i,j] * A[j]       | C[i] += f32(sum[j](M[i,j] * A[j]))
          """)
  void accumulatingCastsWithinTheSameKind(String program, String expected) {
    String all = "A: f64[3], n: i32[3], M: f64[3,3], C: f32[3]";
    String types =
        InputTypes.parse(all).entrySet().stream()
            .filter(each -> program.matches(".*\\b" + each.getKey() + "\\b.*"))
            .map(each -> each.getKey() + ": " + each.getValue())
            .reduce("", (a, b) -> a + ", " + b);
    assertThat(Checked.statements(Checked.program(types, program))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          A: f32[3]            | B[i] = foo(A[i]); C[i] = B[i] + 1; D[i] = select(C[i], 1, 2)   | UNKNOWN_FUNCTION
          A: f32[3]            | B[i] = A[i] + z; C[i] = not B[i]                               | MISSING_INPUT
          A: f32[3], B: f32[4] | C[i] = A[i] * B[i]; D[i] = C[i] + 1                            | EXTENT_MISMATCH
          U: f32[?], A: f32[3], B: f32[4] | C[i] = U[i]; D[i] = C[i] * A[i]; E[i] = U[i] * B[i] | EXTENT_MISMATCH
          A: f32[3]            | C[i] = A[i]; x = C[3] + C[2]                                  | INDEX_OUT_OF_RANGE
          A: f32[3]            | O[i,j] = A[i]; P[i,j] = O[i,j] + 1                             | UNDETERMINED_EXTENT
          I: f32[9]            | O[x] = I[x-1]; P[y] = O[y]                                     | INDEX_OUT_OF_RANGE
          A: f32[3,4]          | B[i] = A[i] * A[j]                                             | RANK_MISMATCH
          A: f32[3]            | B[i] = A[i] + 99999999999999999999 * i32(A[i]); C[i] = B[i]    | INVALID_LITERAL
          """)
  void anErrorIsReportedOnceAndItsFollowersAreSilent(
      String types, String program, String expected) {
    assertThat(refusal(types, program)).isEqualTo(expected);
  }

  @Test
  void signaturesNeedNoTypes() {
    var text = "t[i] = A[i,k] * x; C[i] += t[i]; D[j] = A[j,k] * B[k]";
    ProgramSignature signature = Checker.signature(SourceText.of(text), Checked.parse(text));
    assertThat(signature)
        .isEqualTo(
            new ProgramSignature(
                List.of(
                    new ProgramSignature.Parameter("A", 2),
                    new ProgramSignature.Parameter("x", 0),
                    new ProgramSignature.Parameter("B", 1)),
                List.of(
                    new ProgramSignature.Parameter("C", 1), new ProgramSignature.Parameter("D", 1)),
                List.of("C"),
                false));
  }

  @Test
  void signaturesReportAllErrorsOfStructure() {
    var text = "y[i] = foo(x[i]); z[i,j] = y[i]; z[i,j] = y[i,j]; w[i] = exp(z[i,j])";
    CompileException refusal =
        catchThrowableOfType(
            CompileException.class,
            () -> Checker.signature(SourceText.of(text), Checked.parse(text)));
    assertThat(Checked.codes(refusal))
        .isEqualTo(
            "UNKNOWN_FUNCTION UNDETERMINED_EXTENT ASSIGNED_TWICE RANK_MISMATCH AMBIGUOUS_SUM");
  }

  @Test
  void deepExpressionsAreChecked() {
    String deep = "exp(".repeat(190) + "x[i]" + ")".repeat(190);
    assertThat(Checked.statements(Checked.program("x: f32[3]", "y[i] = " + deep)))
        .isEqualTo("y[i] = " + deep);
    String sum = "x[i]" + " * x[i]".repeat(390);
    assertThat(Checked.statements(Checked.program("x: f32[3]", "y = " + sum)))
        .isEqualTo("y = sum[i](" + sum + ")");
  }
}
