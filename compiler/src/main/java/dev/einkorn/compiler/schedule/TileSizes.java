package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.runtime.ElementType;
import java.util.List;

/** How large tiles and blocks of a contraction may be, by the registers and caches of a machine. */
record TileSizes(Target target, ElementType type) {
  /** The share of the first-level cache that the panel of a tile's rows may take. */
  private static final double L1_SHARE = 0.75;

  /** The share of the second-level cache that a tile's panel of columns may take. */
  private static final double PANEL_SHARE = 0.25;

  /** What a load costs beside a fused operation, where both can be under way at once. */
  private static final double LOAD_CYCLES = 1.5;

  private static final double LOOP_CYCLES = 1.5;
  private static final int MOST_VECTORS = 6;

  /** Loads, broadcasts and fused operations of a loop that C2 leaves as it is. */
  private static final int LEAST_OPERATIONS = 29;

  /** Vectors that a processor with half the rate for 512 bits has the whole rate for. */
  private static final int NARROW_BITS = 256;

  /** More rows that lie where they are gain nothing: each is a stream of its own. */
  private static final int MOST_DIRECT_ROWS = 12;

  /** Rows or columns of a tile of inner products, each of which is a stream of memory. */
  private static final int MOST_INNER = 8;

  /** What a load costs beside a fused operation of inner products, which share their loads. */
  private static final double INNER_LOAD_CYCLES = 0.6;

  /** Beside vectors for the rest, which bring less work for each row. */
  private static final int MOST_REST_ROWS = 10;

  /** What half a vector costs beside a whole one, where loads count too. */
  private static final double HALF_VECTOR = 0.6;

  /** Vectors of their own for the rest of the columns must save so much, for they are more code. */
  private static final double REST_GAIN = 0.95;

  /** With so many times as many columns as rows, workers share columns. */
  private static final long WIDE = 4;

  /**
   * The tile of a packed contraction.
   *
   * @param depth terms of the sum in a block
   * @param inPlace whether the rows are not packed
   */
  record Packed(int rows, int vectors, int lanes, int depth, boolean inPlace) {
    int columns() {
      return vectors * lanes;
    }
  }

  static long roundUp(long value, long multiple) {
    return (value + multiple - 1) / multiple * multiple;
  }

