package dev.einkorn.compiler.index;

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
import static dev.einkorn.runtime.ElementType.F32;
import static dev.einkorn.runtime.ElementType.F64;
import static dev.einkorn.runtime.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;

class IndexPrinterTest {
  private final ProgramBuilder p =
      new ProgramBuilder()
          .input("a", F64, "")
          .input("b", F64, "")
          .input("c", F64, "")
          .input("A", F32, "i,k")
          .input("m", I64, "");
  private final IndexExpr a = p.at("a", "");
  private final IndexExpr b = p.at("b", "");
  private final IndexExpr c = p.at("c", "");

  @Test
  void printsTheProgramOfThePackageDocumentation() {
    var q = new ProgramBuilder().input("A", F32, "i,k").input("x", F64, "");
    q.assign("c", F64, "k", mul(q.sum("i", cast(F64, q.at("A", "i,k"))), q.at("x", "")));
    assertThat(IndexPrinter.print(q.program()))
        .isEqualTo(
            """
            (A: f32[i,k], x: f64) -> (c: f64[k])
            c[k] = sum[i](f64(A[i,k])) * x
            """);
  }

  @Test
  void namesOnlyOutputsInTheHeader() {
    var q = new ProgramBuilder().input("A", F32, "i,3");
    q.assign("t", F32, "i", q.at("A", "i,0"));
    q.statement("s", F32, "", AssignmentOperator.ADD, q.sum("i", q.at("t", "i")));
    q.statement("M", F32, "i,i", AssignmentOperator.MAX, q.at("t", "i"));
    assertThat(IndexPrinter.print(q.program()))
        .isEqualTo(
            """
            (A: f32[i,3]) -> (s: f32, M: f32[i,i])
            t[i] = A[i,0]
            s += sum[i](t[i])
            M[i,i] max= t[i]
            """);
  }

  @Test
  void writesParenthesesOnlyWhereThePrecedenceNeedsThem() {
    var expected = new LinkedHashMap<IndexExpr, String>();
    expected.put(add(a, mul(b, c)), "a + b * c");
    expected.put(mul(add(a, b), c), "(a + b) * c");
    expected.put(sub(sub(a, b), c), "a - b - c");
    expected.put(sub(a, sub(b, c)), "a - (b - c)");
    expected.put(add(a, add(b, c)), "a + (b + c)");
    expected.put(div(mul(a, b), c), "a * b / c");
    expected.put(mul(a, div(b, c)), "a * (b / c)");
    expected.put(rem(floorDiv(a, b), c), "a // b % c");
    expected.put(pow(pow(a, b), c), "(a^b)^c");
    expected.put(pow(a, pow(b, c)), "a^b^c");
    expected.put(negate(pow(a, b)), "-a^b");
    expected.put(pow(negate(a), b), "(-a)^b");
    expected.put(pow(a, negate(b)), "a^(-b)");
    expected.put(mul(negate(a), b), "-a * b");
    expected.put(negate(mul(a, b)), "-(a * b)");
    expected.put(negate(negate(a)), "-(-a)");
    expected.put(add(a, negate(b)), "a + -b");
    expected.put(pow(f64(-2), b), "(-2.0)^b");
    expected.put(pow(f64(2), b), "2.0^b");
    expected.put(less(add(a, b), c), "a + b < c");
    expected.put(equal(less(a, b), less(b, c)), "(a < b) == (b < c)");
    expected.put(not(less(a, b)), "not a < b");
    expected.put(equal(not(less(a, b)), bool(true)), "(not a < b) == true");
    expected.put(or(and(less(a, b), less(b, c)), less(a, c)), "a < b and b < c or a < c");
    expected.put(and(less(a, b), or(less(b, c), less(a, c))), "a < b and (b < c or a < c)");
    expected.put(and(less(a, b), and(less(b, c), less(a, c))), "a < b and (b < c and a < c)");
    expected.put(not(and(less(a, b), less(b, c))), "not (a < b and b < c)");
    expected.put(and(not(less(a, b)), not(not(less(b, c)))), "not a < b and not not b < c");
    expected.put(select(less(a, b), add(a, b), c), "select(a < b, a + b, c)");
    expected.put(call(Function.FMA, a, b, add(b, c)), "fma(a, b, b + c)");
    expected.forEach(
        (expression, text) -> assertThat(IndexPrinter.print(expression)).isEqualTo(text));
  }

  @Test
  void printsLiteralsSoThatTheyReadBack() {
    var expected = new LinkedHashMap<IndexExpr, String>();
    expected.put(f32(0.1), "0.1");
    expected.put(f64(0.1f), "0.10000000149011612");
    expected.put(f64(3), "3.0");
    expected.put(f64(1e30), "1.0e30");
    expected.put(f32(1e-10), "1.0e-10");
    expected.put(f64(-0.0), "-0.0");
    expected.put(f32(Double.POSITIVE_INFINITY), "inf");
    expected.put(f64(Double.NEGATIVE_INFINITY), "-inf");
    expected.put(f64(Double.NaN), "nan");
    expected.put(i32(-7), "-7");
    expected.put(i64(Long.MIN_VALUE), "-9223372036854775808");
    expected.put(bool(false), "false");
    expected.forEach((literal, text) -> assertThat(IndexPrinter.print(literal)).isEqualTo(text));
  }

