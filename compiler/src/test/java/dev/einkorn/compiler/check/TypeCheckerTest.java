package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeCheckerTest {
  private static final String TYPES =
      "f: f32[3], d: f64[3], n: i32[3], l: i64[3], c: bool[3], s: f32, m: i32";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # program                          | type of the target | statement of the IR
          y[i] = f[i]                        | f32  | y[i] = f[i]
          y[i] = f[i] + d[i]                 | f64  | y[i] = f64(f[i]) + d[i]
          y[i] = f[i] + n[i]                 | f64  | y[i] = f64(f[i]) + f64(n[i])
          y[i] = f[i] + l[i]                 | f64  | y[i] = f64(f[i]) + f64(l[i])
          y[i] = n[i] + l[i]                 | i64  | y[i] = i64(n[i]) + l[i]
          y[i] = n[i] * n[i]                 | i32  | y[i] = n[i] * n[i]
          y[i] = n[i] * c[i]                 | i32  | y[i] = n[i] * i32(c[i])
          y[i] = c[i] + c[i]                 | i64  | y[i] = i64(c[i]) + i64(c[i])
          y[i] = -c[i]                       | i64  | y[i] = -i64(c[i])
          y[i] = 2 * f[i]                    | f32  | y[i] = 2.0 * f[i]
          y[i] = 0.1 * f[i]                  | f32  | y[i] = 0.1 * f[i]
          y[i] = 2 * n[i]                    | i32  | y[i] = 2 * n[i]
          y[i] = 2.5 * n[i]                  | f64  | y[i] = 2.5 * f64(n[i])
          y[i] = c[i] * 2                    | i64  | y[i] = i64(c[i]) * 2
          y[i] = f[i] - -2147483648          | f32  | y[i] = f[i] - -2.1474836e9
          y[i] = n[i] + -2147483648          | i32  | y[i] = n[i] + -2147483648
          y[i] = sqrt(2) * f[i]              | f32  | y[i] = f32(sqrt(2.0)) * f[i]
          y[i] = 2 * 3 * n[i]                | i32  | y[i] = i32(2 * 3) * n[i]
          y[i] = 1 / 3 * f[i]                | f32  | y[i] = f32(1.0 / 3.0) * f[i]
          y = 2                              | i64  | y = 2
          y = 2 + 0.5                        | f64  | y = 2.0 + 0.5
          y = pi                             | f64  | y = 3.141592653589793
          y[i] = n[i] / n[i]                 | f64  | y[i] = f64(n[i]) / f64(n[i])
          y[i] = n[i] // 2 % m               | i32  | y[i] = n[i] // 2 % m
          y[i] = f[i] / 2                    | f32  | y[i] = f[i] / 2.0
          y[i] = f[i]^2                      | f32  | y[i] = f[i]^2.0
          y[i] = pow(n[i], 2)                | i32  | y[i] = n[i]^2
          y[i] = 2^-1 * f[i]                 | none | TYPE_MISMATCH
          y[i] = i                           | none | UNDETERMINED_EXTENT
          y[i] = f[i] * i                    | f64  | y[i] = f64(f[i]) * f64(i)
          y[i] = exp(n[i])                   | f64  | y[i] = exp(f64(n[i]))
          y[i] = abs(n[i])                   | i32  | y[i] = abs(n[i])
          y[i] = floor(n[i])                 | i32  | y[i] = n[i]
          y[i] = round(f[i])                 | f32  | y[i] = round(f[i])
          y[i] = max(f[i], 0)                | f32  | y[i] = max(f[i], 0.0)
          y[i] = max(n[i], 0.5)              | f64  | y[i] = max(f64(n[i]), 0.5)
          y[i] = fma(f[i], s, 1)             | f32  | y[i] = fma(f[i], s, 1.0)
          y[i] = atan2(f[i], d[i])           | f64  | y[i] = atan2(f64(f[i]), d[i])
          y[i] = f[i] > 0                    | bool | y[i] = f[i] > 0.0
          y[i] = n[i] < f[i]                 | bool | y[i] = f64(n[i]) < f64(f[i])
          y[i] = c[i] == c[i]                | bool | y[i] = c[i] == c[i]
          y[i] = c[i] < c[i]                 | bool | y[i] = i64(c[i]) < i64(c[i])
          y[i] = c[i] == n[i]                | bool | y[i] = i32(c[i]) == n[i]
          y[i] = not c[i] or f[i] >= 1       | bool | y[i] = not c[i] or f[i] >= 1.0
          y[i] = c[i] and true               | bool | y[i] = c[i] and true
          y[i] = select(c[i], f[i], 0)       | f32  | y[i] = select(c[i], f[i], 0.0)
          y[i] = select(c[i], f[i], d[i])    | f64  | y[i] = select(c[i], f64(f[i]), d[i])
          y[i] = select(c[i], 1, 0) * f[i]   | f32  | y[i] = select(c[i], 1.0, 0.0) * f[i]
          y[i] = select(i < 2, f[i], -inf)   | f32  | y[i] = select(i < 2, f[i], -inf)
          y[i] = select(c[i], c[i], false)   | bool | y[i] = select(c[i], c[i], false)
          y[i] = f64(f[i])                   | f64  | y[i] = f64(f[i])
          y[i] = f32(f[i])                   | f32  | y[i] = f[i]
          y[i] = i32(2.7) + n[i]             | i32  | y[i] = i32(2.7) + n[i]
          y[i] = f32(0.1) * d[i]             | f64  | y[i] = f64(0.1) * d[i]
          y = sum[i](f64(f[i]))              | f64  | y = sum[i](f64(f[i]))
          y = sum[i](c[i])                   | i64  | y = sum[i](i64(c[i]))
          y = prod[i](n[i])                  | i32  | y = prod[i](n[i])
          y = sum[i](select(f[i] > 0, 1, 0)) | i64  | y = sum[i](select(f[i] > 0.0, 1, 0))
          y = max[i](f[i])                   | f32  | y = max[i](f[i])
          y = mean[i](f[i])                  | f32  | y = sum[i](f[i]) / f32(extent(f, 0))
          y = mean[i](n[i])                  | f64  | y = sum[i](f64(n[i])) / f64(extent(n, 0))
          y = mean[i](f[i] > 0)              | f64  | y = sum[i](f64(f[i] > 0.0)) / f64(extent(f, 0))
          y = mean[i,j](f[i] * f[j])         | f32  | y = sum[i,j](f[i] * f[j]) / f32(extent(f, 0) * extent(f, 0))
          y = any[i](f[i] > 0)               | bool | y = any[i](f[i] > 0.0)
          y = all[i](n[i])                   | none | TYPE_MISMATCH
          y[i] = f[i] + (c[i] and f[i])      | none | TYPE_MISMATCH
          """)
  void promotesAsNumpyAndLiteralsAdapt(String program, String type, String expected) {
    String used = program.substring(program.indexOf('='));
    String types =
        InputTypes.parse(TYPES).entrySet().stream()
            .filter(each -> used.matches(".*\\b" + each.getKey() + "\\b.*"))
            .map(each -> each.getKey() + ": " + each.getValue())
            .reduce("", (a, b) -> a + ", " + b);
    if (type.equals("none")) {
      assertThat(CheckerTest.refusal(types, program)).isEqualTo(expected);
      return;
    }
    var checked = Checked.program(types, program);
    assertThat(Checked.statements(checked)).isEqualTo(expected);
    assertThat(checked.typeOf("y").elementType()).hasToString(type);
  }
}
