package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexVariable;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A nest read as a contraction: one promoted reduction of a value of two factors, mostly their
 * product, but it may as well be the square of their difference.
 *
 * @param outer the loops over the target's indices
 * @param depth the loops of the sum
 * @param accumulator the local that sums
 * @param initial what the sum begins with, a constant or what is in the target
 * @param left the first factor
 * @param right the second factor
 * @param term what each position of the sum does with the factors
 * @param target what is stored
 * @param result the stored value, over the accumulator
 * @param mirrored which half of the target is computed, if it is not all
 */
public record ContractionForm(
    List<Stmt.Loop> outer,
    List<Stmt.Loop> depth,
    Expr.Local accumulator,
    Expr initial,
    Expr left,
    Expr right,
    Stmt term,
    Element target,
    Expr result,
    Optional<Mirrored> mirrored) {

  /**
   * The half of a symmetric target that a nest computes.
   *
   * @param first the index that is not below the other one in what is computed
   * @param second the other index
   * @param computed the loops as they would be for all of the target
   * @param copy what fills in the other half
   */
  public record Mirrored(IndexVariable first, IndexVariable second, Stmt computed, Stmt copy) {}

  /** The form of a nest, if it has it. */
  public static Optional<ContractionForm> of(LoopNest nest) {
    Optional<Mirrored> mirrored = Mirroring.of(nest);
    PerfectNest perfect = PerfectNest.of(mirrored.map(Mirrored::computed).orElse(nest.body()));
    if (!(perfect.body() instanceof Stmt.Block(List<Stmt> statements))
        || statements.size() != 3
        || !(statements.get(0)
            instanceof Stmt.Declare(String local, ElementType type, Expr initial))
        || !(statements.get(1) instanceof Stmt.Loop)
        || !(statements.get(2) instanceof Stmt.Store(Element target, Expr result))
        || !(initial instanceof Expr.Constant || initial.equals(new Expr.Load(target, type)))) {
      return Optional.empty();
    }
    PerfectNest sum = PerfectNest.of(statements.get(1));
    if (!perfect.loops().stream().allMatch(ContractionForm::isPlain)
        || !sum.loops().stream().allMatch(ContractionForm::isPlain)
        || !Scheduler.targetVariables(statements.get(2)).containsAll(perfect.variables())
        || !isTerm(sum.body(), local)) {
      return Optional.empty();
    }
    List<Expr> factors = factors(sum.body());
    if (factors.size() != 2) {
      return Optional.empty();
    }
    return Optional.of(
        new ContractionForm(
            perfect.loops(),
            sum.loops(),
            new Expr.Local(local, type),
            initial,
            factors.get(0),
            factors.get(1),
            sum.body(),
            target,
            result,
            mirrored));
  }

  /** Whether a loop body only declares locals and updates the accumulator by its last statement. */
  private static boolean isTerm(Stmt body, String accumulator) {
    List<Stmt> statements = body instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(body);
    return statements.getLast() instanceof Stmt.Update(String updated, _, _)
        && updated.equals(accumulator)
        && statements.subList(0, statements.size() - 1).stream()
            .allMatch(Stmt.Declare.class::isInstance);
  }

  /** The two factors of a product, or the two elements that a term reads. */
  private static List<Expr> factors(Stmt body) {
    if (body instanceof Stmt.Update(_, _, Expr value)
        && (value instanceof Expr.ExactProduct
            || (value instanceof Expr.BinaryOp(BinaryOperator times, _, _)
                && times == BinaryOperator.MULTIPLY))
        && !value.children().get(0).equals(value.children().get(1))) {
      return value.children();
    }
    Set<Expr> loads = new LinkedHashSet<>();
    LoopWalk.values(
        body,
        value -> {
          if (value instanceof Expr.Load) {
            loads.add(value);
          }
        });
    return List.copyOf(loads);
  }

  private static boolean isPlain(Stmt.Loop loop) {
    return loop.isWhole();
  }

  /** Whether the sum goes on from what is in the target. */
  public boolean continues() {
    return !(initial instanceof Expr.Constant);
  }

  /** Whether each term is the product of the factors. */
  public boolean isProduct() {
    return term instanceof Stmt.Update;
  }

  /** The factors in the other order. */
  public ContractionForm swapped() {
    return new ContractionForm(
        outer, depth, accumulator, initial, right, left, term, target, result, mirrored);
  }

  /** The term with other values in place of the factors. */
  Stmt term(Expr first, Expr second) {
    return replace(term, first, second);
  }

  private Stmt replace(Stmt stmt, Expr first, Expr second) {
    Stmt inside = LoopWalk.mapChildren(stmt, s -> replace(s, first, second));
    return LoopWalk.mapOwnValues(inside, value -> replace(value, first, second));
  }

  private Expr replace(Expr value, Expr first, Expr second) {
    return value.equals(left)
        ? first
        : value.equals(right) ? second : value.mapChildren(child -> replace(child, first, second));
  }

  /** The loop variables that a value depends on. */
  public static Set<IndexVariable> variables(Expr value) {
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
                Expr.Rank _,
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
