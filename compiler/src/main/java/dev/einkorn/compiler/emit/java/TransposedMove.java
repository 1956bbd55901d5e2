package dev.einkorn.compiler.emit.java;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.runtime.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * Two loops that copy a block whose unit stride is along one of them in the source and along the
 * other in the target.
 *
 * @param rows the loop along the unit stride of the target
 * @param columns the loop along the unit stride of the source
 */
record TransposedMove(Stmt.Loop rows, Stmt.Loop columns, Element source, Element target) {

  /** Both loops. */
  List<Stmt.Loop> loops() {
    return List.of(rows, columns);
  }

  /** The move that a statement is, if it is one. */
  static Optional<TransposedMove> of(LoopNest nest, Stmt stmt) {
    if (!(stmt instanceof Stmt.Loop outer)
        || !(outer.body() instanceof Stmt.Loop inner)
        || !(inner.body() instanceof Stmt.Store(Element target, Expr value))
        || !(value instanceof Expr.Load(Element source, ElementType type))
        || !(type == ElementType.F32 || type == ElementType.F64)
        || !outer.step().equals(Stmt.Step.ONE)
        || !inner.step().equals(Stmt.Step.ONE)) {
      return Optional.empty();
    }
    if (isUnit(nest, source, inner.variable(), outer.variable())
        && isUnit(nest, target, outer.variable(), inner.variable())) {
      return Optional.of(new TransposedMove(outer, inner, source, target));
    }
    if (isUnit(nest, source, outer.variable(), inner.variable())
        && isUnit(nest, target, inner.variable(), outer.variable())) {
      return Optional.of(new TransposedMove(inner, outer, source, target));
    }
    return Optional.empty();
  }

  /** Whether one variable walks the unit axis of an array, and another one other axes only. */
  private static boolean isUnit(
      LoopNest nest, Element element, IndexVariable along, IndexVariable across) {
    TensorParameter tensor = nest.tensor(element.tensor());
    int unitAxis = tensor.layout().unitAxis();
    if (tensor.layout().storage() != Layout.Storage.ARRAY
        || unitAxis == Layout.NO_AXIS
        || !element.positions().stream().allMatch(p -> isAffine(p, along, across))) {
      return false;
    }
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position position = element.positions().get(axis);
      boolean unit =
          axis == unitAxis
              ? coefficient(position, along) == 1 && coefficient(position, across) == 0
              : !position.dependsOn(along);
      if (!unit) {
        return false;
      }
    }
    return element.dependsOn(across);
  }

  /** Whether a position is affine in two variables; what merged loops add is the same for all. */
  private static boolean isAffine(Position position, IndexVariable along, IndexVariable across) {
    return switch (position) {
      case Position.Affine _ -> true;
      case Position.Merged(var digits, _) ->
          digits.stream()
              .flatMap(digit -> digit.at().terms().stream())
              .noneMatch(term -> term.variable().equals(along) || term.variable().equals(across));
      case Position.Bordered _, Position.Gathered _ -> false;
    };
  }

  private static long coefficient(Position position, IndexVariable variable) {
    return switch (position) {
      case Position.Affine(Subscript.Affine form) -> coefficient(form, variable);
      case Position.Merged(_, Subscript.Affine rest) -> coefficient(rest, variable);
      case Position.Bordered _, Position.Gathered _ -> 0;
    };
  }

  private static long coefficient(Subscript.Affine form, IndexVariable variable) {
    return form.terms().stream()
        .filter(term -> term.variable().equals(variable))
        .mapToLong(Subscript.Term::coefficient)
        .sum();
  }
}