  @Test
  void printsExtentsByTheAxisThatGivesThem() {
    p.assign("mean", F32, "k", div(p.sum("i", p.at("A", "i,k")), cast(F32, p.count("i"))));
    p.range("r", "3");
    p.assign("n", I64, "", add(p.count("r"), p.at("m", "")));
    IndexProgram program = p.program();
    assertThat(program.assignments().stream().map(s -> IndexPrinter.print(program, s)))
        .containsExactly("mean[k] = sum[i](A[i,k]) / f32(extent(A, 0))", "n = 3 + m");
    assertThat(IndexPrinter.print(program.assignments().getFirst()))
        .isEqualTo("mean[k] = sum[i](A[i,k]) / f32(extent(i))");
  }

  @Test
  void saysTheExtentOfVariablesThatNeverStandAlone() {
    var q = new ProgramBuilder().input("I", F32, "n,n").input("K", F32, "r");
    q.range("x", "5").range("j", "n");
    q.assign("O", F32, "x", q.sum("r", mul(q.at("I", "2*x + r - 1,0"), q.at("K", "r"))));
    q.assign("z", I64, "", q.sum("j", ProgramBuilder.position("j")));
    assertThat(IndexPrinter.print(q.program()))
        .isEqualTo(
            """
            (I: f32[n,n], K: f32[r]) -> (O: f32[5], z: i64)
            O[x] = sum[r](I[2*x + r - 1,0] * K[r]) where x < 5
            z = sum[j](j) where j < extent(I, 0)
            """);
  }

  @Test
  void printsNestedReductionsWithTheirVariables() {
    IndexExpr all =
        p.reduce(
            ReductionOperator.ALL,
            "i",
            p.reduce(ReductionOperator.ANY, "k", less(f32(0), p.at("A", "i,k"))));
    assertThat(IndexPrinter.print(all)).isEqualTo("all[i](any[k](0.0 < A[i,k]))");
    assertThat(IndexPrinter.print(p.reduce(ReductionOperator.MAX, "i,k", p.at("A", "i,k"))))
        .isEqualTo("max[i,k](A[i,k])");
  }

  @Test
  void printsBordersAroundTheAccess() {
    var q = new ProgramBuilder().input("I", F32, "x,y").input("K", F32, "r");
    for (Border border : Border.values()) {
      if (border != Border.NONE) {
        assertThat(IndexPrinter.print(q.at(border, "I", "x + r - 1,0")))
            .isEqualTo(border.symbol() + "(I[x + r - 1,0])");
      }
    }
    q.assign("O", F32, "x", q.sum("r", mul(q.at(Border.ZERO, "I", "x+r-1,0"), q.at("K", "r"))));
    assertThat(IndexPrinter.print(q.program()))
        .isEqualTo(
            """
            (I: f32[x,y], K: f32[r]) -> (O: f32[x])
            O[x] = sum[r](zero(I[x + r - 1,0]) * K[r]) where x < extent(I, 0)
            """);
  }

  @Test
  void aBorderedAccessGivesAnExtentIfNothingElseWould() {
    var q = new ProgramBuilder().input("I", F32, "x").input("J", F32, "n");
    q.assign("O", F32, "x", q.at(Border.CLAMP, "I", "x"));
    q.assign("P", F32, "x", mul(q.at(Border.CLAMP, "I", "x"), q.at(Border.WRAP, "J", "2*x")));
    q.assign("Q", F32, "x", mul(q.at(Border.CLAMP, "I", "x"), q.at("J", "2*x")));
    assertThat(IndexPrinter.print(q.program()).lines().skip(1))
        .containsExactly(
            "O[x] = clamp(I[x])",
            "P[x] = clamp(I[x]) * wrap(J[2*x])",
            "Q[x] = clamp(I[x]) * J[2*x] where x < extent(I, 0)");
  }

  @Test
  void printsGathersAsTheyAreWritten() {
    var q = new ProgramBuilder().input("T", F32, "n,j").input("idx", I64, "k").input("p", I64, "m");
    IndexExpr idx = q.at("idx", "k");
    assertThat(IndexPrinter.print(q.gather("T", idx, "j"))).isEqualTo("T[idx[k],j]");
    assertThat(IndexPrinter.print(q.gather("T", add(idx, i64(1)), "2*j")))
        .isEqualTo("T[idx[k] + 1,2*j]");
    assertThat(IndexPrinter.print(q.gather("T", q.gather("idx", q.at("p", "m")), "0")))
        .isEqualTo("T[idx[p[m]],0]");
  }

