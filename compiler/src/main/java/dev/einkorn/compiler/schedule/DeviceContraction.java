package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.schedule.DeviceDirective.Bind;
import dev.einkorn.compiler.schedule.DeviceDirective.Level;
import dev.einkorn.compiler.schedule.DeviceDirective.Matrix;
import dev.einkorn.compiler.schedule.DeviceDirective.Shared;
import dev.einkorn.compiler.schedule.Directive.PackLoop;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Chooses tiles for a sum of products on a GPU. */
final class DeviceContraction {
  // Blocks that keep a large GPU busy.
  private static final long BLOCKS = 132;
  private static final long LEAST_LINES = 16;
  private static final long LEAST_DEPTH = 8;
  // A sum is shared out among blocks only if each has as much left.
  private static final long LEAST_SHARE = 256;
  private static final int DEPTH = 16;
  // Tables of more tensors would not leave enough shared memory.
  private static final int MOST_LOADS = 8;

  /**
   * A tile of a block and of one of its threads or warps.
   *
   * @param rate how fast a block computes an element, against the largest tile
   */
  private record Tile(int rows, int columns, int ownRows, int ownColumns, int depth, double rate) {

    /** How long the busiest multiprocessor takes, by elements of the largest tile. */
    double time(long m, long n, long batch) {
      return Math.ceilDiv(blocks(m, n, batch), BLOCKS) * (double) (rows * columns) / rate;
    }

    long blocks(long m, long n, long batch) {
      return Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns) * batch;
    }

    /** The tile with the least time; of equal ones the first. */
    static Tile best(List<Tile> tiles, long m, long n, long batch) {
      Tile best = tiles.getFirst();
      for (Tile tile : tiles) {
        if (tile.time(m, n, batch) < best.time(m, n, batch)) {
          best = tile;
        }
      }
      return best;
    }

    PackLoop rows(List<IndexVariable> variables) {
      return new PackLoop(variables, ownRows, 1, rows);
    }

    PackLoop columns(List<IndexVariable> variables) {
      return new PackLoop(variables, ownColumns, 1, columns);
    }

