package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses tiles and blocks for a sum of products of two factors, by the roles of its indices: rows
 * stand in the first factor only, columns in the second one only, batch indices in both, and depth
 * is what is summed. Block sizes follow Low, Igual, Smith and Quintana-Orti, "Analytical Modeling
 * Is Enough for High-Performance BLIS" (ACM TOMS 43, 2016), in the simple form that fractions of
 * the caches hold the panels.
 */
final class ContractionSchedule {
  /** The share of the second-level cache that a block of rows may take. */
  private static final double L2_SHARE = 0.4;

  /** The share of the last-level cache that the columns' panels may take. */
  private static final double L3_SHARE = 0.25;

  /** Sums of so few terms cost less than storing them. */
  private static final long SHORT_SUM = 16;

  /** So many rows are computed in one pass over the second factor, which is not packed. */
  private static final long MOST_SKINNY_ROWS = 8;

  /** For so few rows packing takes longer than reading the second factor again. */
  private static final long FEW_ROWS = 32;

  /** Columns that a few rows' sums are worth waiting in the target for. */
  private static final long STREAMED_COLUMNS = 512;

  /** Columns whose sums wait at once, which stay in the second-level cache. */
  private static final long STREAMED_BLOCK = 2048;

  /** Lines of the second factor that pass by at once: as many as are fetched ahead. */
  private static final int STREAMED_LINES = 16;

  /** Vectors side by side in a tile whose columns are copied first; two tiles make a block. */
  private static final int STAGED_VECTORS = 4;

  /** Columns from which on wide tiles waste little along the diagonal of a symmetric target. */
  private static final long WIDE_TRIANGLE = 1024;

  /** The share of the second-level cache in which a tile reads the second factor where it lies. */
  private static final double DIRECT_SHARE = 0.5;

  /** How often it holds a second factor that a few rows read where it lies. */
  private static final double FEW_ROWS_SHARE = 8;

  // Columns, as many times the rows, and terms from which on rows and columns change places.
  private static final long LEAST_EXCHANGED_COLUMNS = 64;
  private static final double EXCHANGE_RATIO = 1.5;
  private static final long LEAST_EXCHANGED_DEPTH = 64;

  /** How many times as wide as these rows their vectors may be. */
  private static final double MOST_PADDED = 1.05;

  /** Vectors side by side in a tile whose columns stay in registers. */
  private static final int HELD_VECTORS = 4;

  /** A term of a sum in loops over a few positions each, where no vector is filled. */
  private static final double SHORT_LOOP_NANOS = 0.5;

  /** What packing costs in any case, and for each element that is copied or stored. */
  private static final double PANELS_NANOS = 200;

  private static final double PANEL_ELEMENT_NANOS = 1.2;

  /** The longest sum that is written out for that. */
  private static final int HELD_TERMS = 16;

  /** Rows from which on it pays to load them first. */
  private static final int HELD_ROWS = 16;

  /** The share of the last-level cache that takes up what is stored column by column. */
  private static final double HELD_SHARE = 0.25;

  private final LoopNest nest;
  private final ContractionForm form;
  private final CallShape shape;
  private final Target target;
  private final ElementType type;
  private final TileSizes sizes;
  private final RowsInPlace inPlace;

  private ContractionSchedule(LoopNest nest, ContractionForm form, CallShape shape, Target target) {
    this.nest = nest;
    this.form = form;
    this.shape = shape;
    this.target = target;
    this.type = form.left().elementType();
    this.sizes = new TileSizes(target, type);
    this.inPlace = new RowsInPlace(nest, form, shape, sizes);
  }

  /**
   * The directives that follow a promoted nest; empty if it is no contraction or has no vectors to
   * gain.
   *
   * @param nest with its one sum in a local
   */
  static Optional<List<Directive>> choose(LoopNest nest, CallShape shape, Target target) {
    if (!target.simd()) {
      return Optional.empty();
    }
    return ContractionForm.of(nest)
        .filter(form -> inArrays(nest) && form.left().elementType() != ElementType.BOOL)
        .flatMap(form -> new ContractionSchedule(nest, form, shape, target).choose());
  }

  private static boolean inArrays(LoopNest nest) {
    return nest.tensors().stream()
        .allMatch(tensor -> tensor.layout().storage() == Layout.Storage.ARRAY);
  }

