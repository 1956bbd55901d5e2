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
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Schedules of nests that stream: elementwise chains, moves that change the order of axes, and
 * reductions over indices that are slow in memory. Vectors run along the unit-stride index of the
 * target, which is the innermost loop; what was measured stands in the module's README.
 */
final class ElementwiseSchedule {
  /** Vectors side by side, where nothing keeps the registers busy. */
  private static final int VECTORS = 4;

  /** Vectors side by side in the interior of a stencil, which reads many neighbours. */
  private static final int STENCIL_VECTORS = 2;

  /** How many values of a function wait for the next one. */
  private static final int DISTRIBUTED = 256;

  // Of a run that waits nowhere; workers share blocks out.
  private static final int DISTRIBUTED_RUN = 4096;

  /** Rows that a reduction takes in at a time: as many streams of each operand are read. */
  private static final int ROWS = 8;

  /** Below, rows that blocks of eight leave count. */
  private static final int FEW_ROWS = 64;

  /** Whole rows of up to so many vectors are kept in registers. */
  private static final int ROW_VECTORS = 16;

  /** Vectors side by side over a sum of several loops. */
  private static final int NESTED_VECTORS = 8;

  private static final int LEAST_VECTOR_BYTES = 16;

  /** Below, a move is not worth blocks. */
  private static final int MOVED_AT_LEAST = 8;

  /** A block of a move, along the unit strides of source and target. */
  private static final int MOVED = 1024;

  /** Where workers share blocks out, a block is not shorter along the source. */
  private static final int MOVED_SHARE = 256;

  /** Bytes of a row of a block that are too few to be read by themselves. */
  private static final int SHORT_RUN = 256;

  /** A staged block, along both indices: 16 KB of floats. */
  private static final int STAGED = 64;

  /** A staged block of a reduction: long runs of the operand, 32 KB. */
  private static final int STAGED_SUM_BYTES = 1024;

  private static final int STAGED_ROW = 32;

  /** Bytes of a run that comes from memory, in blocks of 256 KB. */
  private static final int STAGED_FAR = 4096;

  private final LoopNest nest;
  private final CallShape shape;
  private final Target target;
  private final Arithmetic arithmetic;

  private ElementwiseSchedule(
      LoopNest nest, CallShape shape, Target target, Arithmetic arithmetic) {
    this.nest = nest;
    this.shape = shape;
    this.target = target;
    this.arithmetic = arithmetic;
  }

  /**
   * A legal schedule for a canonical nest, if it is one of these and sizes are known; empty if
   * scalar loops are as good.
   */
  static Optional<Schedule> choose(
      LoopNest nest, Optional<CallShape> shape, Target target, Arithmetic arithmetic) {
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    var choice = new ElementwiseSchedule(nest, shape.get(), target, arithmetic);
    List<PerfectNest> nests = PerfectNest.split(nest.body());
    PerfectNest main = nests.getLast();
    boolean elementwise =
        nests.size() == 1
            && Scheduler.targetVariables(main.body()).containsAll(main.variables())
            && main.loops().stream().allMatch(Stmt.Loop::isWhole)
            && !hasLoop(main.body());
    if (elementwise) {
      return choice.elementwise(main);
    }
    return target.simd() ? choice.reduction() : Optional.empty();
  }

  private static boolean hasLoop(Stmt body) {
    boolean[] found = {false};
    LoopWalk.statements(body, s -> found[0] |= s instanceof Stmt.Loop);
    return found[0];
  }

  /**
   * Directives for the loops of a scheduled nest that store along the target's unit stride, as
   * after the reductions of a softmax.
   */
  static List<Directive> tail(
      LoopNest nest, List<Directive> before, CallShape shape, Target target) {
    var choice = new ElementwiseSchedule(nest, shape, target, Arithmetic.STRICT);
    PerfectNest main = PerfectNest.split(nest.body()).getLast();
    Optional<IndexVariable> unit = choice.written(main.body()).flatMap(choice::unit);
    if (!target.simd() || unit.isEmpty() || choice.isWrittenOut(unit.get())) {
      return List.of();
    }
    LoopNest prepared = choice.apply(before).orElse(nest);
    return choice
        .distributed(before, prepared, unit.get())
        .map(schedule -> schedule.directives().subList(before.size(), schedule.directives().size()))
        .orElse(List.of());
  }

