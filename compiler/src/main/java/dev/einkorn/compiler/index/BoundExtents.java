package dev.einkorn.compiler.index;

import java.util.HashMap;
import java.util.Map;

/** The extents of all variables that a statement binds, on its left side and in its reductions. */
public final class BoundExtents {
  private BoundExtents() {}

  /** A new map that may be changed. */
  public static Map<IndexVariable, Extent> of(Assignment statement) {
    Map<IndexVariable, Extent> extents = new HashMap<>();
    statement.bindings().forEach(b -> extents.put(b.variable(), b.extent()));
    collect(statement.value(), extents);
    return extents;
  }

  private static void collect(IndexExpr value, Map<IndexVariable, Extent> extents) {
    switch (value) {
      case IndexExpr.Reduction reduction ->
          reduction.bindings().forEach(b -> extents.put(b.variable(), b.extent()));
      case IndexExpr.ArgumentReduction reduction ->
          reduction.bindings().forEach(b -> extents.put(b.variable(), b.extent()));
      default -> {}
    }
    value.children().forEach(child -> collect(child, extents));
  }
}
