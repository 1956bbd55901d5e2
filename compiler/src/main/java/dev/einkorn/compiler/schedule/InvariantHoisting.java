package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@link Directive.Hoist}, from the innermost loop outward. C2 cannot hoist a load past a store to
 * another array of the same type, because the two might be one array; here the tensors of a nest
 * are known to differ.
 */
final class InvariantHoisting {
  private final LocalNames names;

  private InvariantHoisting(LocalNames names) {
    this.names = names;
  }

  static Stmt apply(Stmt body) {
    return new InvariantHoisting(LocalNames.of(body)).rewrite(body);
  }

  private Stmt rewrite(Stmt stmt) {
    Stmt inside = LoopWalk.mapChildren(stmt, this::rewrite);
    return switch (inside) {
      case Stmt.Loop loop -> hoistFrom(loop);
      case Stmt.Block(List<Stmt> statements) ->
          Stmt.sequence(foldedOnce(sinkDeclarations(flatten(statements))));
      case Stmt.Store _,
          Stmt.Accumulate _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Update _,
          Stmt.Barrier _,
          Stmt.Outline _,
          Stmt.Guard _ ->
          inside;
    };
  }

  private static List<Stmt> flatten(List<Stmt> statements) {
    return Stmt.sequence(statements) instanceof Stmt.Block(List<Stmt> flat) ? flat : statements;
  }

  /**
   * Moves each accumulator's declaration down to its first use, so that what was hoisted out of the
   * accumulating loop stands before the declaration and the two can move on together.
   */
  private static List<Stmt> sinkDeclarations(List<Stmt> statements) {
    List<Stmt> result = new ArrayList<>(statements);
    for (int n = result.size() - 2; n >= 0; n--) {
      if (result.get(n) instanceof Stmt.Declare declare
          && declare.value() instanceof Expr.Constant) {
        int to = n;
        while (to + 1 < result.size() && !mentions(result.get(to + 1), declare.local())) {
          to++;
        }
        result.add(to, result.remove(n));
      }
    }
    return result;
  }

  /** What is folded twice in the same way is folded once. */
  private static List<Stmt> foldedOnce(List<Stmt> statements) {
    List<Stmt> result = new ArrayList<>(statements);
    for (int n = 0; n + 1 < result.size(); n++) {
      for (int again = n + 2; again + 1 < result.size(); again++) {
        if (result.get(n) instanceof Stmt.Declare first
            && result.get(again) instanceof Stmt.Declare second
            && isFold(result.subList(n, result.size()))
            && isFold(result.subList(again, result.size()))
            && first.elementType() == second.elementType()
            && first.value().equals(second.value())
            && result
                .get(n + 1)
                .equals(renamed(result.get(again + 1), second.local(), first.local()))
            && result.subList(n + 2, again).stream().noneMatch(InvariantHoisting::stores)) {
          result.subList(again, again + 2).clear();
          result.replaceAll(s -> renamed(s, second.local(), first.local()));
          again--;
        }
      }
    }
    return result;
  }

  /** Whether statements begin with a local and the only one that changes it. */
  private static boolean isFold(List<Stmt> statements) {
    return statements.getFirst() instanceof Stmt.Declare(String local, _, Expr.Constant _)
        && writesLocal(statements.get(1), local)
        && statements.stream().skip(2).noneMatch(s -> writesLocal(s, local));
  }

  private static boolean stores(Stmt stmt) {
    boolean[] found = {false};
    LoopWalk.statements(
        stmt, s -> found[0] |= s instanceof Stmt.Store || s instanceof Stmt.Accumulate);
    return found[0];
  }

  private static Stmt renamed(Stmt stmt, String local, String to) {
    Stmt inside =
        LoopWalk.mapOwnValues(
            LoopWalk.mapChildren(stmt, child -> renamed(child, local, to)),
            value -> renamed(value, local, to));
    return inside instanceof Stmt.Update(String name, var operator, Expr value)
            && name.equals(local)
        ? new Stmt.Update(to, operator, value)
        : inside;
  }

  private static Expr renamed(Expr value, String local, String to) {
    return value instanceof Expr.Local(String name, var type, int lanes) && name.equals(local)
        ? new Expr.Local(to, type, lanes)
        : value.mapChildren(child -> renamed(child, local, to));
  }

  private static boolean mentions(Stmt stmt, String local) {
    boolean[] found = {writesLocal(stmt, local)};
    LoopWalk.values(
        stmt,
        value -> found[0] |= value instanceof Expr.Local(String name, _, _) && name.equals(local));
    return found[0];
  }