  private Optional<Schedule> elementwise(PerfectNest main) {
    Optional<Element> written = written(main.body());
    Optional<IndexVariable> unit = written.flatMap(element -> unit(element));
    if (written.isEmpty() || unit.isEmpty() || !main.variables().contains(unit.get())) {
      return Optional.empty();
    }
    List<IndexVariable> order = new ArrayList<>(main.variables());
    order.remove(unit.get());
    order.sort(
        Comparator.comparingLong(
                (IndexVariable variable) -> Math.abs(stride(written.get(), variable).orElse(0)))
            .reversed());
    order.add(unit.get());
    List<Directive> ordered =
        order.equals(main.variables()) ? List.of() : List.of(new Directive.Reorder(order));
    Optional<Element> across = across(main, unit.get());
    if (across.isPresent()) {
      Optional<Schedule> move = move(main, ordered, across.get(), unit.get());
      if (move.isPresent()) {
        return move;
      }
    }
    if (!target.simd() || isWrittenOut(unit.get())) {
      return Optional.empty();
    }
    List<Directive> directives = new ArrayList<>(ordered);
    directives.add(new Directive.Hoist());
    LoopNest hoisted = apply(directives).orElse(nest);
    if (hasBorders()) {
      directives.add(new Directive.SplitBorders());
      return tiled(directives, unit.get(), STENCIL_VECTORS);
    }
    return distributed(directives, hoisted, unit.get());
  }

  /** Whether rows are better written out than taken in vectors. */
  private boolean isWrittenOut(IndexVariable unit) {
    return ShortRows.isShort(extent(unit)) && !hasFunctions(nest) && !hasBorders();
  }

  /** Functions in runs of their own where that is legal, and vectors for what is left. */
  private Optional<Schedule> distributed(
      List<Directive> before, LoopNest prepared, IndexVariable unit) {
    if (!hasFunctions(prepared)) {
      return tiled(before, unit, VECTORS);
    }
    Directive distribute =
        rows(prepared, unit)
            .orElseGet(
                () ->
                    new Directive.Distribute(
                        unit,
                        LoopDistribution.storesRuns(prepared, unit)
                            ? DISTRIBUTED_RUN
                            : DISTRIBUTED));
    if (isLegal(prepared, List.of(distribute))) {
      List<Directive> directives = new ArrayList<>(before);
      directives.add(distribute);
      // Where the function is all that is stored, there may be nothing left to tile.
      return tiled(directives, unit, VECTORS).or(() -> legal(directives));
    }
    // A function alone fills the window of the processor, and several copies that of the compiler.
    return tiled(before, unit, 1);
  }

  /** Functions of several rows at once, if rows are short and that is legal. */
  private Optional<Directive> rows(LoopNest prepared, IndexVariable unit) {
    return PerfectNest.split(nest.body()).getLast().variables().reversed().stream()
        .filter(variable -> !variable.equals(unit))
        .flatMap(
            variable ->
                RowDistribution.ofShort(variable, extent(variable), unit, extent(unit)).stream())
        .filter(directive -> isLegal(prepared, List.of(directive)))
        .findFirst();
  }

  /** A tile of as many vectors as there is room for. */
  private Optional<Schedule> tiled(List<Directive> before, IndexVariable unit, int vectors) {
    int lanes = lanes(unit);
    long room = extent(unit) / lanes;
    if (lanes == 1 || room == 0) {
      return Optional.empty();
    }
    int count = Integer.highestOneBit((int) Math.min(vectors, room));
    List<Directive> directives = new ArrayList<>(before);
    // What is made of what lies in its place is not taken in again by a tile that reaches back.
    boolean once = RegisterTiling.takesUp(nest, nest.body());
    directives.add(tile(unit, count, once ? restLanes(unit, count * lanes) : 0));
    return legal(directives);
  }

