package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A nest read as a contraction: one promoted sum of products of two factors.
 *
 * @param outer the loops over the target's indices
 * @param depth the loops of the sum
 * @param accumulator the local that sums
 * @param initial what the sum begins with
 * @param left the first factor
 * @param right the second factor
 * @param exact whether products enter the sum unrounded
 * @param target what is stored
 * @param result the stored value, over the accumulator
 */
record ContractionForm(
    List<Stmt.Loop> outer,
    List<Stmt.Loop> depth,
    Expr.Local accumulator,
    Expr.Constant initial,
    Expr left,
    Expr right,
    boolean exact,
    Element target,
    Expr result) {

  /** The form of a nest, if it has it. */
  static Optional<ContractionForm> of(LoopNest nest) {
    PerfectNest perfect = PerfectNest.of(nest.body());
    if (!(perfect.body() instanceof Stmt.Block(List<Stmt> statements))
        || statements.size() != 3
        || !(statements.get(0) instanceof Stmt.Declare(String local, ElementType type, Expr initial))
        || !(initial instanceof Expr.Constant constant)
        || !(statements.get(1) instanceof Stmt.Loop)
        || !(statements.get(2) instanceof Stmt.Store(Element target, Expr result))) {
      return Optional.empty();
    }
    PerfectNest sum = PerfectNest.of(statements.get(1));
    if (!(sum.body() instanceof Stmt.Update(String updated, ReductionOperator operator, Expr value))
        || operator != ReductionOperator.SUM
        || !updated.equals(local)
        || !perfect.loops().stream().allMatch(ContractionForm::isPlain)
        || !sum.loops().stream().allMatch(ContractionForm::isPlain)
        || !Scheduler.targetVariables(statements.get(2)).containsAll(perfect.variables())) {
      return Optional.empty();
    }
    boolean exact = value instanceof Expr.ExactProduct;
    boolean product =
        value instanceof Expr.BinaryOp(BinaryOperator times, _, _)
            && times == BinaryOperator.MULTIPLY;
    if (!exact && !product) {
      return Optional.empty();
    }
    return Optional.of(
        new ContractionForm(
            perfect.loops(),
            sum.loops(),
            new Expr.Local(local, type),
            constant,
            value.children().get(0),
            value.children().get(1),
            exact,
            target,
            result));
  }

  private static boolean isPlain(Stmt.Loop loop) {
    return loop.isWhole();
  }

  /** The factors in the other order. */
  ContractionForm swapped() {
    return new ContractionForm(
        outer, depth, accumulator, initial, right, left, exact, target, result);
  }

  /** A product as this sum takes it in. */
  Expr product(Expr first, Expr second) {
    return exact
        ? new Expr.ExactProduct(first, second)
        : new Expr.BinaryOp(BinaryOperator.MULTIPLY, first, second);
  }

  /** The loop variables that a value depends on. */
  static Set<IndexVariable> variables(Expr value) {
    Set<IndexVariable> used = new HashSet<>();
    LoopWalk.subexpressions(
        value,
        e -> {
          switch (e) {
            case Expr.Load(Element element, _) -> used.addAll(variables(element));
            case Expr.LoopValue(IndexVariable variable) -> used.add(variable);
            case Expr.VectorLoad _,
                Expr.Broadcast _,
                Expr.LaneReduction _,
                Expr.ExactProduct _,
                Expr.Contiguous _,
                Expr.Local _,
                Expr.Constant _,
                Expr.ExtentValue _,
                Expr.UnaryOp _,
                Expr.BinaryOp _,
                Expr.Call _,
                Expr.Cast _,
                Expr.Select _ -> {}
          }
        });
    return used;
  }

  private static List<IndexVariable> variables(Element element) {
    List<IndexVariable> used = new ArrayList<>();
    for (Position position : element.positions()) {
      switch (position) {
        case Position.Affine(Subscript.Affine form) ->
            form.terms().forEach(term -> used.add(term.variable()));
        case Position.Bordered(Subscript.Affine form, _) ->
            form.terms().forEach(term -> used.add(term.variable()));
        case Position.Merged(var digits, Subscript.Affine rest) -> {
          rest.terms().forEach(term -> used.add(term.variable()));
          digits.forEach(digit -> used.add(digit.part()));
        }
        // Its value is one of the load's children.
        case Position.Gathered _ -> {}
      }
    }
    return used;
  }
}