  /**
   * Two loops instead of one whose every iteration makes the same choice (loop unswitching); only
   * for loops without loops inside, since what they do stands there twice then.
   */
  private Stmt unswitched(Stmt.Loop loop) {
    Optional<Expr> condition = choice(loop);
    if (condition.isEmpty()) {
      return loop;
    }
    return new Stmt.Guard(
        condition.get(),
        hoistFrom(loop.withBody(decided(loop.body(), condition.get(), true))),
        hoistFrom(loop.withBody(decided(loop.body(), condition.get(), false))));
  }

  /** The condition of a choice in an innermost loop, if it is the same for all iterations. */
  private static Optional<Expr> choice(Stmt.Loop loop) {
    boolean[] innermost = {true};
    Set<String> ofIteration = new HashSet<>();
    LoopWalk.statements(
        loop.body(),
        stmt -> {
          innermost[0] &= !(stmt instanceof Stmt.Loop);
          if (stmt instanceof Stmt.Declare declare) {
            ofIteration.add(declare.local());
          }
        });
    List<Expr> found = new ArrayList<>();
    LoopWalk.values(
        loop.body(),
        value -> {
          if (value instanceof Expr.Select(Expr condition, _, _)
              && isInvariant(condition, loop.variable(), ofIteration)) {
            found.add(condition);
          }
        });
    return innermost[0] ? found.stream().findFirst() : Optional.empty();
  }

  private static Stmt decided(Stmt stmt, Expr condition, boolean outcome) {
    return LoopWalk.mapOwnValues(
        LoopWalk.mapChildren(stmt, child -> decided(child, condition, outcome)),
        value -> decided(value, condition, outcome));
  }

  private static Expr decided(Expr value, Expr condition, boolean outcome) {
    return value instanceof Expr.Select select && select.condition().equals(condition)
        ? decided(outcome ? select.whenTrue() : select.whenFalse(), condition, outcome)
        : value.mapChildren(child -> decided(child, condition, outcome));
  }

  private Stmt hoistFrom(Stmt.Loop loop) {
    List<Stmt> body =
        loop.body() instanceof Stmt.Block(List<Stmt> statements)
            ? statements
            : List.of(loop.body());
    List<Stmt> hoisted = new ArrayList<>();
    List<Stmt> kept = new ArrayList<>();
    // Locals whose value belongs to one iteration: declared by a statement that stays inside.
    Set<String> ofIteration = new HashSet<>();
    for (int n = 0; n < body.size(); n++) {
      Stmt stmt = body.get(n);
      if (stmt instanceof Stmt.Declare declare) {
        List<Stmt> writers =
            body.subList(n + 1, body.size()).stream()
                .filter(s -> writesLocal(s, declare.local()))
                .toList();
        if (writers.isEmpty() && isInvariant(declare, loop.variable(), ofIteration)) {
          hoisted.add(declare);
          continue;
        }
        if (n + 1 < body.size()
            && writers.equals(List.of(body.get(n + 1)))
            && isInvariant(declare, loop.variable(), ofIteration)
            && isInvariant(writers.getFirst(), loop.variable(), ofIteration)) {
          hoisted.add(declare);
          hoisted.add(writers.getFirst());
          n++;
          continue;
        }
        ofIteration.add(declare.local());
      }
      kept.add(
          LoopWalk.mapOwnValues(
              stmt, value -> extract(value, loop.variable(), ofIteration, hoisted)));
    }
    hoisted.add(unswitched(loop.withBody(Stmt.sequence(kept))));
    return Stmt.sequence(hoisted);
  }

  /**
   * The value with its largest worthwhile invariant parts replaced by locals declared in {@code
   * hoisted}.
   */
  private Expr extract(
      Expr value, IndexVariable variable, Set<String> ofIteration, List<Stmt> hoisted) {
    // An exact product lives only as a part of its sum.
    if (!(value instanceof Expr.ExactProduct)
        && isInvariant(value, variable, ofIteration)
        && isWorthwhile(value)) {
      for (Stmt stmt : hoisted) {
        if (stmt instanceof Stmt.Declare(String known, var type, Expr same) && same.equals(value)) {
          return new Expr.Local(known, type);
        }
      }
      String local = names.unused(stem(value));
      hoisted.add(new Stmt.Declare(local, value.elementType(), value));
      return new Expr.Local(local, value.elementType());
    }
    return switch (value) {
      // Only what is evaluated in every iteration may move: not the branches, not a right operand
      // that may be skipped.
      case Expr.Select(Expr condition, Expr whenTrue, Expr whenFalse) ->
          new Expr.Select(extract(condition, variable, ofIteration, hoisted), whenTrue, whenFalse);
      case Expr.BinaryOp(var operator, Expr left, Expr right)
          when operator.kind() == BinaryOperator.Kind.LOGICAL ->
          new Expr.BinaryOp(operator, extract(left, variable, ofIteration, hoisted), right);
      case Expr.Load _,
          Expr.Local _,
          Expr.Constant _,
          Expr.LoopValue _,
          Expr.ExtentValue _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.UnaryOp _,
          Expr.BinaryOp _,
          Expr.Call _,
          Expr.Cast _ ->
          value.mapChildren(child -> extract(child, variable, ofIteration, hoisted));
    };
  }

