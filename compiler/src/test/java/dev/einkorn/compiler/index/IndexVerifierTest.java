package dev.einkorn.compiler.index;

import static dev.einkorn.compiler.index.Expressions.add;
import static dev.einkorn.compiler.index.Expressions.f32;
import static dev.einkorn.compiler.index.Expressions.f64;
import static dev.einkorn.compiler.index.Expressions.less;
import static dev.einkorn.compiler.index.Expressions.mul;
import static dev.einkorn.runtime.ElementType.BOOL;
import static dev.einkorn.runtime.ElementType.F32;
import static dev.einkorn.runtime.ElementType.F64;
import static dev.einkorn.runtime.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IndexVerifierTest {
  private final ProgramBuilder p =
      new ProgramBuilder().input("A", F32, "i,k").input("B", F32, "k,j").input("x", F32, "k");

  private void refuses(String violation) {
    refuses(p.program(), violation);
  }

  private static void refuses(IndexProgram program, String... violations) {
    assertThat(IndexVerifier.verify(program)).containsExactly(violations);
  }

  @Test
  void acceptsAProgramThatKeepsTheRules() {
    p.assign("C", F32, "i,j", p.sum("k", mul(p.at("A", "i,k"), p.at("B", "k,j"))));
    p.assign("t", F32, "", p.sum("i,j", p.at("C", "i,j")));
    p.statement("D", F32, "k,k", AssignmentOperator.ADD, p.at("x", "k"));
    p.statement("D", F32, "k,i", AssignmentOperator.MAX, p.at("A", "0,k"));
    IndexProgram wrongSecondWrite = p.program();
    assertThat(IndexVerifier.verify(wrongSecondWrite))
        .containsExactly("statement 4 (D), left side: i has extent i but axis 1 has k");
    IndexProgram program =
        wrongSecondWrite.withAssignments(
            wrongSecondWrite.targets(), wrongSecondWrite.assignments().subList(0, 3));
    assertThat(IndexVerifier.verify(program)).isEmpty();
    assertThatCode(() -> IndexVerifier.check(program, "check")).doesNotThrowAnyException();
  }

  @Test
  void refusesAVariableThatNothingBinds() {
    p.assign("y", F32, "i", p.at("A", "i,k"));
    refuses("statement 1 (y), A[i,k]: variable k is not bound");
  }

  @Test
  void refusesAPositionOfAVariableThatNothingBinds() {
    p.assign("y", F32, "", Expressions.cast(F32, ProgramBuilder.position("q")));
    refuses("statement 1 (y), q: variable q is not bound");
  }

  @Test
  void refusesAVariableOutsideTheReductionThatBindsIt() {
    p.assign("y", F32, "", add(p.sum("k", p.at("x", "k")), p.at("x", "k")));
    refuses("statement 1 (y), x[k]: variable k is not bound");
  }

  @Test
  void refusesAVariableBoundTwiceAlongAPath() {
    p.assign("y", F32, "k", p.sum("k", p.at("x", "k")));
    refuses("statement 1 (y), sum[k](x[k]): variable k is bound already");
  }

  @Test
  void refusesAVariableBoundTwiceByOneReduction() {
    p.assign("y", F32, "", p.sum("k,k", p.at("x", "k")));
    refuses("statement 1 (y), sum[k,k](x[k]): variable k is bound already");
  }

  @Test
  void acceptsAVariableBoundInTwoSiblings() {
    p.assign("y", F32, "", add(p.sum("k", p.at("x", "k")), p.sum("k", p.at("x", "k"))));
    assertThat(IndexVerifier.verify(p.program())).isEmpty();
  }

  @Test
  void refusesATensorThatIsNotDeclared() {
    p.assign("y", F32, "k", new IndexExpr.Access("Q", ProgramBuilder.subscripts("k"), F32));
    refuses("statement 1 (y), Q[k]: tensor Q is not declared");
  }

  @Test
  void refusesAWrongNumberOfSubscripts() {
    p.assign("y", F32, "k", p.at("x", "k,k"));
    refuses("statement 1 (y), x[k,k]: 2 subscripts on x: f32[k]");
  }

  @Test
  void refusesAnAccessOfAnotherElementType() {
    p.assign("y", F64, "k", new IndexExpr.Access("x", ProgramBuilder.subscripts("k"), F64));
    refuses("statement 1 (y), x[k]: is f64 but the tensor is x: f32[k]");
  }

  @Test
  void refusesAValueOfAnotherElementType() {
    p.assign("y", F32, "k", f64(1));
    refuses("statement 1 (y), left side: the value is f64 but y is f32");
  }

  @Test
  void refusesReadingATargetBeforeItIsAssigned() {
    p.assign("y", F32, "k", new IndexExpr.Access("z", ProgramBuilder.subscripts("k"), F32));
    p.assign("z", F32, "k", f32(1));
    refuses("statement 1 (y), z[k]: target z is read before it is assigned");
  }

  @Test
  void refusesAStatementThatReadsItsOwnTarget() {
    p.assign("y", F32, "k", f32(1));
    p.statement("y", F32, "k", AssignmentOperator.ADD, p.at("y", "k"));
    refuses(p.program("y"), "statement 2 (y), y[k]: the statement reads its own target");
  }

  @Test
  void acceptsATargetThatIsMadeOfItsOwnElements() {
    p.assign("y", F32, "k", f32(1));
    p.assign("y", F32, "k", add(p.at("y", "k"), f32(2)));
    assertThat(IndexVerifier.verify(p.program("y"))).isEmpty();
  }

  @Test
  void refusesATargetThatIsMadeOfOtherElements() {
    p.assign("y", F32, "k", f32(1));
    p.assign("y", F32, "k", p.sum("i", p.at("y", "i")));
    refuses(
        p.program("y"),
        "statement 2 (y), left side: y is overwritten, but assigned already",
        "statement 2 (y), y[i]: the statement reads its own target");
  }

  @Test
  void refusesOverwritingATarget() {
    p.assign("y", F32, "k", f32(1));
    p.assign("y", F32, "k", f32(2));
    refuses("statement 2 (y), left side: y is overwritten, but assigned already");
  }

  @Test
  void refusesAnExtentThatNoInputGives() {
    p.assign("y", F32, "q", f32(1));
    assertThat(IndexVerifier.verify(p.program()))
        .containsExactly(
            "declaration y: f32[q]: no size gives the extent q",
            "statement 1 (y), left side: no size gives the extent q");
  }

  @Test
  void acceptsAVariableOnAnAxisOfAnotherExtent() {
    p.assign("y", F32, "i", p.at("x", "i"));
    assertThat(IndexVerifier.verify(p.program())).isEmpty();
  }

  @Test
  void checksTheScopesOfArgumentReductions() {
    IndexExpr condition = less(ProgramBuilder.position("k"), ProgramBuilder.position("q"));
    p.assign("y", I64, "i", p.argument(ArgumentOperator.ARGMAX, "k", condition, p.at("A", "i,k")));
    refuses("statement 1 (y), q: variable q is not bound");
  }

  @Test
  void refusesAVariableThatAnArgumentReductionBindsAgain() {
    p.assign("y", I64, "k", p.argument(ArgumentOperator.ARGMIN, "k", p.at("x", "k")));
    refuses("statement 1 (y), argmin[k](x[k]): variable k is bound already");
  }

  @Test
  void checksWhatAGatherReads() {
    p.input("T", F32, "n");
    IndexExpr idx = new IndexExpr.Access("idx", ProgramBuilder.subscripts("k"), I64);
    p.assign("y", F32, "k", p.gather("T", idx));
    refuses("statement 1 (y), idx[k]: tensor idx is not declared");
  }

  @Test
  void refusesAGatherThatReadsItsOwnTarget() {
    p.assign("y", I64, "k", ProgramBuilder.position("k"));
    p.statement("y", I64, "k", AssignmentOperator.ADD, p.gather("y", p.at("y", "k")));
    assertThat(IndexVerifier.verify(p.program("y")))
        .containsExactly(
            "statement 2 (y), y[k]: the statement reads its own target",
            "statement 2 (y), y[y[k]]: the statement reads its own target");
  }

  @Test
  void refusesWritingToAGatheredPosition() {
    p.input("idx", I64, "k");
    p.assign("y", F32, "k", f32(1));
    Assignment scatter =
        new Assignment(
            "y",
            List.of(new Subscript.Gather(p.at("idx", "0"))),
            List.of(),
            AssignmentOperator.ASSIGN,
            f32(1));
    IndexProgram program = p.program();
    refuses(
        program.withAssignments(program.targets(), List.of(scatter)),
        "statement 1 (y), left side: subscript idx[0] is not a variable alone");
  }

  @Test
  void bordersTakeAffineSubscriptsOnly() {
    p.input("idx", I64, "k");
    List<Subscript> gather = List.of(new Subscript.Gather(p.at("idx", "k")));
    assertThatThrownBy(() -> new IndexExpr.Access("x", gather, Border.ZERO, F32))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void acceptsDerivedSizesThatMentionEarlierOnes() {
    p.derive("y", "k-i+1", 1, 0).derive("z", "y", 2, 1);
    p.assign("O", F32, "y", p.sum("i", p.at("x", "y+i")));
    p.assign("P", F32, "z", p.at("O", "2*z"));
    assertThat(IndexVerifier.verify(p.program())).isEmpty();
  }

  @Test
  void refusesDerivedSizesThatMentionLaterOnesOrThemselves() {
    p.derive("y", "z+k", 1, 0).derive("z", "z", 2, 1);
    p.assign("O", F32, "y", f32(1));
    assertThat(IndexVerifier.verify(p.program()))
        .containsExactly(
            "size y: no size gives the extent z", "size z: no size gives the extent z");
  }

  @Test
  void refusesASizeThatIsBothGivenAndDerived() {
    p.derive("k", "i", 1, 0);
    p.assign("O", F32, "k", f32(1));
    refuses("size k is declared twice");
  }

  @Test
  void refusesADerivedSizeOnAnAxisThatTheCallerGives() {
    p.derive("y", "k-1", 1, 0);
    p.assign("O", F32, "y", f32(1));
    IndexProgram program = p.program();
    var inputs = new ArrayList<>(program.inputs());
    inputs.add(new TensorDeclaration("Z", new TensorType(F32, List.of(new Extent.Symbolic("y")))));
    refuses(
        new IndexProgram(
            inputs,
            program.targets(),
            program.sizes(),
            program.derived(),
            program.assignments(),
            program.outputs()),
        "no size parameter lists axis 0 of Z: f32[y]");
  }

  @Test
  void refusesASubscriptOnTheLeftThatIsNoVariable() {
    p.range("k+1", "k");
    p.assign("y", F32, "k+1", f32(1));
    assertThat(IndexVerifier.verify(p.program()))
        .contains("statement 1 (y), left side: subscript k + 1 is not a variable alone");
  }

  @Test
  void refusesBindingsThatAreNotTheVariablesOfTheLeftSide() {
    p.assign("y", F32, "k", f32(1));
    IndexProgram program = p.program();
    Assignment first = program.assignments().getFirst();
    var extra = new IndexBinding(new IndexVariable("i"), new Extent.Symbolic("i"));
    var wrong =
        new Assignment(
            "y",
            first.subscripts(),
            List.of(first.bindings().getFirst(), extra),
            first.operator(),
            first.value());
    refuses(
        program.withAssignments(program.targets(), List.of(wrong)),
        "statement 1 (y), left side: binds [k, i] but its subscripts have [k]");
  }

  @Test
  void refusesAccumulatingConditions() {
    p.statement("y", BOOL, "", AssignmentOperator.ADD, Expressions.bool(true));
    refuses("statement 1 (y), left side: += on conditions");
  }

  @Test
  void refusesOutputsThatAreNotTargets() {
    p.assign("y", F32, "k", f32(1));
    refuses(p.program("y", "A"), "output A is not a target");
    refuses(p.program("y", "y"), "output y is listed twice");
    refuses(p.program(new String[0]), "the program has no output");
  }

  @Test
  void refusesAnAccumulatedTargetThatIsNoOutput() {
    p.statement("y", F32, "k", AssignmentOperator.ADD, f32(1));
    p.assign("z", F32, "k", p.at("y", "k"));
    refuses("target y accumulates into the caller's but is no output");
  }

  @Test
  void refusesATargetWithoutAStatement() {
    p.assign("y", F32, "k", f32(1));
    p.assign("z", F32, "k", f32(1));
    IndexProgram program = p.program("y");
    refuses(
        program.withAssignments(program.targets(), program.assignments().subList(0, 1)),
        "target z is never assigned");
  }

  @Test
  void refusesSizeParametersThatDoNotFitTheInputs() {
    p.assign("y", F32, "k", f32(1));
    IndexProgram program = p.program();
    var sizes =
        List.of(
            size("i", "A", 0),
            size("k", "A", 1, "B", 0, "x", 0),
            size("j", "B", 1, "B", 2, "y", 0, "x", 0));
    assertThat(IndexVerifier.verify(withSizes(program, sizes)))
        .containsExactly(
            "size j: B: f32[k,j] has no Axis[tensor=B, position=2]",
            "size j: the caller passes no y",
            "size j: Axis[tensor=x, position=0] is listed twice",
            "size j: Axis[tensor=x, position=0] has extent k");
    assertThat(IndexVerifier.verify(withSizes(program, List.of(size("i", "A", 0)))))
        .contains(
            "declaration x: f32[k]: no size gives the extent k",
            "no size parameter lists axis 0 of x: f32[k]");
  }

  @Test
  void checkNamesTheStageAndPrintsTheProgram() {
    p.assign("y", F32, "i", p.at("A", "i,k"));
    IndexProgram program = p.program();
    assertThatThrownBy(() -> IndexVerifier.check(program, "DistributeProductOverSum"))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            """
            after DistributeProductOverSum, the program breaks these rules:
              statement 1 (y), A[i,k]: variable k is not bound
            (A: f32[i,k], B: f32[k,j], x: f32[k]) -> (y: f32[i])
            y[i] = A[i,k]
            """);
  }

  private static IndexProgram withSizes(IndexProgram program, List<SizeParameter> sizes) {
    return new IndexProgram(
        program.inputs(), program.targets(), sizes, program.assignments(), program.outputs());
  }

  private static SizeParameter size(String name, Object... axes) {
    var list = new java.util.ArrayList<SizeParameter.Axis>();
    for (int n = 0; n < axes.length; n += 2) {
      list.add(new SizeParameter.Axis((String) axes[n], (Integer) axes[n + 1]));
    }
    return new SizeParameter(name, list);
  }
}
