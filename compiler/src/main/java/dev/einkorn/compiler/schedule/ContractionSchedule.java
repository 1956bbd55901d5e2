package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Chooses tiles and blocks for a sum of products of two factors, by the roles of its indices: rows
 * stand in the first factor only, columns in the second one only, batch indices in both, and depth
 * is what is summed. Block sizes follow Low, Igual, Smith and Quintana-Orti, "Analytical Modeling
 * Is Enough for High-Performance BLIS" (ACM TOMS 43, 2016), in the simple form that fractions of
 * the caches hold the panels.
 */
final class ContractionSchedule {
  /** The share of the first-level cache that the panel of a tile's rows may take. */
  private static final double L1_SHARE = 0.75;

  /** The share of the second-level cache that a block of rows may take. */
  private static final double L2_SHARE = 0.4;

  /** The share of the last-level cache that the columns' panels may take. */
  private static final double L3_SHARE = 0.25;

  /** What a load costs beside a fused operation, where both can be under way at once. */
  private static final double LOAD_COST = 0.1;

  /** Sums of so few terms cost less than storing them. */
  private static final long SHORT_SUM = 16;

  /** So many rows are computed in one pass over the second factor, which is not packed. */
  private static final long MOST_SKINNY_ROWS = 8;

  /** Shorter sums do not pay for packing vectors along a batch index. */
  private static final long LEAST_PACKED_DEPTH = 24;

  /** Positions of rows, columns and depth that are packed at once along a batch index. */
  private static final long BATCH_BLOCK = 64;

  /** Vectors along a batch index that are packed at once, so that memory is read in runs. */
  private static final long BATCH_VECTORS = 8;

  /** Columns that a few rows' sums are worth waiting in the target for. */
  private static final long STREAMED_COLUMNS = 512;

  /** Columns whose sums wait at once, which stay in the second-level cache. */
  private static final long STREAMED_BLOCK = 2048;

  /** Lines of the second factor that pass by at once: as many as are fetched ahead. */
  private static final int STREAMED_LINES = 16;

  /** Vectors side by side in a tile whose columns are copied first; two tiles make a block. */
  private static final int STAGED_VECTORS = 4;

  /** The share of the second-level cache in which a tile reads the second factor where it lies. */
  private static final double DIRECT_SHARE = 0.5;

  /** The share of it in which vectors along a batch index are read where they lie. */
  private static final double DIRECT_BATCH_SHARE = 0.25;

  private final LoopNest nest;
  private final ContractionForm form;
  private final CallShape shape;
  private final Target target;
  private final ElementType type;

  private ContractionSchedule(LoopNest nest, ContractionForm form, CallShape shape, Target target) {
    this.nest = nest;
    this.form = form;
    this.shape = shape;
    this.target = target;
    this.type = form.left().elementType();
  }

