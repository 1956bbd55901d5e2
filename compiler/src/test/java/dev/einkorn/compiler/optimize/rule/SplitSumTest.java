package dev.einkorn.compiler.optimize.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SplitSumTest {
  /** Splits the first sum of a program of one statement along its first index. */
  private static void becomes(
      String text, long chunks, long length, long rest, String... statements) {
    IndexProgram before = ProgramText.check(text);
    Assignment whole = before.assignments().getFirst();
    IndexExpr.Reduction sum = (IndexExpr.Reduction) whole.value();
    assertThat(SplitSum.applies(sum)).isTrue();
    Set<String> taken = new HashSet<>();
    SplitSum.Split split =
        new SplitSum(
                sum,
                sum.bindings().getFirst(),
                whole.bindings(),
                () -> {
                  taken.add("t" + taken.size());
                  return "t" + taken.size();
                })
            .into(chunks, length, rest);
    List<Assignment> assignments = new ArrayList<>(split.steps());
    assignments.add(whole.withValue(split.value()));
    List<TensorDeclaration> targets = new ArrayList<>(split.temporaries());
    targets.addAll(before.targets());
    IndexProgram after = before.withAssignments(targets, assignments);
    IndexVerifier.check(after, "splitting");
    assertThat(IndexPrinter.print(after).lines().skip(1)).containsExactly(statements);
    Map<String, Tensor> inputs = ProgramText.drawInputs(before, 3);
    Map<String, Tensor> expected = ReferenceInterpreter.evaluate(before, inputs);
    Map<String, Tensor> actual = ReferenceInterpreter.evaluate(after, inputs);
    assertThat(ProgramText.named(actual, "C").contentEquals(ProgramText.named(expected, "C")))
        .isTrue();
  }

  private static boolean applies(String text) {
    return SplitSum.applies(
        (IndexExpr.Reduction) ProgramText.check(text).assignments().getFirst().value());
  }

  @Test
  void chunksAreStoredAndAddedUp() {
    becomes(
        "(A: f32[m,4], B: f32[4,n]) -> (C)\nC[m,n] = A[m,k] * B[k,n]",
        2,
        2,
        0,
        "t1[k_chunk,m,n] = sum[k](A[m,2*k_chunk + k] * B[2*k_chunk + k,n])"
            + " where k_chunk < 2, k < 2",
        "C[m,n] = sum[k_chunk](t1[k_chunk,m,n])");
  }

  @Test
  void whatIsLeftOverIsASumOfItsOwn() {
    becomes(
        "(A: f64[m,7], B: f64[7,n]) -> (C)\nC[m,n] = A[m,k] * B[k,n]",
        2,
        2,
        3,
        "t1[k_chunk,m,n] = sum[k](A[m,2*k_chunk + k] * B[2*k_chunk + k,n])"
            + " where k_chunk < 2, k < 2",
        "t2[m,n] = sum[k](A[m,k + 4] * B[k + 4,n]) where k < 3",
        "C[m,n] = sum[k_chunk](t1[k_chunk,m,n]) + t2[m,n]");
  }

  @Test
  void chunksOfOnePositionHaveNoSumAlongIt() {
    becomes(
        "(A: f64[3,m,l], B: f64[3,l,n]) -> (C)\nC[m,n] = A[k,m,l] * B[k,l,n]",
        3,
        1,
        0,
        "t1[k_chunk,m,n] = sum[l](A[k_chunk,m,l] * B[k_chunk,l,n])",
        "C[m,n] = sum[k_chunk](t1[k_chunk,m,n])");
  }

  @Test
  void whatMayFailOrLooksAtPositionsIsLeft() {
    assertThat(applies("C[m] = sum[k](A[m,k] * B[k])")).isTrue();
    assertThat(applies("C[m] = max[k](A[m,k] * B[k])")).isFalse();
    assertThat(applies("C[m] = sum[k](A[m,k] * k)")).isFalse();
    assertThat(applies("C[m] = sum[k](select(k <= m, A[m,k], 0))")).isFalse();
    assertThat(applies("C[m] = sum[k](zero(A[m,k-1]) * B[k])")).isFalse();
    assertThat(applies("(A: i32[m,k]) -> (C)\nC[m] = sum[k](1 // A[m,k])")).isFalse();
  }
}