  @Test
  void aGatherThatLooksAffineSaysThatItIsNone() {
    var q = new ProgramBuilder().input("T", F32, "n");
    IndexExpr sum = add(mul(i64(2), ProgramBuilder.position("i")), i64(1));
    assertThat(IndexPrinter.print(q.gather("T", sum))).isEqualTo("T[i64(2 * i + 1)]");
    assertThat(IndexPrinter.print(q.gather("T", i64(3)))).isEqualTo("T[i64(3)]");
  }

  @Test
  void printsTheConditionOfAnArgumentReductionInsideIt() {
    IndexExpr body = p.at("A", "i,k");
    assertThat(IndexPrinter.print(p.argument(ArgumentOperator.ARGMAX, "k", body)))
        .isEqualTo("argmax[k](A[i,k])");
    IndexExpr condition =
        and(less(ProgramBuilder.position("k"), ProgramBuilder.position("i")), less(a, b));
    assertThat(IndexPrinter.print(p.argument(ArgumentOperator.ARGMIN, "i,k", condition, body)))
        .isEqualTo("argmin[i,k](A[i,k] where k < i and a < b)");
  }

  @Test
  void printsARestrictedSumAsItIsWritten() {
    IndexExpr body =
        select(
            less(ProgramBuilder.position("k"), ProgramBuilder.position("i")),
            p.at("A", "i,k"),
            f32(0));
    assertThat(IndexPrinter.print(p.sum("k", body)))
        .isEqualTo("sum[k](select(k < i, A[i,k], 0.0))");
  }

  @Test
  void derivedSizesAreNamedInTheHeaderAndWorkedOutBelow() {
    var q = new ProgramBuilder().input("I", F32, "i").input("K", F32, "r");
    q.derive("x", "i-r+1", 1, 0).derive("y", "i-2*r+1", 2, 1);
    q.assign("O", F32, "x", q.sum("r", mul(q.at("I", "x+r"), q.at("K", "r"))));
    q.assign("P", F32, "y", q.sum("r", mul(q.at("I", "2*y+2*r"), q.at("K", "r"))));
    assertThat(IndexPrinter.print(q.program()))
        .isEqualTo(
            """
            (I: f32[i], K: f32[r]) -> (O: f32[x], P: f32[y])
            O[x] = sum[r](I[x + r] * K[r]) where x < extent(I, 0) - extent(K, 0) + 1
            P[y] = sum[r](I[2*y + 2*r] * K[r]) \
            where y < (extent(I, 0) - 2 * extent(K, 0) + 1) // 2 + 1
            """);
  }

  @Test
  void aSizeWithSeveralCandidatesIsBelowEachOfThem() {
    var q = new ProgramBuilder().input("I", F32, "i").input("J", F32, "j");
    q.derive("x", "i-1", 1, 0).derive("x", "j-1", 3, 1);
    q.assign("O", F32, "x", mul(q.at("I", "x+1"), q.at("J", "3*x")));
    q.assign("n", I64, "", q.count("x"));
    IndexProgram program = q.program();
    assertThat(IndexPrinter.print(program).lines().skip(1))
        .containsExactly(
            "O[x] = I[x + 1] * J[3*x] where x < extent(I, 0) - 1, x < (extent(J, 0) - 1) // 3 + 1",
            "n = extent(O, 0)");
    assertThat(IndexPrinter.print(program, q.count("x")))
        .isEqualTo("max(0, min(extent(I, 0) - 1, (extent(J, 0) - 1) // 3 + 1))");
  }

  @Test
  void aSizeDerivedFromADerivedSizeNamesTheTargetThatHasIt() {
    var q = new ProgramBuilder().input("I", F32, "i");
    q.derive("x", "i-1", 1, 0).derive("y", "x-1", 2, 1);
    q.assign("O", F32, "x", q.at("I", "x+1"));
    q.assign("P", F32, "y", q.at("O", "2*y"));
    q.assign("Q", F32, "x", q.at("O", "x"));
    IndexProgram program = q.program("P", "Q");
    assertThat(IndexPrinter.print(program).lines().skip(1))
        .containsExactly(
            "O[x] = I[x + 1] where x < extent(I, 0) - 1",
            "P[y] = O[2*y] where y < (extent(O, 0) - 1) // 2 + 1",
            "Q[x] = O[x]");
    assertThat(IndexPrinter.print(program, q.count("y")))
        .isEqualTo("max(0, (max(0, extent(I, 0) - 1) - 1) // 2 + 1)");
  }

  @Test
  void aVariableOnAnAxisOfAnotherExtentSaysItsOwn() {
    var q = new ProgramBuilder().input("I", F32, "i").range("e", "1");
    q.assign("O", F32, "e", q.at("I", "e"));
    assertThat(IndexPrinter.print(q.program()).lines().skip(1))
        .containsExactly("O[e] = I[e] where e < 1");
  }
}
