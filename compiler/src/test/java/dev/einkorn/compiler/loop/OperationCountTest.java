package dev.einkorn.compiler.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Scheduler;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationCountTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "C[i,j] = A[i,j]                              | 0",
        "C[i,j] = A[i,j] + B[i,j]                     | i*j",
        "C[i,j] = -A[i,j]                             | i*j",
        "C[i,j] = A[i,k] * B[k,j]                     | 2*i*j*k",
        "s = A[i,k]                                   | i*k",
        "s = 2 * x[0] + 1                             | 2",
        "y[i] = x[i] + 2 * A[i,k]                     | i*k + 2*i",
        "y[i] += A[i,k]                               | i*k + i",
        "m[i] = max[j](exp(S[i,j]))                   | 2*i*j",
        "y[i] = fma(x[i], x[i], exp(x[i]))            | 2*i",
        "b[i] = x[i] > 0 and x[i] < y[i]              | 0",
        "b = any[i](x[i] + 1 > 0)                     | i",
        "y[i] = select(x[i] > 0, x[i] + 1, x[i] * 2)  | 2*i",
        "y[i] = f64(x[i])                             | 0",
        "u = mean[j](x[j])                            | j + 1",
        "M[i,i] = d[i] * d[i]                         | i",
      })
  void countsArithmetic(String program, String count) {
    assertThat(OperationCount.of(Nests.canonical(program))).hasToString(count);
  }

  @Test
  void countsWhatAScheduleSaves() {
    LoopNest nest = Nests.canonical("P[i,j] = exp(S[i,j]) / sum[k](exp(S[i,k]))");
    assertThat(OperationCount.of(nest)).hasToString("2*i*j*j + 2*i*j");
    LoopNest hoisted = Scheduler.apply(nest, Schedule.parse("hoist()"));
    assertThat(OperationCount.of(hoisted)).hasToString("4*i*j");
  }

  @Test
  void halfOfASquareCountsForATriangle() {
    LoopNest nest = Nests.canonical("G[i,j] = A[i,k] * A[j,k]");
    LoopNest mirrored = Scheduler.apply(nest, Schedule.parse("mirror(i, j)"));
    assertThat(OperationCount.of(mirrored)).hasToString("i*i*k");
  }

  @Test
  void evaluatesAtSizes() {
    OperationCount count = OperationCount.of(Nests.canonical("y[i] = x[i] + 2 * A[i,k]"));
    assertThat(count.evaluate(OperationCountTest::size)).isEqualTo(10 * 20 + 2 * 10);
    assertThat(count.evaluate(_ -> 0)).isZero();
    assertThat(count.evaluate(_ -> Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void addsWhatHasTheSameExtents() {
    OperationCount matrixVector = OperationCount.of(Nests.canonical("y[i] = A[i,k] * x[k]"));
    OperationCount scaled = OperationCount.of(Nests.canonical("y[i] = x[i] + 2 * A[i,k]"));
    assertThat(OperationCount.sum(List.of(matrixVector, scaled))).hasToString("3*i*k + 2*i");
    assertThat(OperationCount.sum(List.of())).hasToString("0");
  }

  private static long size(Extent extent) {
    return extent.equals(new Extent.Symbolic("i")) ? 10 : 20;
  }
}