  /** A load whose neighbours in memory lie along another index than the target's. */
  private Optional<Element> across(PerfectNest main, IndexVariable unit) {
    Set<Element> found = new LinkedHashSet<>();
    LoopWalk.values(
        main.body(),
        value -> {
          if (value instanceof Expr.Load(Element element, _) && element.dependsOn(unit)) {
            unit(element)
                .filter(along -> !along.equals(unit) && main.variables().contains(along))
                .filter(along -> extent(along) >= MOVED_AT_LEAST && extent(unit) >= MOVED_AT_LEAST)
                .ifPresent(_ -> found.add(element));
          }
        });
    return found.size() == 1 ? Optional.of(found.iterator().next()) : Optional.empty();
  }

  /** Blocks in which both unit strides are short enough for a cache. */
  private Optional<Schedule> move(
      PerfectNest main, List<Directive> ordered, Element from, IndexVariable unit) {
    IndexVariable along = unit(from).orElseThrow();
    List<IndexVariable> order = new ArrayList<>(main.variables());
    for (Directive directive : ordered) {
      if (directive instanceof Directive.Reorder(List<IndexVariable> given)) {
        order.clear();
        order.addAll(given);
      }
    }
    order.remove(along);
    continued(order, from, along, unit)
        .ifPresent(
            next -> {
              order.remove(next);
              order.add(order.size() - 1, next);
            });
    order.add(order.size() - 1, along);
    List<Directive> directives = new ArrayList<>();
    if (!order.equals(main.variables())) {
      directives.add(new Directive.Reorder(order));
    }
    boolean plain = main.body() instanceof Stmt.Store(_, Expr.Load _);
    if (plain) {
      directives.add(
          new Directive.Block(
              List.of(
                  new Directive.TileLoop(along, movedAlong(along), 1),
                  new Directive.TileLoop(unit, MOVED, 1))));
      return legal(directives);
    }
    directives.add(
        new Directive.Stage(
            from.tensor(),
            List.of(
                new Directive.TileLoop(along, STAGED, 1),
                new Directive.TileLoop(unit, STAGED, 1))));
    return (target.simd()
            ? tiled(directives, unit, functions() ? 1 : VECTORS)
            : Optional.<Schedule>empty())
        .or(() -> legal(directives));
  }

  /** The elements of a block of a move along the source: less where workers would have few. */
  private int movedAlong(IndexVariable along) {
    int size = MOVED;
    long shares = (long) ParallelSchedule.EVEN * target.threads();
    while (target.threads() > 1 && size > MOVED_SHARE && extent(along) < size * shares) {
      size /= 2;
    }
    return size;
  }

  /** The loop around a block of short rows along which these go on in memory. */
  private Optional<IndexVariable> continued(
      List<IndexVariable> order, Element from, IndexVariable along, IndexVariable unit) {
    if (extent(along) * elementBytes() >= SHORT_RUN || extent(along) >= extent(unit)) {
      return Optional.empty();
    }
    return order.stream()
        .filter(variable -> !variable.equals(unit) && stride(from, variable).orElse(0) != 0)
        .min(Comparator.comparingLong(variable -> Math.abs(stride(from, variable).orElse(0))));
  }

