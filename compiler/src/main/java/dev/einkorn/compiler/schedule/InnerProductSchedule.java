package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.Layout;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Products of matrices whose elements are best computed as inner products, by vectors along the
 * sum: those of a few rows or a few columns, which leave vectors along them half empty and would be
 * used too seldom to be copied. What is summed must lie side by side in both factors, or in the
 * larger one, and then the smaller one is turned first. It changes roundings, so that sizes alone
 * decide whether it is done.
 */
final class InnerProductSchedule {
  /** Of the widest vectors, of which a row of results should not fill one. */
  private static final int WIDEST_BYTES = 64;

  // Bytes of partial results for each sum: folding the widest vectors takes twice as long.
  private static final int PARTIAL_BYTES = 32;
  // From so many terms on the fold does not count, and the widest are as fast or faster.
  private static final long LONG_SUM = 4096;

  // Terms for each row or column of the smaller factor that make up for the folds: beside copying
  // both factors, beside short vectors along rows of the smaller one, and beside longer ones.
  private static final long TERMS = 24;
  private static final long TERMS_OF_ROWS = 48;
  private static final long TERMS_OF_VECTORS = 96;

  // Loops of fewer terms inside others leave too much to the loops after the vectors.
  private static final long LEAST_LOOP = 64;
  // Bytes of both factors that caches hold while they are read again for each tile.
  private static final long HELD_BYTES = 2 << 20;

  private final LoopNest nest;
  private final ContractionForm form;
  private final ContractionRoles roles;
  private final CallShape shape;
  private final ElementType type;

  private InnerProductSchedule(
      LoopNest nest, ContractionForm form, ContractionRoles roles, CallShape shape) {
    this.nest = nest;
    this.form = form;
    this.roles = roles;
    this.shape = shape;
    this.type = form.left().elementType();
  }

  /**
   * A schedule of a canonical nest, if it is such a product.
   *
   * @return empty if another family of schedules is better
   */
  static Optional<List<Directive>> choose(
      LoopNest nest, CallShape shape, Target target, Arithmetic arithmetic) {
    if (!arithmetic.regrouped()) {
      return Optional.empty();
    }
    List<Directive> before = new ArrayList<>(AutoSchedule.promotion(nest));
    LoopNest promoted = Scheduler.apply(nest, new Schedule(before));
    Optional<ContractionForm> form = ContractionForm.of(promoted);
    if (form.isEmpty()) {
      return Optional.empty();
    }
    if (arithmetic.contracted() && Scheduler.isLegal(promoted, new Directive.Contract())) {
      before.add(new Directive.Contract());
    }
    before.add(new Directive.Hoist());
    return ContractionRoles.of(form.get(), shape)
        .filter(ContractionRoles::isProductOfMatrices)
        .flatMap(
            roles -> new InnerProductSchedule(promoted, form.get(), roles, shape).choose(target))
        .map(
            tiles -> {
              List<Directive> all = new ArrayList<>(before);
              all.addAll(tiles);
              return all;
            })
        .filter(all -> Scheduler.isLegal(nest, new Schedule(all)));
  }

  private Optional<List<Directive>> choose(Target target) {
    if (!type.isNumeric()
        || form.right().elementType() != type
        || form.accumulator().elementType() != type
        || form.continues()
        || nest.tensors().stream()
            .anyMatch(tensor -> tensor.layout().storage() != Layout.Storage.ARRAY)) {
      return Optional.empty();
    }
    ContractionIndex term = roles.depth().getLast();
    long terms = ContractionIndex.extent(roles.depth());
    boolean liesInLeft = liesAlong(form.left(), term);
    boolean liesInRight = liesAlong(form.right(), term);
    if (roles.depth().size() > 1 && term.extent() < LEAST_LOOP) {
      return Optional.empty();
    }
    long height = ContractionIndex.extent(roles.rows());
    long width = ContractionIndex.extent(roles.columns());
    if (liesInLeft && liesInRight) {
      return pays(height, width, terms, TERMS)
          ? Optional.of(tiles(target, Optional.empty()))
          : Optional.empty();
    }
    // The smaller factor is turned.
    boolean ofColumns = width < height;
    Expr smaller = ofColumns ? form.right() : form.left();
    boolean isPlain =
        roles.rows().size() == 1 && roles.columns().size() == 1 && roles.depth().size() == 1;
    if (!isPlain
        || !(ofColumns ? liesInLeft : liesInRight)
        || !(smaller instanceof Expr.Load(Element element, _))
        || isReadElsewhere(element)) {
      return Optional.empty();
    }
    ContractionIndex few = (ofColumns ? roles.columns() : roles.rows()).getFirst();
    return few.extent() < widest()
            && pays(height, width, terms, termsForEach(few, ofColumns ? few.right() : few.left()))
        ? Optional.of(tiles(target, Optional.of(stage(element, few, term))))
        : Optional.empty();
  }

