package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** {@link Directive.Rank}: loops that fold maxima and minima of floats fold integers. */
final class RankedFolds {
  // Rounds from which on it pays to go to integers and back.
  private static final long LEAST_ROUNDS = 8;

  // Narrower vectors belong to processors that take the maximum of floats in one operation.
  private static final int LEAST_BITS = 256;

  // Narrower vectors of 64-bit integers have no maximum and no shift that keeps the sign.
  private static final int LEAST_BITS_OF_LONGS = 512;

  /**
   * A local that holds an extreme of floats.
   *
   * @param operator of all that is folded into it
   */
  private record Extreme(ReductionOperator operator, Expr.Local rank) {}

  private final Directive.Rank directive;
  private final LocalNames names;
  private boolean found;

  private RankedFolds(Directive.Rank directive, LocalNames names) {
    this.directive = directive;
    this.names = names;
  }

  static Stmt apply(Stmt body, Directive.Rank directive) {
    var folds = new RankedFolds(directive, LocalNames.of(body));
    Stmt result = folds.rewrite(body);
    if (!folds.found) {
      throw Scheduler.refusal(
          directive,
          "no loop over " + directive.variable() + " folds vectors of floats by max or min");
    }
    return result;
  }

  /**
   * One directive for each variable whose loops are long enough.
   *
   * @param nest before its other directives
   * @param chosen the other directives
   */
  static List<Directive> directives(
      LoopNest nest, List<Directive> chosen, CallShape shape, Target target) {
    if (target.simdBits() < LEAST_BITS || !takesExtremes(nest.body())) {
      return List.of();
    }
    LoopNest scheduled = Scheduler.apply(nest, new Schedule(chosen));
    CallShape known = shape.with(scheduled.merged());
    Set<IndexVariable> variables = new LinkedHashSet<>();
    LoopWalk.statements(
        scheduled.body(),
        s -> {
          if (s instanceof Stmt.Loop loop
              && loop.lower() instanceof Expr.Constant
              && folds(loop).anyMatch(fold -> isFast(fold, target))
              && known.value(loop.binding().extent()) >= LEAST_ROUNDS * loop.step().size()) {
            variables.add(loop.variable());
          }
        });
    return variables.stream()
        .<Directive>map(Directive.Rank::new)
        .filter(directive -> Scheduler.isLegal(scheduled, directive))
        .toList();
  }

  /** Whether a canonical nest, which takes up its terms one by one, folds by max or min. */
  private static boolean takesExtremes(Stmt body) {
    boolean[] found = {false};
    LoopWalk.statements(
        body,
        s ->
            found[0] |=
                (s instanceof Stmt.Accumulate(_, var operator, _) && isExtreme(operator))
                    || (s instanceof Stmt.Update(_, var inside, _) && isExtreme(inside)));
    return found[0];
  }

  private static boolean isExtreme(ReductionOperator operator) {
    return operator == ReductionOperator.MAX || operator == ReductionOperator.MIN;
  }

  private static boolean isFast(Stmt.Update fold, Target target) {
    return fold.value().elementType() != ElementType.F64
        || target.simdBits() >= LEAST_BITS_OF_LONGS;
  }

  /** What the body of a loop itself folds by max and min, of vectors of floats. */
  private static Stream<Stmt.Update> folds(Stmt.Loop loop) {
    List<Stmt> statements =
        loop.body() instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(loop.body());
    return statements.stream()
        .filter(Stmt.Update.class::isInstance)
        .map(Stmt.Update.class::cast)
        .filter(
            fold ->
                isExtreme(fold.operator())
                    && fold.value().lanes() > 1
                    && fold.value().elementType().isFloating());
  }

  private Stmt rewrite(Stmt stmt) {
    Stmt inside = LoopWalk.mapChildren(stmt, this::rewrite);
    if (!(inside instanceof Stmt.Block(List<Stmt> statements))) {
      return inside;
    }
    Map<String, Extreme> extremes = extremes(statements);
    if (extremes.isEmpty()) {
      return inside;
    }
    found = true;
    return Stmt.sequence(statements.stream().map(s -> ranked(s, extremes)).toList());
  }