  /** What stands in one role. */
  private record Index(IndexVariable variable, long extent, long left, long right, long stored) {}

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
    Optional<Element> left = onlyLoad(form.left());
    Optional<Element> right = onlyLoad(form.right());
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    List<Index> rows = new ArrayList<>();
    List<Index> columns = new ArrayList<>();
    List<Index> batch = new ArrayList<>();
    List<Index> depth = new ArrayList<>();
    Set<IndexVariable> inLeft = ContractionForm.variables(form.left());
    Set<IndexVariable> inRight = ContractionForm.variables(form.right());
    for (Stmt.Loop loop : form.outer()) {
      Index index = index(loop, left.get(), right.get());
      boolean ofLeft = inLeft.contains(loop.variable());
      boolean ofRight = inRight.contains(loop.variable());
      (ofLeft && ofRight ? batch : ofLeft ? rows : ofRight ? columns : batch).add(index);
    }
    for (Stmt.Loop loop : form.depth()) {
      depth.add(index(loop, left.get(), right.get()));
    }
    boolean isEmpty =
        extent(rows) == 0 || extent(columns) == 0 || extent(depth) == 0 || extent(batch) == 0;
    // With one row or column it is a product of a matrix and a vector, which streams.
    boolean isProduct = extent(rows) > 1 && extent(columns) > 1;
    if (rows.isEmpty() || columns.isEmpty() || isEmpty || !isProduct) {
      return Optional.empty();
    }
    Optional<Index> unit =
        java.util.stream.Stream.of(rows, columns, batch)
            .flatMap(List::stream)
            .filter(index -> index.stored() == 1 && index.extent() > 1)
            .findFirst();
    if (unit.isPresent() && batch.contains(unit.get())) {
      return alongBatch(unit.get(), rows, columns, depth);
    }
    if (unit.isPresent() && rows.contains(unit.get())) {
      return new ContractionSchedule(nest, form.swapped(), shape, target)
          .alongColumns(swapped(columns), swapped(rows), swapped(batch), swapped(depth));
    }
    return alongColumns(rows, columns, batch, depth);
  }

  private static List<Index> swapped(List<Index> indices) {
    return indices.stream()
        .map(i -> new Index(i.variable(), i.extent(), i.right(), i.left(), i.stored()))
        .toList();
  }

  private Index index(Stmt.Loop loop, Element left, Element right) {
    IndexVariable variable = loop.variable();
    return new Index(
        variable,
        shape.value(loop.binding().extent()),
        stride(left, variable),
        stride(right, variable),
        stride(form.target(), variable));
  }

  /** How far apart neighbours along the variable are, in elements. */
  private long stride(Element element, IndexVariable variable) {
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

  private static Optional<Element> onlyLoad(Expr factor) {
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

  private static long extent(List<Index> indices) {
    return indices.stream().mapToLong(Index::extent).reduce(1, Math::multiplyExact);
  }

  // Vectors along a column index.

  private Optional<List<Directive>> alongColumns(
      List<Index> rows, List<Index> columns, List<Index> batch, List<Index> depth) {
    long width = extent(columns);
    long height = extent(rows);
    int lanes = lanes(width);
    if (lanes < 2 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    List<Directive> directives = new ArrayList<>();
    Index last =
        columns.stream().filter(i -> i.stored() == 1).findFirst().orElse(columns.getLast());
    long bytes = extent(columns) * extent(depth) * type.byteSize();
    boolean direct =
        form.right() instanceof Expr.Load
            && last.right() == 1
            && last.stored() == 1
            && last.extent() >= 2
            && (bytes <= DIRECT_SHARE * target.l2() || height <= MOST_SKINNY_ROWS);
    if (direct) {
      int columnLanes = lanes(last.extent());
      Index row = largest(rows);
      if (bytes > target.l2() && rows.size() == 1 && columns.size() == 1 && depth.size() == 1) {
        Optional<List<Directive>> streamed = streamed(row, last, batch, depth.getFirst());
        if (streamed.isPresent()) {
          return streamed;
        }
      }
      boolean wholeVectors = columnLanes == target.lanes(type);
      int vectors = wholeVectors ? vectors(last.extent(), row.extent(), columnLanes, 4) : 1;
      // More rows than a set of the first-level cache has ways would drive each other out.
      int most = wholeVectors ? registerRows(vectors) : Math.min(8, registerRows(vectors));
      if (height <= MOST_SKINNY_ROWS && wholeVectors) {
        // All rows at once, so that the second factor is read once, and as much of a line of
        // memory as registers allow.
        long across = Math.min(registers() - 1, last.extent() / columnLanes * (height + 1));
        vectors = Math.clamp(across / (height + 1), 1, 6);
        most = (int) height;
      }
      var rowTile = new Directive.TileLoop(row.variable(), balanced(row.extent(), most), 1);
      var columnTile = new Directive.TileLoop(last.variable(), vectors, columnLanes);
      // A strip of the second factor stays in the cache for all rows, if there is more than one;
      // but what is mostly stored is stored row by row.
      directives.add(
          new Directive.Tile(
              last.extent() > columnTile.width() && extent(depth) > SHORT_SUM
                  ? List.of(columnTile, rowTile)
                  : List.of(rowTile, columnTile)));
      boolean rowsAreMany =
          row.extent() >= 2L * target.threads() * rowTile.width()
              || row.extent() / rowTile.width() >= last.extent() / columnTile.width();
      shareTiles(directives, rowsAreMany ? List.of(row, last) : List.of(last, row));
      return Optional.of(directives);
    }
    if (form.right() instanceof Expr.Load(Element column, _)
        && isStaged(column, rows, columns, depth)) {
      return Optional.of(
          staged(column.tensor(), rows.getFirst(), columns.getFirst(), batch, depth.getFirst()));
    }
    int vectors = runVectors(columns, width, lanes);
    if (vectors == 2 && form.isProduct() && lanes == target.lanes(type)) {
      // Four need fewer loads than two, unless they reach far over the end.
      double padding = (double) roundUp(width, 4L * lanes) / roundUp(width, 2L * lanes);
      vectors = padding <= 1.05 ? 4 : 2;
    }
    // What is computed on the way to a sum needs registers of its own.
    int registerRows = registerRows(vectors) * (form.isProduct() ? 3 : 2) / 3;
    int tileRows = tileRows(height, registerRows);
    int depthBlock = depthBlock(extent(depth), tileRows);
    int tileColumns = vectors * lanes;
    List<Directive> shared = new ArrayList<>();
    long mostRows = (long) (L2_SHARE * target.l2() / ((double) depthBlock * type.byteSize()));
    long mostColumns =
        Math.min(4096, (long) (L3_SHARE * target.l3() / ((double) depthBlock * type.byteSize())));
    Directive.Share share = share(height, width, tileRows, tileColumns, batch);
    int parts = target.threads();
    if (share == Directive.Share.NONE && target.threads() > 1 && !batch.isEmpty()) {
      batch.stream()
          .filter(index -> index.extent() >= 2L * target.threads())
          .findFirst()
          .ifPresent(index -> shared.add(new Directive.Parallel(index.variable())));
    }
    directives.add(
        new Directive.Pack(
            new Directive.PackLoop(
                variables(width > 2 * extent(depth) ? storedOrder(rows) : rowOrder(rows)),
                tileRows,
                1,
                block(height, tileRows, mostRows, share == Directive.Share.ROWS ? parts : 1)),
            new Directive.PackLoop(
                variables(
                    columnOrder(columns, columnsLeadPacking(rows, columns, depth), tileColumns)),
                vectors,
                lanes,
                block(
                    width, tileColumns, mostColumns, share == Directive.Share.COLUMNS ? parts : 1)),
            new Directive.PackLoop(variables(depth), 1, 1, depthBlock),
            Optional.empty(),
            share));
    directives.addAll(shared);
    return Optional.of(directives);
  }

  /**
   * Few rows: a few lines of the second factor at a time pass by all sums, which wait in the
   * target. Memory is read in long runs, where a tile that holds its sums would walk down it.
   */
  private Optional<List<Directive>> streamed(
      Index row, Index column, List<Index> batch, Index depth) {
    int lanes = target.lanes(type);
    int rows = row.extent() % 4 == 0 ? 4 : (int) row.extent();
    int vectors = Math.min(4, accumulators() / rows);
    var columnTile = new Directive.TileLoop(column.variable(), vectors, lanes);
    if (column.extent() < STREAMED_COLUMNS
        || column.extent() % columnTile.width() > column.extent() / 64) {
      return Optional.empty();
    }
    List<IndexVariable> order = new ArrayList<>(variables(batch));
    order.add(column.variable());
    order.add(row.variable());
    long share = (column.extent() + target.threads() - 1) / target.threads();
    int block = Math.toIntExact(roundUp(Math.min(STREAMED_BLOCK, share), columnTile.width()));
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
      Element column, List<Index> rows, List<Index> columns, List<Index> depth) {
    if (rows.size() > 1 || columns.size() > 1 || depth.size() > 1) {
      return false;
    }
    long block = 2L * STAGED_VECTORS * target.lanes(type) * extent(depth) * type.byteSize();
    return onlyLoad(form.left()).filter(row -> !row.tensor().equals(column.tensor())).isPresent()
        && columns.getFirst().stored() == 1
        && extent(columns) >= target.lanes(type)
        && extent(rows) * extent(depth) * type.byteSize() <= target.l2()
        && block <= DIRECT_SHARE * target.l2();
  }

  private List<Directive> staged(
      String tensor, Index row, Index column, List<Index> batch, Index depth) {
    int lanes = target.lanes(type);
    int vectors = vectors(column.extent(), row.extent(), lanes, STAGED_VECTORS);
    int rows = balanced(row.extent(), registerRows(vectors));
    var columnTile = new Directive.TileLoop(column.variable(), vectors, lanes);
    Optional<IndexVariable> shared =
        batch.stream()
            .filter(index -> index.extent() >= 2L * target.threads())
            .findFirst()
            .map(Index::variable);
    long share = column.extent();
    if (shared.isEmpty() && target.threads() > 1) {
      share = (column.extent() + target.threads() - 1) / target.threads();
      shared =
          Optional.of(
              share >= columnTile.width()
                  ? new IndexVariable(column.variable().name() + "_block")
                  : row.variable());
    }
    // What is mostly stored is stored row by row.
    boolean storesMost =
        row.extent() * column.extent() > 2 * depth.extent() * (row.extent() + column.extent());
    long held = (long) (DIRECT_SHARE * target.l2()) / (depth.extent() * type.byteSize());
    long most = storesMost ? held - held % columnTile.width() : 2L * STAGED_VECTORS * lanes;
    int block = Math.toIntExact(roundUp(Math.min(most, share), columnTile.width()));
    List<IndexVariable> order = new ArrayList<>(variables(batch));
    order.add(column.variable());
    order.add(row.variable());
    List<Directive> directives = new ArrayList<>();
    directives.add(new Directive.Reorder(order));
    directives.add(
        new Directive.Stage(
            tensor,
            List.of(
                new Directive.TileLoop(
                    depth.variable(), Math.toIntExact(roundUp(depth.extent(), 8)), 1),
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
  private static int runVectors(List<Index> columns, long width, int lanes) {
    if (width <= lanes) {
      return 1;
    }
    long run = 1;
    for (Index index : columns.stream().sorted(Comparator.comparingLong(Index::stored)).toList()) {
      if (index.stored() == run) {
        run *= index.extent();
      }
    }
    return run < width && run % (2L * lanes) != 0 && run % lanes == 0 ? 1 : 2;
  }

  /** By the target's strides, so that tiles are stored side by side. */
  private static List<Index> storedOrder(List<Index> rows) {
    List<Index> order = new ArrayList<>(rows);
    order.sort(Comparator.comparingLong((Index i) -> Math.abs(i.stored())).reversed());
    return order;
  }

  private Directive.Share share(
      long height, long width, int tileRows, int tileColumns, List<Index> batch) {
    int threads = target.threads();
    if (threads == 1 || extent(batch) >= 2L * threads) {
      return Directive.Share.NONE;
    }
    if (height >= 2L * threads * tileRows) {
      return Directive.Share.ROWS;
    }
    return width >= 2L * threads * tileColumns ? Directive.Share.COLUMNS : Directive.Share.NONE;
  }

  private static List<IndexVariable> variables(List<Index> indices) {
    return indices.stream().map(Index::variable).toList();
  }

  /** The first factor's unit-stride index last, so that packing reads runs. */
  private static List<Index> rowOrder(List<Index> rows) {
    List<Index> order = new ArrayList<>(rows);
    order.sort(Comparator.comparingLong((Index i) -> Math.abs(i.left())).reversed());
    return order;
  }

  /**
   * Whether the columns should follow the second factor's memory rather than the target's: where
   * much more is packed than stored, gathering while packing costs more than scattering sums.
   */
  private static boolean columnsLeadPacking(
      List<Index> rows, List<Index> columns, List<Index> depth) {
    boolean apart = columns.stream().anyMatch(i -> i.right() == 1 && i.stored() != 1);
    return apart && columns.size() > 1 && extent(depth) > 2 * extent(rows);
  }

  /**
   * Slowest first. Last the index that leads, then what continues its run in memory until the run
   * holds some tiles, then the other tensor's unit-stride index, so that the lines it brings in are
   * used while they are in a cache, then the rest by the second factor's strides.
   */
  private static List<Index> columnOrder(List<Index> columns, boolean byPacking, int tileColumns) {
    ToLongFunction<Index> leading = byPacking ? Index::right : Index::stored;
    ToLongFunction<Index> following = byPacking ? Index::stored : Index::right;
    List<Index> order = new ArrayList<>();
    List<Index> rest = new ArrayList<>(columns);
    rest.sort(Comparator.comparingLong(i -> Math.abs(i.right())));
    long run = 1;
    boolean extended = true;
    while (extended && run < 4L * tileColumns) {
      extended = false;
      for (Index index : List.copyOf(rest)) {
        if (leading.applyAsLong(index) == run && index.extent() > 1) {
          order.addFirst(index);
          rest.remove(index);
          run *= index.extent();
          extended = true;
          break;
        }
      }
    }
    for (Index index : List.copyOf(rest)) {
      if (following.applyAsLong(index) == 1) {
        order.addFirst(index);
        rest.remove(index);
      }
    }
    rest.forEach(order::addFirst);
    return order;
  }

  /** Rows of a tile: as many as registers hold, fewer where that leaves less padding. */
  private static int tileRows(long height, int most) {
    if (height > 4L * most) {
      return most;
    }
    int best = (int) Math.min(most, height);
    for (int rows = best - 1; 2 * rows >= most; rows--) {
      if (tileCost(height, rows) <= tileCost(height, best)) {
        best = rows;
      }
    }
    return best;
  }

  /** Steps of a column of tiles; a tile costs one more than its rows for what its rows share. */
  private static long tileCost(long height, int rows) {
    return (height + rows - 1) / rows * (rows + 1L);
  }

  private int depthBlock(long depth, int tileRows) {
    long most =
        Math.max(8, (long) (L1_SHARE * target.l1() / ((double) tileRows * type.byteSize())));
    long blocks = depth <= most + most / 2 ? 1 : (depth + most - 1) / most;
    return Math.toIntExact(roundUp((depth + blocks - 1) / blocks, 8));
  }

  private static int block(long extent, int tile, long most, int parts) {
    long blocks = Math.max(1, (extent + most - 1) / most);
    blocks = roundUp(blocks, parts);
    return Math.toIntExact(roundUp(Math.max(1, (extent + blocks - 1) / blocks), tile));
  }

  private static long roundUp(long value, long multiple) {
    return (value + multiple - 1) / multiple * multiple;
  }

  /** Rows of accumulators that fit the registers beside the columns' vectors and a broadcast. */
  private int registerRows(int vectors) {
    return Math.max(1, Math.min(accumulators() / vectors, registers() >= 32 ? 12 : 6));
  }

  /** Vectors of sums that leave registers for what is added to them. */
  private int accumulators() {
    return registers() * 3 / 4;
  }

  /**
   * Vectors side by side in a tile: more of them need fewer loads for each operation, but must not
   * reach far over the end.
   */
  private int vectors(long width, long height, int lanes, int most) {
    int best = 1;
    double least = Double.MAX_VALUE;
    for (int vectors = most; vectors >= 1; vectors--) {
      int rows = Math.clamp(height, 1, accumulators() / vectors);
      if (vectors > 1 && width < (long) vectors * lanes) {
        continue;
      }
      double work =
          (double) roundUp(width, (long) vectors * lanes)
              * roundUp(height, balanced(height, rows))
              * (1 + LOAD_COST * (rows + vectors) / ((double) rows * vectors));
      if (work < least) {
        best = vectors;
        least = work;
      }
    }
    return best;
  }

  /** Vector registers: AVX-512 has twice as many as AVX2, and NEON as many as AVX-512. */
  private int registers() {
    return target.simdBits() >= 512 ? 32 : 16;
  }

  /** The most lanes of which the extent holds one vector. */
  private int lanes(long extent) {
    int lanes = target.lanes(type);
    while (lanes > extent) {
      lanes /= 2;
    }
    return lanes;
  }

  /** A tile not above {@code most} that wastes little of the extent. */
  private static int balanced(long extent, int most) {
    long tiles = (extent + most - 1) / most;
    return Math.toIntExact((extent + tiles - 1) / tiles);
  }

  // Vectors along a batch index.

  private Optional<List<Directive>> alongBatch(
      Index lane, List<Index> rows, List<Index> columns, List<Index> depth) {
    int lanes = lanes(lane.extent());
    if (lanes < 2 || lane.left() != 1 || lane.right() != 1) {
      return Optional.empty();
    }
    boolean wideRegisters = target.simdBits() >= 512;
    long bytes = (extent(rows) + extent(columns)) * extent(depth) * lane.extent() * type.byteSize();
    if (extent(depth) < LEAST_PACKED_DEPTH || bytes <= DIRECT_BATCH_SHARE * target.l2()) {
      Index row = largest(rows);
      Index column = largest(columns);
      List<Directive> directives = new ArrayList<>();
      directives.add(
          new Directive.Tile(
              List.of(
                  new Directive.TileLoop(
                      row.variable(), balanced(row.extent(), wideRegisters ? 4 : 3), 1),
                  new Directive.TileLoop(
                      column.variable(), balanced(column.extent(), wideRegisters ? 5 : 3), 1),
                  new Directive.TileLoop(lane.variable(), 1, lanes))));
      shareTiles(directives, List.of(row, column));
      return Optional.of(directives);
    }
    int tile = wideRegisters ? 4 : 3;
    int vectors = (int) Math.min(BATCH_VECTORS, lane.extent() / lanes);
    Directive.Share share =
        target.threads() > 1 && extent(columns) >= 2L * tile * target.threads()
            ? Directive.Share.COLUMNS
            : Directive.Share.NONE;
    return Optional.of(
        List.of(
            new Directive.Pack(
                new Directive.PackLoop(
                    variables(rowOrder(rows)), tile, 1, block(extent(rows), tile, BATCH_BLOCK, 1)),
                new Directive.PackLoop(
                    variables(columnOrder(columns, false, tile)),
                    tile,
                    1,
                    block(
                        extent(columns),
                        tile,
                        BATCH_BLOCK,
                        share == Directive.Share.COLUMNS ? target.threads() : 1)),
                new Directive.PackLoop(
                    variables(depth), 1, 1, (int) Math.min(BATCH_BLOCK, roundUp(extent(depth), 8))),
                Optional.of(new Directive.TileLoop(lane.variable(), vectors, lanes)),
                share)));
  }

  private static Index largest(List<Index> indices) {
    return indices.stream().max(Comparator.comparingLong(Index::extent)).orElseThrow();
  }

  /** Lets workers share out the loop with the most to share among the outer ones, if any does. */
  private void shareTiles(List<Directive> directives, List<Index> tiled) {
    if (target.threads() == 1) {
      return;
    }
    for (Stmt.Loop loop : form.outer()) {
      boolean isTiled = tiled.stream().anyMatch(i -> i.variable().equals(loop.variable()));
      if (!isTiled && shape.value(loop.binding().extent()) >= 2L * target.threads()) {
        directives.add(new Directive.Parallel(loop.variable()));
        return;
      }
    }
    directives.add(new Directive.Parallel(tiled.getFirst().variable()));
  }
}