  /** A reduction whose vectors run along a kept index. */
  private Optional<Schedule> reduction() {
    List<Directive> directives = new ArrayList<>(AutoSchedule.promotion(nest));
    // What is made of a sum is made after its last block.
    boolean finishes =
        SumBlocking.of(nest).isPresent() && !PolynomialFunctions.areCalled(nest.body());
    if (directives.isEmpty() && !finishes) {
      return Optional.empty();
    }
    if (arithmetic.contracted()) {
      List<Directive> contracted = new ArrayList<>(directives);
      contracted.add(new Directive.Contract());
      if (apply(contracted).isPresent()) {
        directives = contracted;
      }
    }
    Optional<LoopNest> promoted = apply(directives);
    Optional<SumBlocking> form = promoted.flatMap(SumBlocking::of);
    Optional<IndexVariable> unit = form.flatMap(f -> unit(f.store().target()));
    if (unit.isEmpty()) {
      return Optional.empty();
    }
    List<IndexVariable> outer = form.get().outer().stream().map(Stmt.Loop::variable).toList();
    if (outer.isEmpty() || !outer.getLast().equals(unit.get())) {
      return Optional.empty();
    }
    // A sum that the loops around it do not change is taken once, outside of them.
    if (!FoldDependence.of(form.get().sum()).containsAll(outer)) {
      return Optional.empty();
    }
    if (isWrittenOut(unit.get())) {
      return Optional.empty();
    }
    IndexVariable summed = form.get().sum().variable();
    Optional<Element> across = acrossSum(form.get().sum(), unit.get(), summed);
    if (across.isPresent()) {
      return staged(directives, across.get(), summed, unit.get());
    }
    long row = extent(unit.get());
    int lanes = lanes(unit.get());
    var sizes = new TileSizes(target, form.get().accumulator().elementType());
    long rowVectors = Math.min(ROW_VECTORS, sizes.accumulators());
    if (lanes > 1 && row >= lanes && row < (rowVectors + 1) * lanes) {
      directives.add(wholeRow(unit.get(), row));
      return legal(directives);
    }
    if (form.get().sum().body() instanceof Stmt.Loop) {
      return tiled(directives, unit.get(), NESTED_VECTORS);
    }
    return streamed(directives, summed, unit.get());
  }

  /**
   * A sum over a tensor that lies across: blocks are turned into scratch memory. What comes from
   * memory comes in longer runs, of both tensors; workers share the blocks.
   */
  private Optional<Schedule> staged(
      List<Directive> before, Element across, IndexVariable summed, IndexVariable unit) {
    boolean isFar = target.isFar(extent(summed) * extent(unit) * elementBytes());
    int run = (isFar ? STAGED_FAR : STAGED_SUM_BYTES) / elementBytes();
    int row = STAGED_ROW;
    int longest = !isFar ? row : 2 * extent(summed) <= run ? 4 * row : 2 * row;
    while (row < longest && 2L * row * target.threads() <= extent(unit)) {
      row *= 2;
    }
    List<Directive> directives = new ArrayList<>(before);
    directives.add(
        new Directive.Stage(
            across.tensor(),
            List.of(new Directive.TileLoop(summed, run, 1), new Directive.TileLoop(unit, row, 1))));
    return tiled(directives, unit, Math.min(NESTED_VECTORS, row / lanes()));
  }

  /** The tile for rows of which registers hold the sums. */
  private Directive wholeRow(IndexVariable unit, long row) {
    int lanes = lanes(unit);
    if (ParallelSchedule.pays(nest, shape, target)) {
      // Workers share out the columns.
      return tile(unit, (int) Math.max(1, Math.ceilDiv(row, (long) lanes * target.threads())), 0);
    }
    // What is left is a vector that reaches back into the whole ones.
    int left = (int) (row % lanes);
    int rest = left == 0 ? 0 : Math.max(leastLanes(), Integer.highestOneBit(2 * left - 1));
    return tile(unit, (int) (row / lanes), rest);
  }

  /** Rows go by the sums, which wait in the target. */
  private Optional<Schedule> streamed(
      List<Directive> before, IndexVariable summed, IndexVariable unit) {
    List<Directive> directives = new ArrayList<>(before);
    long row = extent(unit);
    int tile = VECTORS * lanes();
    long inL1 = Long.highestOneBit(target.l1() / 2 / elementBytes());
    // Workers share out the blocks.
    long block = target.threads() > 1 ? TileSizes.block(row, tile, inL1, target.threads()) : inL1;
    if (row > (target.threads() > 1 ? block : 2 * block) && block >= tile) {
      directives.add(new Directive.Block(List.of(new Directive.TileLoop(unit, (int) block, 1))));
    }
    // Workers who share out columns read pieces of rows in any case.
    long rowBytes = row * elementBytes();
    if (target.threads() == 1
        && lanes() > 1
        && target.addsRowByRow(rowBytes, extent(summed) * rowBytes, readFor(unit).size() == 1)) {
      directives.add(new Directive.Resume(summed, 1));
      return tiledWithRest(directives, unit);
    }
    int rows = rows(extent(summed));
    // Rows of two tensors from memory are twice as many streams as the processor fetches ahead.
    boolean many = target.isFar(extent(summed) * rowBytes) && streams(summed, unit) > 1;
    directives.add(new Directive.Resume(summed, many ? Math.min(rows, ROWS / 2) : rows));
    return writtenOut(directives, summed, unit, row)
        .or(() -> row < tile ? Optional.empty() : tiledWithRest(directives, unit))
        .or(() -> tiled(directives, unit, VECTORS));
  }

