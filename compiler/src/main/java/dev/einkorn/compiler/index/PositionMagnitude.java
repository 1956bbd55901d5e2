package dev.einkorn.compiler.index;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How large the positions become that a kernel computes without knowing that they stay within a
 * tensor: those of loops, those of bordered accesses, and those that conditions compare. Kernels
 * use 32-bit positions where all of them fit.
 */
public final class PositionMagnitude {
  // Half the range, so that one more addition cannot leave it.
  private static final double LARGEST_INT = Integer.MAX_VALUE / 2.0;

  private final ToLongFunction<Extent> sizes;
  private final Map<IndexVariable, Double> ranges = new HashMap<>();
  private double largest;

  private PositionMagnitude(ToLongFunction<Extent> sizes) {
    this.sizes = sizes;
  }

  /** Whether such a position may need more than an {@code int} for these sizes. */
  public static boolean exceedsInt(IndexProgram program, ToLongFunction<Extent> sizes) {
    var magnitude = new PositionMagnitude(sizes);
    for (Assignment assignment : program.assignments()) {
      magnitude.bind(assignment.bindings());
      magnitude.visit(assignment.value());
    }
    return magnitude.largest > LARGEST_INT;
  }

  private void bind(List<IndexBinding> bindings) {
    for (IndexBinding binding : bindings) {
      double extent = sizes.applyAsLong(binding.extent());
      ranges.put(binding.variable(), extent);
      largest = Math.max(largest, extent - LARGEST_INT);
    }
  }

  private void visit(IndexExpr expr) {
    switch (expr) {
      case IndexExpr.Reduction reduction -> bind(reduction.bindings());
      case IndexExpr.ArgumentReduction reduction -> bind(reduction.bindings());
      case IndexExpr.Access access when access.border() != Border.NONE -> {
        for (Subscript subscript : access.subscripts()) {
          if (subscript instanceof Subscript.Affine(var terms, long constant)) {
            double sum = Math.abs((double) constant);
            for (Subscript.Term term : terms) {
              sum += Math.abs((double) term.coefficient()) * range(term.variable());
            }
            largest = Math.max(largest, sum);
          }
        }
      }
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right)
          when operator.kind() == BinaryOperator.Kind.COMPARISON ->
          largest = Math.max(largest, of(left) + of(right));
      case IndexExpr.Access _,
          IndexExpr.Literal _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ -> {}
    }
    expr.children().forEach(this::visit);
  }

  private double range(IndexVariable variable) {
    return ranges.getOrDefault(variable, 1.0);
  }

  /**
   * A bound of the absolute value of an integer expression over positions; 0 for one that is none.
   */
  private double of(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Literal(Object value, _) ->
          value instanceof Long number ? Math.abs((double) number) : 0;
      case IndexExpr.IndexValue(IndexVariable variable) -> range(variable);
      case IndexExpr.ExtentValue(Extent extent) -> sizes.applyAsLong(extent);
      case IndexExpr.Unary(_, IndexExpr operand) -> of(operand);
      case IndexExpr.Binary(BinaryOperator operator, IndexExpr left, IndexExpr right) ->
          operator == BinaryOperator.MULTIPLY ? of(left) * of(right) : of(left) + of(right);
      case IndexExpr.Access _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _,
          IndexExpr.Reduction _,
          IndexExpr.ArgumentReduction _ ->
          0;
    };
  }
}
