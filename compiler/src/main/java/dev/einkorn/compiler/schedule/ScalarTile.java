package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tiles of a contraction for kernels without vectors, which answer first and where there is no
 * module of vectors. Sums in locals use each element that is loaded several times; a loop over
 * columns that adds to the target is no faster, since C2 cannot tell the target from a factor and
 * makes no vectors of it.
 */
final class ScalarTile {
  // Twelve sums leave four of sixteen registers.
  private static final int ROWS = 3;
  private static final int COLUMNS = 4;

  private ScalarTile() {}

  /**
   * The tile with the roundings of a schedule with vectors, if there is a whole one and it is
   * legal.
   *
   * @param vectors schedule of the contraction for the widest vectors
   */
  static Optional<List<Directive>> choose(LoopNest nest, Schedule vectors, CallShape shape) {
    List<Directive> directives = new ArrayList<>();
    for (Directive directive : vectors.directives()) {
      if (directive instanceof Directive.Mirror) {
        return Optional.empty();
      }
      if (directive instanceof Directive.Fuse
          || directive instanceof Directive.Promote
          || directive instanceof Directive.Contract) {
        directives.add(directive);
      }
      tile(directive)
          .filter(tile -> tile.loops().stream().allMatch(loop -> holdsOne(nest, loop, shape)))
          .ifPresent(directives::add);
    }
    boolean tiled = directives.stream().anyMatch(Directive.Tile.class::isInstance);
    return Optional.of(directives)
        .filter(all -> tiled && Scheduler.isLegal(nest, new Schedule(all)));
  }

  /** The tile for the rows and columns of one with vectors. */
  private static Optional<Directive.Tile> tile(Directive vectors) {
    if (vectors instanceof Directive.Pack pack) {
      return Optional.of(
          tile(pack.rows().variables().getLast(), pack.columns().variables().getLast()));
    }
    if (vectors instanceof Directive.Tile(List<Directive.TileLoop> loops) && loops.size() == 2) {
      return Optional.of(tile(loops.getFirst().variable(), loops.getLast().variable()));
    }
    return Optional.empty();
  }

  private static Directive.Tile tile(IndexVariable rows, IndexVariable columns) {
    return new Directive.Tile(
        List.of(
            new Directive.TileLoop(rows, ROWS, 1), new Directive.TileLoop(columns, COLUMNS, 1)));
  }

  private static boolean holdsOne(LoopNest nest, Directive.TileLoop tiled, CallShape shape) {
    boolean[] holds = {false};
    LoopWalk.statements(
        nest.body(),
        s ->
            holds[0] |=
                s instanceof Stmt.Loop loop
                    && loop.variable().equals(tiled.variable())
                    && shape.value(loop.binding().extent()) >= tiled.width());
    return holds[0];
  }
}