  private Optional<List<Directive>> choose() {
    if (nest.tensor(nest.name()).type().elementType() != type
        || form.right().elementType() != type
        || form.accumulator().elementType() != type) {
      return Optional.empty();
    }
    Optional<ContractionRoles> found = ContractionRoles.of(form, shape);
    if (found.isEmpty() || !found.get().isProductOfMatrices()) {
      return Optional.empty();
    }
    ContractionRoles roles = found.get();
    ContractionRoles swapped = roles.swapped();
    Optional<ContractionIndex> unit = roles.sideBySide();
    boolean mirrored = form.mirrored().isPresent();
    if (unit.isPresent() && roles.batch().contains(unit.get())) {
      return mirrored
          ? Optional.empty()
          : BatchSchedule.choose(form, unit.get(), roles, shape, target);
    }
    var turned = new ContractionSchedule(nest, form.swapped(), shape, target);
    Optional<List<Directive>> overlapping =
        mirrored ? Optional.empty() : overlapping(roles).or(() -> turned.overlapping(swapped));
    if (overlapping.isPresent()) {
      return overlapping;
    }
    return unit.isPresent() && roles.rows().contains(unit.get())
        ? turned.alongColumns(swapped)
        : alongColumns(roles);
  }

  // Vectors along a column index.

