package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.runtime.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Bounds the absolute value of everything a program computes from inputs in -3 .. 3, and from
 * positions. The bound is that of the sum of absolute values, so it holds however terms are
 * regrouped or distributed.
 */
final class Magnitude {
  private static final double MOST_F32 = 1 << 22;
  private static final double MOST_F64 = 1L << 50;

  private final RandomProgram drawn;
  private final Map<String, Long> ranges;
  private final Map<String, Double> targets = new HashMap<>();
  private boolean exact = true;

  private Magnitude(RandomProgram drawn) {
    this.drawn = drawn;
    this.ranges = IndexRanges.of(drawn);
  }

  /** Whether every floating-point value stays a whole number that the type holds exactly. */
  static boolean isExact(RandomProgram drawn) {
    var magnitude = new Magnitude(drawn);
    for (Assignment assignment : drawn.program().assignments()) {
      magnitude.assign(assignment);
    }
    return magnitude.exact;
  }

  private void assign(Assignment assignment) {
    double value = bound(assignment.value());
    double old = targets.getOrDefault(assignment.target(), 3.0);
    double result =
        switch (assignment.operator()) {
          case ASSIGN -> value;
          case ADD -> old + value;
          case MULTIPLY -> old * value;
          case MAX, MIN -> Math.max(old, value);
        };
    boolean first = assignment.operator() == AssignmentOperator.ASSIGN;
    targets.put(
        assignment.target(),
        limit(first ? value : Math.max(old, result), assignment.value().elementType()));
  }

  private double bound(IndexExpr expression) {
    double[] of = expression.children().stream().mapToDouble(this::bound).toArray();
    double bound =
        switch (expression) {
          case IndexExpr.Access(String tensor, _, _, _) ->
              Math.max(targets.getOrDefault(tensor, 3.0), ranges.getOrDefault(tensor, 0L));
          case IndexExpr.Literal(Object value, _) ->
              value instanceof Number number ? Math.abs(number.doubleValue()) : 1;
          case IndexExpr.IndexValue _ -> Vocabulary.MOST_VALUE;
          case IndexExpr.ExtentValue(var extent) -> drawn.value(extent);
          case IndexExpr.Unary _ -> of[0];
          case IndexExpr.Binary(var operator, _, _) -> binary(operator, of[0], of[1]);
          case IndexExpr.Call(Function function, _) ->
              function == Function.FMA ? of[0] * of[1] + of[2] : greatest(of);
          case IndexExpr.Cast _ -> of[0];
          case IndexExpr.Select _ -> Math.max(of[1], of[2]);
          case IndexExpr.Reduction(var operator, var bindings, _) ->
              switch (operator) {
                case SUM -> of[0] * points(bindings);
                case PRODUCT -> Math.pow(Math.max(1, of[0]), points(bindings));
                case MAX, MIN, ANY, ALL -> of[0];
              };
          case IndexExpr.ArgumentReduction(_, var bindings, _, _) -> Math.max(1, points(bindings));
        };
    return limit(bound, expression.elementType());
  }

  private static double binary(BinaryOperator operator, double left, double right) {
    return switch (operator) {
      case ADD, SUBTRACT -> left + right;
      case MULTIPLY -> left * right;
      // integers only; the quotient rounds down, the remainder is below the divisor
      case FLOOR_DIVIDE -> left + 1;
      case REMAINDER -> right;
      case DIVIDE, POWER -> Double.POSITIVE_INFINITY;
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL, AND, OR -> 1;
    };
  }

  private double points(List<IndexBinding> bindings) {
    double points = 1;
    for (IndexBinding binding : bindings) {
      points *= drawn.value(binding.extent());
    }
    return points;
  }

  private static double greatest(double[] of) {
    double greatest = 0;
    for (double bound : of) {
      greatest = Math.max(greatest, bound);
    }
    return greatest;
  }

  private double limit(double bound, ElementType type) {
    return switch (type) {
      case F32 -> {
        exact &= bound <= MOST_F32;
        yield bound;
      }
      case F64 -> {
        exact &= bound <= MOST_F64;
        yield bound;
      }
      // beyond its range an integer wraps to anything
      case I32 -> bound > Integer.MAX_VALUE ? 0x1p31 : bound;
      case I64 -> bound > Long.MAX_VALUE ? 0x1p63 : bound;
      case BOOL -> 1;
    };
  }
}