  /** Rows of a tile: as many as registers hold, fewer where that leaves less padding. */
  static int tileRows(long height, int most) {
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

  /** Terms of a sum in a block, of which the first-level cache holds a tile's panel of rows. */
  int depthBlock(long depth, int tileRows) {
    return depthBlock(depth, L1_SHARE * target.l1() / ((double) tileRows * type.byteSize()));
  }

  /** Terms of a sum in a block where only columns are packed. */
  int panelDepth(long depth, int tileColumns) {
    return depthBlock(depth, PANEL_SHARE * target.l2() / ((double) tileColumns * type.byteSize()));
  }

  private static int depthBlock(long depth, double held) {
    long most = Math.max(8, (long) held);
    long blocks = depth <= most + most / 2 ? 1 : (depth + most - 1) / most;
    return Math.toIntExact(roundUp((depth + blocks - 1) / blocks, 8));
  }

  static int block(long extent, int tile, long most, int parts) {
    long blocks = Math.max(1, (extent + most - 1) / most);
    blocks = roundUp(blocks, parts);
    return Math.toIntExact(roundUp(Math.max(1, (extent + blocks - 1) / blocks), tile));
  }

  /**
   * How long the blocks of an extent are, of which each holds a whole tile if the extent does: a
   * tile's last neighbour overlaps it, but the rest of a block that holds none has no vectors.
   *
   * @param tile of the extent
   * @param step that blocks are multiples of
   * @param most that a block should have, at least a tile
   */
  static int blockOfTiles(long extent, int tile, int step, long most) {
    long blocks = Math.max(1, (extent + Math.max(most, tile) - 1) / Math.max(most, tile));
    while (true) {
      long block = roundUp((extent + blocks - 1) / blocks, step);
      long rest = extent % block;
      if (blocks == 1 || (block >= tile && (rest == 0 || rest >= tile))) {
        return Math.toIntExact(block);
      }
      blocks--;
    }
  }

  /** Rows of accumulators that fit the registers beside the columns' vectors and a broadcast. */
  int registerRows(int vectors) {
    return Math.max(1, Math.min(accumulators() / vectors, registers() >= 32 ? 12 : 6));
  }

  /**
   * Rows of a tile whose factors lie where they are: C2 loads the elements of all rows before it
   * uses the first, so that they need registers too, and sums that have none left go to the stack.
   */
  int directRows(int vectors) {
    int most = Math.min((registers() - 2) / (vectors + 1), accumulators() / vectors);
    return Math.max(1, Math.min(most, MOST_DIRECT_ROWS));
  }

  /** The same for a tile whose rest of the columns has vectors of its own. */
  int directRows(Columns columns) {
    int most = directRows(columns.vectors());
    return columns.hasRest() ? Math.min(most, MOST_REST_ROWS) : most;
  }

  /** Rows of a tile; what is computed on the way to a sum needs registers of its own. */
  int registerRows(ContractionForm form, int vectors) {
    return registerRows(vectors) * (form.isProduct() ? 3 : 2) / 3;
  }

  /** Vectors of sums that leave registers for what is added to them. */
  int accumulators() {
    return registers() * 3 / 4;
  }

  /**
   * The columns of a tile.
   *
   * @param vectors side by side
   * @param lanes of each
   * @param end what becomes of columns that whole tiles leave
   */
  record Columns(int vectors, int lanes, Directive.End end) {
    /** As a part of a tile. */
    Directive.TileLoop along(IndexVariable variable) {
      return new Directive.TileLoop(variable, vectors, lanes, end);
    }

    /** Whether the rest has vectors of its own. */
    boolean hasRest() {
      return end instanceof Directive.End.Vectors;
    }
  }

  /**
   * The columns of least cost for the whole product, which must not reach far over the end.
   *
   * @param mayHaveRest whether the rest may have vectors of its own
   * @param mayBeWhole whether a tile may hold all columns, its last vector moved back
   */
  Columns columns(long width, long height, boolean mayHaveRest, boolean mayBeWhole) {
    int lanes = lanes(width);
    Columns best = new Columns(1, lanes, new Directive.End.Tile());
    double least = Double.MAX_VALUE;
    for (int vectors = MOST_VECTORS; vectors >= 1; vectors--) {
      if (vectors > 1 && width < (long) vectors * lanes) {
        continue;
      }
      for (int rest : new int[] {0, lanes, lanes / 2}) {
        if (rest == 1 || (rest > 0 && (!mayHaveRest || lanes < wholeLanes()))) {
          continue;
        }
        double work = work(width, height, vectors, lanes, rest);
        if (work < (rest > 0 ? REST_GAIN * least : least)) {
          var end = rest > 0 ? new Directive.End.Vectors(rest) : new Directive.End.Tile();
          best = new Columns(vectors, lanes, end);
          least = work;
        }
      }
    }
    for (int narrow : mayBeWhole ? new int[] {lanes, lanes / 2} : new int[0]) {
      long vectors = narrow == 0 ? 0 : Math.ceilDiv(width, narrow);
      if (narrow > 1 && vectors > 1 && vectors <= MOST_VECTORS) {
        var whole = new Columns((int) vectors, narrow, new Directive.End.Whole());
        int rows = rows(whole, height);
        double work = Math.ceilDiv(height, rows) * stepCost(rows, whole.vectors(), narrow);
        if (rows <= height && rows <= directRows(whole) && work < REST_GAIN * least) {
          best = whole;
          least = work;
        }
      }
    }
    return best;
  }

  /**
   * Rows of a tile with these columns. Where it holds all columns, C2 must not unroll the loop over
   * the terms, which it does with few operations: 9 rows of two vectors took 0.77 of the time of 8.
   */
  int rows(Columns columns, long height) {
    int rows = balanced(height, Math.toIntExact(Math.min(height, directRows(columns))));
    int vectors = columns.vectors();
    return columns.end() instanceof Directive.End.Whole
        ? Math.max(rows, Math.ceilDiv(LEAST_OPERATIONS - vectors, vectors + 1))
        : rows;
  }

  /** Cycles for one term of all sums, roughly. */
  private double work(long width, long height, int vectors, int lanes, int rest) {
    int rows = balanced(height, Math.toIntExact(Math.min(height, directRows(vectors))));
    long rowTiles = Math.ceilDiv(height, rows);
    long tile = (long) vectors * lanes;
    if (rest == 0) {
      return rowTiles * Math.ceilDiv(width, tile) * stepCost(rows, vectors, lanes);
    }
    long wholeTiles = width / tile;
    long restTiles = Math.ceilDiv(width % tile, rest);
    double share = rest == lanes ? 1 : HALF_VECTOR;
    return rowTiles
        * (wholeTiles * stepCost(rows, vectors, lanes)
            + restTiles * share * stepCost(rows, 1, lanes));
  }

  /**
   * Cycles for one term of all sums of a tile, roughly: operations or loads, of which a vector's
   * counts for two because it may lie in two lines, and what the loop itself takes.
   */
  private double stepCost(int rows, int vectors, int lanes) {
    boolean isWide = lanes * type.byteSize() * Byte.SIZE > NARROW_BITS;
    double cycles = target.halfRate() && !isWide ? 0.5 : 1;
    return cycles * Math.max((double) rows * vectors, LOAD_CYCLES * (rows + 2.0 * vectors))
        + LOOP_CYCLES;
  }

  /** The tile of a product whose vectors lie along the sum: so many rows by so many columns. */
  record Inner(int rows, int columns) {}

  /**
   * The tile of inner products of least cost, whose sums and factors registers hold.
   *
   * @param vectors of partial results that each sum has
   */
  Inner innerTile(long height, long width, int vectors) {
    Inner best = new Inner(1, 1);
    double least = Double.MAX_VALUE;
    for (int rows = 1; rows <= Math.min(height, MOST_INNER); rows++) {
      for (int columns = 1; columns <= Math.min(width, MOST_INNER); columns++) {
        int sums = rows * columns;
        double cost =
            (double) Math.ceilDiv(height, rows)
                * Math.ceilDiv(width, columns)
                * (sums + INNER_LOAD_CYCLES * (rows + columns));
        boolean fits = vectors * (sums + rows + columns) <= registers() - 2;
        if (fits && (cost < least || (cost == least && sums > best.rows() * best.columns()))) {
          best = new Inner(rows, columns);
          least = cost;
        }
      }
    }
    return best;
  }

  /** Vector registers: AVX-512 has twice as many as AVX2, and NEON as many as AVX-512. */
  int registers() {
    return target.simdBits() >= 512 ? 32 : 16;
  }

  /**
   * Vectors of sums beside which registers hold a factor of each for so many terms; C2 loads the
   * other factor of all terms before it uses the first.
   */
  int vectorsBeside(int terms) {
    return Math.max(1, (registers() - terms) / (terms + 1));
  }

  /** The lanes of a whole vector. */
  int wholeLanes() {
    return target.lanes(type);
  }

  /** The most lanes of which the extent holds one vector. */
  int lanes(long extent) {
    int lanes = target.lanes(type);
    while (lanes > extent) {
      lanes /= 2;
    }
    return lanes;
  }

  /** A tile not above {@code most} that wastes little of the extent. */
  static int balanced(long extent, int most) {
    long tiles = (extent + most - 1) / most;
    return Math.toIntExact((extent + tiles - 1) / tiles);
  }

  /**
   * Which loop of a packed contraction the workers share out. Those who share rows pack the columns
   * together, and each reads most of them from the cache of another; those who share columns pack
   * the rows each for itself, which is less where rows are few.
   */
  Directive.Share share(
      long height, long width, int tileRows, int tileColumns, List<ContractionIndex> batch) {
    int threads = target.threads();
    if (threads == 1 || ContractionIndex.extent(batch) >= 2L * threads) {
      return Directive.Share.NONE;
    }
    boolean manyColumns = width >= 2L * threads * tileColumns;
    if (height >= 2L * threads * tileRows && !(manyColumns && width >= WIDE * height)) {
      return Directive.Share.ROWS;
    }
    return manyColumns ? Directive.Share.COLUMNS : Directive.Share.NONE;
  }
}
