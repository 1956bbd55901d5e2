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

  /** A tile of a block and of a thread; always 256 threads. */
  private record Tile(int block, int thread) {}

  private static final List<Tile> TILES =
      List.of(new Tile(128, 8), new Tile(64, 4), new Tile(32, 2));

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
    if (refusal(form).isPresent()) {
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
    List<IndexVariable> depth = form.depth().stream().map(Stmt.Loop::variable).toList();
    long m = product(rows);
    long n = product(ordered);
    long k = product(depth);
    if (m < LEAST_LINES || n < LEAST_LINES || k < LEAST_DEPTH) {
      return List.of();
    }
    long batch = product(outer(v -> left.contains(v) == right.contains(v)));
    boolean wide = form.accumulator().elementType().byteSize() == 8;
    Tile tile = TILES.getLast();
    for (Tile candidate : TILES) {
      boolean fits = !wide || candidate.block() <= 64;
      if (fits && blocks(candidate, m, n, batch) >= BLOCKS) {
        tile = candidate;
        break;
      }
    }
    List<Directive> directives = new ArrayList<>();
    directives.add(
        new Shared(
            new PackLoop(rows, tile.thread(), 1, tile.block()),
            new PackLoop(ordered, tile.thread(), 1, tile.block()),
            new PackLoop(depth, 1, 1, DEPTH)));
    long blocks = blocks(tile, m, n, batch);
    boolean exact = !form.accumulator().elementType().isFloating();
    if (blocks < BLOCKS && (arithmetic.regrouped() || exact)) {
      long chunks = Math.min(2 * BLOCKS / Math.max(1, blocks), k / LEAST_SHARE);
      if (chunks > 1) {
        directives.add(new Bind(depth.getFirst(), Level.BLOCK, (int) Math.min(chunks, 64), 1));
      }
    }
    return directives;
  }

  /** Threads along an index that all tensors share and that lies innermost. */
  private List<Directive> batched(
      IndexVariable lane, List<IndexVariable> rows, List<IndexVariable> columns) {
    IndexVariable row = longest(rows);
    IndexVariable column = longest(columns);
    int down = tile(row);
    int across = tile(column);
    if (product(List.of(lane)) < LEAST_LINES || down * across < 4) {
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

  private static long blocks(Tile tile, long m, long n, long batch) {
    return Math.ceilDiv(m, tile.block()) * Math.ceilDiv(n, tile.block()) * batch;
  }

  /** Why factors cannot be copied panel by panel. */
  static Optional<String> refusal(ContractionForm form) {
    if (!form.isProduct() || form.accumulator().elementType() == ElementType.BOOL) {
      return Optional.of("the nest is no sum of products");
    }
    List<String> reasons = new ArrayList<>();
    for (Expr factor : List.of(form.left(), form.right())) {
      LoopWalk.subexpressions(
          factor,
          e -> {
            switch (e) {
              case Expr.Load(Element element, _) -> {
                if (!element.positions().stream().allMatch(Position.Affine.class::isInstance)) {
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
