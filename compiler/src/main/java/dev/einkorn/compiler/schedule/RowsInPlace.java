package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Chooses packed contractions whose rows are read where they lie: where packing them would copy
 * each element many times, as a convolution's, or where a copied element would be used few times.
 */
final class RowsInPlace {
  /** In so many terms an element of the rows' factor stands before copying it does not pay. */
  private static final long OVERLAP = 2;

  /** A copied element of the rows is used for too few vectors of columns up to so many. */
  private static final long FEW_VECTORS = 8;

  /** How many times as wide as the columns their tiles may be. */
  private static final double MOST_PADDED = 1.5;

  private final LoopNest nest;
  private final ContractionForm form;
  private final CallShape shape;
  private final TileSizes sizes;

  RowsInPlace(LoopNest nest, ContractionForm form, CallShape shape, TileSizes sizes) {
    this.nest = nest;
    this.form = form;
    this.shape = shape;
    this.sizes = sizes;
  }

  /** Whether elements of the first factor stand in several terms for each column. */
  boolean overlaps() {
    if (!(form.left() instanceof Expr.Load(Element element, _))) {
      return false;
    }
    Set<IndexVariable> read = ContractionForm.variables(form.left());
    long terms =
        Stream.concat(form.outer().stream(), form.depth().stream())
            .filter(loop -> read.contains(loop.variable()))
            .mapToLong(loop -> shape.value(loop.binding().extent()))
            .reduce(1, Math::multiplyExact);
    long elements =
        nest.tensor(element.tensor()).type().extents().stream()
            .mapToLong(shape::value)
            .reduce(1, Math::multiplyExact);
    return terms >= OVERLAP * elements;
  }

  /** Whether columns are so few that packing rows costs much beside what they are used for. */
  boolean hasFewColumns(List<ContractionIndex> columns) {
    return form.left() instanceof Expr.Load
        && ContractionIndex.extent(columns) <= FEW_VECTORS * sizes.wholeLanes();
  }

  /** Tiles and blocks of the sum, unless much of a tile would hang over the end. */
  Optional<TileSizes.Packed> tile(
      List<ContractionIndex> rows, List<ContractionIndex> columns, List<ContractionIndex> depth) {
    long width = ContractionIndex.extent(columns);
    long height = ContractionIndex.extent(rows);
    int lanes = sizes.wholeLanes();
    int vectors = width > lanes && isFilled(width, 2L * lanes) ? 2 : 1;
    int tileRows = TileSizes.tileRows(height, sizes.registerRows(form, vectors));
    if (width < lanes || !isFilled(width, (long) vectors * lanes)) {
      return Optional.empty();
    }
    return Optional.of(
        new TileSizes.Packed(
            tileRows,
            vectors,
            lanes,
            sizes.panelDepth(ContractionIndex.extent(depth), vectors * lanes),
            true));
  }

  private static boolean isFilled(long width, long tile) {
    return TileSizes.roundUp(width, tile) <= MOST_PADDED * width;
  }
}