    PackLoop depth(List<IndexVariable> variables) {
      return new PackLoop(variables, 1, 1, depth);
    }
  }

  private static final List<Tile> TILES =
      List.of(
          new Tile(128, 128, 8, 8, DEPTH, 1),
          new Tile(128, 64, 8, 4, DEPTH, 0.85),
          new Tile(64, 64, 8, 4, DEPTH, 0.75),
          new Tile(32, 32, 4, 2, DEPTH, 0.4));

  /** Sums of eight bytes take twice the registers. */
  private static final List<Tile> WIDE_TILES =
      List.of(new Tile(64, 64, 8, 4, DEPTH, 1), new Tile(32, 32, 4, 2, DEPTH, 0.6));

  private static final List<Tile> TF32_TILES =
      List.of(
          new Tile(128, 256, 64, 64, DEPTH, 1),
          new Tile(128, 128, 64, 32, 2 * DEPTH, 0.85),
          new Tile(64, 64, 32, 32, 2 * DEPTH, 0.6));

  private static final List<Tile> BF16_TILES =
      List.of(new Tile(128, 128, 64, 32, 2 * DEPTH, 1), new Tile(64, 64, 32, 32, 2 * DEPTH, 0.7));

  private final LoopNest nest;
  private final ContractionForm form;
  private final ToLongFunction<Extent> sizes;
  private final Arithmetic arithmetic;

  private DeviceContraction(
      LoopNest nest, ContractionForm form, ToLongFunction<Extent> sizes, Arithmetic arithmetic) {
    this.nest = nest;
    this.form = form;
    this.sizes = sizes;
    this.arithmetic = arithmetic;
  }

  /** Directives for a promoted nest; empty if it is no contraction that tiles are good for. */
  static List<Directive> choose(
      LoopNest nest, ToLongFunction<Extent> sizes, Arithmetic arithmetic) {
    Optional<ContractionForm> form = ContractionForm.of(nest);
    return form.isEmpty()
        ? List.of()
        : new DeviceContraction(nest, form.get(), sizes, arithmetic).directives();
  }

  private List<Directive> directives() {
    if (refusal(form, true).isPresent()) {
      return List.of();
    }
    Set<IndexVariable> left = ContractionForm.variables(form.left());
    Set<IndexVariable> right = ContractionForm.variables(form.right());
    List<IndexVariable> rows = outer(v -> left.contains(v) && !right.contains(v));
    List<IndexVariable> columns = outer(v -> right.contains(v) && !left.contains(v));
    if (rows.isEmpty() || columns.isEmpty()) {
      return List.of();
    }
    Optional<IndexVariable> unit = unitVariable();
    if (unit.isPresent() && left.contains(unit.get()) && right.contains(unit.get())) {
      return batched(unit.get(), rows, columns);
    }
    if (unit.isPresent() && rows.contains(unit.get())) {
      List<IndexVariable> swapped = rows;
      rows = columns;
      columns = swapped;
    }
    // Neighbouring columns are neighbours in the target.
    List<IndexVariable> ordered = new ArrayList<>(columns);
    if (unit.isPresent() && ordered.remove(unit.get())) {
      ordered.add(unit.get());
    }
    rows = runLast(rows, left.containsAll(rows) ? form.left() : form.right());
    List<IndexVariable> depth = form.depth().stream().map(Stmt.Loop::variable).toList();
    long m = product(rows);
    long n = product(ordered);
    long k = product(depth);
    if (m < LEAST_LINES || n < LEAST_LINES || k < LEAST_DEPTH) {
      return List.of();
    }
    long batch = product(outer(v -> left.contains(v) == right.contains(v)));
    MatrixProduct product = product();
    Tile tile = Tile.best(tiles(product), m, n, batch);
    List<Directive> directives = new ArrayList<>();
    directives.add(
        product == MatrixProduct.F32
            ? new Shared(tile.rows(rows), tile.columns(ordered), tile.depth(depth))
            : new Matrix(product, tile.rows(rows), tile.columns(ordered), tile.depth(depth)));
    long blocks = tile.blocks(m, n, batch);
    boolean exact = !form.accumulator().elementType().isFloating();
    if (blocks < BLOCKS && (arithmetic.regrouped() || exact)) {
      long chunks = Math.min(2 * BLOCKS / Math.max(1, blocks), k / LEAST_SHARE);
      if (chunks > 1) {
        directives.add(new Bind(depth.getFirst(), Level.BLOCK, (int) Math.min(chunks, 64), 1));
      }
    }
    return directives;
  }

  /** Rows with the index last along which a stored factor's elements touch. */
  private List<IndexVariable> runLast(List<IndexVariable> rows, Expr factor) {
    List<IndexVariable> ordered = new ArrayList<>(rows);
    if (factor instanceof Expr.Load(Element element, _)) {
      int axis = nest.tensor(element.tensor()).layout().unitAxis();
      if (axis >= 0
          && element.positions().get(axis) instanceof Position.Affine(var affine)
          && affine.isVariable()
          && ordered.remove(affine.variable())) {
        ordered.add(affine.variable());
      }
    }
    return ordered;
  }

  /** What tensor cores multiply, if they may and can. */
  private MatrixProduct product() {
    return form.accumulator().elementType() == ElementType.F32
        ? arithmetic.products()
        : MatrixProduct.F32;
  }

  private List<Tile> tiles(MatrixProduct product) {
    return switch (product) {
      case F32 -> form.accumulator().elementType().byteSize() == 8 ? WIDE_TILES : TILES;
      case TF32 -> TF32_TILES;
      case BF16 -> BF16_TILES;
    };
  }

  /** Threads along an index that all tensors share and that lies innermost. */
  private List<Directive> batched(
      IndexVariable lane, List<IndexVariable> rows, List<IndexVariable> columns) {
    IndexVariable row = longest(rows);
    IndexVariable column = longest(columns);
    int down = tile(row);
    int across = tile(column);
    if (refusal(form, false).isPresent()
        || product(List.of(lane)) < LEAST_LINES
        || down * across < 4) {
      return List.of();
    }
    return List.of(
        new DeviceDirective.Registers(
            List.of(
                new Directive.TileLoop(row, down, 1), new Directive.TileLoop(column, across, 1))),
        new Bind(lane, Level.THREAD_X, 32, 1),
        new Bind(row, Level.THREAD_Y, product(List.of(row)) >= 8L * down ? 8 : 1, 1));
  }

  private int tile(IndexVariable variable) {
    long extent = product(List.of(variable));
    return extent >= 8 ? 8 : extent >= 4 ? 4 : 1;
  }

  private IndexVariable longest(List<IndexVariable> variables) {
    IndexVariable longest = variables.getLast();
    for (IndexVariable variable : variables) {
      if (product(List.of(variable)) > product(List.of(longest))) {
        longest = variable;
      }
    }
    return longest;
  }

  /**
   * Why factors cannot be copied panel by panel.
   *
   * @param borders whether elements outside of a tensor can be copied
   */
  static Optional<String> refusal(ContractionForm form, boolean borders) {
    if (!form.isProduct() || form.accumulator().elementType() == ElementType.BOOL) {
      return Optional.of("the nest is no sum of products");
    }
    List<String> reasons = new ArrayList<>();
    int[] loads = {0};
    for (Expr factor : List.of(form.left(), form.right())) {
      LoopWalk.subexpressions(
          factor,
          e -> {
            switch (e) {
              case Expr.Load(Element element, _) -> {
                loads[0]++;
                if (!element.positions().stream()
                    .allMatch(
                        p ->
                            p instanceof Position.Affine
                                || (borders && p instanceof Position.Bordered))) {
                  reasons.add(element + " is not affine");
                }
              }
              case Expr.LoopValue(IndexVariable variable) ->
                  reasons.add("a factor is computed from " + variable);
              case Expr.Local(String name, _, _) -> reasons.add("a factor reads " + name);
              case Expr.BinaryOp op when op.operator().mayFail() && op.elementType().isInteger() ->
                  reasons.add("a factor may fail");
              case Expr.VectorLoad _,
                  Expr.Broadcast _,
                  Expr.LaneReduction _,
                  Expr.Rank _,
                  Expr.ExactProduct _,
                  Expr.Contiguous _,
                  Expr.Constant _,
                  Expr.ExtentValue _,
                  Expr.UnaryOp _,
                  Expr.BinaryOp _,
                  Expr.Call _,
                  Expr.Cast _,
                  Expr.Select _ -> {}
            }
          });
    }
    if (loads[0] > MOST_LOADS) {
      reasons.add("factors read more than " + MOST_LOADS + " elements");
    }
    return reasons.stream().findFirst();
  }

  private List<IndexVariable> outer(Predicate<IndexVariable> role) {
    return form.outer().stream().map(Stmt.Loop::variable).filter(role).toList();
  }

  private Optional<IndexVariable> unitVariable() {
    int axis = nest.tensor(nest.name()).layout().unitAxis();
    return axis >= 0
            && form.target().positions().get(axis) instanceof Position.Affine(var affine)
            && affine.isVariable()
        ? Optional.of(affine.variable())
        : Optional.empty();
  }

  private long product(List<IndexVariable> variables) {
    List<Stmt.Loop> loops = new ArrayList<>(form.outer());
    loops.addAll(form.depth());
    long product = 1;
    for (Stmt.Loop loop : loops) {
      if (variables.contains(loop.variable())) {
        product = Math.min(1L << 31, product * sizes.applyAsLong(loop.binding().extent()));
      }
    }
    return product;
  }
}
