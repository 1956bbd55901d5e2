package dev.einkorn.compiler.interpret;

import static dev.einkorn.compiler.index.Expressions.add;
import static dev.einkorn.compiler.index.Expressions.f32;
import static dev.einkorn.compiler.index.Expressions.i32;
import static dev.einkorn.compiler.index.Expressions.i64;
import static dev.einkorn.compiler.index.Expressions.less;
import static dev.einkorn.compiler.index.Expressions.mul;
import static dev.einkorn.compiler.index.Expressions.rem;
import static dev.einkorn.compiler.index.Expressions.select;
import static dev.einkorn.compiler.interpret.Tensors.assertSame;
import static dev.einkorn.compiler.interpret.Tensors.counting;
import static dev.einkorn.compiler.interpret.Tensors.evaluate;
import static dev.einkorn.compiler.interpret.Tensors.failureOf;
import static dev.einkorn.compiler.interpret.Tensors.vector;
import static dev.einkorn.runtime.ElementType.F32;
import static dev.einkorn.runtime.ElementType.I32;
import static dev.einkorn.runtime.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.ArgumentOperator;
import dev.einkorn.compiler.index.ProgramBuilder;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatherTest {
  private final ProgramBuilder p =
      new ProgramBuilder().input("T", F32, "n,j").input("idx", I32, "k").input("q", I64, "m");

  private static Map<String, Tensor> inputs(int... idx) {
    return Map.of(
        "T", counting(3, 2),
        "idx", Tensor.of(idx, idx.length),
        "q", Tensor.of(new long[] {1, 1, 0}, 3));
  }

  @Test
  void embeddingLookup() {
    p.assign("O", F32, "k,j", p.gather("T", p.at("idx", "k"), "j"));
    assertSame(
        evaluate(p.program(), "O", inputs(2, 0, 2, 1)),
        Tensor.of(new float[] {5, 6, 1, 2, 5, 6, 3, 4}, 4, 2));
  }

  @Test
  void gathersNestAndCompute() {
    p.range("m", "3");
    var nested = p.gather("idx", p.at("q", "m"));
    p.assign("O", F32, "m", p.gather("T", nested, rem(add(nested, i32(1)), i32(2))));
    float[] expected = new float[3];
    int[] idx = {2, 1};
    long[] q = {1, 1, 0};
    Tensor table = counting(3, 2);
    for (int m = 0; m < 3; m++) {
      int at = idx[(int) q[m]];
      expected[m] = table.getFloat(at, (at + 1) % 2);
    }
    assertSame(evaluate(p.program(), "O", inputs(2, 1)), vector(expected));
  }

  @Test
  void sparseProductSumsOverGatheredRows() {
    p.input("v", F32, "k");
    p.assign("y", F32, "j", p.sum("k", mul(p.at("v", "k"), p.gather("T", p.at("idx", "k"), "j"))));
    Map<String, Tensor> inputs =
        Map.of(
            "T", counting(3, 2),
            "idx", Tensor.of(new int[] {2, 0}, 2),
            "q", Tensor.zeros(I64, 0),
            "v", vector(10, 1));
    assertSame(evaluate(p.program(), "y", inputs), vector(51, 62));
  }

  @Test
  void theLargestElementIsGatheredByItsArgument() {
    var largest = p.argument(ArgumentOperator.ARGMAX, "n", p.at("T", "n,j"));
    p.assign("O", F32, "j", p.gather("T", largest, "j"));
    assertSame(evaluate(p.program(), "O", inputs(0)), vector(5, 6));
  }

  @Test
  void aPositionOutOfRangeIsAnErrorThatNamesTheAccess() {
    p.assign("O", F32, "k,j", p.gather("T", p.at("idx", "k"), "j"));
    assertThat(failureOf(p.program(), inputs(0, 3)))
        .hasMessage("index 3 is out of range 0 .. 2 in T[idx[k],j]")
        .extracting(KernelException::code)
        .isEqualTo(KernelException.Code.INDEX_OUT_OF_RANGE);
    assertThat(failureOf(p.program(), inputs(0, -1)))
        .hasMessage("index -1 is out of range 0 .. 2 in T[idx[k],j]");
    assertThat(failureOf(p.program(), inputs(Integer.MIN_VALUE)))
        .extracting(KernelException::code)
        .isEqualTo(KernelException.Code.INDEX_OUT_OF_RANGE);
  }

  @Test
  void aGatherBehindAConditionIsNotReached() {
    var idx = p.at("idx", "k");
    p.assign("O", F32, "k", select(less(idx, i32(3)), p.gather("T", idx, "1"), f32(0)));
    assertSame(evaluate(p.program(), "O", inputs(2, 3)), vector(6, 0));
  }

  @Test
  void aConstantMayBeGathered() {
    p.assign("O", F32, "", p.gather("T", i64(1), i32(0)));
    assertSame(evaluate(p.program(), "O", inputs(0)), Tensor.scalar(3f));
  }
}