  private Optional<List<Directive>> alongColumns(ContractionRoles roles) {
    List<ContractionIndex> rows = roles.rows();
    List<ContractionIndex> columns = roles.columns();
    List<ContractionIndex> batch = roles.batch();
    List<ContractionIndex> depth = roles.depth();
    long width = ContractionIndex.extent(columns);
    long height = ContractionIndex.extent(rows);
    int lanes = sizes.lanes(width);
    if (lanes < 2 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    List<Directive> directives = new ArrayList<>();
    ContractionIndex last =
        columns.stream().filter(i -> i.stored() == 1).findFirst().orElse(columns.getLast());
    // The loops of other columns stay around the tiles' if each strip has vectors enough.
    long strip =
        last.extent() >= 4L * target.lanes(type) ? last.extent() : ContractionIndex.extent(columns);
    long bytes = strip * ContractionIndex.extent(depth) * type.byteSize();
    boolean mirrored = form.mirrored().isPresent();
    // Tiles of their own for the rest would be scalar where no element may be computed twice.
    boolean inRegisters = !form.continues() && isStoredFromRegisters(last);
    boolean direct =
        !mirrored
            && inRegisters
            && form.right() instanceof Expr.Load
            && last.right() == 1
            && last.stored() == 1
            && last.extent() >= 2
            && !paysToMerge(last, rows, columns, depth)
            && (bytes <= DIRECT_SHARE * target.l2()
                || height <= MOST_SKINNY_ROWS
                || (height <= FEW_ROWS && bytes <= FEW_ROWS_SHARE * target.l2()));
    if (direct) {
      ContractionIndex row = ContractionIndex.largest(rows);
      boolean isPlain = rows.size() == 1 && columns.size() == 1 && depth.size() == 1;
      if (bytes > target.l2() && height <= MOST_SKINNY_ROWS && isPlain) {
        Optional<List<Directive>> streamed = streamed(row, last, batch, depth.getFirst());
        if (streamed.isPresent()) {
          return streamed;
        }
      }
      if (isPlain) {
        Optional<List<Directive>> held = held(row, last, batch, depth.getFirst());
        if (held.isPresent()) {
          return held;
        }
      }
      boolean wholeVectors = sizes.lanes(last.extent()) == target.lanes(type);
      // Workers who share rows compute the rest of the columns each, with vectors of its own.
      boolean sharesRows =
          target.threads() == 1 || row.extent() >= 2L * target.threads() * sizes.directRows(1);
      TileSizes.Columns tileColumns = sizes.columns(last.extent(), row.extent(), sharesRows, true);
      // More rows than a set of the first-level cache has ways would drive each other out, unless
      // several vectors share what is read of them.
      boolean wide = wholeVectors || tileColumns.vectors() > 1;
      int tileRows =
          wide
              ? sizes.rows(tileColumns, row.extent())
              : TileSizes.balanced(row.extent(), Math.min(8, sizes.directRows(tileColumns)));
      if (height <= MOST_SKINNY_ROWS && wholeVectors) {
        // All rows at once, so that the second factor is read once, and as much of a line of
        // memory as registers allow.
        long across = Math.min(sizes.registers() - 1, last.extent() / lanes * (height + 1));
        int vectors = Math.clamp(across / (height + 1), 1, 6);
        if (vectors != tileColumns.vectors() || lanes != tileColumns.lanes()) {
          tileColumns = new TileSizes.Columns(vectors, lanes, new Directive.End.Tile());
        }
        tileRows = TileSizes.balanced(row.extent(), (int) height);
      }
      var rowTile = new Directive.TileLoop(row.variable(), tileRows, 1);
      Directive.TileLoop columnTile = tileColumns.along(last.variable());
      // A strip of the second factor stays in the cache for all rows; but what is mostly stored is
      // stored row by row.
      directives.add(
          new Directive.Tile(
              ContractionIndex.extent(depth) > SHORT_SUM
                  ? List.of(columnTile, rowTile)
                  : List.of(rowTile, columnTile)));
      boolean rowsAreMany =
          !(columnTile.end() instanceof Directive.End.Tile)
              || row.extent() >= 2L * target.threads() * rowTile.width()
              || row.extent() / rowTile.width() >= last.extent() / columnTile.width();
      ParallelSchedule.ofTiles(
              form, rowsAreMany ? List.of(row, last) : List.of(last, row), shape, target)
          .ifPresent(directives::add);
      return Optional.of(directives);
    }
    Optional<List<Directive>> exchanged = exchanged(roles);
    if (exchanged.isPresent()) {
      return exchanged;
    }
    if (!mirrored
        && inRegisters
        && form.right() instanceof Expr.Load(Element column, _)
        && isStaged(column, rows, columns, depth)) {
      return Optional.of(
          staged(column.tensor(), rows.getFirst(), columns.getFirst(), batch, depth.getFirst()));
    }
    if (!mirrored && columns.size() > 1 && last.stored() == 1 && isTurned(last, depth)) {
      List<ContractionIndex> outside = new ArrayList<>(batch);
      columns.stream().filter(index -> !index.equals(last)).forEach(outside::add);
      return Optional.of(packedColumns(new ContractionRoles(rows, List.of(last), outside, depth)));
    }
    return Optional.of(packedColumns(roles));
  }

  /**
   * Whether loops over several short indices take longer than to copy the factors to panels, where
   * one loop walks them together.
   */
  private boolean paysToMerge(
      ContractionIndex last,
      List<ContractionIndex> rows,
      List<ContractionIndex> columns,
      List<ContractionIndex> depth) {
    double height = ContractionIndex.extent(rows);
    double width = ContractionIndex.extent(columns);
    double terms = ContractionIndex.extent(depth);
    double elements = height * terms + width * terms + height * width;
    return rows.size() + columns.size() + depth.size() > 3
        && last.extent() < target.lanes(type)
        && height * width * terms * SHORT_LOOP_NANOS
            > PANELS_NANOS + elements * PANEL_ELEMENT_NANOS;
  }

  /**
   * Whether columns lie apart while the sum lies side by side in the second factor, so that packing
   * turns blocks, which it does fast along one index of a role.
   */
  private boolean isTurned(ContractionIndex column, List<ContractionIndex> depth) {
    return column.right() != 1
        && column.extent() >= 3L * target.lanes(type)
        && depth.stream().anyMatch(index -> index.right() == 1 && index.extent() >= 8);
  }

  private List<Directive> packedColumns(ContractionRoles roles) {
    List<ContractionIndex> rows = roles.rows();
    List<ContractionIndex> columns = roles.columns();
    List<ContractionIndex> depth = roles.depth();
    long width = ContractionIndex.extent(columns);
    long height = ContractionIndex.extent(rows);
    int lanes = sizes.lanes(width);
    boolean mirrored = form.mirrored().isPresent();
    int vectors = runVectors(columns, width, lanes);
    if (vectors == 2
        && form.isProduct()
        && lanes == target.lanes(type)
        && sizes.registers() >= 32) {
      // Four need fewer loads than two, unless they reach far over the end; sixteen registers do
      // not hold their sums.
      double padding =
          (double) TileSizes.roundUp(width, 4L * lanes) / TileSizes.roundUp(width, 2L * lanes);
      vectors = padding <= 1.05 && !(mirrored && width < WIDE_TRIANGLE) ? 4 : 2;
    }
    int tileRows = TileSizes.tileRows(height, sizes.registerRows(form, vectors));
    int depthBlock = sizes.depthBlock(ContractionIndex.extent(depth), tileRows);
    var tile = new TileSizes.Packed(tileRows, vectors, lanes, depthBlock, false);
    return packed(
        !mirrored && inPlace.hasFewColumns(columns)
            ? inPlace.tile(rows, columns, depth).orElse(tile)
            : tile,
        roles);
  }

  /**
   * Whether vectors of sums can become what is stored. Packed tiles are finished without vectors
   * where their columns are not side by side in what is read, and call functions of many operations
   * for a row of sums.
   */
  private boolean isStoredFromRegisters(ContractionIndex column) {
    boolean[] inRegisters = {
      !PolynomialFunctions.areCalled(new Stmt.Store(form.target(), form.result()))
    };
    LoopWalk.subexpressions(
        form.result(),
        e -> {
          if (e instanceof Expr.Load(Element element, _)) {
            long stride = ContractionRoles.stride(shape, element, column.variable());
            inRegisters[0] &= stride == 0 || stride == 1;
          }
          inRegisters[0] &= !e.equals(new Expr.LoopValue(column.variable()));
        });
    return inRegisters[0];
  }

  /**
   * Vectors along what are rows of the target, where these fill vectors and are fewer than the
   * columns, which would have to be turned and then are read where they lie. Sums go to the target
   * by way of a tile, which long ones pay for.
   */
  private Optional<List<Directive>> exchanged(ContractionRoles roles) {
    long height = ContractionIndex.extent(roles.rows());
    boolean isTurned =
        roles.depth().getLast().right() == 1
            && roles.columns().stream().noneMatch(index -> index.right() == 1);
    if (!isTurned
        || form.mirrored().isPresent()
        || !form.result().equals(form.accumulator())
        || ContractionIndex.extent(roles.depth()) < LEAST_EXCHANGED_DEPTH
        || ContractionIndex.extent(roles.columns())
            < Math.max(LEAST_EXCHANGED_COLUMNS, EXCHANGE_RATIO * height)) {
      return Optional.empty();
    }
    var turned = new ContractionSchedule(nest, form.swapped(), shape, target);
    ContractionRoles swapped = roles.swapped();
    return turned.inPlace.hasFewColumns(swapped.columns())
        ? turned
            .inPlace
            .tile(swapped.rows(), swapped.columns(), swapped.depth())
            .filter(tile -> TileSizes.roundUp(height, tile.columns()) <= MOST_PADDED * height)
            .map(tile -> turned.packed(tile, swapped))
        : Optional.empty();
  }

  /** A convolution: the first factor is read where it lies. */
  private Optional<List<Directive>> overlapping(ContractionRoles roles) {
    return inPlace.overlaps()
        ? inPlace
            .tile(roles.rows(), roles.columns(), roles.depth())
            .map(tile -> packed(tile, roles))
        : Optional.empty();
  }

  private List<Directive> packed(TileSizes.Packed tile, ContractionRoles roles) {
    List<ContractionIndex> rows = roles.rows();
    List<ContractionIndex> columns = roles.columns();
    List<ContractionIndex> batch = roles.batch();
    List<ContractionIndex> depth = roles.depth();
    long height = ContractionIndex.extent(rows);
    long width = ContractionIndex.extent(columns);
    long bytes = (long) tile.depth() * type.byteSize();
    long mostRows = (long) (L2_SHARE * target.l2() / bytes);
    long mostColumns = Math.min(4096, (long) (L3_SHARE * target.l3() / bytes));
    Directive.Share share = sizes.share(height, width, tile.rows(), tile.columns(), batch);
    // Blocks of a triangle are dealt out in rounds there and back.
    int rounds = form.mirrored().isPresent() ? 2 : 1;
    int rowParts = share == Directive.Share.ROWS ? rounds * target.threads() : 1;
    int columnParts = share == Directive.Share.COLUMNS ? target.threads() : 1;
    boolean byStores =
        width > 2 * ContractionIndex.extent(depth)
            || rows.stream().anyMatch(index -> index.stored() == 1);
    List<Directive> directives = new ArrayList<>();
    directives.add(
        new Directive.Pack(
            new Directive.PackLoop(
                ContractionIndex.variables(
                    byStores
                        ? ContractionIndex.storedOrder(rows)
                        : ContractionIndex.rowOrder(rows)),
                tile.rows(),
                1,
                TileSizes.block(height, tile.rows(), mostRows, rowParts),
                tile.inPlace()),
            new Directive.PackLoop(
                ContractionIndex.variables(
                    ContractionIndex.columnOrder(
                        columns,
                        ContractionIndex.columnsLeadPacking(rows, columns, depth),
                        tile.columns())),
                tile.vectors(),
                tile.lanes(),
                TileSizes.block(width, tile.columns(), mostColumns, columnParts)),
            new Directive.PackLoop(ContractionIndex.variables(depth), 1, 1, tile.depth()),
            Optional.empty(),
            share));
    if (share == Directive.Share.NONE && target.threads() > 1) {
      batch.stream()
          .filter(index -> index.extent() >= 2L * target.threads())
          .findFirst()
          .ifPresent(index -> directives.add(new Directive.Parallel(index.variable())));
    }
    return directives;
  }

  /**
   * Sums of a few terms: registers hold what a tile needs of the second factor while all rows pass
   * by, whose sums begin and end without a loop. What goes to memory is stored in longer runs.
   */
  private Optional<List<Directive>> held(
      ContractionIndex row,
      ContractionIndex column,
      List<ContractionIndex> batch,
      ContractionIndex depth) {
    int lanes = target.lanes(type);
    long terms = depth.extent();
    long vectors = Math.min(HELD_VECTORS, sizes.vectorsBeside((int) Math.min(terms, HELD_TERMS)));
    boolean isNarrow = column.extent() == lanes && vectors == 1;
    long bytes = row.extent() * column.extent() * ContractionIndex.extent(batch) * type.byteSize();
    boolean isShared =
        target.threads() == 1
            || column.extent() >= vectors * lanes * target.threads()
            || batch.stream().anyMatch(index -> index.extent() >= 2L * target.threads());
    if (terms > HELD_TERMS
        || !(vectors > 1 || isNarrow)
        || column.extent() < vectors * lanes
        || row.extent() < HELD_ROWS
        || bytes > HELD_SHARE * target.l3()
        || !isShared) {
      return Optional.empty();
    }
    List<IndexVariable> order = new ArrayList<>(ContractionIndex.variables(batch));
    order.add(column.variable());
    order.add(row.variable());
    var tile = new Directive.TileLoop(column.variable(), (int) vectors, lanes);
    List<Directive> directives = new ArrayList<>();
    directives.add(new Directive.Reorder(order));
    directives.add(new Directive.Unroll(depth.variable(), (int) terms));
    directives.add(new Directive.Hoist());
    directives.add(new Directive.Tile(List.of(tile)));
    ParallelSchedule.ofTiles(form, List.of(column, row), shape, target).ifPresent(directives::add);
    return Optional.of(directives);
  }

  /**
   * Few rows: a few lines of the second factor at a time pass by all sums, which wait in the
   * target. Memory is read in long runs, where a tile that holds its sums would walk down it.
   */
  private Optional<List<Directive>> streamed(
      ContractionIndex row,
      ContractionIndex column,
      List<ContractionIndex> batch,
      ContractionIndex depth) {
    int lanes = target.lanes(type);
    int rows = row.extent() % 4 == 0 ? 4 : (int) row.extent();
    int vectors = Math.min(4, sizes.accumulators() / rows);
    var columnTile = new Directive.TileLoop(column.variable(), vectors, lanes);
    if (column.extent() < STREAMED_COLUMNS
        || column.extent() % columnTile.width() > column.extent() / 64) {
      return Optional.empty();
    }
    List<IndexVariable> order = new ArrayList<>(ContractionIndex.variables(batch));
    order.add(column.variable());
    order.add(row.variable());
    long share = (column.extent() + target.threads() - 1) / target.threads();
    int block =
        Math.toIntExact(TileSizes.roundUp(Math.min(STREAMED_BLOCK, share), columnTile.width()));
    List<Directive> directives = new ArrayList<>();
    directives.add(new Directive.Reorder(order));
    directives.add(
        new Directive.Block(List.of(new Directive.TileLoop(column.variable(), block, 1))));
    directives.add(
        new Directive.Resume(depth.variable(), STREAMED_LINES, Optional.of(column.variable())));
    directives.add(
        new Directive.Tile(List.of(columnTile, new Directive.TileLoop(row.variable(), rows, 1))));
    if (target.threads() > 1) {
      directives.add(
          new Directive.Parallel(new IndexVariable(column.variable().name() + "_block")));
    }
    return Optional.of(directives);
  }

  /**
   * Whether tiles read the rows where they lie and the columns from a transposed copy: where caches
   * hold the rows, packing them does not pay.
   */
  private boolean isStaged(
      Element column,
      List<ContractionIndex> rows,
      List<ContractionIndex> columns,
      List<ContractionIndex> depth) {
    if (rows.size() > 1 || columns.size() > 1 || depth.size() > 1) {
      return false;
    }
    long block =
        2L * STAGED_VECTORS * target.lanes(type) * ContractionIndex.extent(depth) * type.byteSize();
    return ContractionRoles.firstLoad(form.left())
            .filter(row -> !row.tensor().equals(column.tensor()))
            .isPresent()
        && columns.getFirst().stored() == 1
        && columns.getFirst().right() != 1
        && ContractionIndex.extent(columns) >= target.lanes(type)
        && ContractionIndex.extent(rows) * ContractionIndex.extent(depth) * type.byteSize()
            <= target.l2()
        && block <= DIRECT_SHARE * target.l2();
  }

  private List<Directive> staged(
      String tensor,
      ContractionIndex row,
      ContractionIndex column,
      List<ContractionIndex> batch,
      ContractionIndex depth) {
    int lanes = target.lanes(type);
    TileSizes.Columns tileColumns =
        sizes.columns(column.extent(), row.extent(), target.threads() == 1, false);
    int rows = TileSizes.balanced(row.extent(), sizes.directRows(tileColumns));
    Directive.TileLoop columnTile = tileColumns.along(column.variable());
    Optional<IndexVariable> shared =
        batch.stream()
            .filter(index -> index.extent() >= 2L * target.threads())
            .findFirst()
            .map(ContractionIndex::variable);
    boolean isShared = shared.isEmpty() && target.threads() > 1;
    long share = isShared ? Math.ceilDiv(column.extent(), target.threads()) : column.extent();
    // What is mostly stored is stored row by row.
    boolean storesMost =
        row.extent() * column.extent() > 2 * depth.extent() * (row.extent() + column.extent());
    long held = (long) (DIRECT_SHARE * target.l2()) / (depth.extent() * type.byteSize());
    long most = storesMost ? held - held % columnTile.width() : 2L * STAGED_VECTORS * lanes;
    int block =
        TileSizes.blockOfTiles(column.extent(), columnTile.width(), lanes, Math.min(most, share));
    if (isShared) {
      shared =
          Optional.of(
              Math.ceilDiv(column.extent(), block) >= target.threads()
                  ? new IndexVariable(column.variable().name() + "_block")
                  : row.variable());
    }
    List<IndexVariable> order = new ArrayList<>(ContractionIndex.variables(batch));
    order.add(column.variable());
    order.add(row.variable());
    List<Directive> directives = new ArrayList<>();
    directives.add(new Directive.Reorder(order));
    directives.add(
        new Directive.Stage(
            tensor,
            List.of(
                new Directive.TileLoop(
                    depth.variable(), Math.toIntExact(TileSizes.roundUp(depth.extent(), 8)), 1),
                new Directive.TileLoop(column.variable(), block, 1)),
            Set.of(depth.variable())));
    var rowTile = new Directive.TileLoop(row.variable(), rows, 1);
    directives.add(
        new Directive.Tile(
            storesMost ? List.of(rowTile, columnTile) : List.of(columnTile, rowTile)));
    shared
        .filter(variable -> target.threads() > 1)
        .map(Directive.Parallel::new)
        .ifPresent(directives::add);
    return directives;
  }

  /**
   * Vectors side by side in a tile: one where two would reach over the end of the target's runs.
   */
  private static int runVectors(List<ContractionIndex> columns, long width, int lanes) {
    if (width <= lanes) {
      return 1;
    }
    long run = 1;
    for (ContractionIndex index :
        columns.stream().sorted(Comparator.comparingLong(ContractionIndex::stored)).toList()) {
      if (index.stored() == run) {
        run *= index.extent();
      }
    }
    return run < width && run % (2L * lanes) != 0 && run % lanes == 0 ? 1 : 2;
  }
}
