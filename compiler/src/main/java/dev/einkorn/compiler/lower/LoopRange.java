package dev.einkorn.compiler.lower;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopKind;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
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
    Optional<AffineValue> difference = AffineValue.difference(left, right);
    if (difference.isEmpty()) {
      return false;
    }
    AffineValue form = difference.get();
    Optional<IndexVariable> own = innermost(form, inScope);
    if (own.isEmpty()) {
      return false;
    }
    // form = coefficient * variable + others, compared with 0
    IndexVariable variable = own.get();
    long coefficient = form.variables().getOrDefault(variable, 0L);
    if (Math.abs(coefficient) != 1) {
      return false;
    }
    Expr others = form.without(variable).times(-coefficient).toExpr();
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

  private void add(IndexVariable variable, Expr others, boolean isLower, long offset) {
    Expr bound =
        offset == 0
            ? others
            : new Expr.BinaryOp(
                BinaryOperator.ADD, others, new Expr.Constant(offset, ElementType.I64));
    (isLower ? lower : upper).computeIfAbsent(variable, _ -> new ArrayList<>()).add(bound);
  }

  /**
   * The last of our variables in the form, if every other variable of it is bound outside of that
   * loop.
   */
  private Optional<IndexVariable> innermost(AffineValue form, Set<IndexVariable> inScope) {
    Optional<IndexVariable> last = Optional.empty();
    for (IndexBinding binding : bindings) {
      if (form.variables().containsKey(binding.variable())) {
        last = Optional.of(binding.variable());
      }
    }
    List<IndexVariable> ours = bindings.stream().map(IndexBinding::variable).toList();
    boolean known =
        form.variables().keySet().stream().allMatch(v -> ours.contains(v) || inScope.contains(v));
    return known ? last : Optional.empty();
  }

  /** A sum of integer multiples of variables and extents. */
  record AffineValue(Map<IndexVariable, Long> variables, Map<Extent, Long> extents, long constant) {

    /** {@code left - right}, if both are affine 64-bit integers. */
    static Optional<AffineValue> difference(IndexExpr left, IndexExpr right) {
      if (left.elementType() != ElementType.I64) {
        return Optional.empty();
      }
      try {
        return of(left).flatMap(l -> of(right).map(r -> l.plus(r.times(-1))));
      } catch (ArithmeticException e) {
        // Coefficients that do not fit a long: the condition is tested as it is written.
        return Optional.empty();
      }
    }

    private static Optional<AffineValue> of(IndexExpr expr) {
      return switch (expr) {
        case IndexExpr.IndexValue(IndexVariable variable) ->
            Optional.of(new AffineValue(Map.of(variable, 1L), Map.of(), 0));
        case IndexExpr.ExtentValue(Extent extent) ->
            Optional.of(new AffineValue(Map.of(), Map.of(extent, 1L), 0));
        case IndexExpr.Literal(Object value, ElementType _) ->
            Optional.of(new AffineValue(Map.of(), Map.of(), (Long) value));
        case IndexExpr.Unary(UnaryOperator operator, IndexExpr operand)
            when operator == UnaryOperator.NEGATE ->
            of(operand).map(value -> value.times(-1));
        case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
            when operator == BinaryOperator.ADD ->
            of(left).flatMap(l -> of(right).map(l::plus));
        case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
            when operator == BinaryOperator.SUBTRACT ->
            of(left).flatMap(l -> of(right).map(r -> l.plus(r.times(-1))));
        case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
            when operator == BinaryOperator.MULTIPLY ->
            of(left)
                .flatMap(
                    l ->
                        of(right)
                            .flatMap(
                                r ->
                                    l.isConstant()
                                        ? Optional.of(r.times(l.constant))
                                        : r.isConstant()
                                            ? Optional.of(l.times(r.constant))
                                            : Optional.empty()));
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

    private boolean isConstant() {
      return variables.isEmpty() && extents.isEmpty();
    }

    private AffineValue plus(AffineValue other) {
      return new AffineValue(
          sum(variables, other.variables),
          sum(extents, other.extents),
          Math.addExact(constant, other.constant));
    }

    private static <K> Map<K, Long> sum(Map<K, Long> left, Map<K, Long> right) {
      Map<K, Long> result = new LinkedHashMap<>(left);
      right.forEach((key, value) -> result.merge(key, value, Math::addExact));
      result.values().removeIf(value -> value == 0);
      return result;
    }

    AffineValue times(long factor) {
      Map<IndexVariable, Long> scaledVariables = new LinkedHashMap<>();
      variables.forEach((v, c) -> scaledVariables.put(v, Math.multiplyExact(c, factor)));
      Map<Extent, Long> scaledExtents = new LinkedHashMap<>();
      extents.forEach((e, c) -> scaledExtents.put(e, Math.multiplyExact(c, factor)));
      scaledVariables.values().removeIf(value -> value == 0);
      scaledExtents.values().removeIf(value -> value == 0);
      return new AffineValue(scaledVariables, scaledExtents, Math.multiplyExact(constant, factor));
    }

    AffineValue without(IndexVariable variable) {
      Map<IndexVariable, Long> others = new LinkedHashMap<>(variables);
      others.remove(variable);
      return new AffineValue(others, extents, constant);
    }

    Expr toExpr() {
      List<Map.Entry<Expr, Long>> summands = new ArrayList<>();
      variables.forEach((v, c) -> summands.add(Map.entry(new Expr.LoopValue(v), c)));
      extents.forEach((e, c) -> summands.add(Map.entry(new Expr.ExtentValue(e), c)));
      return loopSum(summands, constant);
    }

    /** {@code constant + sum of coefficient * value}, written without zeros and ones. */
    static Expr loopSum(List<Map.Entry<Expr, Long>> summands, long constant) {
      Optional<Expr> sum = Optional.empty();
      for (Map.Entry<Expr, Long> summand : summands) {
        sum = Optional.of(add(sum, summand.getKey(), summand.getValue()));
      }
      Expr number = new Expr.Constant(Math.abs(constant), ElementType.I64);
      if (sum.isEmpty()) {
        return new Expr.Constant(constant, ElementType.I64);
      }
      return constant == 0
          ? sum.get()
          : new Expr.BinaryOp(
              constant > 0 ? BinaryOperator.ADD : BinaryOperator.SUBTRACT, sum.get(), number);
    }

    private static Expr add(Optional<Expr> sum, Expr value, long coefficient) {
      long magnitude = Math.abs(coefficient);
      Expr product =
          magnitude == 1
              ? value
              : new Expr.BinaryOp(
                  BinaryOperator.MULTIPLY, new Expr.Constant(magnitude, ElementType.I64), value);
      if (sum.isPresent()) {
        return new Expr.BinaryOp(
            coefficient > 0 ? BinaryOperator.ADD : BinaryOperator.SUBTRACT, sum.get(), product);
      }
      return coefficient > 0 ? product : new Expr.UnaryOp(UnaryOperator.NEGATE, product);
    }
  }
}
