package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Schedules of nests whose target has rows of a few elements, such as points and pixels: scalar
 * code without loops along them. What was measured stands in the module's README.
 */
final class ShortRows {
  /** Rows of so many elements, or more, are better taken in vectors. */
  private static final long LEAST_VECTOR_ROW = 8;

  private ShortRows() {}

  /** Whether a row of so many elements is better written out than taken in vectors. */
  static boolean isShort(long elements) {
    return elements < LEAST_VECTOR_ROW;
  }

  /**
   * Whether products have rows and sums of a few elements, so that vectors would hardly be filled.
   */
  static boolean areProducts(LoopNest nest, CallShape shape) {
    PerfectNest main = PerfectNest.split(nest.body()).getLast();
    Set<IndexVariable> kept = Scheduler.targetVariables(main.body());
    long copies = 1;
    for (Stmt.Loop loop : main.loops()) {
      long extent = shape.value(loop.binding().extent());
      if (isShort(extent)) {
        copies *= extent;
      } else if (!kept.contains(loop.variable())) {
        return false;
      }
    }
    List<IndexVariable> row = main.variables().stream().filter(kept::contains).toList();
    return copies <= LoopUnrolling.MOST_COPIES
        && !row.isEmpty()
        && isShort(extent(main, row.getLast(), shape));
  }

  private static long extent(PerfectNest main, IndexVariable variable, CallShape shape) {
    return main.loops().stream()
        .filter(loop -> loop.variable().equals(variable))
        .mapToLong(loop -> shape.value(loop.binding().extent()))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Sums in locals where the target's rows are short: of long sums, those of a row side by side.
   */
  static Optional<List<Directive>> sums(LoopNest nest, CallShape shape, Arithmetic arithmetic) {
    List<Directive> directives = new ArrayList<>(AutoSchedule.promotion(nest));
    Optional<SumBlocking> form =
        directives.isEmpty()
            ? Optional.empty()
            : SumBlocking.of(Scheduler.apply(nest, new Schedule(directives)));
    if (form.isEmpty() || form.get().outer().isEmpty()) {
      return Optional.empty();
    }
    Stmt.Loop row = form.get().outer().getLast();
    long elements = shape.value(row.binding().extent());
    boolean few = isShort(shape.value(form.get().sum().binding().extent()));
    if (elements <= 1
        || !isShort(elements)
        || (!few && !liesAlong(nest, form.get().sum(), row.variable()))) {
      return Optional.empty();
    }
    if (arithmetic.contracted()
        && Scheduler.isLegal(
            Scheduler.apply(nest, new Schedule(directives)), new Directive.Contract())) {
      directives.add(new Directive.Contract());
    }
    directives.add(new Directive.Hoist());
    if (!few) {
      var tile = new Directive.TileLoop(row.variable(), (int) elements, 1);
      directives.add(new Directive.Tile(List.of(tile)));
    }
    return Optional.of(directives).filter(found -> Scheduler.isLegal(nest, new Schedule(found)));
  }

  /** Whether something is read whose neighbours in memory lie along the index. */
  private static boolean liesAlong(LoopNest nest, Stmt body, IndexVariable variable) {
    boolean[] found = {false};
    LoopWalk.values(
        body,
        value ->
            found[0] |=
                value instanceof Expr.Load(Element element, _)
                    && AutoSchedule.isSideBySide(nest, element, variable));
    return found[0];
  }
}