  /** The locals of a block that begin without a value and are folded along the variable. */
  private Map<String, Extreme> extremes(List<Stmt> block) {
    Map<String, Extreme> extremes = new LinkedHashMap<>();
    for (Stmt stmt : block) {
      if (!(stmt instanceof Stmt.Declare(String local, ElementType type, Expr first))
          || first.lanes() == 1
          || !type.isFloating()) {
        continue;
      }
      Optional<ReductionOperator> operator = operator(local, block);
      if (operator.isPresent()
          && first.equals(
              new Expr.Broadcast(Expr.Constant.identity(operator.get(), type), first.lanes()))) {
        var place = new Expr.Rank(operator.get(), first);
        String name = names.unused(local + "_rank");
        extremes.put(
            local,
            new Extreme(operator.get(), new Expr.Local(name, place.elementType(), first.lanes())));
      }
    }
    return extremes;
  }

  /** How a local is folded, if a loop over the variable folds it and nothing else changes it. */
  private Optional<ReductionOperator> operator(String local, List<Stmt> block) {
    Set<ReductionOperator> operators = new LinkedHashSet<>();
    boolean[] along = {false};
    boolean[] assigned = {false};
    for (Stmt stmt : block) {
      LoopWalk.statements(
          stmt,
          s -> {
            if (s instanceof Stmt.Update(String changed, var operator, _)
                && changed.equals(local)) {
              operators.add(operator);
            }
            assigned[0] |= s instanceof Stmt.Assign(String changed, _) && changed.equals(local);
            along[0] |=
                s instanceof Stmt.Loop loop
                    && loop.variable().equals(directive.variable())
                    && folds(loop).anyMatch(fold -> fold.local().equals(local));
          });
    }
    return along[0] && !assigned[0] && operators.size() == 1
        ? operators.stream().findFirst()
        : Optional.empty();
  }

  private Stmt ranked(Stmt stmt, Map<String, Extreme> extremes) {
    if (stmt instanceof Stmt.Declare declare && extremes.containsKey(declare.local())) {
      return withoutValue(extremes.get(declare.local()));
    }
    if (stmt instanceof Stmt.Update fold && extremes.containsKey(fold.local())) {
      return folded(fold, extremes.get(fold.local()), extremes);
    }
    if (stmt instanceof Stmt.Block(List<Stmt> inner)) {
      return Stmt.sequence(inner.stream().map(s -> ranked(s, extremes)).toList());
    }
    return LoopWalk.mapOwnValues(
        LoopWalk.mapChildren(stmt, inner -> ranked(inner, extremes)),
        value -> read(value, extremes));
  }

  private static Stmt withoutValue(Extreme extreme) {
    ElementType type = extreme.rank().elementType();
    Expr identity = Expr.Constant.identity(extreme.operator(), type);
    return new Stmt.Declare(
        extreme.rank().name(), type, new Expr.Broadcast(identity, extreme.rank().lanes()));
  }

  private Stmt folded(Stmt.Update fold, Extreme extreme, Map<String, Extreme> extremes) {
    String rank = extreme.rank().name();
    if (fold.value() instanceof Expr.Local(String other, _, _) && extremes.containsKey(other)) {
      return new Stmt.Update(rank, fold.operator(), extremes.get(other).rank());
    }
    // A rank takes its float several times.
    ElementType type = fold.value().elementType();
    var term = new Expr.Local(names.unused("term"), type, fold.value().lanes());
    return new Stmt.Block(
        List.of(
            new Stmt.Declare(term.name(), type, read(fold.value(), extremes)),
            new Stmt.Update(rank, fold.operator(), new Expr.Rank(fold.operator(), term))));
  }

  /** A value with floats for the ranks that it reads; lanes are folded before. */
  private static Expr read(Expr value, Map<String, Extreme> extremes) {
    if (value instanceof Expr.LaneReduction(var operator, Expr.Local(String local, _, _))
        && extremes.containsKey(local)
        && extremes.get(local).operator() == operator) {
      return new Expr.Rank(operator, new Expr.LaneReduction(operator, extremes.get(local).rank()));
    }
    if (value instanceof Expr.Local(String local, _, _) && extremes.containsKey(local)) {
      Extreme extreme = extremes.get(local);
      return new Expr.Rank(extreme.operator(), extreme.rank());
    }
    return value.mapChildren(child -> read(child, extremes));
  }
}
