package dev.einkorn.compiler.lower;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LinearForm;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The loops of a reduction whose body a condition restricts: affine conjuncts become bounds of the
 * innermost loop that they mention, so {@code sum[j](select(j <= i, e, 0))} runs {@code for j in 0
 * .. min(i + 1, n)} and tests nothing.
 */
final class LoopRange {
  private final List<IndexBinding> bindings;
  private final Map<IndexVariable, List<Expr>> lower = new LinkedHashMap<>();
  private final Map<IndexVariable, List<Expr>> upper = new LinkedHashMap<>();
  private final List<IndexExpr> rest = new ArrayList<>();

  private LoopRange(List<IndexBinding> bindings) {
    this.bindings = bindings;
  }

  /**
   * The loops over the bindings under a condition.
   *
   * @param inScope variables of the loops around
   */
  static LoopRange of(
      List<IndexBinding> bindings, IndexExpr condition, Set<IndexVariable> inScope) {
    var range = new LoopRange(bindings);
    for (IndexExpr conjunct : conjuncts(condition)) {
      if (!range.bound(conjunct, inScope)) {
        range.rest.add(conjunct);
      }
    }
    return range;
  }

  /** What is left to be tested inside; empty if the bounds say it all. */
  Optional<IndexExpr> rest() {
    return rest.stream()
        .reduce((left, right) -> new IndexExpr.Binary(BinaryOperator.AND, left, right));
  }

  /** The loops around a body, first binding outermost. */
  Stmt around(Stmt body) {
    Stmt nest = body;
    for (IndexBinding binding : bindings.reversed()) {
      IndexVariable variable = binding.variable();
      var whole = new Stmt.Loop(binding, LoopKind.SEQUENTIAL, nest);
      nest =
          whole.withBounds(
              tightest(Function.MAX, whole.lower(), lower.getOrDefault(variable, List.of())),
              tightest(Function.MIN, whole.upper(), upper.getOrDefault(variable, List.of())));
    }
    return nest;
  }

  private static Expr tightest(Function function, Expr bound, List<Expr> others) {
    Expr result = bound;
    for (Expr other : others) {
      result = new Expr.Call(function, List.of(other, result));
    }
    return result;
  }

  private static List<IndexExpr> conjuncts(IndexExpr condition) {
    if (condition
            instanceof IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
        && operator == BinaryOperator.AND) {
      List<IndexExpr> both = new ArrayList<>(conjuncts(left));
      both.addAll(conjuncts(right));
      return both;
    }
    return condition.equals(IndexExpr.Literal.of(true)) ? List.of() : List.of(condition);
  }

  /**
   * Turns {@code left < right} and its like into a bound; false if it is not affine with a variable
   * of ours.
   */
  private boolean bound(IndexExpr conjunct, Set<IndexVariable> inScope) {
    if (!(conjunct
        instanceof IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right))) {
      return false;
    }
    Optional<LinearForm> difference = difference(left, right);
    if (difference.isEmpty()) {
      return false;
    }
    LinearForm form = difference.get();
    Optional<IndexVariable> own = innermost(form, inScope);
    if (own.isEmpty()) {
      return false;
    }
    // form = coefficient * variable + others, compared with 0
    IndexVariable variable = own.get();
    long coefficient = form.coefficient(variable);
    if (Math.abs(coefficient) != 1) {
      return false;
    }
    LinearForm others = form.without(variable).times(-coefficient);
    boolean positive = coefficient > 0;
    switch (operator) {
      case LESS -> add(variable, others, !positive, positive ? 0 : 1);
      case LESS_OR_EQUAL -> add(variable, others, !positive, positive ? 1 : 0);
      case GREATER -> add(variable, others, positive, positive ? 1 : 0);
      case GREATER_OR_EQUAL -> add(variable, others, positive, positive ? 0 : 1);
      case EQUAL -> {
        add(variable, others, true, 0);
        add(variable, others, false, 1);
      }
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER, POWER, NOT_EQUAL, AND, OR -> {
        return false;
      }
    }
    return true;
  }

  private void add(IndexVariable variable, LinearForm others, boolean isLower, long offset) {
    (isLower ? lower : upper)
        .computeIfAbsent(variable, _ -> new ArrayList<>())
        .add(others.plus(offset).toExpr());
  }

  /**
   * The last of our variables in the form, if every other variable of it is bound outside of that
   * loop.
   */
  private Optional<IndexVariable> innermost(LinearForm form, Set<IndexVariable> inScope) {
    Optional<IndexVariable> last = Optional.empty();
    Set<IndexVariable> known = new HashSet<>(inScope);
    for (IndexBinding binding : bindings) {
      known.add(binding.variable());
      if (form.coefficient(binding.variable()) != 0) {
        last = Optional.of(binding.variable());
      }
    }
    boolean allKnown =
        form.summands().keySet().stream()
            .allMatch(
                leaf -> !(leaf instanceof Expr.LoopValue(IndexVariable v)) || known.contains(v));
    return allKnown ? last : Optional.empty();
  }

  /** {@code left - right}, if both are affine 64-bit integers. */
  private static Optional<LinearForm> difference(IndexExpr left, IndexExpr right) {
    if (left.elementType() != ElementType.I64) {
      return Optional.empty();
    }
    try {
      return linear(left).flatMap(l -> linear(right).map(r -> l.plus(r.times(-1))));
    } catch (ArithmeticException e) {
      // Coefficients that do not fit a long: the condition is tested as it is written.
      return Optional.empty();
    }
  }

  private static Optional<LinearForm> linear(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.IndexValue(IndexVariable variable) -> Optional.of(LinearForm.of(variable));
      case IndexExpr.ExtentValue(Extent extent) -> Optional.of(LinearForm.of(extent));
      case IndexExpr.Literal(Object value, _) -> Optional.of(LinearForm.of((Long) value));
      case IndexExpr.Unary(var operator, IndexExpr operand) when operator == UnaryOperator.NEGATE ->
          linear(operand).map(value -> value.times(-1));
      case IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right)
          when operator == BinaryOperator.ADD ->
          linear(left).flatMap(l -> linear(right).map(l::plus));
      case IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right)
          when operator == BinaryOperator.SUBTRACT ->
          linear(left).flatMap(l -> linear(right).map(r -> l.plus(r.times(-1))));
      case IndexExpr.Binary(var operator, IndexExpr left, IndexExpr right)
          when operator == BinaryOperator.MULTIPLY ->
          linear(left).flatMap(l -> linear(right).flatMap(r -> product(l, r)));
      case IndexExpr.Access _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _,
          IndexExpr.Reduction _,
          IndexExpr.ArgumentReduction _ ->
          Optional.empty();
    };
  }

  private static Optional<LinearForm> product(LinearForm left, LinearForm right) {
    if (left.isConstant()) {
      return Optional.of(right.times(left.constant()));
    }
    return right.isConstant() ? Optional.of(left.times(right.constant())) : Optional.empty();
  }
}
