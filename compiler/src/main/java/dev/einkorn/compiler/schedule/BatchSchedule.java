package dev.einkorn.compiler.schedule;

import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Chooses tiles and blocks for products of matrices whose batch index lies side by side in both
 * factors, as in {@code E[n,k,d] = A[n,h,d] * B[k,h,d]}: a vector holds one element of several
 * products. The factors are read where they lie, or vectors are copied next to each other first.
 */
final class BatchSchedule {
  /** Shorter sums never pay for packing. */
  private static final long LEAST_PACKED_DEPTH = 8;

  /** Shorter sums do not pay for packing vectors of 256 bits out of a cache. */
  private static final long LEAST_NARROW_DEPTH = 24;

  /** Vectors so many bytes apart are in the same few sets of a first-level cache. */
  private static final long COLLIDING_BYTES = 2048;

  /** The share of the second-level cache in which vectors are read where they lie. */
  private static final double DIRECT_SHARE = 0.25;

  /** The share of the last-level cache beyond which factors come from memory in each call. */
  private static final double CACHED_SHARE = 0.5;

  /** Fewer vectors than these for each worker are not shared out. */
  private static final long LEAST_SHARED_VECTORS = 64;

  /** The share of the second-level cache for one vector of each column and term of a block. */
  private static final double PANEL_SHARE = 0.5;

  /** Positions of rows, columns and depth that are packed at once. */
  private static final long BLOCK = 64;

  /** Vectors that are packed at once, so that memory is read in runs. */
  private static final long MOST_PACKED_VECTORS = 8;

  /** Bits of the vectors that come with 32 registers instead of 16. */
  private static final int WIDE_BITS = 512;

  private final ContractionForm form;
  private final ContractionIndex lane;
  private final ContractionRoles roles;
  private final CallShape shape;
  private final Target target;
  private final ElementType type;
  private final int lanes;

  private BatchSchedule(
      ContractionForm form,
      ContractionIndex lane,
      ContractionRoles roles,
      CallShape shape,
      Target target) {
    this.form = form;
    this.lane = lane;
    this.roles = roles;
    this.shape = shape;
    this.target = target;
    this.type = form.left().elementType();
    this.lanes = new TileSizes(target, type).lanes(lane.extent());
  }

  /**
   * The directives that follow a promoted nest.
   *
   * @param lane the batch index that lies side by side in the target
   * @return empty if vectors along it gain nothing
   */
  static Optional<List<Directive>> choose(
      ContractionForm form,
      ContractionIndex lane,
      ContractionRoles roles,
      CallShape shape,
      Target target) {
    var batch = new BatchSchedule(form, lane, roles, shape, target);
    if (batch.lanes < 2 || lane.left() != 1 || lane.right() != 1 || form.continues()) {
      return Optional.empty();
    }
    return Optional.of(batch.paysToPack() ? batch.packed() : batch.inPlace());
  }

  private boolean paysToPack() {
    long depth = ContractionIndex.extent(roles.depth());
    long positions =
        ContractionIndex.extent(roles.rows()) + ContractionIndex.extent(roles.columns());
    long bytes = positions * depth * lane.extent() * type.byteSize();
    if (isWide()) {
      // In panels a vector is a line; where it lies it crosses two, which takes twice as long.
      return depth >= LEAST_PACKED_DEPTH && bytes > target.l1();
    }
    boolean isFarAway = collides() || bytes > CACHED_SHARE * target.l3();
    return depth >= (isFarAway ? LEAST_PACKED_DEPTH : LEAST_NARROW_DEPTH)
        && bytes > DIRECT_SHARE * target.l2();
  }

  /**
   * Whether the vectors of a sum's terms push each other out of the cache, so that every tile reads
   * them from farther away.
   */
  private boolean collides() {
    return roles.depth().stream()
        .anyMatch(index -> collides(index.left()) || collides(index.right()));
  }

  private boolean collides(long stride) {
    return stride != 0 && stride * type.byteSize() % COLLIDING_BYTES == 0;
  }

  private List<Directive> inPlace() {
    ContractionIndex row = ContractionIndex.largest(roles.rows());
    ContractionIndex column = ContractionIndex.largest(roles.columns());
    int rowTile = TileSizes.balanced(row.extent(), isWide() ? 4 : 3);
    int columnTile = TileSizes.balanced(column.extent(), isWide() ? 5 : 3);
    List<Directive> directives = new ArrayList<>();
    directives.add(
        new Directive.Tile(
            List.of(
                new Directive.TileLoop(row.variable(), rowTile, 1),
                new Directive.TileLoop(column.variable(), columnTile, 1),
                new Directive.TileLoop(lane.variable(), 1, lanes))));
    // Workers who share the vectors write to the same cache lines where their parts meet.
    boolean fewTiles = row.extent() < (long) rowTile * target.threads();
    boolean manyVectors = lane.extent() >= LEAST_SHARED_VECTORS * lanes * target.threads();
    ParallelSchedule.ofTiles(
            form,
            fewTiles && manyVectors ? List.of(lane, row, column) : List.of(row, column, lane),
            shape,
            target)
        .ifPresent(directives::add);
    return directives;
  }

  private List<Directive> packed() {
    int tile = isWide() ? 4 : 3;
    long height = ContractionIndex.extent(roles.rows());
    long width = ContractionIndex.extent(roles.columns());
    long depth = ContractionIndex.extent(roles.depth());
    int depthBlock = (int) Math.min(BLOCK, TileSizes.roundUp(depth, 8));
    long columnBytes = (long) depthBlock * lanes * type.byteSize();
    long columnBlock =
        isWide() ? Math.max(BLOCK, (long) (PANEL_SHARE * target.l2() / columnBytes)) : BLOCK;
    boolean shared = target.threads() > 1 && width >= (long) tile * target.threads();
    return List.of(
        new Directive.Pack(
            new Directive.PackLoop(
                ContractionIndex.variables(ContractionIndex.rowOrder(roles.rows())),
                tile,
                1,
                TileSizes.block(height, tile, BLOCK, 1)),
            new Directive.PackLoop(
                ContractionIndex.variables(
                    ContractionIndex.columnOrder(roles.columns(), false, tile)),
                tile,
                1,
                TileSizes.block(width, tile, columnBlock, shared ? target.threads() : 1)),
            new Directive.PackLoop(ContractionIndex.variables(roles.depth()), 1, 1, depthBlock),
            Optional.of(new Directive.TileLoop(lane.variable(), packedVectors(), lanes)),
            shared ? Directive.Share.COLUMNS : Directive.Share.NONE));
  }

  /**
   * How many vectors are packed at once: the last ones overlap those before them, which should not
   * be many, and each time takes about as long as a tenth of a vector more.
   */
  private int packedVectors() {
    int most = (int) Math.min(MOST_PACKED_VECTORS, lane.extent() / lanes);
    return IntStream.rangeClosed(1, most)
        .boxed()
        .min(Comparator.comparingLong(n -> Math.ceilDiv(lane.extent(), n * lanes) * (10L * n + 1)))
        .orElseThrow();
  }

  private boolean isWide() {
    return target.simdBits() >= WIDE_BITS;
  }
}