  /** Tiles, and vectors of their own for the columns that they leave. */
  private Optional<Schedule> tiledWithRest(List<Directive> before, IndexVariable unit) {
    List<Directive> directives = new ArrayList<>(before);
    directives.add(new Directive.Hoist());
    directives.add(tile(unit, VECTORS, restLanes(unit, VECTORS * lanes())));
    return legal(directives);
  }

  /** How many tensors are read row by row. */
  private int streams(IndexVariable summed, IndexVariable unit) {
    return (int) readFor(unit).stream().filter(element -> element.dependsOn(summed)).count();
  }

  /** The elements that are read at each place along a loop. */
  private Set<Element> readFor(IndexVariable unit) {
    Set<Element> read = new LinkedHashSet<>();
    LoopWalk.values(
        nest.body(),
        value -> {
          if (value instanceof Expr.Load(Element element, _) && element.dependsOn(unit)) {
            read.add(element);
          }
        });
    return read;
  }

  /** How many rows are taken in at a time: as many as leave none, if there are few. */
  private static int rows(long all) {
    for (int rows = ROWS; rows > ROWS / 2 && all < FEW_ROWS; rows--) {
      if (all % rows == 0) {
        return rows;
      }
    }
    return Math.clamp(all, 1, ROWS);
  }

  /** Blocks of rows without a loop inside, one vector after the other. */
  private Optional<Schedule> writtenOut(
      List<Directive> before, IndexVariable summed, IndexVariable unit, long row) {
    if (lanes() == 1 || row < lanes()) {
      return Optional.empty();
    }
    List<Directive> directives = new ArrayList<>(before);
    directives.add(new Directive.Unroll(summed));
    directives.add(new Directive.Hoist());
    directives.add(tile(unit, 1, row % lanes() < leastLanes() ? 0 : leastLanes()));
    return legal(directives);
  }

  /** Vectors side by side, and others for what these leave. */
  private Directive tile(IndexVariable variable, int vectors, int restLanes) {
    Directive.End end =
        restLanes == 0 ? new Directive.End.Tile() : new Directive.End.Vectors(restLanes);
    return new Directive.Tile(
        List.of(new Directive.TileLoop(variable, vectors, lanes(variable), end)));
  }

  /** Lanes of vectors for what whole tiles leave; 0 if there is hardly anything for them. */
  private int restLanes(IndexVariable unit, int width) {
    long left = extent(unit) % width;
    if (left < leastLanes()) {
      return 0;
    }
    int lanes = lanes(unit);
    return left >= lanes && left % lanes < leastLanes() ? lanes : leastLanes();
  }

  /** Lanes of the narrowest vectors. */
  private int leastLanes() {
    return Math.max(1, LEAST_VECTOR_BYTES / elementBytes());
  }

  /** The one load whose neighbours in memory lie along the sum. */
  private Optional<Element> acrossSum(Stmt.Loop sum, IndexVariable unit, IndexVariable summed) {
    boolean[] streamed = {false};
    Set<IndexVariable> terms = new HashSet<>();
    LoopWalk.statements(
        sum,
        s -> {
          if (s instanceof Stmt.Loop loop) {
            terms.add(loop.variable());
          }
        });
    Set<Element> found = new LinkedHashSet<>();
    LoopWalk.values(
        sum,
        value -> {
          // What is the same for all terms is one element of a row.
          if (value instanceof Expr.Load(Element element, _)
              && element.dependsOn(unit)
              && terms.stream().anyMatch(element::dependsOn)) {
            if (unit(element).filter(summed::equals).isPresent()) {
              found.add(element);
            }
            streamed[0] |= unit(element).filter(unit::equals).isPresent();
          }
        });
    // Where nothing lies along the kept index, vectors along the sum do better.
    return streamed[0] && found.size() == 1
        ? Optional.of(found.iterator().next())
        : Optional.empty();
  }