  private static String stem(Expr value) {
    return switch (value) {
      case Expr.Load(Element element, _) -> {
        var name = new StringBuilder(element.tensor()).append('_');
        element.positions().forEach(position -> append(name, position));
        if (element.positions().isEmpty()) {
          name.append("value");
        }
        yield name.toString();
      }
      case Expr.Call(var function, _, _) -> function.symbol() + "_value";
      case Expr.BinaryOp op when op.operator().kind() == BinaryOperator.Kind.COMPARISON -> "choice";
      case Expr.BinaryOp(var operator, Expr left, _) when operator == BinaryOperator.DIVIDE ->
          left.equals(new Expr.Constant(1.0, left.elementType())) ? "reciprocal" : "quotient";
      case Expr.Local _,
          Expr.Constant _,
          Expr.LoopValue _,
          Expr.ExtentValue _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.UnaryOp _,
          Expr.BinaryOp _,
          Expr.Cast _,
          Expr.Select _ ->
          "factor";
    };
  }

  private static void append(StringBuilder name, Position position) {
    switch (position) {
      case Position.Affine(Subscript.Affine form) -> {
        form.terms().forEach(term -> name.append(term.variable()));
        if (form.terms().isEmpty()) {
          name.append(form.constant());
        }
      }
      case Position.Bordered(Subscript.Affine form, _) ->
          form.terms().forEach(term -> name.append(term.variable()));
      case Position.Merged(var digits, _) -> digits.forEach(digit -> name.append(digit.part()));
      case Position.Gathered _ -> name.append("at");
    }
  }

  /** Whether moving the value saves a load, a call or a division. */
  private static boolean isWorthwhile(Expr value) {
    boolean[] found = {false};
    LoopWalk.subexpressions(
        value,
        e ->
            found[0] |=
                e instanceof Expr.Load
                    || e instanceof Expr.Call
                    || (e instanceof Expr.BinaryOp op && op.operator() == BinaryOperator.DIVIDE));
    return found[0];
  }

  private static boolean writesLocal(Stmt stmt, String local) {
    boolean[] found = {false};
    LoopWalk.statements(
        stmt,
        s ->
            found[0] |=
                switch (s) {
                  case Stmt.Assign(String name, _) -> name.equals(local);
                  case Stmt.Update(String name, _, _) -> name.equals(local);
                  case Stmt.Block _,
                      Stmt.Loop _,
                      Stmt.Store _,
                      Stmt.Accumulate _,
                      Stmt.Declare _,
                      Stmt.Barrier _,
                      Stmt.Outline _,
                      Stmt.Guard _ ->
                      false;
                });
    return found[0];
  }

  private static boolean isInvariant(Stmt stmt, IndexVariable variable, Set<String> ofIteration) {
    boolean[] invariant = {true};
    LoopWalk.statements(
        stmt, s -> invariant[0] &= !(s instanceof Stmt.Store) && !(s instanceof Stmt.Accumulate));
    LoopWalk.values(stmt, e -> invariant[0] &= isInvariantNode(e, variable, ofIteration));
    return invariant[0];
  }

  private static boolean isInvariant(Expr value, IndexVariable variable, Set<String> ofIteration) {
    boolean[] invariant = {true};
    LoopWalk.subexpressions(value, e -> invariant[0] &= isInvariantNode(e, variable, ofIteration));
    return invariant[0];
  }

  private static boolean isInvariantNode(
      Expr node, IndexVariable variable, Set<String> ofIteration) {
    return switch (node) {
      case Expr.Load(Element element, _) -> !element.dependsOn(variable) && !element.mayFail();
      case Expr.Local(String name, _, _) -> !ofIteration.contains(name);
      case Expr.LoopValue(IndexVariable used) -> !used.equals(variable);
      case Expr.BinaryOp op -> !(op.operator().mayFail() && op.elementType().isInteger());
      case Expr.Constant _,
          Expr.ExtentValue _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.UnaryOp _,
          Expr.Call _,
          Expr.Cast _,
          Expr.Select _ ->
          true;
    };
  }
}
