package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ast.EinsumReader;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.source.CompileException;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.runtime.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EinsumCheckerTest {

  static List<String> numpyCases() throws IOException {
    try (InputStream table = EinsumCheckerTest.class.getResourceAsStream("einsum-numpy.txt")) {
      return new String(table.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("numpyCases")
  void acceptsWhatNumpyAcceptsWithItsShape(String line) {
    String[] columns = line.split(" ?\\| ", -1);
    String string = line.startsWith(" | ") ? "" : columns[0];
    List<InputType> operands =
        Stream.of(columns[columns.length - 2].split(" ")).map(EinsumCheckerTest::operand).toList();
    assertThat(result(string, operands)).isEqualTo(columns[columns.length - 1]);
  }

  private static InputType operand(String shape) {
    return InputType.of(ElementType.F64, extents(shape));
  }

  private static long[] extents(String shape) {
    return Arrays.stream(shape.replaceAll("[()]", "").split(","))
        .filter(each -> !each.isEmpty())
        .mapToLong(Long::parseLong)
        .toArray();
  }

  private static String result(String string, List<InputType> operands) {
    SourceText source = SourceText.of(string);
    Diagnostics diagnostics = new Diagnostics();
    var einsum = EinsumReader.parse(source, diagnostics);
    if (einsum.isEmpty()) {
      return "error";
    }
    IndexProgram program;
    try {
      program = EinsumChecker.check(source, einsum.get(), operands);
    } catch (CompileException e) {
      return "error";
    }
    IndexVerifier.check(program, "check");
    return program.targets().getFirst().type().extents().stream()
        .map(extent -> Long.toString(value(extent, program, operands)))
        .collect(Collectors.joining(",", "(", ")"));
  }

  private static long value(Extent extent, IndexProgram program, List<InputType> operands) {
    return switch (extent) {
      case Extent.Fixed(long fixed) -> fixed;
      case Extent.Symbolic(String name) -> {
        SizeParameter.Axis axis =
            program.sizes().stream()
                .filter(size -> size.name().equals(name))
                .findFirst()
                .orElseThrow()
                .axes()
                .getFirst();
        int operand =
            IntStream.range(0, operands.size())
                .filter(n -> program.inputs().get(n).name().equals(axis.tensor()))
                .findFirst()
                .orElseThrow();
        yield operands.get(operand).extents().get(axis.position()).orElseThrow();
      }
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # operands                | string         | IR
          a: f32[2,3], b: f32[3,4]  | ij,jk->ik      | (A: f32[i,j], B: f32[j,k]) -> (out: f32[i,k]); out[i,k] = sum[j](A[i,j] * B[j,k])
          a: f32[2,3], b: f32[1,4]  | ij,jk->ik      | (A: f32[i,j], B: f32[1,k]) -> (out: f32[i,k]); out[i,k] = sum[j](A[i,j] * B[0,k])
          a: f32[2,1], b: f32[1,4]  | ij,jk->ik      | (A: f32[i,j], B: f32[j,k]) -> (out: f32[i,k]); out[i,k] = sum[j](A[i,j] * B[j,k])
          a: i32[3], b: f32[3]      | i,i            | (A: i32[i], B: f32[i]) -> (out: f64); out = sum[i](f64(A[i]) * f64(B[i]))
          a: i32[3], b: i32[3]      | i,i->i         | (A: i32[i], B: i32[i]) -> (out: i32[i]); out[i] = A[i] * B[i]
          a: f32[3]                 | i->ii          | (A: f32[i]) -> (out: f32[i,i]); out[i,i] = A[i]
          a: f32[3,3]               | ii->i          | (A: f32[i,i]) -> (out: f32[i]); out[i] = A[i,i]
          a: f32[5,2,3], b: f32[3]  | ...j,j->...    | (A: f32[e0,e1,j], B: f32[j]) -> (out: f32[e0,e1]); out[e0,e1] = sum[j](A[e0,e1,j] * B[j])
          a: f32[5,3], b: f32[2,1,3]| ...j,...j->... | (A: f32[e1,j], B: f32[e0,1,j]) -> (out: f32[e0,e1]); out[e0,e1] = sum[j](A[e1,j] * B[e0,0,j])
          a: f32[2,3], b: f32[3,4]  | AB,BC          | (D: f32[A,B], E: f32[B,C]) -> (out: f32[A,C]); out[A,C] = sum[B](D[A,B] * E[B,C])
          a: f32[2,3]               | [out][e0]->[e0]| (A: f32[out,e0]) -> (out_2: f32[e0]); out_2[e0] = sum[out](A[out,e0])
          a: f32[2,3]               | ...[e0]        | (A: f32[e0_2,e0]) -> (out: f32[e0_2,e0]); out[e0_2,e0] = A[e0_2,e0]
          a: f32, b: f64[2]         | ,λ->λ          | (A: f32, B: f64[λ]) -> (out: f64[λ]); out[λ] = f64(A) * B[λ]
          a: f32[?,1], b: f32[?,4]  | ik,ik->k       | (A: f32[i,1], B: f32[i,k]) -> (out: f32[k]); out[k] = sum[i](A[i,0] * B[i,k])
          """)
  void labelsBecomeIndices(String operands, String string, String expected) {
    IndexProgram program = Checked.einsum(operands, string);
    assertThat(Checked.header(program) + "; " + Checked.statements(program)).isEqualTo(expected);
  }

  @Test
  void axesThatBroadcastAreTold() {
    SourceText source = SourceText.of("ij,...jk->...ik");
    var einsum = EinsumReader.parse(source, new Diagnostics()).orElseThrow();
    assertThat(
            EinsumChecker.broadcastAxes(
                source,
                einsum,
                List.of(
                    InputType.of(ElementType.F32, 1, 1), InputType.of(ElementType.F32, 1, 4, 1))))
        .isEqualTo(List.of(List.of(1), List.of()));
  }

  @Test
  void manyOperandsMakeATreeThatIsNotDeep() {
    int count = 5_000;
    String types =
        IntStream.range(0, count)
            .mapToObj(n -> "t" + n + ": f32[2]")
            .collect(Collectors.joining(","));
    IndexProgram program =
        Checked.einsum(types, String.join(",", Collections.nCopies(count, "i")) + "->");
    assertThat(program.inputs()).hasSize(count);
    assertThat(program.inputs().get(26).name()).isEqualTo("A1");
    assertThat(program.inputs()).doesNotHaveDuplicates();
  }
}
