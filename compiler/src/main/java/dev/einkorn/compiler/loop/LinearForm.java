package dev.einkorn.compiler.loop;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.runtime.ElementType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A sum of integer multiples of loop variables and extents, and a constant: what loop bounds are
 * made of.
 *
 * @param summands coefficients, none 0, of {@link Expr.LoopValue} and {@link Expr.ExtentValue}
 */
public record LinearForm(SequencedMap<Expr, Long> summands, long constant) {
  public LinearForm {
    summands = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(summands));
  }

  /** A number. */
  public static LinearForm of(long constant) {
    return new LinearForm(new LinkedHashMap<>(), constant);
  }

  /** A loop variable. */
  public static LinearForm of(IndexVariable variable) {
    return ofLeaf(new Expr.LoopValue(variable));
  }

  /** An extent. */
  public static LinearForm of(Extent extent) {
    return extent instanceof Extent.Fixed(long value)
        ? of(value)
        : ofLeaf(new Expr.ExtentValue(extent));
  }

  private static LinearForm ofLeaf(Expr leaf) {
    SequencedMap<Expr, Long> one = new LinkedHashMap<>();
    one.put(leaf, 1L);
    return new LinearForm(one, 0);
  }

  /** The form that a value is, if it is one: what {@link #toExpr} has written. */
  public static Optional<LinearForm> of(Expr value) {
    return switch (value) {
      case Expr.LoopValue _ -> Optional.of(ofLeaf(value));
      case Expr.ExtentValue(Extent extent) -> Optional.of(of(extent));
      case Expr.Constant(Object number, _) -> Optional.of(of((Long) number));
      case Expr.UnaryOp(_, Expr operand) -> of(operand).map(form -> form.times(-1));
      case Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right)
          when operator == BinaryOperator.ADD ->
          of(left).flatMap(l -> of(right).map(l::plus));
      case Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right)
          when operator == BinaryOperator.SUBTRACT ->
          of(left).flatMap(l -> of(right).map(r -> l.plus(r.times(-1))));
      case Expr.BinaryOp(BinaryOperator operator, Expr.Constant(Object number, _), Expr right)
          when operator == BinaryOperator.MULTIPLY ->
          of(right).map(form -> form.times((Long) number));
      case Expr.BinaryOp _,
          Expr.Load _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.ExactProduct _,
          Expr.Contiguous _,
          Expr.Local _,
          Expr.Call _,
          Expr.Cast _,
          Expr.Select _ ->
          Optional.empty();
    };
  }

  /** Whether the form is a constant and positive multiples of extents only. */
  public boolean isSumOfExtents() {
    return summands.entrySet().stream()
        .allMatch(
            summand -> summand.getKey() instanceof Expr.ExtentValue && summand.getValue() > 0);
  }

  /** Whether there is only a constant. */
  public boolean isConstant() {
    return summands.isEmpty();
  }

  /** The coefficient of a variable, 0 if it does not occur. */
  public long coefficient(IndexVariable variable) {
    return summands.getOrDefault(new Expr.LoopValue(variable), 0L);
  }

  /**
   * The sum.
   *
   * @throws ArithmeticException if a coefficient does not fit a long
   */
  public LinearForm plus(LinearForm other) {
    SequencedMap<Expr, Long> sum = new LinkedHashMap<>(summands);
    other.summands.forEach((leaf, coefficient) -> sum.merge(leaf, coefficient, Math::addExact));
    sum.values().removeIf(coefficient -> coefficient == 0);
    return new LinearForm(sum, Math.addExact(constant, other.constant));
  }

  /** The sum with a number. */
  public LinearForm plus(long number) {
    return plus(of(number));
  }

  /**
   * The multiple.
   *
   * @throws ArithmeticException if a coefficient does not fit a long
   */
  public LinearForm times(long factor) {
    SequencedMap<Expr, Long> product = new LinkedHashMap<>();
    if (factor != 0) {
      summands.forEach(
          (leaf, coefficient) -> product.put(leaf, Math.multiplyExact(coefficient, factor)));
    }
    return new LinearForm(product, Math.multiplyExact(constant, factor));
  }

  /** The form without a variable. */
  public LinearForm without(IndexVariable variable) {
    return plus(of(variable).times(-coefficient(variable)));
  }

  /** The form rounded down to a multiple of the divisor, divided by it; the divisor is positive. */
  public Expr floorDiv(long divisor) {
    if (divisor == 1) {
      return toExpr();
    }
    if (isConstant()) {
      return number(Math.floorDiv(constant, divisor));
    }
    return new Expr.BinaryOp(BinaryOperator.FLOOR_DIVIDE, toExpr(), number(divisor));
  }

  /** As a value, without zeros and ones. */
  public Expr toExpr() {
    Optional<Expr> sum = Optional.empty();
    for (Map.Entry<Expr, Long> summand : summands.entrySet()) {
      sum = Optional.of(add(sum, summand.getKey(), summand.getValue()));
    }
    if (sum.isEmpty()) {
      return number(constant);
    }
    if (constant == 0) {
      return sum.get();
    }
    BinaryOperator operator = constant > 0 ? BinaryOperator.ADD : BinaryOperator.SUBTRACT;
    return new Expr.BinaryOp(operator, sum.get(), number(Math.abs(constant)));
  }

  private static Expr add(Optional<Expr> sum, Expr value, long coefficient) {
    long magnitude = Math.abs(coefficient);
    Expr product =
        magnitude == 1
            ? value
            : new Expr.BinaryOp(BinaryOperator.MULTIPLY, number(magnitude), value);
    if (sum.isPresent()) {
      BinaryOperator operator = coefficient > 0 ? BinaryOperator.ADD : BinaryOperator.SUBTRACT;
      return new Expr.BinaryOp(operator, sum.get(), product);
    }
    return coefficient > 0 ? product : new Expr.UnaryOp(UnaryOperator.NEGATE, product);
  }

  private static Expr number(long value) {
    return new Expr.Constant(value, ElementType.I64);
  }
}
