package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.source.SourceText;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stencils, borders, gather, ranges, ellipses: programs and the IR that they become. */
class WholeLanguageTest {

  /** The derived sizes as {@code x = i - r + 1}, each followed by a semicolon. */
  private static String derived(IndexProgram program) {
    return program.derived().stream()
        .map(
            size ->
                size.name()
                    + " = "
                    + size.candidates().stream()
                        .map(Object::toString)
                        .collect(Collectors.joining(" or ")))
        .collect(Collectors.joining("; "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          # inputs | program                                | header and derived sizes
          I: f32[9], K: f32[3] | O[x] = I[x+r] * K[r]       | (I: f32[I_0], K: f32[r]) -> (O: f32[x]) "x = I_0 - r + 1"
          I: f32[9], K: f32[3] | O[x] = I[2*x+r] * K[r]     | (I: f32[I_0], K: f32[r]) -> (O: f32[x]) "x = (I_0 - r) // 2 + 1"
          I: f32[9], K: f32[3] | O[x] = I[x+2*r] * K[r]     | (I: f32[I_0], K: f32[r]) -> (O: f32[x]) "x = I_0 - 2*r + 2"
          I: f32[9], K: f32[3] | O[x] = I[x-r+5] * K[r]     | (I: f32[I_0], K: f32[r]) -> (O: f32[x]) "x = I_0 - 5"
          I: f32[9], K: f32[3] | O[x] = I[2-r+3*x] * K[r]   | (I: f32[I_0], K: f32[r]) -> (O: f32[x]) "x = (I_0 - 3) // 3 + 1"
          A: f32[9]            | D[x] = A[x+1] + A[x+4]     | (A: f32[A_0]) -> (D: f32[x]) "x = A_0 - 4"
          A: f32[9]            | R[i] = A[8-i]              | (A: f32[A_0]) -> (R: f32[9]) ""
          A: f32[9]            | R[i] = A[3*(2-i)]          | (A: f32[A_0]) -> (R: f32[3]) ""
          A: f32[9]            | R[i] = A[2*i-i]            | (A: f32[i]) -> (R: f32[i]) ""
          A: f32[9], B: f32[8] | D[x] = A[x+1] * B[x+2]     | (A: f32[A_0], B: f32[B_0]) -> (D: f32[x]) "x = A_0 - 1 or B_0 - 2"
          A: f32[9], B: f32[7] | D[x] = A[x+2] * B[x]       | (A: f32[A_0], B: f32[x]) -> (D: f32[x]) ""
          A: f32[9]            | D[x] = A[x+r] where r < 2  | (A: f32[A_0]) -> (D: f32[x]) "x = A_0 - 1"
          A: f32[9]            | D[x] = A[x+r] where x < 2  | (A: f32[A_0]) -> (D: f32[2]) "r = A_0 - 1"
          A: f32[9], K: f32[2], L: f32[3] | D[x] = A[x+r+s] * K[r] * L[s] | (A: f32[A_0], K: f32[r], L: f32[s]) -> (D: f32[x]) "x = A_0 - r - s + 2"
          I: f32[9], K: f32[3] | O[x] = I[x+r] * K[r]; P[y] = O[2*y+1] | (I: f32[I_0], K: f32[r]) -> (P: f32[y]) "x = I_0 - r + 1; y = (x - 2) // 2 + 1"
          I: f32[9], K: f32[3] | O[x] = I[x+r] * K[r]; P[y] = I[y+r] * K[r] | (I: f32[I_0], K: f32[r]) -> (O: f32[x], P: f32[x]) "x = I_0 - r + 1"
          I: f32[9], K: f32[3] | O[x] = zero(I[x+r-1]) * K[r] where x < extent(I, 0) | (I: f32[x], K: f32[r]) -> (O: f32[x]) ""
          x: f32[9]            | O[i] = zero(x[i]) + clamp(x[i-1]) | (x: f32[i]) -> (O: f32[i]) ""
          x: f32[9], J: f32[7] | O[i] = zero(x[i]) + J[i+1] | (x: f32[x_0], J: f32[J_0]) -> (O: f32[i]) "i = J_0 - 1"
          x: f32[9], J: f32[12] | O[i] = zero(x[i]) + J[i+r] | (x: f32[x_0], J: f32[J_0]) -> (O: f32[x_0]) "r = J_0 - x_0 + 1"
          x: f32[3]            | O[i,j] = x[i] * j where j < 2 * extent(x, 0) // 3 + 1 | (x: f32[i]) -> (O: f64[i,j]) "j = 2*i // 3 + 1"
          x: f32[3]            | O[i,j] = x[i] * j where 4 > j, j < extent(x, 0)  | (x: f32[i]) -> (O: f64[i,j]) "j = 4 or i"
          x: f32[3]            | O[i,j] = x[i] * j where j <= 4 | (x: f32[i]) -> (O: f64[i,5]) ""
          x: f32[3]            | O[j] = x[0] where j < extent(x, 0) * 2 - 1 | (x: f32[x_0]) -> (O: f32[j]) "j = 2*x_0 - 1"
          I: f32[9]            | D[x] = I[x+1] - I[x] where x < extent(I, 0) - 1 | (I: f32[I_0]) -> (D: f32[x]) "x = I_0 - 1"
          I: f32[9], J: f32[5] | D[x] = I[x] * J[x] where x < extent(J, 0) | (I: f32[I_0], J: f32[x]) -> (D: f32[x]) ""
          I: f32[9], J: f32[5] | D[x] = I[x] * J[x] where x < 4 | (I: f32[I_0], J: f32[J_0]) -> (D: f32[4]) ""
          I: f32[9]            | T[x] = I[x+1] - I[x] where x < extent(I, 0) - 1; D[x] = T[x] + I[x+1] | (I: f32[I_0]) -> (D: f32[x]) "x = I_0 - 1"
          row: i32[4], v: f32[6] | y[r] = sum[e](v[e] where e >= row[r], e < row[r+1]) * row[r] where r < extent(row, 0) - 1 | (v: f32[e], row: i32[row_0]) -> (y: f64[r]) "r = row_0 - 1"
          A: f32[3,9]          | s[i] = sum[k](A[i,k]) where k < 5 | (A: f32[i,A_1]) -> (s: f32[i]) ""
          I: f32[9], K: f32[4] | O[x] = max[r](I[x+r]) * sum[r](K[r]) where r < 3 | (I: f32[I_0], K: f32[r]) -> (O: f32[x]) "x = I_0 - 2"
          C: f32[3], I: f32[3] | C[x] += I[x] where x < extent(I, 0) | (I: f32[x]) -> (C: f32[x]) ""
          I: f64[2], J: f64[8] | O[x] = I[-2*x+1] + J[2*x] | (I: f64[I_0], J: f64[J_0]) -> (O: f64[x]) "x = 1 or (J_0 - 1) // 2 + 1"
          I: f64[5], K: f64[1] | O[x] = I[-x-r+1] * K[r] | (I: f64[I_0], K: f64[r]) -> (O: f64[x]) "x = -r + 3"
          A: f64[2,2]          | T[...] = A[...,j]; O[i] = T[i] + 1 | (A: f64[e0,j]) -> (O: f64[e0]) ""
          x: f32[3]            | O[i] = x[i] where i < extent(x, 0) | (x: f32[i]) -> (O: f32[i]) ""
          I: f32[2,8,8]        | O[b,x,y] = max[r,s](I[b,2*x+r,2*y+s]) where r < 2, s < 2 | (I: f32[b,I_1,I_2]) -> (O: f32[b,x,y]) "x = (I_1 - 2) // 2 + 1; y = (I_2 - 2) // 2 + 1"
          """)
  void extentsFollowFromAffineIndicesAndConditions(String types, String program, String expected) {
    IndexProgram checked = Checked.program(types, program);
    assertThat(Checked.header(checked) + " \"" + derived(checked) + "\"").isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # inputs | program | statements of the IR
          I: f32[9], K: f32[3] | O[x] = I[x+r] * K[r] | O[x] = sum[r](I[x + r] * K[r]) where x < extent(I, 0) - extent(K, 0) + 1
          I: f32[9], b: f32 | O[x] = I[2*x+r-0] / 3 + b where r < 3 | O[x] = sum[r](I[2*x + r]) / 3.0 + b where x < (extent(I, 0) - 3) // 2 + 1, r < 3
          T: f32[9,4], p: i32[3] | O[k,j] = T[p[k],j] | O[k,j] = T[p[k],j]
          T: f32[9,4], p: i64[3] | O[k,j] = T[2*p[k]+1,j+1] | O[k,j] = T[2 * p[k] + 1,j + 1] where j < extent(T, 1) - 1
          T: f32[9], p: i64[5], q: i32[3] | s = T[p[q[k]]] | s = sum[k](T[p[q[k]]])
          T: f32[9], n: i32 | s = T[n[]] | s = T[n]
          A: f32[9] | R[i] = A[extent(A, 0) - 1 - i] where i < extent(A, 0) | R[i] = A[i64(extent(A, 0) - 1 - i)] where i < extent(A, 0)
          x: f32[9] | O[i] = mirror(x[i-1]) - wrap(x[3-i]) where i < 4 | O[i] = mirror(x[i - 1]) - wrap(x[-i + 3]) where i < 4
          x: f32[9] | s = extent(x, 0) * x[i] | s = f64(extent(x, 0)) * f64(sum[i](x[i]))
          A: f32[2,3] | m[i] = argmax[k](A[i,k]) | m[i] = argmax[k](A[i,k])
          A: i32[2,3] | m = argmin[i,k](A[i,k] where k <= i) | m = argmin[i,k](A[i,k] where k <= i)
          A: f32[3,3] | t[i] = sum[k](A[i,k] where k <= i, A[i,k] > 0) | t[i] = sum[k](select(k <= i and A[i,k] > 0.0, A[i,k], 0.0))
          A: i32[3,3] | t[i] = max[k](A[i,k] where k <= i) | t[i] = max[k](select(k <= i, A[i,k], -2147483648))
          A: i64[3,3] | t[i] = min[k](A[i,k] where k < i) | t[i] = min[k](select(k < i, A[i,k], 9223372036854775807))
          A: f64[3,3] | t[i] = prod[k](A[i,k] where k != i) | t[i] = prod[k](select(k != i, A[i,k], 1.0))
          A: f64[3,3] | t[i] = any[k](A[i,k] > 0 where k < i) | t[i] = any[k](select(k < i, A[i,k] > 0.0, false))
          A: f64[3,3] | t[i] = all[k](A[i,k] > 0 where k < i) | t[i] = all[k](select(k < i, A[i,k] > 0.0, true))
          A: f32[3,3] | t[i] = mean[k](A[i,k] where k <= i) | t[i] = sum[k](select(k <= i, A[i,k], 0.0)) / f32(sum[k](select(k <= i, 1, 0))) where k < extent(A, 1)
          A: f32[3,3] | t[i] = mean[k](A[i,k] where k < extent(A, 1)) | t[i] = sum[k](A[i,k]) / f32(extent(A, 1))
          A: f32[3,3], x: f32[3] | t[i] = A[i,k] * x[k] where k <= i | t[i] = sum[k](select(k <= i, A[i,k] * x[k], 0.0))
          x: f32[3], y: f32[3] | s = x[k] * y[l] where k < l | s = sum[k,l](select(k < l, x[k] * y[l], 0.0))
          x: f32[3], y: f32[4] | s = x[k] * y[l] where k < 2 | s = sum[k](select(k < 2, x[k], 0.0)) * sum[l](y[l])
          x: f32[3], y: f32[3] | s = x[k] + y[k] - 1 where k < 2 | s = sum[k](select(k < 2, x[k], 0.0)) + sum[k](select(k < 2, y[k], 0.0)) - 1.0
          x: f32[3], y: f32[3], z: f32[3] | s = z[m] * (x[k] * y[l]) where k < l | s = sum[m](z[m]) * sum[k,l](select(k < l, x[k] * y[l], 0.0))
          A: f32[2,3] | l[i] = logsumexp[k](A[i,k]) | l[i] = select(abs(max[k_2](A[i,k_2])) == inf, max[k_2](A[i,k_2]), max[k_2](A[i,k_2]) + log(sum[k](exp(A[i,k] - max[k_2](A[i,k_2])))))
          """)
  void everythingIsWrittenOut(String types, String program, String expected) {
    assertThat(Checked.statements(Checked.program(types, program))).isEqualTo(expected);
  }

  @Test
  void logsumexpOfIntegersIsAnF64AndRestrictsBothReductions() {
    IndexProgram program =
        Checked.program("A: i32[3,3]", "l[i] = logsumexp[k](A[i,k] where k <= i)");
    String most = "max[k_2](select(k_2 <= i, f64(A[i,k_2]), -inf))";
    assertThat(Checked.statements(program))
        .isEqualTo(
            "l[i] = select(abs(%s) == inf, %s, %s + log(sum[k](select(k <= i, exp(f64(A[i,k]) - %s), 0.0))))"
                .replace("%s", most));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # inputs | program | the IR
          A: f32[2,3,4], B: f32[2,4,5] | C[...,i,j] = A[...,i,k] * B[...,k,j] | (A: f32[e0,i,k], B: f32[e0,k,j]) -> (C: f32[e0,i,j]); C[e0,i,j] = sum[k](A[e0,i,k] * B[e0,k,j])
          A: f32[3,4], B: f32[7,2,4,5] | C[...,i,j] = A[...,i,k] * B[...,k,j] | (A: f32[i,k], B: f32[e0,e1,k,j]) -> (C: f32[e0,e1,i,j]); C[e0,e1,i,j] = sum[k](A[i,k] * B[e0,e1,k,j])
          A: f32[1,3], B: f32[2,3] | C[...,i] = A[...,i] * B[...,i] | (A: f32[1,i], B: f32[e0,i]) -> (C: f32[e0,i]); C[e0,i] = A[0,i] * B[e0,i]
          A: f32[1,3], B: f32[1,3] | C[...,i] = A[...,i] * B[...,i] | (A: f32[e0,i], B: f32[e0,i]) -> (C: f32[e0,i]); C[e0,i] = A[e0,i] * B[e0,i]
          A: f32[1,4,3], B: f32[2,1,3] | C[...,i] = A[...,i] * B[...,i] | (A: f32[1,e1,i], B: f32[e0,1,i]) -> (C: f32[e0,e1,i]); C[e0,e1,i] = A[0,e1,i] * B[e0,0,i]
          A: f32[3], B: f32[3] | C[...,i] = A[...,i] * B[i] | (A: f32[i], B: f32[i]) -> (C: f32[i]); C[i] = A[i] * B[i]
          A: f32 | C[...] = 2 * A[...] | (A: f32) -> (C: f32); C = 2.0 * A
          A: f32[5,3] | C[...] = A[...,e0] * 2 | (A: f32[e_0,e0]) -> (C: f32[e_0]); C[e_0] = sum[e0](A[e_0,e0]) * 2.0
          A: f32[5,4,3] | C[...,i] = zero(A[...,i-1]) where i < 9 | (A: f32[e0,e1,A_2]) -> (C: f32[e0,e1,9]); C[e0,e1,i] = zero(A[e0,e1,i - 1]) where i < 9
          A: f32[1,3], B: f32[2,3] | T[...] = A[...,i]; C[...] = T[...] * B[...,i] | (A: f32[e0,i], B: f32[e0_2,i_2]) -> (C: f32[e0_2]); T[e0] = sum[i](A[e0,i]); C[e0] = T[0] * sum[i](B[e0,i])
          A: f32[2,3], C: f32[2] | C[...] += A[...,i] | (A: f32[e0,i]) -> (C: f32[e0]); C[e0] += sum[i](A[e0,i])
          x: f32[2,5] | m[...] = max[k](x[...,k]); y[...,k] = x[...,k] - m[...] | (x: f32[e0,k]) -> (y: f32[e0,k]); m[e0] = max[k](x[e0,k]); y[e0,k] = x[e0,k] - m[e0]
          """)
  void ellipsesBroadcastAsNumpyDoes(String types, String program, String expected) {
    IndexProgram checked = Checked.program(types, program);
    assertThat(Checked.header(checked) + "; " + Checked.statements(checked)).isEqualTo(expected);
  }

  @Test
  void sizesOfACallAreNotInTheProgramUnlessAnAxisBroadcasts() {
    String stencil = "O[x] = I[2*x+r] * K[r]; P[x] = zero(O[x-1]) where x < extent(I, 0)";
    assertThat(Checked.program("I: f32[9], K: f32[3]", stencil))
        .isEqualTo(Checked.program("I: f32[?], K: f32[?]", stencil))
        .isEqualTo(Checked.program("I: f32[1], K: f32[5]", stencil));
    String product = "C[...,i] = A[...,i] * B[...,i]";
    assertThat(Checked.program("A: f32[4,3], B: f32[4,3]", product))
        .isEqualTo(Checked.program("A: f32[1,7], B: f32[1,7]", product))
        .isNotEqualTo(Checked.program("A: f32[1,3], B: f32[4,3]", product));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          C[...,i,j] = A[...,i,k] * B[k,j]            | A -1 B 2 C -1 true
          O[x] = zero(I[x-1]) where x < extent(N, 1)  | I 1 N -1 O 1 false
          O[x] = I[x+r] * K[r] + T[p[x]]              | I 1 K 1 p 1 T 1 O 1 false
          C[...] += A[...,k]; D[i,j] = C[i,j]         | A -1 C 2 D 2 true
          """)
  void signaturesSayWhichRanksOnlyTheTensorsTell(String program, String expected) {
    ProgramSignature signature = Checker.signature(SourceText.of(program), Checked.parse(program));
    String found =
        Stream.concat(signature.inputs().stream(), signature.outputs().stream())
            .map(each -> each.name() + " " + each.rank())
            .collect(Collectors.joining(" "));
    assertThat(found + " " + signature.dependsOnUnitExtents()).isEqualTo(expected);
  }

  @Test
  void headersGiveRanksAndExtentsToEllipses() {
    IndexProgram program =
        Checked.program(
            "",
            """
            (A: f32[b,i,k], B: f32[1,k,j]) -> (C)
            C[...,i,j] = A[...,i,k] * B[...,k,j]
            """);
    assertThat(Checked.statements(program)).isEqualTo("C[e0,i,j] = sum[k](A[e0,i,k] * B[0,k,j])");
  }
}
