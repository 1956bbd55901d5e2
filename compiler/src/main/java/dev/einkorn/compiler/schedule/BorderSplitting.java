package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LinearForm;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@link Directive.SplitBorders}: a loop whose variable moves a bordered position becomes a border,
 * an interior and a border. In the interior the position is within its axis for every value of the
 * loops inside, so it is read without a check. Loops inside a border part are not split again: they
 * are few, and every split doubles the code.
 */
final class BorderSplitting {
  /** A bordered position with the extent of its axis. */
  private record Bordered(Position.Bordered position, Extent extent) {}

  private final LoopNest nest;
  private final Set<IndexVariable> targetVariables;

  private BorderSplitting(LoopNest nest) {
    this.nest = nest;
    this.targetVariables = Scheduler.targetVariables(nest.body());
  }

  static Stmt apply(LoopNest nest) {
    return new BorderSplitting(nest).rewrite(nest.body(), Set.of());
  }

  private Stmt rewrite(Stmt stmt, Set<IndexVariable> around) {
    if (!(stmt instanceof Stmt.Loop loop)) {
      return LoopWalk.mapChildren(stmt, s -> rewrite(s, around));
    }
    Set<IndexVariable> inside = new LinkedHashSet<>(around);
    inside.add(loop.variable());
    List<Bordered> split =
        loop.isWhole()
            ? bordered(loop.body()).stream()
                .filter(b -> splittingVariable(b, around).equals(Optional.of(loop.variable())))
                .toList()
            : List.of();
    if (split.isEmpty()) {
      return loop.withBody(rewrite(loop.body(), inside));
    }
    Expr begin = loop.lower();
    Expr end = loop.upper();
    for (Bordered b : split) {
      begin = max(first(b, loop, around), begin);
      end = min(afterLast(b, loop, around), end);
    }
    begin = min(begin, loop.upper());
    end = max(begin, end);
    Stmt interior = replace(loop.body(), split);
    return Stmt.sequence(
        List.of(
            border(loop, loop.lower(), begin),
            loop.withBounds(begin, end).withBody(rewrite(interior, inside)),
            border(loop, end, loop.upper())));
  }

  private static Stmt border(Stmt.Loop loop, Expr lower, Expr upper) {
    if (lower.equals(upper)) {
      return Stmt.NOTHING;
    }
    return new Stmt.Loop(loop.binding(), lower, upper, LoopKind.BORDER, loop.body());
  }

  private List<Bordered> bordered(Stmt body) {
    Set<Bordered> found = new LinkedHashSet<>();
    LoopWalk.values(
        body,
        value -> {
          if (value instanceof Expr.Load(Element element, _)) {
            List<Extent> extents = nest.tensor(element.tensor()).type().extents();
            for (int axis = 0; axis < extents.size(); axis++) {
              if (element.positions().get(axis) instanceof Position.Bordered position) {
                found.add(new Bordered(position, extents.get(axis)));
              }
            }
          }
        });
    return List.copyOf(found);
  }

  /**
   * The variable along whose loop a position is split: the first of the target's in it, or its
   * first.
   */
  private Optional<IndexVariable> splittingVariable(Bordered bordered, Set<IndexVariable> around) {
    List<IndexVariable> variables =
        bordered.position().form().terms().stream().map(Subscript.Term::variable).toList();
    if (variables.stream().anyMatch(v -> targetVariables.contains(v) && around.contains(v))) {
      return Optional.empty();
    }
    return variables.stream()
        .filter(targetVariables::contains)
        .findFirst()
        .or(() -> variables.stream().findFirst());
  }

  /**
   * The first value of the variable from which on the position does not lie before its axis, or
   * after it if it falls.
   */
  private Expr first(Bordered bordered, Stmt.Loop loop, Set<IndexVariable> around) {
    long coefficient = coefficient(bordered, loop.variable());
    LinearForm needed =
        coefficient > 0
            ? rest(bordered, loop, around, false).times(-1)
            : rest(bordered, loop, around, true)
                .plus(LinearForm.of(bordered.extent()).times(-1))
                .plus(1);
    long divisor = Math.abs(coefficient);
    return needed.plus(divisor - 1).floorDiv(divisor);
  }

  /**
   * One more than the last value of the variable up to which the position stays within its axis.
   */
  private Expr afterLast(Bordered bordered, Stmt.Loop loop, Set<IndexVariable> around) {
    long coefficient = coefficient(bordered, loop.variable());
    LinearForm room =
        coefficient > 0
            ? LinearForm.of(bordered.extent())
                .plus(-1)
                .plus(rest(bordered, loop, around, true).times(-1))
            : rest(bordered, loop, around, false);
    long divisor = Math.abs(coefficient);
    // floor(room / divisor) + 1
    return room.plus(divisor).floorDiv(divisor);
  }

