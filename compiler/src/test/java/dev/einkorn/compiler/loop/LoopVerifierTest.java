package dev.einkorn.compiler.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ProgramBuilder;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule refuses a nest that breaks it; all nests are {@code y[i] = A[i,k]} gone wrong. */
class LoopVerifierTest {
  private static final LoopNest NEST = Nests.canonical("y[i] = A[i,k]");
  private static final Expr ZERO = new Expr.Constant(0.0, ElementType.F32);
  private static final Element Y_I = element("y", "i");

  private static void refuses(Stmt body, String... violations) {
    assertThat(LoopVerifier.verify(NEST.withBody(body))).containsExactly(violations);
  }

  private static Stmt loop(String variable, Stmt... body) {
    var binding = new IndexBinding(new IndexVariable(variable), new Extent.Symbolic(variable));
    return new Stmt.Loop(binding, LoopKind.SEQUENTIAL, Stmt.sequence(List.of(body)));
  }

  private static Element element(String tensor, String subscripts) {
    return new Element(
        tensor,
        ProgramBuilder.subscripts(subscripts).stream()
            .<Position>map(s -> new Position.Affine((Subscript.Affine) s))
            .toList());
  }

  private static Expr load(String tensor, String subscripts) {
    return new Expr.Load(element(tensor, subscripts), ElementType.F32);
  }

  private static Expr local(String name) {
    return new Expr.Local(name, ElementType.F32);
  }

  private static Stmt declare(String name) {
    return new Stmt.Declare(name, ElementType.F32, ZERO);
  }

  @Test
  void acceptsTheCanonicalNest() {
    assertThat(LoopVerifier.verify(NEST)).isEmpty();
    assertThat(LoopVerifier.check(NEST, "lowering")).isSameAs(NEST);
  }

  @Test
  void aLoopVariableMustBeInScope() {
    refuses(new Stmt.Store(Y_I, ZERO), "loop variable i is not in scope");
    refuses(loop("i", new Stmt.Store(Y_I, load("A", "i,k"))), "loop variable k is not in scope");
    refuses(
        loop("i", new Stmt.Store(Y_I, load("A", "i,2*q+1"))), "loop variable q is not in scope");
    Expr position = new Expr.Cast(new Expr.LoopValue(new IndexVariable("k")), ElementType.F32);
    refuses(
        Stmt.sequence(List.of(loop("k", Stmt.NOTHING), loop("i", new Stmt.Store(Y_I, position)))),
        "loop variable k is not in scope");
  }

  @Test
  void aLoopIsNotNestedInItself() {
    refuses(loop("i", loop("i", new Stmt.Store(Y_I, ZERO))), "loop i is nested in itself");
  }

  @Test
  void aLocalMustBeDeclaredBeforeItIsUsed() {
    refuses(loop("i", new Stmt.Store(Y_I, local("sum"))), "local sum of type f32 is not in scope");
    refuses(new Stmt.Assign("sum", ZERO), "local sum is written before it is declared");
    refuses(
        new Stmt.Update("sum", ReductionOperator.SUM, ZERO),
        "local sum is written before it is declared");
  }

  @Test
  void aLocalEndsWithTheBlockThatDeclaresIt() {
    refuses(
        new Stmt.Block(
            List.of(loop("k", declare("sum")), loop("i", new Stmt.Store(Y_I, local("sum"))))),
        "local sum of type f32 is not in scope");
    var guarded =
        new Stmt.Guard(new Expr.Constant(true, ElementType.BOOL), declare("t"), declare("t"));
    refuses(
        new Stmt.Block(List.of(guarded, new Stmt.Assign("t", ZERO))),
        "local t is written before it is declared");
  }

  @Test
  void aLocalIsDeclaredOnce() {
    refuses(new Stmt.Block(List.of(declare("sum"), declare("sum"))), "local sum is declared twice");
    refuses(
        new Stmt.Block(List.of(declare("sum"), loop("k", declare("sum")))),
        "local sum is declared twice");
  }

  @Test
  void aLocalKeepsItsType() {
    refuses(
        new Stmt.Block(
            List.of(
                declare("sum"), new Stmt.Assign("sum", new Expr.Constant(1L, ElementType.I32)))),
        "assignment of sum of type f32 takes a value of type i32");
    refuses(
        new Stmt.Declare("sum", ElementType.F64, ZERO),
        "declaration of sum of type f64 takes a value of type f32");
  }

  @Test
  void aStoreTakesTheTypeOfItsTensor() {
    refuses(
        loop("i", new Stmt.Store(Y_I, new Expr.Constant(1.0, ElementType.F64))),
        "store of type f32 takes a value of type f64");
    refuses(
        loop(
            "i",
            new Stmt.Accumulate(
                Y_I, ReductionOperator.SUM, new Expr.Constant(true, ElementType.BOOL))),
        "store of type f32 takes a value of type bool");
  }

  @Test
  void aConditionIsABool() {
    refuses(
        new Stmt.Guard(ZERO, Stmt.NOTHING, Stmt.NOTHING),
        "condition of type bool takes a value of type f32");
  }

  @Test
  void subscriptsMatchTheRank() {
    refuses(loop("i", new Stmt.Store(Y_I, load("A", "i"))), "A[i] on a tensor of rank 2");
    refuses(loop("i", new Stmt.Store(element("y", ""), ZERO)), "y on a tensor of rank 1");
  }

  @Test
  void aLoadHasTheTypeOfItsTensor() {
    refuses(
        loop(
            "i",
            new Stmt.Store(
                Y_I,
                new Expr.Cast(
                    new Expr.Load(element("A", "i,0"), ElementType.I64), ElementType.F32))),
        "load of A[i,0] as i64");
  }

  @Test
  void theTargetIsLoadedOnlyWhereItIsStoredAgain() {
    Stmt shifted = loop("i", new Stmt.Store(Y_I, load("y", "i+1")));
    refuses(shifted, "the target is loaded: y[i + 1]");
    Stmt itself = loop("i", new Stmt.Store(Y_I, load("y", "i")));
    assertThat(LoopVerifier.verify(NEST.withBody(itself))).isEmpty();
  }

  @Test
  void allViolationsAreFound() {
    Expr sum = new Expr.BinaryOp(BinaryOperator.ADD, load("A", "i,k"), local("t"));
    refuses(
        loop("i", new Stmt.Store(Y_I, sum)),
        "loop variable k is not in scope",
        "local t of type f32 is not in scope");
  }

  @Test
  void checkNamesTheStageAndPrintsTheNest() {
    LoopNest broken = NEST.withBody(new Stmt.Store(Y_I, ZERO));
    assertThatThrownBy(() -> LoopVerifier.check(broken, "schedule fuse(i)"))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            """
            after schedule fuse(i): loop variable i is not in scope
            nest y
              A: f32[i,k], unit stride on axis 1
              y: f32[i], unit stride on axis 0
            y[i] = 0.0
            """);
  }
}
