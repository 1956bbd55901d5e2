package dev.einkorn.compiler.emit.java;

import static dev.einkorn.compiler.index.Expressions.add;
import static dev.einkorn.compiler.index.Expressions.cast;
import static dev.einkorn.compiler.index.Expressions.div;
import static dev.einkorn.compiler.index.Expressions.equal;
import static dev.einkorn.compiler.index.Expressions.f32;
import static dev.einkorn.compiler.index.Expressions.i32;
import static dev.einkorn.compiler.index.Expressions.i64;
import static dev.einkorn.compiler.index.Expressions.less;
import static dev.einkorn.compiler.index.Expressions.mul;
import static dev.einkorn.compiler.index.Expressions.negate;
import static dev.einkorn.compiler.index.Expressions.not;
import static dev.einkorn.compiler.index.Expressions.or;
import static dev.einkorn.compiler.index.Expressions.select;
import static dev.einkorn.compiler.index.Expressions.sub;
import static dev.einkorn.runtime.ElementType.BOOL;
import static dev.einkorn.runtime.ElementType.F32;
import static dev.einkorn.runtime.ElementType.F64;
import static dev.einkorn.runtime.ElementType.I32;
import static dev.einkorn.runtime.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.compiler.Einkorn;
import dev.einkorn.compiler.ProgramText;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.ProgramBuilder;
import dev.einkorn.compiler.interpret.ReferenceInterpreter;
import dev.einkorn.compiler.jit.KernelClassCompiler;
import dev.einkorn.compiler.pass.Pipeline;
import dev.einkorn.compiler.pass.PipelineOptions;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions on scalars a, b, c: their Java text, and their value against the interpreter. */
class JavaEmitterTest {

  private final ProgramBuilder p =
      new ProgramBuilder()
          .input("a", F32, "")
          .input("b", F32, "")
          .input("c", F32, "")
          .input("m", I32, "")
          .input("n", I64, "");
  private final IndexExpr a = p.at("a", "");
  private final IndexExpr b = p.at("b", "");
  private final IndexExpr c = p.at("c", "");
  private final IndexExpr m = p.at("m", "");
  private final IndexExpr n = p.at("n", "");

  /** The right side of the one store, with plain names for the scalars. */
  private void writes(IndexExpr value, String java) {
    p.assign("s", value.elementType(), "", value);
    IndexProgram program = p.program();
    String text = source(program);
    int store = text.lastIndexOf("s[s_start] = ");
    String right = text.substring(store + "s[s_start] = ".length(), text.indexOf(';', store));
    for (String scalar : List.of("a", "b", "c", "m", "n")) {
      right = right.replace(scalar + "[" + scalar + "_start]", scalar);
    }
    assertThat(right).isEqualTo(java);
    agrees(program);
  }

  private static String source(IndexProgram program) {
    return Pipeline.compile(program, PipelineOptions.rowMajor(KernelClassCompiler.PACKAGE))
        .sources()
        .getFirst()
        .text();
  }

  private static void agrees(IndexProgram program) {
    for (long seed = 1; seed <= 4; seed++) {
      Map<String, Tensor> inputs = ProgramText.drawInputs(program, seed);
      Map<String, Tensor> expected = ReferenceInterpreter.evaluate(program, inputs);
      Einkorn einkorn = Einkorn.builder().build();
      Map<String, Tensor> actual = ProgramText.compile(einkorn, program).call(inputs);
      expected.forEach(
          (name, tensor) ->
              assertThat(tensor.contentEquals(ProgramText.named(actual, name)))
                  .as("%s from %s: %s and %s", name, inputs, tensor, actual.get(name))
                  .isTrue());
    }
  }

  @Test
  void parenthesesOnlyWhereTheyAreNeeded() {
    writes(sub(sub(a, b), c), "a - b - c");
  }

  @Test
  void parenthesesOnTheRightOfADifference() {
    writes(sub(a, sub(b, c)), "a - (b - c)");
  }

  @Test
  void parenthesesOnTheRightOfASumSoThatItRoundsAsWritten() {
    writes(add(a, add(b, c)), "a + (b + c)");
  }

  @Test
  void parenthesesOnTheRightOfAProductAndAQuotient() {
    writes(mul(div(a, mul(b, c)), div(a, b)), "a / (b * c) * (a / b)");
  }

  @Test
  void parenthesesAroundASumInAProduct() {
    writes(mul(add(a, b), sub(a, c)), "(a + b) * (a - c)");
  }

  @Test
  void twoMinusSignsAreNoDecrement() {
    writes(negate(negate(a)), "-(-a)");
  }

  @Test
  void aMinusSignBeforeANegativeConstant() {
    writes(sub(negate(f32(-1)), add(a, f32(-2))), "-(-1.0f) - (a + -2.0f)");
  }

  @Test
  void aMinusSignBeforeASum() {
    writes(negate(add(a, b)), "-(a + b)");
  }

  @Test
  void selectsNest() {
    writes(
        select(less(a, b), select(less(b, c), a, b), select(less(a, c), b, c)),
        "a < b ? (b < c ? a : b) : a < c ? b : c");
  }

