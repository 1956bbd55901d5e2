package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Expr;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.schedule.DeviceDirective.Bind;
import dev.einkorn.compiler.schedule.DeviceDirective.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Chooses which threads of a GPU compute what. Neighbouring threads take what lies side by side in
 * memory; sums are shared out where there are too few elements to keep all threads busy, or where a
 * thread alone would walk through memory by itself.
 */
public final class DeviceSchedule {
  private static final int THREADS = 256;
  private static final int WARP = 32;

  /** What an extent is taken for when it is not known. */
  private static final long TYPICAL = 1024;

  /** Enough elements for the threads of any GPU of today. */
  private static final long MANY = 1 << 18;

  /** Blocks that keep a large GPU busy, twice. */
  private static final long BLOCKS = 264;

  private static final long MOST_CHUNKS = 256;

  /** How many iterations a thread has at least if blocks share out a fold. */
  private static final long LEAST_TRIPS = 16;

  private final LoopNest nest;
  private final Optional<CallShape> shape;
  private final Arithmetic arithmetic;

  private DeviceSchedule(LoopNest nest, Optional<CallShape> shape, Arithmetic arithmetic) {
    this.nest = nest;
    this.shape = shape;
    this.arithmetic = arithmetic;
  }

  /**
   * A legal schedule for a canonical nest.
   *
   * @param shape sizes and strides that the schedule should be good for; it is legal for all
   * @param arithmetic what it may do to roundings
   */
  public static Schedule choose(LoopNest nest, Optional<CallShape> shape, Arithmetic arithmetic) {
    List<Directive> directives = new ArrayList<>(AutoSchedule.promotion(nest));
    if (arithmetic.contracted()
        && Scheduler.isLegal(with(nest, directives), new Directive.Contract())) {
      directives.add(new Directive.Contract());
    }
    LoopNest folded = with(nest, directives);
    List<Directive> tiles =
        DeviceContraction.choose(
            folded, new DeviceSchedule(folded, shape, arithmetic)::size, arithmetic);
    if (!tiles.isEmpty() && Scheduler.isLegal(folded, new Schedule(tiles))) {
      directives.addAll(tiles);
      return new Schedule(directives);
    }
    LoopNest hoisted = with(folded, List.of(new Directive.Hoist()));
    if (!hoisted.equals(folded)) {
      directives.add(new Directive.Hoist());
    }
    directives.addAll(new DeviceSchedule(hoisted, shape, arithmetic).binds());
    return new Schedule(directives);
  }

  /**
   * Refuses a schedule that shares out a sum where arithmetic does not allow to regroup it.
   *
   * @param nest under the schedule
   * @throws dev.einkorn.compiler.source.ScheduleException naming the directive
   */
  public static void requireRoundings(LoopNest nest, Schedule schedule, Arithmetic arithmetic) {
    var checked = new DeviceSchedule(nest, Optional.empty(), arithmetic);
    for (Directive directive : schedule.directives()) {
      for (DeviceNest part : DeviceNest.of(nest.body())) {
        if (directive instanceof Bind bind
            && part.loops().stream().anyMatch(loop -> loop.variable().equals(bind.variable()))
            && !part.keeps(bind.variable())
            && !checked.mayRegroup(part.body())) {
          throw Scheduler.refusal(
              directive, "it changes roundings, which this mode does not allow");
        }
      }
    }
  }

  private static LoopNest with(LoopNest nest, List<Directive> directives) {
    return Scheduler.apply(nest, new Schedule(directives));
  }

  private List<Directive> binds() {
    DeviceNest main = DeviceNest.of(nest.body()).getLast();
    List<Stmt.Loop> kept = main.kept();
    Stmt body = main.body();
    List<Directive> shared = shared(kept, body);
    if (!shared.isEmpty()) {
      return shared;
    }
    return turn(kept, body).<List<Directive>>map(List::of).orElseGet(() -> elements(kept));
  }

