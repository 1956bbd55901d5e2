package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.runtime.ElementType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses what is done to the reductions of a nest of sequential loops: chunks of long ones,
 * partial results of those that read along their memory. The choice changes roundings, so that it
 * depends on the sizes of a call and never on the machine; only the lanes, which leave the bits
 * alone, do.
 */
final class ReductionSchedule {
  // Bytes of the partial results of one fold: four of the widest vectors, which is what hides the
  // latency of an addition.
  private static final int PARTIAL_BYTES = 256;
  // One of the widest vectors where a polynomial, of which a loop takes only one, hides it.
  private static final int POLYNOMIAL_BYTES = 64;
  // Of folds of fewer elements than LONG, whose partial results take as long to fold as they save.
  private static final int LEAST_BYTES = 32;
  private static final long LONG = 512;
  // Of folds of at most SHORT elements.
  private static final int SHORT_BYTES = 16;
  private static final long SHORT = 64;
  // Elements for which a function is called at a time.
  private static final int RUN = 256;
  // Vectors side by side of what functions are called for.
  private static final int RUN_VECTORS = 2;
  private static final int CHUNKS = 64;
  // Innermost iterations below which a reduction is not cut into chunks.
  private static final long LEAST_WORK = 1 << 18;
  // The multiple that a chunk of neighbours in memory is: whole pages, whole blocks of partials.
  private static final int GRAIN = 1024;

  // Of rows that are folded side by side, which hide the latency for each other.
  private static final int ROW_BYTES = 64;
  // Rows of one tensor that are folded side by side, as many streams of memory.
  private static final int ROWS = 8;
  private static final int LEAST_ROWS = 16;
  private static final long LONGEST_ROW = 256 << 10;

  private ReductionSchedule() {}

  /** The directives, to follow those that made the nest. */
  static List<Directive> choose(LoopNest nest, CallShape shape, Target target) {
    List<Directive> searches = BlockSearch.directives(nest, shape, target);
    if (!searches.isEmpty()) {
      return searches;
    }
    List<Directive> chosen = legal(nest, candidates(nest, shape, target));
    Optional<Directive> rows = rows(nest, shape, target);
    if (rows.isPresent()
        && chosen.size() == 1
        && chosen.getFirst() instanceof Directive.Partial partial) {
      List<Directive> together = legal(nest, List.of(rows.get(), partial));
      return together.size() == 2 ? together : chosen;
    }
    return chosen;
  }

  private static List<Directive> legal(LoopNest nest, List<Directive> candidates) {
    List<Directive> chosen = new ArrayList<>();
    LoopNest current = nest;
    for (Directive directive : candidates) {
      if (Scheduler.isLegal(current, directive)) {
        current = Scheduler.apply(current, new Schedule(List.of(directive)));
        chosen.add(directive);
      }
    }
    return chosen;
  }

  /**
   * A few rows at a time: memory is fetched ahead along each, and what they share is loaded once.
   * Rows of two tensors share nothing.
   */
  private static Optional<Directive> rows(LoopNest nest, CallShape shape, Target target) {
    if (!target.simd()) {
      return Optional.empty();
    }
    return foldedSideBySide(nest, shape)
        .filter(row -> streams(nest, row) == 1 && !isTakenRowByRow(nest, shape, row, target))
        .map(
            row -> {
              boolean few =
                  target.simdBits() < ROW_BYTES * Byte.SIZE
                      || shape.value(row.binding().extent()) < 2L * LEAST_ROWS;
              var tile = new Directive.TileLoop(row.variable(), few ? ROWS / 2 : ROWS, 1);
              return new Directive.Tile(List.of(tile));
            });
  }

  /** Whether they come from memory and are short. */
  private static boolean isTakenRowByRow(
      LoopNest nest, CallShape shape, Stmt.Loop row, Target target) {
    SumBlocking form = SumBlocking.of(nest).orElseThrow();
    long bytes =
        shape.value(form.sum().binding().extent()) * form.accumulator().elementType().byteSize();
    return target.takesRowByRow(bytes, shape.value(row.binding().extent()) * bytes);
  }

  /**
   * The loop over rows that are folded side by side, which sizes alone decide. Long rows lie apart
   * by much, where lines of one would drive out those of another.
   */
  private static Optional<Stmt.Loop> foldedSideBySide(LoopNest nest, CallShape shape) {
    Optional<SumBlocking> form = SumBlocking.of(nest);
    if (form.isEmpty()
        || form.get().outer().isEmpty()
        || form.get().sum().body() instanceof Stmt.Loop
        || PolynomialFunctions.areCalled(nest.body())) {
      return Optional.empty();
    }
    Stmt.Loop row = form.get().outer().getLast();
    long bytes =
        shape.value(form.get().sum().binding().extent())
            * form.get().accumulator().elementType().byteSize();
    return row.isWhole()
            && bytes <= LONGEST_ROW
            && shape.value(row.binding().extent()) >= LEAST_ROWS
        ? Optional.of(row)
        : Optional.empty();
  }

