package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * {@link Directive.Reciprocal}. Where a reciprocal and its number are both normal, {@code x * (1 /
 * s)} neither overflows nor loses digits where {@code x / s} would not.
 */
final class ReciprocalDivision {
  // One vector multiplies in the time of a tenth of a division; shorter rows have nothing to gain.
  private static final int LEAST_EXTENT = 32;

  private ReciprocalDivision() {}

  /**
   * The directive if a nest divides rows, along which memory is contiguous, by something that is
   * the same for a row. Sizes and layouts decide, not the machine, so that all schedules of a call
   * give the same bits.
   */
  static List<Directive> directives(
      LoopNest nest, Optional<CallShape> shape, Arithmetic arithmetic) {
    List<PerfectNest> nests = PerfectNest.split(nest.body());
    PerfectNest main = nests.getLast();
    if (!arithmetic.regrouped() || shape.isEmpty() || nests.size() != 1) {
      return List.of();
    }
    for (Stmt.Loop loop : main.loops()) {
      if (isContiguous(nest, main, loop.variable())
          && shape.get().value(loop.binding().extent()) >= LEAST_EXTENT
          && !FoldDependence.of(main.body()).contains(loop.variable())
          && divides(main.body(), loop.variable())) {
        return List.of(new Directive.Reciprocal(loop.variable()));
      }
    }
    return List.of();
  }

  /** Whether all that the nest stores lies next to each other along the variable. */
  private static boolean isContiguous(LoopNest nest, PerfectNest main, IndexVariable variable) {
    boolean[] contiguous = {true};
    LoopWalk.statements(
        main.body(),
        stmt -> {
          if (stmt instanceof Stmt.Store store) {
            int axis = nest.tensor(store.target().tensor()).layout().unitAxis();
            contiguous[0] &=
                axis != Layout.NO_AXIS
                    && store.target().positions().get(axis)
                        instanceof Position.Affine(Subscript.Affine form)
                    && form.isVariable()
                    && form.variable().equals(variable);
          }
        });
    return contiguous[0];
  }

  private static boolean divides(Stmt body, IndexVariable along) {
    boolean[] found = {false};
    LoopWalk.values(body, value -> found[0] |= isRewritten(body, along, value));
    return found[0];
  }

  private static boolean isRewritten(Stmt body, IndexVariable along, Expr value) {
    return value instanceof Expr.BinaryOp(BinaryOperator operator, Expr dividend, Expr divisor)
        && operator == BinaryOperator.DIVIDE
        && value.elementType().isFloating()
        && !isConstant(divisor)
        && FoldDependence.reaches(body, along, dividend)
        && !FoldDependence.reaches(body, along, divisor);
  }

  private static boolean isConstant(Expr value) {
    boolean[] constant = {true};
    LoopWalk.subexpressions(
        value, e -> constant[0] &= !(e instanceof Expr.Load) && !(e instanceof Expr.Local));
    return constant[0];
  }

  static Stmt apply(Stmt body, IndexVariable along) {
    Stmt inside = PerfectNest.split(body).getLast().body();
    return apply(body, inside, along);
  }

  private static Stmt apply(Stmt stmt, Stmt inside, IndexVariable along) {
    return LoopWalk.mapOwnValues(
        LoopWalk.mapChildren(stmt, child -> apply(child, inside, along)),
        value -> apply(value, inside, along));
  }

  private static Expr apply(Expr value, Stmt inside, IndexVariable along) {
    Expr mapped = value.mapChildren(child -> apply(child, inside, along));
    return isRewritten(inside, along, value) ? chosen((Expr.BinaryOp) mapped) : mapped;
  }

  private static Expr chosen(Expr.BinaryOp quotient) {
    ElementType type = quotient.elementType();
    Expr reciprocal = new Expr.BinaryOp(BinaryOperator.DIVIDE, constant(1, type), quotient.right());
    Expr smaller =
        new Expr.Call(
            Function.MIN,
            List.of(
                new Expr.Call(Function.ABS, List.of(quotient.right())),
                new Expr.Call(Function.ABS, List.of(reciprocal))));
    double leastNormal = type == ElementType.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
    return new Expr.Select(
        new Expr.BinaryOp(BinaryOperator.GREATER_OR_EQUAL, smaller, constant(leastNormal, type)),
        new Expr.BinaryOp(BinaryOperator.MULTIPLY, quotient.left(), reciprocal),
        quotient);
  }

  private static Expr constant(double value, ElementType type) {
    return new Expr.Constant(value, type);
  }
}
