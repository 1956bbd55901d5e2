package dev.einkorn.compiler.schedule;

import static dev.einkorn.compiler.schedule.Scheduled.gives;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Nests;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HoistTest {
  @Test
  void loadsEachElementWhereItsLoopsEnd() {
    gives(
        "C[i,j] = x[i] * y[j]",
        "hoist()",
        """
        for i:
          f32 x_i = x[i]
          for j:
            C[i,j] = x_i * y[j]
        """);
  }

  @Test
  void callsAFunctionOnceForAllIterations() {
    gives(
        "C[i,j] = exp(x[i] + 1) * y[j]",
        "hoist()",
        """
        for i:
          f32 exp_value = exp(x[i] + 1.0)
          for j:
            C[i,j] = exp_value * y[j]
        """);
  }

  @Test
  void equalFoldsAreOne() {
    gives(
        "P[i] = max[k](S[i,k]) * log(sum[k](S[i,k] - max[j](S[i,j])))",
        "hoist()",
        """
        for i:
          f32 max_k = -inf
          for k:
            max_k max= S[i,k]
          f32 sum_k = 0.0
          for k:
            sum_k += S[i,k] - max_k
          P[i] = max_k * log(sum_k)
        """);
  }

  @Test
  void foldsOfOtherElementsStayApart() {
    gives(
        "P[i] = sum[k](S[i,k]) * sum[k](S[k,i])",
        "hoist()",
        """
        for i:
          f32 sum_k = 0.0
          for k < i:
            sum_k += S[i,k]
          f32 sum_k_1 = 0.0
          for k < i:
            sum_k_1 += S[k,i]
          P[i] = sum_k * sum_k_1
        """);
  }

  @Test
  void reducesOnceForAllIterations() {
    gives(
        "P[i,j] = S[i,j] - max[k](S[i,k])",
        "hoist()",
        """
        for i:
          f32 max_k = -inf
          for k < j:
            max_k max= S[i,k]
          for j:
            P[i,j] = S[i,j] - max_k
        """);
  }

  @Test
  void movesAReductionThatNothingChangesOutOfAllLoops() {
    gives(
        "y[i,j] = A[i,j] / sum[k](x[k])",
        "hoist()",
        """
        f32 sum_k = 0.0
        for k:
          sum_k += x[k]
        for i:
          for j:
            y[i,j] = A[i,j] / sum_k
        """);
  }

  @Test
  void leavesArithmeticThatNeedsNoLoadInItsLoop() {
    gives(
        "C[i,j] = f32(2.5 + 3.5) * (A[i,j] - f32(i))",
        "hoist()",
        """
        for i:
          for j:
            C[i,j] = f32(2.5 + 3.5) * (A[i,j] - f32(i))
        """);
  }

  @Test
  void leavesWhatMayFailInItsLoop() {
    String header = "(a: i32[i], b: i32[i], x: i32[j]) -> (q)\n";
    for (String operation : new String[] {"a[i] // b[i]", "a[i] % b[i]", "a[i] ^ b[i]"}) {
      LoopNest nest = Nests.canonical(header + "q[i,j] = x[j] + " + operation);
      String scheduled = Scheduler.apply(nest, Schedule.parse("hoist()")).toString();
      assertThat(scheduled).as(operation).doesNotContain("Declare[local=factor");
    }
    gives(
        header + "q[i,j] = x[j] + a[i] // b[i]",
        "hoist()",
        """
        for i:
          i32 a_i = a[i]
          i32 b_i = b[i]
          for j:
            q[i,j] = x[j] + a_i // b_i
        """);
  }

  @Test
  void movesFloatingPointDivisionWhichCannotFail() {
    gives(
        "q[i,j] = x[j] + a[i] / b[i]",
        "hoist()",
        """
        for i:
          f32 quotient = a[i] / b[i]
          for j:
            q[i,j] = x[j] + quotient
        """);
  }

  @Test
  void choosesBetweenLoopsWhereAllIterationsChooseAlike() {
    gives(
        "y[i,j] = select(m[i] > 0, exp(x[i]), A[i,j])",
        "hoist()",
        """
        for i:
          bool choice = m[i] > 0.0
          if choice:
            f32 exp_value = exp(x[i])
            for j:
              y[i,j] = exp_value
          else:
            for j:
              y[i,j] = A[i,j]
        """);
  }

  @Test
  void leavesTheRightSideOfAndOrButNotTheLeft() {
    gives(
        "b[i,j] = m[i] > 0 and (x[i] > 0 or A[i,j] > 0)",
        "hoist()",
        """
        for i:
          bool choice = m[i] > 0.0
          for j:
            b[i,j] = choice and (x[i] > 0.0 or A[i,j] > 0.0)
        """);
  }

  @Test
  void nothingLeavesAGuard() {
    gives(
        "y[i] = select(m[i] > 0, sum[k](A[i,k]), 0)",
        "hoist()",
        """
        for i:
          f32 chosen = 0.0
          if m[i] > 0.0:
            f32 sum_k = 0.0
            for k:
              sum_k += A[i,k]
            chosen = sum_k
          else:
            chosen = 0.0
          y[i] = chosen
        """);
  }

  @Test
  void whatIsGuardedIsHoistedOutOfLoopsInsideTheGuard() {
    gives(
        "y[i] = select(m[i] > 0, sum[k](x[k] * z[i]), 0)",
        "hoist()",
        """
        for i:
          f32 chosen = 0.0
          if m[i] > 0.0:
            f32 z_i = z[i]
            f32 sum_k = 0.0
            for k:
              sum_k += x[k] * z_i
            chosen = sum_k
          else:
            chosen = 0.0
          y[i] = chosen
        """);
  }

  @Test
  void aSecondTimeChangesNothing() {
    LoopNest nest = Nests.canonical("P[i,j] = exp(S[i,j] - max[k](S[i,k])) * x[i]");
    LoopNest once = Scheduler.apply(nest, Schedule.parse("hoist()"));
    assertThat(Scheduler.apply(once, Schedule.parse("hoist()"))).isEqualTo(once);
  }

  @Test
  void aLoopThatNeverRunsLeavesNoTrace() {
    IndexProgram program =
        ProgramText.check("(a: i32[i], b: i32[i], x: i32[j]) -> (q)\nq[i,j] = x[j] + a[i] // b[i]");
    Map<String, Tensor> inputs =
        Map.of(
            "a", Tensor.of(new int[] {1, 2}, 2),
            "b", Tensor.of(new int[] {0, 0}, 2),
            "x", Tensor.zeros(ElementType.I32, 0));
    Einkorn einkorn = Einkorn.builder().schedule("q", "hoist()").build();
    assertThat(ProgramText.named(ProgramText.compile(einkorn, program).call(inputs), "q").shape())
        .containsExactly(2, 0);
  }

  @Test
  void aLoopThatNeverRunsGivesTheIdentity() {
    IndexProgram program = ProgramText.check("P[i,j] = x[i] * max[k](S[i,k]) + A[i,j]");
    Map<String, Tensor> inputs =
        Map.of(
            "x", Tensor.of(new float[] {1, 2}, 2),
            "S", Tensor.zeros(ElementType.F32, 2, 0),
            "A", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    Einkorn einkorn = Einkorn.builder().schedule("P", "hoist()").build();
    Tensor expected = ProgramText.named(ReferenceInterpreter.evaluate(program, inputs), "P");
    Tensor actual = ProgramText.named(ProgramText.compile(einkorn, program).call(inputs), "P");
    assertThat(actual.contentEquals(expected)).as("%s%n%s", actual, expected).isTrue();
    assertThat(actual.getDouble(1, 2)).isEqualTo(Double.NEGATIVE_INFINITY);
  }
}