  /** How many elements are read that change from row to row. */
  private static int streams(LoopNest nest, Stmt.Loop row) {
    Set<Element> read = new HashSet<>();
    LoopWalk.values(
        row.body(),
        value -> {
          if (value instanceof Expr.Load(Element element, _)
              && element.dependsOn(row.variable())
              && !element.tensor().equals(nest.name())) {
            read.add(element);
          }
        });
    return read.size();
  }

  private static List<Directive> candidates(LoopNest nest, CallShape shape, Target target) {
    List<Directive> candidates = new ArrayList<>();
    List<Stmt> outermost =
        nest.body() instanceof Stmt.Block(List<Stmt> statements)
            ? statements
            : List.of(nest.body());
    for (Stmt stmt : outermost) {
      if (stmt instanceof Stmt.Loop loop
          && ParallelSchedule.work(loop, shape) >= LEAST_WORK
          && shape.value(loop.binding().extent()) > 1) {
        int grain = folded(loop).isEmpty() ? 1 : GRAIN;
        candidates.add(new Directive.SplitReduction(loop.variable(), CHUNKS, grain));
      }
    }
    boolean sideBySide = foldedSideBySide(nest, shape).isPresent();
    double work = ParallelSchedule.work(nest.body(), shape);
    candidates.addAll(runs(nest, shape, target));
    Map<IndexVariable, Directive.Partial> partials = new LinkedHashMap<>();
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop && !folded(loop).isEmpty()) {
            ElementType type = folded(loop).getFirst();
            int bytes =
                PolynomialFunctions.areCalled(loop.body())
                    ? POLYNOMIAL_BYTES
                    : sideBySide ? ROW_BYTES : PARTIAL_BYTES;
            long extent = shape.value(loop.binding().extent());
            int few = work >= LEAST_ROWS * extent ? type.byteSize() : 0;
            int count = partials(extent, bytes / type.byteSize(), few);
            if (type != ElementType.BOOL && count > 0) {
              // Loops that share a variable share the number: the smallest that one of them wants.
              partials.merge(
                  loop.variable(),
                  new Directive.Partial(
                      loop.variable(), count, Math.min(count, target.lanes(type))),
                  (one, other) -> one.partials() <= other.partials() ? one : other);
            }
          }
        });
    candidates.addAll(partials.values());
    return candidates;
  }

  /** Runs of functions, which wait in scratch memory until they are folded. */
  private static List<Directive> runs(LoopNest nest, CallShape shape, Target target) {
    Map<IndexVariable, Stmt.Loop> calling = new LinkedHashMap<>();
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop
              && !folded(loop).isEmpty()
              && PolynomialFunctions.areCalled(loop.body())) {
            calling.put(loop.variable(), loop);
          }
        });
    List<Directive> runs = new ArrayList<>();
    calling.forEach(
        (variable, fold) -> {
          runs.add(
              rowsAround(nest, fold, shape)
                  .orElseGet(() -> new Directive.Distribute(variable, RUN)));
          long extent = shape.value(fold.binding().extent());
          int most = target.lanes(folded(fold).getFirst());
          if (most > 1 && extent > LoopUnrolling.FEW_TERMS) {
            int lanes = (int) Math.min(most, Long.highestOneBit(extent));
            int vectors = (int) Math.min(RUN_VECTORS, extent / lanes);
            runs.add(new Directive.Tile(List.of(new Directive.TileLoop(variable, vectors, lanes))));
          }
        });
    return runs;
  }

  /** The functions of several rows at once, where rows are short and that is legal. */
  private static Optional<Directive> rowsAround(LoopNest nest, Stmt.Loop fold, CallShape shape) {
    List<Directive> found = new ArrayList<>();
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop rows && rows.isWhole()) {
            RowDistribution.ofShort(
                    rows.variable(),
                    shape.value(rows.binding().extent()),
                    fold.variable(),
                    shape.value(fold.binding().extent()))
                .filter(directive -> Scheduler.isLegal(nest, directive))
                .ifPresent(found::add);
          }
        });
    return found.stream().findFirst();
  }

  /**
   * How many partial results a fold has: as many as are wanted, fewer of those that are short if
   * there are several, and 0 where terms are better written out one after the other.
   *
   * @param elementBytes of folds that hide each other's latency; 0 for a fold that is alone
   */
  private static int partials(long extent, int wanted, int elementBytes) {
    if (extent <= LoopUnrolling.FEW_TERMS) {
      return 0;
    }
    if (extent >= LONG || elementBytes == 0) {
      return (int) Math.min(wanted, Long.highestOneBit(extent / 2));
    }
    return Math.min(wanted, (extent <= SHORT ? SHORT_BYTES : LEAST_BYTES) / elementBytes);
  }

  /** The types of the values that the loop itself folds into locals. */
  private static List<ElementType> folded(Stmt.Loop loop) {
    List<Stmt> body =
        loop.body() instanceof Stmt.Block(List<Stmt> statements)
            ? statements
            : List.of(loop.body());
    List<ElementType> types = new ArrayList<>();
    for (Stmt stmt : body) {
      if (stmt instanceof Stmt.Update(_, _, var value)) {
        types.add(value.elementType());
      }
    }
    return types;
  }
}
