package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SumPlacementTest {
  private static final String TYPES =
      "A: f64[3,4], B: f64[3,4], M: f64[3,3], x: f64[4], y: f64[4], b: f64[3], a: f64, T:"
          + " f64[2,3,4]";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # program                            | statements of the IR
          s = x[k]                             | s = sum[k](x[k])
          s = A[i,k]                           | s = sum[i,k](A[i,k])
          s = A[i,k] * B[i,k]                  | s = sum[i,k](A[i,k] * B[i,k])
          t = M[i,i]                           | t = sum[i](M[i,i])
          d[i] = M[i,i]                        | d[i] = M[i,i]
          D[i,i] = b[i]                        | D[i,i] = b[i]
          c[i] = A[i,k] * x[k] + b[i]          | c[i] = sum[k](A[i,k] * x[k]) + b[i]
          c[i] = b[i] - A[i,k]                 | c[i] = b[i] - sum[k](A[i,k])
          c[i] = -A[i,k] + -(-b[i])            | c[i] = -sum[k](A[i,k]) + -(-b[i])
          s = x[k] - (y[k] - a)                | s = sum[k](x[k]) - (sum[k](y[k]) - a)
          c[k] = A[i,k] * a                    | c[k] = sum[i](A[i,k]) * a
          s = 2 * x[k]                         | s = 2.0 * sum[k](x[k])
          s = x[k] / a                         | s = sum[k](x[k]) / a
          s = x[k] / y[k]                      | s = sum[k](x[k] / y[k])
          s = a / y[k] * x[k]                  | s = sum[k](a / y[k] * x[k])
          s = x[k] * y[k] * a                  | s = sum[k](x[k] * y[k] * a)
          s = a * (x[k] * y[k])                | s = a * sum[k](x[k] * y[k])
          s = x[k] * y[l]                      | s = sum[k](x[k]) * sum[l](y[l])
          s = b[i] * A[i,k]                    | s = sum[i](b[i] * sum[k](A[i,k]))
          s = a * (x[k] + y[k])                | s = a * (sum[k](x[k]) + sum[k](y[k]))
          s = (x[k] + a) * y[k]                | s = sum[k]((x[k] + a) * y[k])
          s = (x[k] - y[k])^2                  | s = sum[k]((x[k] - y[k])^2.0)
          D[i,j] = (A[i,k] - B[j,k])^2         | D[i,j] = sum[k]((A[i,k] - B[j,k])^2.0)
          s = exp(x[k]) * y[k]                 | s = sum[k](exp(x[k]) * y[k])
          s = exp(sum[k](x[k]))                | s = exp(sum[k](x[k]))
          s = sum[k](x[k]) * y[k]              | s = sum[k](x[k]) * sum[k](y[k])
          s[i] = max[k](A[i,k]) * x[k]         | s[i] = max[k](A[i,k]) * sum[k](x[k])
          s = max[k](A[i,k]) * b[i]            | s = sum[i](max[k](A[i,k]) * b[i])
          s = T[q,i,k] * b[i] * x[k]           | s = sum[i,k](sum[q](T[q,i,k]) * b[i] * x[k])
          s = x[k] * k                         | s = sum[k](x[k] * f64(k))
          """)
  void sumsGoWhereTheRuleSays(String program, String expected) {
    String used = program.substring(program.indexOf('='));
    String types =
        InputTypes.parse(TYPES).entrySet().stream()
            .filter(each -> used.matches(".*\\b" + each.getKey() + "\\b.*"))
            .map(each -> each.getKey() + ": " + each.getValue())
            .reduce("", (a, b) -> a + ", " + b);
    assertThat(Checked.statements(Checked.program(types, program))).isEqualTo(expected);
  }
}
