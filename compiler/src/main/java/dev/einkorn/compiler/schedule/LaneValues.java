package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopPrinter;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.source.ScheduleException;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Values at neighbouring positions of a loop as vectors: {@code A[i,k] * x[k]} along {@code k}, 16
 * positions from the eighth on, is {@code A[i,k + 8]<16> * x[k + 8]<16>}.
 */
final class LaneValues {
  private final LoopNest nest;
  private final Directive directive;
  private final IndexVariable variable;
  private final ElementType type;
  // Locals of the loop's body that change along it.
  private final Map<String, Expr.Local> varying = new HashMap<>();

  /**
   * @param directive that is refused where a value has no vector form
   * @param type of every value that changes along the loop
   */
  LaneValues(LoopNest nest, Directive directive, IndexVariable variable, ElementType type) {
    this.nest = nest;
    this.directive = directive;
    this.variable = variable;
    this.type = type;
  }

  /** Says that a local of the body is now this vector. */
  void rename(String local, Expr.Local vector) {
    varying.put(local, vector);
  }

  /** Whether the value may differ between positions. */
  boolean varies(Expr value) {
    return switch (value) {
      case Expr.Load(Element element, _) -> element.positions().stream().anyMatch(this::varies);
      case Expr.Local(String name, _, _) -> varying.containsKey(name);
      case Expr.LoopValue(IndexVariable used) -> used.equals(variable);
      case Expr.VectorLoad _, Expr.Contiguous _, Expr.LaneReduction _, Expr.Rank _ ->
          throw refuse("it computes with vectors already");
      case Expr.Constant _, Expr.ExtentValue _ -> false;
      case Expr.Broadcast _,
          Expr.ExactProduct _,
          Expr.UnaryOp _,
          Expr.BinaryOp _,
          Expr.Call _,
          Expr.Cast _,
          Expr.Select _ ->
          value.children().stream().anyMatch(this::varies);
    };
  }

  private boolean varies(Position position) {
    return position instanceof Position.Gathered(Expr index, _)
        ? varies(index)
        : position.dependsOn(variable);
  }

  /**
   * The values at {@code offset .. offset+lanes-1} beyond the loop's position.
   *
   * @throws ScheduleException if they have no vector form
   */
  Expr at(Expr value, long offset, int lanes) {
    if (value instanceof Expr.ExactProduct(Expr left, Expr right)) {
      // Only the sum around it may round it, so it is never computed as a scalar.
      return new Expr.ExactProduct(at(left, offset, lanes), at(right, offset, lanes));
    }
    if (value.elementType() != type) {
      throw refuse(LoopPrinter.print(value) + " is not of type " + type);
    }
    if (!varies(value)) {
      return new Expr.Broadcast(value, lanes);
    }
    return switch (value) {
      case Expr.Load(Element element, _) ->
          new Expr.VectorLoad(moved(element, offset), type, lanes);
      case Expr.Local(String name, _, _) -> local(name);
      case Expr.UnaryOp(UnaryOperator operator, Expr operand) ->
          new Expr.UnaryOp(operator, at(operand, offset, lanes));
      case Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right) ->
          switch (operator) {
            case ADD, SUBTRACT, MULTIPLY, DIVIDE ->
                new Expr.BinaryOp(operator, at(left, offset, lanes), at(right, offset, lanes));
            case FLOOR_DIVIDE,
                REMAINDER,
                POWER,
                LESS,
                LESS_OR_EQUAL,
                GREATER,
                GREATER_OR_EQUAL,
                EQUAL,
                NOT_EQUAL,
                AND,
                OR ->
                throw noVectorForm(value);
          };
      case Expr.Call(var function, List<Expr> arguments, boolean polynomial) when polynomial ->
          new Expr.Call(
              function, arguments.stream().map(a -> at(a, offset, lanes)).toList(), polynomial);
      case Expr.Call(var function, List<Expr> arguments, _) ->
          switch (function) {
            case ABS, SQRT, MAX, MIN, FMA ->
                new Expr.Call(function, arguments.stream().map(a -> at(a, offset, lanes)).toList());
            case SIGN,
                EXP,
                EXPM1,
                LOG,
                LOG1P,
                RSQRT,
                SIN,
                COS,
                TAN,
                ASIN,
                ACOS,
                ATAN,
                SINH,
                COSH,
                TANH,
                ERF,
                SIGMOID,
                RELU,
                FLOOR,
                CEIL,
                ROUND,
                ATAN2,
                HYPOT ->
                throw noVectorForm(value);
          };
      case Expr.Select(Expr condition, Expr whenTrue, Expr whenFalse) ->
          new Expr.Select(
              condition(condition, offset, lanes),
              at(whenTrue, offset, lanes),
              at(whenFalse, offset, lanes));
      case Expr.LoopValue _,
          Expr.Cast _,
          Expr.ExactProduct _,
          Expr.VectorLoad _,
          Expr.Broadcast _,
          Expr.LaneReduction _,
          Expr.Rank _,
          Expr.Contiguous _,
          Expr.Constant _,
          Expr.ExtentValue _ ->
          throw noVectorForm(value);
    };
  }

  private Expr local(String name) {
    Expr.Local vector = varying.get(name);
    if (vector == null) {
      throw new AssertionError("no vector of " + name);
    }
    return vector;
  }

  private Expr condition(Expr condition, long offset, int lanes) {
    if (condition instanceof Expr.BinaryOp(BinaryOperator operator, Expr left, Expr right)
        && operator.kind() == BinaryOperator.Kind.COMPARISON) {
      return new Expr.BinaryOp(operator, at(left, offset, lanes), at(right, offset, lanes));
    }
    throw noVectorForm(condition);
  }

  private Element moved(Element element, long offset) {
    TensorParameter tensor = nest.tensor(element.tensor());
    List<Position> positions = new ArrayList<>();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position position = element.positions().get(axis);
      if (!varies(position)) {
        positions.add(position);
        continue;
      }
      if (!(position instanceof Position.Affine(Subscript.Affine form))
          || axis != tensor.layout().unitAxis()
          || tensor.layout().storage() != Layout.Storage.ARRAY
          || coefficient(form) != 1) {
        throw refuse("neighbours along " + variable + " are apart in " + element);
      }
      positions.add(
          new Position.Affine(new Subscript.Affine(form.terms(), form.constant() + offset)));
    }
    return new Element(element.tensor(), positions);
  }

  private long coefficient(Subscript.Affine form) {
    return form.terms().stream()
        .filter(term -> term.variable().equals(variable))
        .mapToLong(Subscript.Term::coefficient)
        .sum();
  }

  private ScheduleException noVectorForm(Expr value) {
    return refuse(LoopPrinter.print(value) + " has no vector form");
  }

  private ScheduleException refuse(String reason) {
    return Scheduler.refusal(directive, reason);
  }
}