  private static long coefficient(Bordered bordered, IndexVariable variable) {
    return bordered.position().form().terms().stream()
        .filter(term -> term.variable().equals(variable))
        .mapToLong(Subscript.Term::coefficient)
        .sum();
  }

  /**
   * The least or greatest value of the position without the variable: loops around are known, loops
   * inside take every value.
   */
  private LinearForm rest(
      Bordered bordered, Stmt.Loop loop, Set<IndexVariable> around, boolean greatest) {
    LinearForm sum = LinearForm.of(bordered.position().form().constant());
    for (Subscript.Term term : bordered.position().form().terms()) {
      if (term.variable().equals(loop.variable())) {
        continue;
      }
      if (around.contains(term.variable())) {
        sum = sum.plus(LinearForm.of(term.variable()).times(term.coefficient()));
      } else if (greatest == term.coefficient() > 0) {
        LinearForm last = LinearForm.of(extent(term.variable(), loop.body())).plus(-1);
        sum = sum.plus(last.times(term.coefficient()));
      }
    }
    return sum;
  }

  /** The extent of a loop inside of the one that is split. */
  private static Extent extent(IndexVariable variable, Stmt body) {
    List<Extent> extents = new ArrayList<>();
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Loop loop && loop.variable().equals(variable)) {
            extents.add(loop.binding().extent());
          }
        });
    return extents.getFirst();
  }

  private static Stmt replace(Stmt stmt, List<Bordered> split) {
    List<Position> positions = split.stream().<Position>map(Bordered::position).toList();
    Stmt inside = LoopWalk.mapChildren(stmt, s -> replace(s, split));
    return LoopWalk.mapOwnValues(inside, value -> replace(value, positions));
  }

  private static Expr replace(Expr value, List<Position> split) {
    Expr inside = value.mapChildren(child -> replace(child, split));
    if (!(inside instanceof Expr.Load(Element element, ElementType type))) {
      return inside;
    }
    List<Position> positions = new ArrayList<>();
    for (Position position : element.positions()) {
      positions.add(
          position instanceof Position.Bordered(Subscript.Affine form, _)
                  && split.contains(position)
              ? new Position.Affine(form)
              : position);
    }
    return new Expr.Load(new Element(element.tensor(), positions), type);
  }

  private static Expr max(Expr left, Expr right) {
    return fold(Function.MAX, left, right);
  }

  private static Expr min(Expr left, Expr right) {
    return fold(Function.MIN, left, right);
  }

  /** The minimum or maximum of both, without operands that another one makes superfluous. */
  private static Expr fold(Function function, Expr left, Expr right) {
    List<Expr> kept = new ArrayList<>();
    List<Expr> all = new ArrayList<>(operands(function, left));
    all.addAll(operands(function, right));
    for (int n = 0; n < all.size(); n++) {
      Expr operand = all.get(n);
      boolean superfluous = false;
      for (int other = 0; other < all.size() && !superfluous; other++) {
        Expr rival = all.get(other);
        boolean beaten =
            function == Function.MIN ? isAtMost(rival, operand) : isAtMost(operand, rival);
        boolean tied = beaten && isAtMost(rival, operand) && isAtMost(operand, rival);
        // Of equal operands the first stays.
        superfluous = other != n && beaten && (!tied || other < n);
      }
      if (!superfluous) {
        kept.add(operand);
      }
    }
    Expr result = kept.getFirst();
    for (Expr operand : kept.subList(1, kept.size())) {
      result = new Expr.Call(function, List.of(result, operand));
    }
    return result;
  }

  private static List<Expr> operands(Function function, Expr expr) {
    if (expr instanceof Expr.Call(Function called, List<Expr> arguments, _) && called == function) {
      List<Expr> operands = new ArrayList<>();
      arguments.forEach(argument -> operands.addAll(operands(function, argument)));
      return operands;
    }
    return List.of(expr);
  }

  /** Whether the first is known not to exceed the second in any call; an extent is at least 0. */
  private static boolean isAtMost(Expr first, Expr second) {
    Optional<LinearForm> a = LinearForm.of(first);
    Optional<LinearForm> b = LinearForm.of(second);
    if (a.isPresent() && b.isPresent()) {
      LinearForm difference = b.get().plus(a.get().times(-1));
      return difference.isSumOfExtents() && difference.constant() >= 0;
    }
    return (first instanceof Expr.Call(Function called, List<Expr> arguments, _)
            && called == Function.MIN
            && arguments.stream().anyMatch(argument -> isAtMost(argument, second)))
        || (second instanceof Expr.Call(Function calledToo, List<Expr> others, _)
            && calledToo == Function.MAX
            && others.stream().anyMatch(other -> isAtMost(first, other)));
  }
}
