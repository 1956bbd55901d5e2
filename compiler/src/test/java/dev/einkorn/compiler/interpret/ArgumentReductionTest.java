package dev.einkorn.compiler.interpret;

import static dev.einkorn.compiler.index.ArgumentOperator.ARGMAX;
import static dev.einkorn.compiler.index.ArgumentOperator.ARGMIN;
import static dev.einkorn.compiler.index.Expressions.bool;
import static dev.einkorn.compiler.index.Expressions.equal;
import static dev.einkorn.compiler.index.Expressions.floorDiv;
import static dev.einkorn.compiler.index.Expressions.i64;
import static dev.einkorn.compiler.index.Expressions.less;
import static dev.einkorn.compiler.index.Expressions.not;
import static dev.einkorn.compiler.index.ProgramBuilder.position;
import static dev.einkorn.compiler.interpret.Tensors.assertSame;
import static dev.einkorn.compiler.interpret.Tensors.evaluate;
import static dev.einkorn.compiler.interpret.Tensors.vector;
import static dev.einkorn.runtime.ElementType.F32;
import static dev.einkorn.runtime.ElementType.F64;
import static dev.einkorn.runtime.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.index.ArgumentOperator;
import dev.einkorn.compiler.index.ProgramBuilder;
import dev.einkorn.runtime.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArgumentReductionTest {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;

  private static long argument(ArgumentOperator operator, float... values) {
    var p = new ProgramBuilder().input("x", F32, "i");
    p.assign("a", I64, "", p.argument(operator, "i", p.at("x", "i")));
    return evaluate(p.program(), "a", Map.of("x", vector(values))).getLong();
  }

  @Test
  void findsTheLargestAndTheSmallest() {
    assertThat(argument(ARGMAX, 3, 7, -1, 5)).isEqualTo(1);
    assertThat(argument(ARGMIN, 3, 7, -1, 5)).isEqualTo(2);
  }

  @Test
  void theFirstOfEqualValuesWins() {
    assertThat(argument(ARGMAX, 1, 2, 2, 2)).isEqualTo(1);
    assertThat(argument(ARGMIN, 2, 1, 1, 2)).isEqualTo(1);
    assertThat(argument(ARGMAX, -0f, 0f)).isEqualTo(0);
    assertThat(argument(ARGMIN, 0f, -0f)).isEqualTo(0);
  }

  @Test
  void theFirstNanWins() {
    assertThat(argument(ARGMAX, 1, NAN, INF, NAN)).isEqualTo(1);
    assertThat(argument(ARGMIN, 1, -INF, NAN, NAN)).isEqualTo(2);
    assertThat(argument(ARGMAX, NAN, 1)).isEqualTo(0);
  }

  @Test
  void infinitiesAreValuesLikeOthers() {
    assertThat(argument(ARGMAX, -INF, -INF)).isEqualTo(0);
    assertThat(argument(ARGMIN, INF, INF)).isEqualTo(0);
    assertThat(argument(ARGMAX, -INF, 1)).isEqualTo(1);
  }

  @Test
  void nothingHasNoPosition() {
    assertThat(argument(ARGMAX)).isEqualTo(-1);
    assertThat(argument(ARGMIN)).isEqualTo(-1);
  }

  @Test
  void extremeIntegersAreFound() {
    var p = new ProgramBuilder().input("x", I64, "i");
    p.assign("a", I64, "", p.argument(ARGMAX, "i", p.at("x", "i")));
    p.assign("b", I64, "", p.argument(ARGMIN, "i", p.at("x", "i")));
    var inputs =
        Map.of("x", Tensor.of(new long[] {Long.MAX_VALUE - 1, Long.MAX_VALUE, Long.MIN_VALUE}, 3));
    assertSame(evaluate(p.program(), "a", inputs), Tensor.scalar(1L));
    assertSame(evaluate(p.program(), "b", inputs), Tensor.scalar(2L));
  }

  @Test
  void severalVariablesGiveTheRowMajorNumber() {
    var p = new ProgramBuilder().input("A", F64, "b,i,k");
    p.assign("a", I64, "b", p.argument(ARGMAX, "i,k", p.at("A", "b,i,k")));
    p.assign("t", I64, "b", p.argument(ARGMAX, "k,i", p.at("A", "b,i,k")));
    double[] values = {1, 2, 3, 4, 9, 5, 1, 1, 1, 1, 1, 1};
    var inputs = Map.of("A", Tensor.of(values, 2, 2, 3));
    assertSame(evaluate(p.program(), "a", inputs), Tensor.of(new long[] {4, 0}, 2));
    assertSame(evaluate(p.program(), "t", inputs), Tensor.of(new long[] {3, 0}, 2));
  }

  @Test
  void onlyPositionsThatSatisfyTheConditionTakePart() {
    var p = new ProgramBuilder().input("A", F64, "i,k");
    var condition = less(position("k"), position("i"));
    p.assign("a", I64, "i", p.argument(ARGMAX, "k", condition, p.at("A", "i,k")));
    p.assign("none", I64, "i", p.argument(ARGMAX, "k", bool(false), p.at("A", "i,k")));
    double[] values = {9, 8, 7, 9, 8, 7, 1, 8, 9};
    var inputs = Map.of("A", Tensor.of(values, 3, 3));
    assertSame(evaluate(p.program(), "a", inputs), Tensor.of(new long[] {-1, 0, 1}, 3));
    assertSame(evaluate(p.program(), "none", inputs), Tensor.of(new long[] {-1, -1, -1}, 3));
  }

  @Test
  void theConditionGuardsTheBody() {
    var p = new ProgramBuilder().input("d", I64, "k");
    var body = floorDiv(i64(6), p.at("d", "k"));
    var condition = not(equal(p.at("d", "k"), i64(0)));
    p.assign("a", I64, "", p.argument(ARGMAX, "k", condition, body));
    assertSame(
        evaluate(p.program(), "a", Map.of("d", Tensor.of(new long[] {0, 3, 2, 0}, 4))),
        Tensor.scalar(2L));
  }
}