  /**
   * Terms that make up for turning the smaller factor: vectors along its rows would need no copy.
   */
  private long termsForEach(ContractionIndex few, long stride) {
    boolean liesInRows = stride == 1 && few.stored() == 1;
    return !liesInRows ? TERMS : 2 * few.extent() < widest() ? TERMS_OF_ROWS : TERMS_OF_VECTORS;
  }

  private long widest() {
    return WIDEST_BYTES / type.byteSize();
  }

  /** Whether all that a factor reads lies side by side along the sum, or is the same for it. */
  private boolean liesAlong(Expr factor, ContractionIndex term) {
    List<Long> strides = new ArrayList<>();
    LoopWalk.subexpressions(
        factor,
        e -> {
          if (e instanceof Expr.Load(Element element, _)) {
            strides.add(ContractionRoles.stride(shape, element, term.variable()));
          }
        });
    return strides.contains(1L) && strides.stream().allMatch(stride -> stride == 0 || stride == 1);
  }

  private boolean isReadElsewhere(Element element) {
    int[] reads = {0};
    LoopWalk.values(
        nest.body(),
        e -> {
          if (e instanceof Expr.Load(Element other, _)
              && other.tensor().equals(element.tensor())
              && !other.equals(element)) {
            reads[0]++;
          }
        });
    return reads[0] > 0 || element.tensor().equals(nest.name());
  }

  private boolean pays(long height, long width, long terms, long termsForEach) {
    long few = Math.min(height, width);
    return few < widest()
        ? terms >= termsForEach * few
        : terms >= TERMS_OF_VECTORS * few
            && Math.multiplyExact(height + width, terms) * type.byteSize() <= HELD_BYTES;
  }

  private Directive stage(Element element, ContractionIndex few, ContractionIndex term) {
    return new Directive.Stage(
        element.tensor(),
        List.of(
            new Directive.TileLoop(few.variable(), Math.toIntExact(few.extent()), 1),
            new Directive.TileLoop(
                term.variable(), Math.toIntExact(TileSizes.roundUp(term.extent(), 8)), 1)),
        Set.of(term.variable()));
  }

  /**
   * The loops over what there is more of stand outside, so that the other factor stays in caches.
   */
  private List<Directive> tiles(Target target, Optional<Directive> stage) {
    ContractionIndex row = ContractionIndex.largest(roles.rows());
    ContractionIndex column = ContractionIndex.largest(roles.columns());
    boolean wide = column.extent() > row.extent();
    ContractionIndex many = wide ? column : row;
    ContractionIndex few = wide ? row : column;
    List<IndexVariable> order = new ArrayList<>();
    Stream.of(roles.batch(), roles.rows(), roles.columns())
        .flatMap(List::stream)
        .filter(index -> !index.equals(row) && !index.equals(column))
        .forEach(index -> order.add(index.variable()));
    // What is staged for all of them stands around the others.
    order.add(stage.isPresent() ? few.variable() : many.variable());
    order.add(stage.isPresent() ? many.variable() : few.variable());
    List<Directive> directives = new ArrayList<>();
    directives.add(new Directive.Reorder(order));
    stage.ifPresent(directives::add);
    long terms = ContractionIndex.extent(roles.depth());
    int partials = (terms < LONG_SUM ? PARTIAL_BYTES : WIDEST_BYTES) / type.byteSize();
    int lanes = Math.min(partials, target.lanes(type));
    TileSizes.Inner tile =
        new TileSizes(target, type).innerTile(many.extent(), few.extent(), partials / lanes);
    if (target.simd()) {
      directives.add(
          new Directive.Tile(
              List.of(
                  new Directive.TileLoop(many.variable(), tile.rows(), 1),
                  new Directive.TileLoop(few.variable(), tile.columns(), 1))));
    }
    directives.add(new Directive.Partial(roles.depth().getLast().variable(), partials, lanes));
    // Workers share what there is more of, inside of the one block that is staged.
    if (stage.isPresent()
        && ParallelSchedule.pays(nest, shape, target)
        && many.extent() >= 2L * target.threads() * tile.rows()) {
      directives.add(new Directive.Parallel(many.variable()));
    }
    return directives;
  }
}