  /** A copy that is read along another index than it is written. */
  private Optional<Directive> turn(List<Stmt.Loop> kept, Stmt body) {
    if (!(body instanceof Stmt.Store(_, Expr value)) || kept.size() < 2) {
      return Optional.empty();
    }
    Stmt.Loop across = kept.get(unitLoop(kept));
    List<Directive> found = new ArrayList<>();
    LoopWalk.subexpressions(
        value,
        e -> {
          if (e instanceof Expr.Load(var element, _)) {
            int axis = nest.tensor(element.tensor()).layout().unitAxis();
            for (Stmt.Loop along : kept) {
              if (axis >= 0
                  && !along.equals(across)
                  && hasTerm(element.positions().get(axis), along.variable())
                  && size(along.binding().extent()) >= WARP / 2
                  && size(across.binding().extent()) >= WARP / 2) {
                found.add(
                    new DeviceDirective.Turn(
                        element.tensor(), along.variable(), across.variable()));
              }
            }
          }
        });
    return found.size() == 1 && Scheduler.isLegal(nest, found.getFirst())
        ? Optional.of(found.getFirst())
        : Optional.empty();
  }

  /** A thread for each element, or for some of them. */
  private List<Directive> elements(List<Stmt.Loop> kept) {
    if (kept.isEmpty()) {
      return List.of();
    }
    int unit = unitLoop(kept);
    long extent = size(kept.get(unit).binding().extent());
    int count = powerOfTwo(extent, WARP, THREADS);
    int each = extent >= 4L * THREADS ? 4 : 1;
    List<Directive> binds = new ArrayList<>();
    binds.add(new Bind(kept.get(unit).variable(), Level.THREAD_X, count, each));
    if (count < THREADS && kept.size() > 1) {
      Stmt.Loop next = kept.get(unit == kept.size() - 1 ? unit - 1 : kept.size() - 1);
      int rows = powerOfTwo(size(next.binding().extent()), 1, THREADS / count);
      binds.add(new Bind(next.variable(), Level.THREAD_Y, rows, 1));
    }
    return binds;
  }

  /** The loop that neighbouring threads should share: along it the target's elements touch. */
  private int unitLoop(List<Stmt.Loop> kept) {
    TensorParameter target = nest.tensor(nest.name());
    int unitAxis = target.layout().unitAxis();
    for (int n = 0; n < kept.size(); n++) {
      if (unitAxis >= 0 && walks(nest.body(), target.name(), unitAxis, kept.get(n).variable())) {
        return n;
      }
    }
    return kept.size() - 1;
  }

