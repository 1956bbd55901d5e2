package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The indices of a contraction by their roles.
 *
 * @param rows that stand in the first factor only
 * @param columns in the second one only
 * @param batch in both, or in none
 * @param depth what is summed
 */
record ContractionRoles(
    List<ContractionIndex> rows,
    List<ContractionIndex> columns,
    List<ContractionIndex> batch,
    List<ContractionIndex> depth) {

  /** The roles, if both factors read elements at affine positions. */
  static Optional<ContractionRoles> of(ContractionForm form, CallShape shape) {
    Optional<Element> left = firstLoad(form.left());
    Optional<Element> right = firstLoad(form.right());
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    List<ContractionIndex> rows = new ArrayList<>();
    List<ContractionIndex> columns = new ArrayList<>();
    List<ContractionIndex> batch = new ArrayList<>();
    List<ContractionIndex> depth = new ArrayList<>();
    Set<IndexVariable> inLeft = ContractionForm.variables(form.left());
    Set<IndexVariable> inRight = ContractionForm.variables(form.right());
    for (Stmt.Loop loop : form.outer()) {
      boolean ofLeft = inLeft.contains(loop.variable());
      boolean ofRight = inRight.contains(loop.variable());
      (ofLeft && ofRight ? batch : ofLeft ? rows : ofRight ? columns : batch)
          .add(index(loop, left.get(), right.get(), form, shape));
    }
    for (Stmt.Loop loop : form.depth()) {
      depth.add(index(loop, left.get(), right.get(), form, shape));
    }
    return Optional.of(new ContractionRoles(rows, columns, batch, depth));
  }

  /** The roles with the factors in the other order. */
  ContractionRoles swapped() {
    return new ContractionRoles(
        ContractionIndex.swapped(columns),
        ContractionIndex.swapped(rows),
        ContractionIndex.swapped(batch),
        ContractionIndex.swapped(depth));
  }

  /**
   * Whether there are several rows, several columns and terms: with one row or column it is a
   * product of a matrix and a vector, which streams.
   */
  boolean isProductOfMatrices() {
    return ContractionIndex.extent(rows) > 1
        && ContractionIndex.extent(columns) > 1
        && ContractionIndex.extent(depth) > 0
        && ContractionIndex.extent(batch) > 0;
  }

  /** The index along which neighbours in the target lie side by side. */
  Optional<ContractionIndex> sideBySide() {
    return Stream.of(rows, columns, batch)
        .flatMap(List::stream)
        .filter(index -> index.stored() == 1 && index.extent() > 1)
        .findFirst();
  }

  private static ContractionIndex index(
      Stmt.Loop loop, Element left, Element right, ContractionForm form, CallShape shape) {
    IndexVariable variable = loop.variable();
    return new ContractionIndex(
        variable,
        shape.value(loop.binding().extent()),
        stride(shape, left, variable),
        stride(shape, right, variable),
        stride(shape, form.target(), variable));
  }

  /** How far apart neighbours along the variable are, in elements. */
  static long stride(CallShape shape, Element element, IndexVariable variable) {
    long stride = 0;
    for (int axis = 0; axis < element.positions().size(); axis++) {
      if (element.positions().get(axis) instanceof Position.Affine(Subscript.Affine affine)) {
        for (Subscript.Term term : affine.terms()) {
          if (term.variable().equals(variable)) {
            stride += term.coefficient() * shape.stride(element.tensor(), axis);
          }
        }
      }
    }
    return stride;
  }

  /** The first element that a factor reads, if its position is affine. */
  static Optional<Element> firstLoad(Expr factor) {
    List<Element> loads = new ArrayList<>();
    LoopWalk.subexpressions(
        factor,
        e -> {
          if (e instanceof Expr.Load(Element element, _)) {
            loads.add(element);
          }
        });
    return loads.stream()
        .findFirst()
        .filter(
            element -> element.positions().stream().allMatch(Position.Affine.class::isInstance));
  }
}