  // What is read and written.

  /** The one element that the body writes. */
  private Optional<Element> written(Stmt body) {
    List<Element> stores = new ArrayList<>();
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Store(Element element, _)) {
            stores.add(element);
          }
        });
    return stores.size() == 1 ? Optional.of(stores.getFirst()) : Optional.empty();
  }

  /** The variable that walks neighbours in memory; empty if there is none, or not one alone. */
  private Optional<IndexVariable> unit(Element element) {
    Layout layout = nest.tensor(element.tensor()).layout();
    return layout.unitAxis() != Layout.NO_AXIS
            && layout.storage() == Layout.Storage.ARRAY
            && element.positions().get(layout.unitAxis())
                instanceof Position.Affine(Subscript.Affine form)
            && form.terms().size() == 1
            && form.terms().getFirst().coefficient() == 1
        ? Optional.of(form.terms().getFirst().variable())
        : Optional.empty();
  }

  private OptionalLong stride(Element element, IndexVariable variable) {
    long sum = 0;
    for (int axis = 0; axis < element.positions().size(); axis++) {
      if (!(element.positions().get(axis) instanceof Position.Affine(Subscript.Affine form))) {
        return OptionalLong.empty();
      }
      for (Subscript.Term term : form.terms()) {
        if (term.variable().equals(variable)) {
          sum += term.coefficient() * shape.stride(element.tensor(), axis);
        }
      }
    }
    return OptionalLong.of(sum);
  }

  private long extent(IndexVariable variable) {
    long[] extent = {0};
    LoopWalk.statements(
        nest.body(),
        s -> {
          if (s instanceof Stmt.Loop loop && loop.variable().equals(variable)) {
            extent[0] = shape.value(loop.binding().extent());
          }
        });
    return extent[0];
  }

  private boolean hasBorders() {
    boolean[] found = {false};
    LoopWalk.values(
        nest.body(),
        value ->
            found[0] |=
                value instanceof Expr.Load(Element element, _)
                    && element.positions().stream().anyMatch(Position.Bordered.class::isInstance));
    return found[0];
  }

  private boolean functions() {
    return hasFunctions(nest);
  }

  private static boolean hasFunctions(LoopNest of) {
    boolean[] found = {false};
    LoopWalk.values(
        of.body(), value -> found[0] |= value instanceof Expr.Call call && call.polynomial());
    return found[0];
  }

  private int elementBytes() {
    return nest.tensors().stream()
        .map(TensorParameter::type)
        .mapToInt(type -> type.elementType().byteSize())
        .max()
        .orElse(1);
  }

  /** Lanes of the widest element, so that all vectors have as many. */
  private int lanes() {
    return Math.max(1, target.simdBits() / (elementBytes() * Byte.SIZE));
  }

  /** As many lanes, or fewer for an index that is shorter than they are; 1 for no vectors. */
  private int lanes(IndexVariable unit) {
    int lanes = lanes();
    int fitting = (int) Long.highestOneBit(Math.min(extent(unit), lanes));
    return fitting < Math.min(lanes, leastLanes()) ? 1 : fitting;
  }

  // What is legal.

  private Optional<Schedule> legal(List<Directive> directives) {
    return apply(directives).map(_ -> new Schedule(directives));
  }

  private Optional<LoopNest> apply(List<Directive> directives) {
    try {
      return Optional.of(Scheduler.apply(nest, new Schedule(directives)));
    } catch (ScheduleException e) {
      return Optional.empty();
    }
  }

  private static boolean isLegal(LoopNest of, List<Directive> directives) {
    try {
      Scheduler.apply(of, new Schedule(directives));
      return true;
    } catch (ScheduleException e) {
      return false;
    }
  }
}
