package dev.einkorn.compiler.interpret;

import static dev.einkorn.compiler.index.Expressions.add;
import static dev.einkorn.compiler.index.Expressions.and;
import static dev.einkorn.compiler.index.Expressions.bool;
import static dev.einkorn.compiler.index.Expressions.call;
import static dev.einkorn.compiler.index.Expressions.cast;
import static dev.einkorn.compiler.index.Expressions.div;
import static dev.einkorn.compiler.index.Expressions.equal;
import static dev.einkorn.compiler.index.Expressions.f32;
import static dev.einkorn.compiler.index.Expressions.f64;
import static dev.einkorn.compiler.index.Expressions.floorDiv;
import static dev.einkorn.compiler.index.Expressions.i32;
import static dev.einkorn.compiler.index.Expressions.i64;
import static dev.einkorn.compiler.index.Expressions.less;
import static dev.einkorn.compiler.index.Expressions.mul;
import static dev.einkorn.compiler.index.Expressions.negate;
import static dev.einkorn.compiler.index.Expressions.not;
import static dev.einkorn.compiler.index.Expressions.or;
import static dev.einkorn.compiler.index.Expressions.pow;
import static dev.einkorn.compiler.index.Expressions.rem;
import static dev.einkorn.compiler.index.Expressions.select;
import static dev.einkorn.compiler.index.Expressions.sub;
import static dev.einkorn.compiler.index.ProgramBuilder.position;
import static dev.einkorn.runtime.ElementType.BOOL;
import static dev.einkorn.runtime.ElementType.F32;
import static dev.einkorn.runtime.ElementType.F64;
import static dev.einkorn.runtime.ElementType.I32;
import static dev.einkorn.runtime.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVerifier;
import dev.einkorn.compiler.index.ProgramBuilder;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.KernelException;
import dev.einkorn.runtime.KernelMath;
import dev.einkorn.runtime.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ReferenceInterpreterTest {
  private final ProgramBuilder p = new ProgramBuilder();

  private static Tensor evaluate(IndexProgram program, String output, Map<String, Tensor> inputs) {
    IndexVerifier.check(program, "test");
    return Objects.requireNonNull(ReferenceInterpreter.evaluate(program, inputs).get(output));
  }

  private Tensor evaluate(String output, Map<String, Tensor> inputs) {
    return evaluate(p.program(), output, inputs);
  }

  private static void assertSame(Tensor found, Tensor expected) {
    assertThat(found.contentEquals(expected)).as("%s is %s", found, expected).isTrue();
  }

  private static Tensor floats(long rows, long columns) {
    Tensor tensor = Tensor.zeros(F32, rows, columns);
    for (long i = 0; i < rows; i++) {
      for (long k = 0; k < columns; k++) {
        tensor.set(0.1f * i - 0.7f * k + 1, i, k);
      }
    }
    return tensor;
  }

  private static Tensor vector(float... values) {
    return Tensor.of(values, values.length);
  }

  @Test
  void matrixProduct() {
    p.input("A", F32, "i,k").input("B", F32, "k,j");
    p.assign("C", F32, "i,j", p.sum("k", mul(p.at("A", "i,k"), p.at("B", "k,j"))));
    Tensor a = floats(3, 5);
    Tensor b = floats(5, 4);
    Tensor expected = Tensor.zeros(F32, 3, 4);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 4; j++) {
        float sum = 0;
        for (int k = 0; k < 5; k++) {
          sum += a.getFloat(i, k) * b.getFloat(k, j);
        }
        expected.set(sum, i, j);
      }
    }
    assertSame(evaluate("C", Map.of("A", a, "B", b)), expected);
  }

  @Test
  void matrixProductOfViews() {
    p.input("A", F32, "i,k").input("x", F32, "k");
    p.assign("y", F32, "i", p.sum("k", mul(p.at("A", "i,k"), p.at("x", "k"))));
    Tensor a = floats(3, 2).transpose().reverse(0);
    Tensor x = vector(2).broadcastTo(3);
    assertSame(
        evaluate("y", Map.of("A", a, "x", x)), evaluate("y", Map.of("A", a.copy(), "x", x.copy())));
  }

  @Test
  void productSummedAlongTheFirstAxis() {
    p.input("A", F64, "i,k").input("B", F64, "i,k");
    p.assign("c", F64, "k", p.sum("i", mul(p.at("A", "i,k"), p.at("B", "i,k"))));
    Tensor a = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
    assertSame(evaluate("c", Map.of("A", a, "B", a)), Tensor.of(new double[] {17, 29, 45}, 3));
  }

  @Test
  void composedStatements() {
    var q = new ProgramBuilder().input("B", F64, "n").input("A", F64, "n,n");
    q.range("i", "n").range("j", "n").range("k", "n");
    q.assign("C", F64, "i,j,k", mul(q.at("B", "i"), q.at("A", "j,k")));
    q.assign("E", F64, "k", q.sum("i,j", mul(q.at("C", "i,j,k"), q.at("C", "i,k,j"))));
    Tensor b = Tensor.of(new double[] {1, -2}, 2);
    Tensor a = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2);
    double[] expected = new double[2];
    for (int k = 0; k < 2; k++) {
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
          expected[k] += b.getDouble(i) * a.getDouble(j, k) * (b.getDouble(i) * a.getDouble(k, j));
        }
      }
    }
    assertSame(evaluate(q.program(), "E", Map.of("B", b, "A", a)), Tensor.of(expected, 2));
  }

  @Test
  void traceReadsTheDiagonal() {
    p.input("A", F32, "i,i");
    p.assign("t", F32, "", p.sum("i", p.at("A", "i,i")));
    assertSame(
        evaluate("t", Map.of("A", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2))), Tensor.scalar(5f));
  }

  @Test
  void diagonalWriteLeavesZeros() {
    p.input("d", I32, "i");
    p.assign("M", I32, "i,i", p.at("d", "i"));
    assertSame(
        evaluate("M", Map.of("d", Tensor.of(new int[] {7, 8}, 2))),
        Tensor.of(new int[] {7, 0, 0, 8}, 2, 2));
  }

  @Test
  void diagonalAccumulationKeepsTheRestOfTheCallersTensor() {
    p.input("d", I64, "i");
    p.statement("M", I64, "i,i", AssignmentOperator.MULTIPLY, p.at("d", "i"));
    Tensor first = Tensor.of(new long[] {1, 2, 3, 4}, 2, 2);
    assertSame(
        evaluate("M", Map.of("d", Tensor.of(new long[] {10, 20}, 2), "M", first)),
        Tensor.of(new long[] {10, 2, 3, 80}, 2, 2));
    assertThat(first.toLongArray()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void everyAccumulationTakesTheOldValue() {
    p.input("x", F32, "i");
    p.statement("a", F32, "i", AssignmentOperator.ADD, p.at("x", "i"));
    p.statement("b", F32, "i", AssignmentOperator.MAX, p.at("x", "i"));
    p.statement("c", F32, "i", AssignmentOperator.MIN, p.at("x", "i"));
    p.statement("a", F32, "i", AssignmentOperator.MULTIPLY, f32(10));
    Tensor old = vector(1, 5, Float.NaN);
    var inputs = Map.of("x", vector(3, 3, 3), "a", old, "b", old, "c", old);
    assertSame(evaluate("a", inputs), vector(40, 80, Float.NaN));
    assertSame(evaluate("b", inputs), vector(3, 5, Float.NaN));
    assertSame(evaluate("c", inputs), vector(1, 3, Float.NaN));
  }

  @Test
  void outputsComeInOrderAndShareNothing() {
    p.assign("b", I32, "", i32(1));
    p.assign("a", I32, "", i32(2));
    assertThat(ReferenceInterpreter.evaluate(p.program(), Map.of()).keySet())
        .containsExactly("b", "a");
  }

  @Test
  void meanDividesByAnExtent() {
    p.input("A", F64, "i,k");
    p.assign("m", F64, "k", div(p.sum("i", p.at("A", "i,k")), cast(F64, p.count("i"))));
    assertSame(
        evaluate("m", Map.of("A", Tensor.of(new double[] {1, 2, 4, 8}, 2, 2))),
        Tensor.of(new double[] {2.5, 5}, 2));
  }

  @Test
  void softmax() {
    p.input("S", F32, "i,j").range("k", "j");
    p.assign("m", F32, "i", p.reduce(ReductionOperator.MAX, "j", p.at("S", "i,j")));
    p.assign(
        "P",
        F32,
        "i,j",
        div(
            call(Function.EXP, sub(p.at("S", "i,j"), p.at("m", "i"))),
            p.sum("k", call(Function.EXP, sub(p.at("S", "i,k"), p.at("m", "i"))))));
    Tensor s = floats(2, 3);
    Tensor expected = Tensor.zeros(F32, 2, 3);
    for (int i = 0; i < 2; i++) {
      float max = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < 3; j++) {
        max = Math.max(max, s.getFloat(i, j));
      }
      float sum = 0;
      for (int j = 0; j < 3; j++) {
        sum += (float) Math.exp(s.getFloat(i, j) - max);
      }
      for (int j = 0; j < 3; j++) {
        expected.set((float) Math.exp(s.getFloat(i, j) - max) / sum, i, j);
      }
    }
    assertSame(evaluate("P", Map.of("S", s)), expected);
  }

  @Test
  void emptyReductionsGiveTheIdentity() {
    p.input("x", F32, "n").input("m", I32, "n").input("l", I64, "n").range("i", "n");
    p.assign("sum", F32, "", p.sum("i", p.at("x", "i")));
    p.assign("prod", I32, "", p.reduce(ReductionOperator.PRODUCT, "i", p.at("m", "i")));
    p.assign("max", F32, "", p.reduce(ReductionOperator.MAX, "i", p.at("x", "i")));
    p.assign("min", F32, "", p.reduce(ReductionOperator.MIN, "i", p.at("x", "i")));
    p.assign("least", I32, "", p.reduce(ReductionOperator.MAX, "i", p.at("m", "i")));
    p.assign("most", I64, "", p.reduce(ReductionOperator.MIN, "i", p.at("l", "i")));
    p.assign("any", BOOL, "", p.reduce(ReductionOperator.ANY, "i", bool(true)));
    p.assign("all", BOOL, "", p.reduce(ReductionOperator.ALL, "i", bool(false)));
    var empty =
        Map.of("x", Tensor.zeros(F32, 0), "m", Tensor.zeros(I32, 0), "l", Tensor.zeros(I64, 0));
    assertSame(evaluate("sum", empty), Tensor.scalar(0f));
    assertSame(evaluate("prod", empty), Tensor.scalar(1));
    assertSame(evaluate("max", empty), Tensor.scalar(Float.NEGATIVE_INFINITY));
    assertSame(evaluate("min", empty), Tensor.scalar(Float.POSITIVE_INFINITY));
    assertSame(evaluate("least", empty), Tensor.scalar(Integer.MIN_VALUE));
    assertSame(evaluate("most", empty), Tensor.scalar(Long.MAX_VALUE));
    assertSame(evaluate("any", empty), Tensor.scalar(false));
    assertSame(evaluate("all", empty), Tensor.scalar(true));
  }

  @Test
  void anEmptyTargetIsLegal() {
    p.input("x", F32, "i").input("y", F32, "j");
    p.assign("O", F32, "i,j", mul(p.at("x", "i"), p.at("y", "j")));
    assertSame(
        evaluate("O", Map.of("x", Tensor.zeros(F32, 0), "y", vector(1, 2))),
        Tensor.zeros(F32, 0, 2));
  }

  @Test
  void sumsOfNegativeZerosAreZero() {
    p.input("x", F32, "i");
    p.assign("s", F32, "", p.sum("i", p.at("x", "i")));
    assertSame(evaluate("s", Map.of("x", vector(-0f, -0f))), Tensor.scalar(0f));
  }

  @Test
  void singlePrecisionRoundsAfterEachAdditionInOrder() {
    p.input("x", F32, "i");
    p.assign("s", F32, "", p.sum("i", p.at("x", "i")));
    p.assign("d", F64, "", p.sum("i", cast(F64, p.at("x", "i"))));
    assertSame(
        evaluate("s", Map.of("x", vector(1e8f, 1, 1, 1, 1, 1, 1, 1, 1))), Tensor.scalar(1e8f));
    assertSame(
        evaluate("s", Map.of("x", vector(1, 1, 1, 1, 1, 1, 1, 1, 1e8f))), Tensor.scalar(1e8f + 8));
    assertSame(
        evaluate("d", Map.of("x", vector(1e8f, 1, 1, 1, 1, 1, 1, 1, 1))),
        Tensor.scalar(100_000_008.0));
  }

  @Test
  void theFirstVariableOfAReductionIsTheSlowest() {
    p.input("A", F32, "i,k");
    p.assign("rows", F32, "", p.sum("i,k", p.at("A", "i,k")));
    p.assign("columns", F32, "", p.sum("k,i", p.at("A", "i,k")));
    Tensor a = Tensor.of(new float[] {1e8f, 1, -1e8f, 1}, 2, 2);
    assertSame(evaluate("rows", Map.of("A", a)), Tensor.scalar(1f));
    assertSame(evaluate("columns", Map.of("A", a)), Tensor.scalar(2f));
  }

  @Test
  void integersWrap() {
    p.input("m", I32, "i").input("l", I64, "i");
    p.assign("s", I32, "", p.sum("i", p.at("m", "i")));
    p.assign("q", I64, "", p.reduce(ReductionOperator.PRODUCT, "i", p.at("l", "i")));
    p.assign("n", I32, "i", negate(p.at("m", "i")));
    var inputs =
        Map.of(
            "m", Tensor.of(new int[] {Integer.MAX_VALUE, 1, Integer.MIN_VALUE}, 3),
            "l", Tensor.of(new long[] {Long.MAX_VALUE, 2, 3}, 3));
    assertSame(evaluate("s", inputs), Tensor.scalar(0));
    assertSame(evaluate("q", inputs), Tensor.scalar(-6L));
    assertSame(
        evaluate("n", inputs), Tensor.of(new int[] {-Integer.MAX_VALUE, -1, Integer.MIN_VALUE}, 3));
  }

  @Test
  void floorDivisionRoundsDownAndTheRemainderHasTheDivisorsSign() {
    p.input("a", I32, "i").input("b", I32, "i").input("x", F64, "i").input("y", F64, "i");
    p.assign("q", I32, "i", floorDiv(p.at("a", "i"), p.at("b", "i")));
    p.assign("r", I32, "i", rem(p.at("a", "i"), p.at("b", "i")));
    p.assign("fq", F64, "i", floorDiv(p.at("x", "i"), p.at("y", "i")));
    p.assign("fr", F64, "i", rem(p.at("x", "i"), p.at("y", "i")));
    var inputs =
        Map.of(
            "a", Tensor.of(new int[] {7, -7, 7, -7}, 4),
            "b", Tensor.of(new int[] {2, 2, -2, -2}, 4),
            "x", Tensor.of(new double[] {7, -7, 7, -7}, 4),
            "y", Tensor.of(new double[] {2, 2, -2, -2}, 4));
    assertSame(evaluate("q", inputs), Tensor.of(new int[] {3, -4, -4, 3}, 4));
    assertSame(evaluate("r", inputs), Tensor.of(new int[] {1, 1, -1, -1}, 4));
    assertSame(evaluate("fq", inputs), Tensor.of(new double[] {3, -4, -4, 3}, 4));
    assertSame(evaluate("fr", inputs), Tensor.of(new double[] {1, 1, -1, -1}, 4));
  }

  @Test
  void powers() {
    p.input("a", I64, "").input("x", F32, "");
    p.assign("c", I64, "", pow(p.at("a", ""), i64(3)));
    p.assign("y", F32, "", pow(p.at("x", ""), f32(0.5)));
    var inputs = Map.of("a", Tensor.scalar(-3L), "x", Tensor.scalar(2f));
    assertSame(evaluate("c", inputs), Tensor.scalar(-27L));
    assertSame(evaluate("y", inputs), Tensor.scalar((float) Math.pow(2, 0.5)));
  }

  private static KernelException.Code failureOf(IndexProgram program, Map<String, Tensor> inputs) {
    IndexVerifier.check(program, "test");
    try {
      ReferenceInterpreter.evaluate(program, inputs);
    } catch (KernelException e) {
      return e.code();
    }
    throw new AssertionError("no failure");
  }

  @Test
  void integerFailuresHaveTheirCode() {
    p.input("a", I32, "").input("b", I32, "");
    p.assign("q", I32, "", floorDiv(p.at("a", ""), p.at("b", "")));
    var inputs = Map.of("a", Tensor.scalar(1), "b", Tensor.scalar(0));
    assertThat(failureOf(p.program(), inputs)).isEqualTo(KernelException.Code.DIVISION_BY_ZERO);
    var q = new ProgramBuilder().input("a", I32, "");
    q.assign("c", I32, "", pow(i32(2), negate(q.at("a", ""))));
    assertThat(failureOf(q.program(), Map.of("a", Tensor.scalar(1))))
        .isEqualTo(KernelException.Code.NEGATIVE_INTEGER_POWER);
  }

  @Test
  void selectEvaluatesTheChosenBranchOnly() {
    p.input("a", I32, "i").input("b", I32, "i");
    var b = p.at("b", "i");
    p.assign("q", I32, "i", select(equal(b, i32(0)), i32(-1), floorDiv(p.at("a", "i"), b)));
    assertSame(
        evaluate(
            "q", Map.of("a", Tensor.of(new int[] {6, 6}, 2), "b", Tensor.of(new int[] {0, 2}, 2))),
        Tensor.of(new int[] {-1, 3}, 2));
  }

  @Test
  void logicalOperatorsStopAtTheOperandThatDecides() {
    p.input("b", I32, "i");
    var zero = equal(p.at("b", "i"), i32(0));
    var large = less(i32(2), floorDiv(i32(6), p.at("b", "i")));
    p.assign("and", BOOL, "i", and(not(zero), large));
    p.assign("or", BOOL, "i", or(zero, large));
    var inputs = Map.of("b", Tensor.of(new int[] {0, 2, 3}, 3));
    assertSame(evaluate("and", inputs), Tensor.ofBooleans(new boolean[] {false, true, false}, 3));
    assertSame(evaluate("or", inputs), Tensor.ofBooleans(new boolean[] {true, true, false}, 3));
  }

  @Test
  void anyAndAllVisitEveryValue() {
    p.input("b", I32, "i");
    p.assign(
        "a",
        BOOL,
        "",
        p.reduce(ReductionOperator.ANY, "i", less(i32(0), floorDiv(i32(1), p.at("b", "i")))));
    assertThat(failureOf(p.program(), Map.of("b", Tensor.of(new int[] {1, 0}, 2))))
        .isEqualTo(KernelException.Code.DIVISION_BY_ZERO);
  }

  @Test
  void positionsMaskACausalMatrix() {
    p.input("S", F32, "i,j");
    p.assign(
        "M",
        F32,
        "i,j",
        select(
            less(position("i"), position("j")), f32(Double.NEGATIVE_INFINITY), p.at("S", "i,j")));
    assertSame(
        evaluate("M", Map.of("S", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2))),
        Tensor.of(new float[] {1, Float.NEGATIVE_INFINITY, 3, 4}, 2, 2));
  }

  @Test
  void convolutionReadsAffinePositions() {
    p.input("I", F32, "n,2").input("K", F32, "r").range("x", "3");
    p.assign("O", F32, "x", p.sum("r", mul(p.at("I", "x+r,1"), p.at("K", "r"))));
    Tensor image = Tensor.of(new float[] {9, 1, 9, 2, 9, 3, 9, 4}, 4, 2);
    assertSame(evaluate("O", Map.of("I", image, "K", vector(10, 1))), vector(12, 23, 34));
  }

  @Test
  void negativeCoefficientsReverse() {
    p.input("x", F32, "3").range("i", "3");
    p.assign("y", F32, "i", p.at("x", "-1*i+2"));
    assertSame(evaluate("y", Map.of("x", vector(1, 2, 3))), vector(3, 2, 1));
  }

  @Test
  void aPositionOutsideOfTheTensorIsNamed() {
    p.input("A", F32, "i,k");
    p.assign("y", F32, "i,k", p.at("A", "i,k+1"));
    IndexProgram program = p.program();
    assertThatThrownBy(() -> ReferenceInterpreter.evaluate(program, Map.of("A", floats(2, 3))))
        .isInstanceOf(KernelException.class)
        .hasMessage("position 3 is outside of axis 1 of A, of extent 3, in A[i,k + 1]")
        .extracting(e -> ((KernelException) e).code())
        .isEqualTo(KernelException.Code.INDEX_OUT_OF_RANGE);
  }

  @Test
  void aPositionOutsideBehindAConditionIsNotReached() {
    p.input("x", F32, "i");
    p.assign(
        "y",
        F32,
        "i",
        select(less(add(position("i"), i64(1)), p.count("i")), p.at("x", "i+1"), f32(0)));
    assertSame(evaluate("y", Map.of("x", vector(1, 2, 3))), vector(2, 3, 0));
  }

  @Test
  void castsFollowJava() {
    p.input("x", F64, "i");
    p.assign("m", I32, "i", cast(I32, p.at("x", "i")));
    p.assign("l", I64, "i", cast(I64, p.at("x", "i")));
    p.assign("f", F32, "i", cast(F32, p.at("x", "i")));
    p.assign("b", BOOL, "i", cast(BOOL, p.at("x", "i")));
    p.assign("w", I32, "i", cast(I32, cast(I64, p.at("x", "i"))));
    p.assign("o", F32, "i", cast(F32, less(p.at("x", "i"), f64(0))));
    double[] x = {-2.9, 0, 1e10, Double.NaN, Double.POSITIVE_INFINITY};
    var inputs = Map.of("x", Tensor.of(x, 5));
    assertSame(
        evaluate("m", inputs),
        Tensor.of(new int[] {-2, 0, Integer.MAX_VALUE, 0, Integer.MAX_VALUE}, 5));
    assertSame(
        evaluate("l", inputs),
        Tensor.of(new long[] {-2, 0, 10_000_000_000L, 0, Long.MAX_VALUE}, 5));
    assertSame(evaluate("f", inputs), vector(-2.9f, 0, 1e10f, Float.NaN, Float.POSITIVE_INFINITY));
    assertSame(
        evaluate("b", inputs), Tensor.ofBooleans(new boolean[] {true, false, true, true, true}, 5));
    assertSame(
        evaluate("w", inputs), Tensor.of(new int[] {-2, 0, (int) 10_000_000_000L, 0, -1}, 5));
    assertSame(evaluate("o", inputs), vector(1, 0, 0, 0, 0));
  }

  @Test
  void nanIsUnequalToItselfAndWinsAMaximum() {
    p.input("x", F64, "i");
    p.assign("e", BOOL, "i", equal(p.at("x", "i"), p.at("x", "i")));
    p.assign("m", F64, "", p.reduce(ReductionOperator.MAX, "i", p.at("x", "i")));
    var inputs = Map.of("x", Tensor.of(new double[] {1, Double.NaN, 2}, 3));
    assertSame(evaluate("e", inputs), Tensor.ofBooleans(new boolean[] {true, false, true}, 3));
    assertSame(evaluate("m", inputs), Tensor.scalar(Double.NaN));
  }

  @Test
  void everyFunctionIsTheOneOfItsName() throws ReflectiveOperationException {
    var values = Map.of(F32, 0.75f, F64, 0.75, I32, -7, I64, -7L);
    var classes = Map.of(F32, float.class, F64, double.class, I32, int.class, I64, long.class);
    for (Function function : Function.values()) {
      for (ElementType type : values.keySet()) {
        if (type.isInteger() && !function.onIntegers()) {
          continue;
        }
        Class<?>[] parameters = new Class<?>[function.arity()];
        Arrays.fill(parameters, classes.get(type));
        Object[] arguments = new Object[function.arity()];
        Arrays.fill(arguments, values.get(type));
        Object expected =
            KernelMath.class.getMethod(function.symbol(), parameters).invoke(null, arguments);
        IndexExpr argument =
            type.isFloating() ? IndexExpr.Literal.of(0.75, type) : IndexExpr.Literal.of(-7L, type);
        var q = new ProgramBuilder();
        q.assign(
            "y",
            type,
            "",
            new IndexExpr.Call(function, Collections.nCopies(function.arity(), argument)));
        Tensor found = evaluate(q.program(), "y", Map.of());
        assertThat(Elements.read(found, new long[0])).as(function + " " + type).isEqualTo(expected);
      }
    }
  }

  @Test
  void functionsTakeTheirArgumentsInOrder() {
    p.assign("f", F64, "", call(Function.FMA, f64(2), f64(3), f64(4)));
    p.assign("a", F64, "", call(Function.ATAN2, f64(3), f64(-1)));
    p.assign("g", F32, "", call(Function.FMA, f32(2), f32(3), f32(4)));
    p.assign("b", F32, "", call(Function.ATAN2, f32(3), f32(-1)));
    assertSame(evaluate("f", Map.of()), Tensor.scalar(10.0));
    assertSame(evaluate("a", Map.of()), Tensor.scalar(Math.atan2(3, -1)));
    assertSame(evaluate("g", Map.of()), Tensor.scalar(10f));
    assertSame(evaluate("b", Map.of()), Tensor.scalar((float) Math.atan2(3, -1)));
  }

  @Test
  void reductionsNest() {
    p.input("A", F32, "i,k");
    p.assign(
        "n",
        I64,
        "",
        p.sum(
            "i", cast(I64, p.reduce(ReductionOperator.ALL, "k", less(f32(0), p.at("A", "i,k"))))));
    assertSame(
        evaluate("n", Map.of("A", Tensor.of(new float[] {1, 2, -1, 2, 3, 3}, 3, 2))),
        Tensor.scalar(2L));
  }

  @Test
  void aReductionOverAnUnusedVariableCounts() {
    p.input("A", I32, "i,k");
    p.assign("n", I32, "k", p.sum("i", i32(2)));
    assertSame(evaluate("n", Map.of("A", Tensor.zeros(I32, 3, 2))), Tensor.of(new int[] {6, 6}, 2));
  }

  @Test
  void conditionsMayBeStored() {
    p.input("x", F32, "i");
    p.assign("positive", BOOL, "i", less(f32(0), p.at("x", "i")));
    p.assign("y", F32, "i", select(p.at("positive", "i"), p.at("x", "i"), f32(0)));
    assertSame(evaluate("y", Map.of("x", vector(-1, 2))), vector(0, 2));
  }

  @Test
  void refusesTensorsThatAreNotAsDeclared() {
    p.input("A", F32, "i,3").input("x", F32, "i");
    p.assign("y", F32, "i", mul(p.at("A", "i,0"), p.at("x", "i")));
    IndexProgram program = p.program();
    Tensor a = floats(2, 3);
    assertThatThrownBy(() -> ReferenceInterpreter.evaluate(program, Map.of("A", a)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no tensor is given for x: f32[i]");
    assertThatThrownBy(
            () -> ReferenceInterpreter.evaluate(program, Map.of("A", a, "x", vector(1, 2, 3))))
        .hasMessage("axis 0 of x: f32[i] is expected to have extent 2, but has 3");
    assertThatThrownBy(
            () ->
                ReferenceInterpreter.evaluate(
                    program, Map.of("A", floats(2, 2), "x", vector(1, 2))))
        .hasMessage("axis 1 of A: f32[i,3] is expected to have extent 3, but has 2");
    assertThatThrownBy(
            () -> ReferenceInterpreter.evaluate(program, Map.of("A", a, "x", Tensor.scalar(1f))))
        .hasMessage("x: f32[i] is expected, but the given tensor is f32 of rank 0");
  }
}