  @Test
  void aSelectInsideAConditionAndASum() {
    writes(add(a, select(less(a, b), b, c)), "a + (a < b ? b : c)");
  }

  @Test
  void comparisonsOfConditions() {
    writes(select(equal(less(a, b), not(less(b, c))), a, b), "a < b == !(b < c) ? a : b");
  }

  @Test
  void orInsideAnd() {
    writes(select(not(or(less(a, b), less(b, c))), a, c), "!(a < b || b < c) ? a : c");
  }

  @Test
  void aCastOfASumCoversAllOfIt() {
    writes(cast(F64, add(a, b)), "(double) (a + b)");
  }

  @Test
  void aCastBindsTighterThanAProduct() {
    writes(mul(cast(F64, a), cast(F64, m)), "(double) a * (double) m");
  }

  @Test
  void aCastOfANegativeNumber() {
    writes(add(cast(I64, i32(-1)), n), "(long) -1 + n");
  }

  @Test
  void castsOfConditions() {
    writes(add(cast(F32, less(a, b)), c), "(a < b ? 1.0f : 0.0f) + c");
  }

  @Test
  void castsToConditions() {
    writes(select(cast(BOOL, add(a, b)), a, b), "a + b != 0 ? a : b");
  }

  @Test
  void castsBetweenConditionsAndIntegers() {
    writes(cast(I32, cast(BOOL, n)), "n != 0 ? 1 : 0");
  }

  @Test
  void extremeIntegers() {
    writes(
        sub(i32(Integer.MIN_VALUE), sub(m, negate(i32(Integer.MIN_VALUE)))),
        "Integer.MIN_VALUE - (m - -Integer.MIN_VALUE)");
  }

  @Test
  void extremeLongs() {
    writes(sub(i64(Long.MIN_VALUE), sub(n, i64(-1))), "Long.MIN_VALUE - (n - -1L)");
  }

  @Test
  void infinitiesAndNan() {
    writes(
        select(less(a, f32(Double.NEGATIVE_INFINITY)), f32(Double.NaN), f32(-0.0)),
        "a < Float.NEGATIVE_INFINITY ? Float.NaN : -0.0f");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Math",
        "KernelMath",
        "Tensor",
        "Kernel",
        "run",
        "operands",
        "sizes",
        "_",
        "__",
        "float",
        "int",
        "var",
        "yield",
        "record",
        "größe",
        "x_start",
        "i",
        "sum_i",
        "Object",
        "java",
        "dev",
        "length",
        "this",
        "Kernel_s",
        "iExtent",
        "x_i",
        "\uD835\uDC00",
        "$x",
        "A$math:T",
        "A; System.exit(1); //",
        "*/",
        "\\u002a/",
        "\\u000a",
        "\n",
        "a\rb",
        "\"",
        "{@code}",
        "<b>"
      })
  void anyNameOfATensorYieldsAKernel(String name) {
    var q = new ProgramBuilder().input(name, F32, "i,j").input("x", F32, "i");
    q.assign("t", F32, "j", q.sum("i", mul(q.at(name, "i,j"), q.at("x", "i"))));
    q.assign("s", F32, "", q.sum("j", q.at("t", "j")));
    agrees(q.program());
    agrees(renamedTarget(name));
  }

  private static IndexProgram renamedTarget(String name) {
    var q = new ProgramBuilder().input("x", F32, "i");
    q.assign(name, F32, "i", mul(q.at("x", "i"), f32(2)));
    return q.program();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "x_start", "x_1", "s", "Math", "sizes", "for", "_", "\uD835\uDC00", "*/"})
  void anyNameOfAnIndexYieldsAKernel(String name) {
    var q = new ProgramBuilder().input("x", F32, name);
    q.assign("s", F32, "", add(q.sum(name, q.at("x", name)), f32(1)));
    agrees(q.program());
  }

  @Test
  void hostileNamesLeaveNoTrace() {
    for (String name : List.of("A; System.exit(1); //", "*/ int evil; /*", "\\u002a/ int evil;")) {
      IndexProgram program = renamedTarget(name);
      String text = source(program);
      String code =
          text.lines()
              .filter(line -> !line.strip().startsWith("//") && !line.strip().startsWith("*"))
              .reduce("", (all, line) -> all + line + "\n");
      assertThat(code).doesNotContain("System.exit").doesNotContain("int evil");
      assertThat(text.lines().filter(line -> line.contains("*/")))
          .allMatch(line -> line.strip().equals("*/"));
      assertThat(text).doesNotContain("\\u");
    }
  }

  @Test
  void everyElementTypeIsReadAndWritten() {
    var types = new LinkedHashMap<String, ElementType>();
    for (ElementType type : ElementType.values()) {
      types.put("x" + type, type);
    }
    var q = new ProgramBuilder();
    types.forEach((name, type) -> q.input(name, type, "i"));
    types.forEach((name, type) -> q.assign("y" + type, type, "i", q.at(name, "i")));
    agrees(q.program());
  }
}