  /** Whether a variable alone is the position of every write along an axis. */
  private static boolean walks(Stmt body, String tensor, int axis, IndexVariable variable) {
    boolean[] found = {false};
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Store(var element, _)
              && element.tensor().equals(tensor)
              && element.positions().get(axis) instanceof Position.Affine(var form)
              && form.isVariable()
              && form.variable().equals(variable)) {
            found[0] = true;
          }
          if (s instanceof Stmt.Accumulate(var element, _, _)
              && element.positions().get(axis) instanceof Position.Affine(var form)
              && form.isVariable()
              && form.variable().equals(variable)) {
            found[0] = true;
          }
        });
    return found[0];
  }

  /** Sums shared out among threads; nothing if each thread had better sum alone. */
  private List<Directive> shared(List<Stmt.Loop> kept, Stmt body) {
    List<List<Stmt.Loop>> groups = groups(body);
    if (groups.isEmpty() || !mayRegroup(body)) {
      return List.of();
    }
    long terms = groups.stream().mapToLong(this::product).max().orElse(1);
    long elements = product(kept);
    if (terms < WARP) {
      return List.of();
    }
    for (List<Directive> candidate : candidates(kept, body, groups, terms, elements)) {
      if (!candidate.isEmpty() && Scheduler.isLegal(nest, new Schedule(candidate))) {
        return candidate;
      }
    }
    return List.of();
  }

  private List<List<Directive>> candidates(
      List<Stmt.Loop> kept, Stmt body, List<List<Stmt.Loop>> groups, long terms, long elements) {
    boolean flat = isFlat(body);
    List<List<Directive>> candidates = new ArrayList<>();
    Optional<Stmt.Loop> unitKept =
        kept.stream().filter(loop -> unitLoads(body, loop.variable()) > 0).findFirst();
    int unitFolds =
        groups.stream()
            .mapToInt(g -> g.stream().mapToInt(loop -> unitLoads(body, loop.variable())).sum())
            .sum();
    boolean slow = unitKept.isPresent() && unitLoads(body, unitKept.get().variable()) > unitFolds;
    if (slow) {
      if (elements < MANY && flat) {
        List<Directive> binds = new ArrayList<>();
        binds.add(new Bind(unitKept.get().variable(), Level.THREAD_X, WARP, 1));
        groups.forEach(
            g -> binds.add(new Bind(g.getFirst().variable(), Level.THREAD_Y, THREADS / WARP, 1)));
        long width = size(unitKept.get().binding().extent());
        long blocks = elements / Math.max(1, width) * Math.ceilDiv(width, WARP);
        IndexVariable folded = groups.getFirst().getFirst().variable();
        chunks(groups, folded, THREADS / WARP, blocks).ifPresent(binds::add);
        candidates.add(binds);
      }
      return candidates;
    }
    // Windows are short, and their elements are in the cache when the next thread reads them.
    if (unitKept.isPresent()
        && elements >= MANY / 4
        && (terms < 2L * THREADS || hasBorders(body))) {
      return candidates;
    }
    boolean many = terms < THREADS && flat && !kept.isEmpty();
    int lanes = many ? WARP : THREADS;
    List<Directive> binds = new ArrayList<>();
    if (many) {
      binds.add(new Bind(kept.getLast().variable(), Level.THREAD_Y, THREADS / WARP, 1));
    }
    groups.forEach(g -> binds.add(new Bind(best(body, g), Level.THREAD_X, lanes, 1)));
    if (flat) {
      long blocks = many ? elements * WARP / THREADS : elements;
      chunks(groups, best(body, groups.getFirst()), lanes, blocks).ifPresent(binds::add);
    }
    candidates.add(binds);
    return candidates;
  }

  /**
   * Blocks that share out a single fold, where there are too few without.
   *
   * @param folded the loop that threads share out
   * @param lanes among how many
   * @param blocks there are without
   */
  private Optional<Bind> chunks(
      List<List<Stmt.Loop>> groups, IndexVariable folded, int lanes, long blocks) {
    if (groups.size() != 1) {
      return Optional.empty();
    }
    Stmt.Loop outer = groups.getFirst().getFirst();
    long trips = size(outer.binding().extent()) / (outer.variable().equals(folded) ? lanes : 1);
    long most = product(groups.getFirst()) / (lanes * LEAST_TRIPS);
    long chunks =
        Math.min(Math.min(BLOCKS / Math.max(1, blocks), MOST_CHUNKS), Math.min(trips, most));
    return chunks > 1
        ? Optional.of(new Bind(outer.variable(), Level.BLOCK, (int) chunks, 1))
        : Optional.empty();
  }

  /** The loop of a group that walks memory, or else the longest. */
  private IndexVariable best(Stmt body, List<Stmt.Loop> group) {
    Stmt.Loop best = group.getLast();
    for (Stmt.Loop loop : group) {
      int units = unitLoads(body, loop.variable()) - unitLoads(body, best.variable());
      long longer = size(loop.binding().extent()) - size(best.binding().extent());
      if (units > 0 || (units == 0 && longer > 0)) {
        best = loop;
      }
    }
    return best.variable();
  }

  private static boolean hasBorders(Stmt body) {
    boolean[] found = {false};
    LoopWalk.values(
        body,
        value ->
            found[0] |=
                value instanceof Expr.Load(var element, _)
                    && element.positions().stream().anyMatch(Position.Bordered.class::isInstance));
    return found[0];
  }

  /** How many loads have the variable alone on their unit axis. */
  private int unitLoads(Stmt body, IndexVariable variable) {
    int[] count = {0};
    LoopWalk.values(
        body,
        value -> {
          if (value instanceof Expr.Load(var element, _)) {
            int axis = nest.tensor(element.tensor()).layout().unitAxis();
            if (axis >= 0 && hasTerm(element.positions().get(axis), variable)) {
              count[0]++;
            }
          }
        });
    return count[0];
  }

  private static boolean hasTerm(Position position, IndexVariable variable) {
    return switch (position) {
      case Position.Affine(Subscript.Affine form) -> hasTerm(form, variable);
      case Position.Bordered(Subscript.Affine form, _) -> hasTerm(form, variable);
      case Position.Gathered _, Position.Merged _ -> false;
    };
  }

  private static boolean hasTerm(Subscript.Affine form, IndexVariable variable) {
    return form.terms().stream()
        .anyMatch(t -> t.variable().equals(variable) && Math.abs(t.coefficient()) == 1);
  }

  /** The outermost perfect loops inside of a body, group by group. */
  private static List<List<Stmt.Loop>> groups(Stmt body) {
    List<List<Stmt.Loop>> groups = new ArrayList<>();
    collect(body, groups);
    return groups;
  }

  private static void collect(Stmt stmt, List<List<Stmt.Loop>> groups) {
    switch (stmt) {
      case Stmt.Loop _ -> groups.add(PerfectNest.of(stmt).loops());
      case Stmt.Block(List<Stmt> statements) -> statements.forEach(s -> collect(s, groups));
      case Stmt.Guard(_, Stmt whenTrue, Stmt whenFalse) -> {
        collect(whenTrue, groups);
        collect(whenFalse, groups);
      }
      case Stmt.Store _,
          Stmt.Accumulate _,
          Stmt.Declare _,
          Stmt.Assign _,
          Stmt.Update _,
          Stmt.Barrier _,
          Stmt.Outline _ -> {}
    }
  }

  /** Whether nothing but single folds follow each other, none inside a condition. */
  private static boolean isFlat(Stmt body) {
    List<Stmt> statements = body instanceof Stmt.Block(List<Stmt> inner) ? inner : List.of(body);
    boolean[] flat = {true};
    for (Stmt stmt : statements) {
      flat[0] &= !(stmt instanceof Stmt.Guard);
      LoopWalk.statements(
          stmt,
          s -> flat[0] &= s == stmt || !(s instanceof Stmt.Declare || s instanceof Stmt.Guard));
    }
    return flat[0];
  }

  /** Whether what is folded may be folded in any grouping. */
  private boolean mayRegroup(Stmt body) {
    boolean[] may = {true};
    LoopWalk.statements(
        body,
        s -> {
          if (s instanceof Stmt.Update(_, ReductionOperator operator, Expr value)) {
            boolean rounds =
                value.elementType().isFloating()
                    && (operator == ReductionOperator.SUM || operator == ReductionOperator.PRODUCT);
            may[0] &= arithmetic.regrouped() || !rounds;
          }
        });
    return may[0];
  }

  private long product(List<Stmt.Loop> loops) {
    long product = 1;
    for (Stmt.Loop loop : loops) {
      product = Math.min(1L << 60, product * Math.min(1L << 30, size(loop.binding().extent())));
      product = Math.min(product, 1L << 30);
    }
    return product;
  }

  private long size(Extent extent) {
    return switch (extent) {
      case Extent.Fixed(long value) -> value;
      case Extent.Symbolic _ -> shape.map(known -> known.value(extent)).orElse(TYPICAL);
    };
  }

  /** The least power of two that is not below a number, within bounds. */
  private static int powerOfTwo(long number, int least, int most) {
    int power = least;
    while (power < number && power < most) {
      power *= 2;
    }
    return power;
  }
}
