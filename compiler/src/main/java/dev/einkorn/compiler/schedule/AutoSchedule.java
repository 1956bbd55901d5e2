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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Chooses a schedule: tiles for a contraction, vectors for what streams, partial results for long
 * folds, workers where they pay. What none of these fits gets scalar loops by the strides of the
 * innermost one: the variable that walks most accesses with stride 0 or 1 goes inside. A reduction
 * inside is a serial chain of additions but keeps its element in a register; a kept index inside
 * streams through the target and lets C2 vectorize.
 */
public final class AutoSchedule {
  // Relative costs of one access per innermost iteration; a strided one costs most of a cache line.
  private static final int UNIT_STRIDE = 1;
  private static final int STRIDED = 8;
  // What a chain of dependent additions costs over independent ones: the latency of one
  // floating-point addition.
  private static final int SERIAL_CHAIN = 4;

  // Vectors of 512 bits.
  private static final Target WIDEST = new Target(512, 1, 32 << 10, 1 << 20, 2 << 20);

  private AutoSchedule() {}

  /** A legal schedule for a canonical nest, for sizes that are not known, in scalar code. */
  public static Schedule choose(LoopNest nest) {
    return choose(nest, Optional.empty(), Target.SCALAR, Arithmetic.STRICT);
  }

  /**
   * A legal schedule for a canonical nest.
   *
   * @param shape sizes and strides that the schedule should be good for; it is legal for all
   * @param target the machine that it should be good for
   * @param arithmetic what it may do to roundings
   */
  public static Schedule choose(
      LoopNest nest, Optional<CallShape> shape, Target target, Arithmetic arithmetic) {
    List<Directive> semantic = new ArrayList<>(PolynomialFunctions.directives(nest, arithmetic));
    semantic.addAll(ReciprocalDivision.directives(nest, shape, arithmetic));
    LoopNest rewritten = Scheduler.apply(nest, new Schedule(semantic));
    List<Directive> all = new ArrayList<>(semantic);
    Optional<Directive> outside = shape.flatMap(known -> singlesOutside(rewritten, known));
    outside.ifPresent(all::add);
    LoopNest ordered = Scheduler.apply(rewritten, new Schedule(outside.stream().toList()));
    List<Directive> merges =
        shape.map(known -> LoopMerging.directives(ordered, known)).orElse(List.of());
    all.addAll(merges);
    LoopNest merged = Scheduler.apply(ordered, new Schedule(merges));
    Optional<CallShape> inside = shape.map(known -> known.with(merged.merged()));
    List<Directive> chosen = rewritten(merged, inside, target, arithmetic);
    all.addAll(chosen);
    inside.ifPresent(known -> all.addAll(RankedFolds.directives(merged, chosen, known, target)));
    return new Schedule(all);
  }

  /**
   * Kept indices of a single position go outside, so that a matrix of one column is scheduled as
   * the vector that it is. Sizes alone decide.
   */
  private static Optional<Directive> singlesOutside(LoopNest nest, CallShape shape) {
    PerfectNest main = PerfectNest.split(nest.body()).getLast();
    Set<IndexVariable> kept = Scheduler.targetVariables(main.body());
    List<IndexVariable> order = new ArrayList<>();
    for (Stmt.Loop loop : main.loops()) {
      if (kept.contains(loop.variable()) && shape.value(loop.binding().extent()) == 1) {
        order.add(loop.variable());
      }
    }
    main.variables().stream().filter(variable -> !order.contains(variable)).forEach(order::add);
    Directive reorder = new Directive.Reorder(order);
    return order.equals(main.variables()) || !Scheduler.isLegal(nest, reorder)
        ? Optional.empty()
        : Optional.of(reorder);
  }

  private static List<Directive> rewritten(
      LoopNest nest, Optional<CallShape> shape, Target target, Arithmetic arithmetic) {
    // Whether sums are regrouped must not depend on the machine, or its tiers would differ in bits:
    // what is a contraction for one width of vectors is one for all.
    Schedule continuation = continuation(nest, arithmetic);
    LoopNest continued = Scheduler.apply(nest, continuation);
    Optional<List<Directive>> inner =
        shape.flatMap(known -> InnerProductSchedule.choose(nest, known, target, arithmetic));
    if (inner.isPresent()) {
      return shared(nest, inner.get(), shape.get(), target);
    }
    Optional<Schedule> contraction =
        shape.filter(known -> ShortRows.areProducts(continued, known)).isPresent()
            ? Optional.empty()
            : contraction(continued, shape, target.simd() ? target : WIDEST, arithmetic);
    if (contraction.isPresent()) {
      List<Directive> all = new ArrayList<>(continuation.directives());
      if (target.simd()) {
        all.addAll(contraction.get().directives());
        return all;
      }
      all.addAll(
          ScalarTile.choose(continued, contraction.get(), shape.get())
              .orElseGet(() -> scalar(continued, shape, arithmetic, mirror(contraction.get()))));
      return shared(nest, all, shape.get(), target);
    }
    boolean streams = ElementwiseSchedule.choose(nest, shape, WIDEST, arithmetic).isPresent();
    List<Directive> directives =
        new ArrayList<>(
            (streams
                    ? ElementwiseSchedule.choose(nest, shape, target, arithmetic)
                    : Optional.<Schedule>empty())
                .map(Schedule::directives)
                .orElseGet(() -> scalar(nest, shape, arithmetic, Optional.empty())));
    shape.ifPresent(
        known -> {
          if (!streams && arithmetic.regrouped() && !hasBorders(nest.body())) {
            LoopNest scheduled = Scheduler.apply(nest, new Schedule(directives));
            directives.addAll(ReductionSchedule.choose(scheduled, known, target));
          }
          if (!streams) {
            directives.addAll(LoopUnrolling.directives(nest, List.copyOf(directives), known));
            directives.addAll(
                ElementwiseSchedule.tail(nest, List.copyOf(directives), known, target));
          }
        });
    return shape
        .map(known -> shared(nest, directives, known, target))
        .orElseGet(() -> List.copyOf(directives));
  }

  /** The directives and what shares out their loops. */
  private static List<Directive> shared(
      LoopNest nest, List<Directive> directives, CallShape shape, Target target) {
    List<Directive> all = new ArrayList<>(directives);
    LoopNest scheduled = Scheduler.apply(nest, new Schedule(directives));
    ParallelSchedule.choose(scheduled, shape, target).ifPresent(all::add);
    return all;
  }

  private static Schedule continuation(LoopNest nest, Arithmetic arithmetic) {
    var directive = new Directive.Continue();
    return new Schedule(
        arithmetic.regrouped() && Scheduler.isLegal(nest, directive)
            ? List.of(directive)
            : List.of());
  }

  /** Tiles of a sum of products, where the sizes are known and vectors can be used. */
  private static Optional<Schedule> contraction(
      LoopNest nest, Optional<CallShape> shape, Target target, Arithmetic arithmetic) {
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    List<Directive> promotion = promotion(nest);
    LoopNest promoted = Scheduler.apply(nest, new Schedule(promotion));
    List<Directive> all = new ArrayList<>(promotion);
    if (arithmetic.contracted() && Scheduler.isLegal(promoted, new Directive.Contract())) {
      all.add(new Directive.Contract());
      promoted = Scheduler.apply(promoted, new Schedule(List.of(new Directive.Contract())));
    }
    Optional<Directive.Mirror> mirror =
        Mirroring.choose(promoted, shape.get(), arithmetic)
            .filter(
                m ->
                    isLegal(
                        nest, scalar(nest, Optional.of(shape.get()), arithmetic, Optional.of(m))));
    if (mirror.isPresent()) {
      List<Directive> mirrored = new ArrayList<>(all);
      mirrored.add(mirror.get());
      LoopNest half = Scheduler.apply(promoted, new Schedule(List.of(mirror.get())));
      Optional<Schedule> found = tiles(mirrored, half, shape.get(), target);
      if (found.isPresent()) {
        return found;
      }
    }
    return tiles(all, promoted, shape.get(), target);
  }

  /**
   * Tiles that follow other directives, if they are legal.
   *
   * @param after the nest under the directives before
   */
  private static Optional<Schedule> tiles(
      List<Directive> before, LoopNest after, CallShape shape, Target target) {
    Optional<List<Directive>> tiles = ContractionSchedule.choose(after, shape, target);
    if (tiles.isEmpty()) {
      return Optional.empty();
    }
    List<Directive> alone =
        tiles.get().stream().filter(d -> !(d instanceof Directive.Parallel)).toList();
    return List.of(tiles.get(), alone).stream()
        .filter(directives -> isLegal(after, directives))
        .map(directives -> Stream.concat(before.stream(), directives.stream()).toList())
        .map(Schedule::new)
        .findFirst();
  }

  private static boolean isLegal(LoopNest nest, List<Directive> directives) {
    return Scheduler.isLegal(nest, new Schedule(directives));
  }

  private static Optional<Directive.Mirror> mirror(Schedule schedule) {
    return schedule.directives().stream()
        .filter(Directive.Mirror.class::isInstance)
        .map(Directive.Mirror.class::cast)
        .findFirst();
  }

  /** What keeps the sums of a canonical nest in locals, with its loops as they are. */
  static List<Directive> promotion(LoopNest nest) {
    List<PerfectNest> nests = PerfectNest.split(nest.body());
    PerfectNest main = nests.getLast();
    if (nests.size() != 2 || !(main.body() instanceof Stmt.Accumulate)) {
      return List.of();
    }
    Set<IndexVariable> kept = Scheduler.targetVariables(main.body());
    List<IndexVariable> shared = main.variables().stream().takeWhile(kept::contains).toList();
    if (shared.size() < kept.size()) {
      return List.of();
    }
    List<Directive> directives = new ArrayList<>();
    if (!shared.isEmpty()) {
      directives.add(new Directive.Fuse(shared));
    }
    directives.add(new Directive.Promote(nest.name()));
    return directives;
  }

  /** Loops in a good order, with their sums in locals where they can be. */
  private static List<Directive> scalar(
      LoopNest nest,
      Optional<CallShape> shape,
      Arithmetic arithmetic,
      Optional<Directive.Mirror> mirror) {
    Optional<List<Directive>> sums =
        shape.flatMap(known -> ShortRows.sums(nest, known, arithmetic));
    if (sums.isPresent() && mirror.isEmpty()) {
      return sums.get();
    }
    List<PerfectNest> nests = PerfectNest.split(nest.body());
    PerfectNest main = nests.getLast();
    if (main.loops().isEmpty()) {
      return List.of();
    }
    Set<IndexVariable> kept = Scheduler.targetVariables(main.body());
    List<IndexVariable> order = order(nest, main, kept);
    List<Directive> directives = new ArrayList<>();
    if (!order.equals(main.variables())) {
      directives.add(new Directive.Reorder(order));
    }
    if (isReduction(main)) {
      List<IndexVariable> shared = new ArrayList<>();
      for (IndexVariable variable : order) {
        if (!kept.contains(variable)) {
          break;
        }
        shared.add(variable);
      }
      if (!shared.isEmpty()) {
        directives.add(new Directive.Fuse(shared));
      }
      if (shared.size() == kept.size()) {
        directives.add(new Directive.Promote(nest.name()));
      }
    }
    if (arithmetic.contracted() && Scheduler.isLegal(nest, new Directive.Contract())) {
      directives.add(new Directive.Contract());
    }
    directives.add(new Directive.Hoist());
    mirror.ifPresent(directives::add);
    if (hasBorders(main.body())) {
      directives.add(new Directive.SplitBorders());
    }
    return directives;
  }

  /** Whether the nest accumulates an element that the nest before it has set. */
  private static boolean isReduction(PerfectNest main) {
    Set<IndexVariable> kept = Scheduler.targetVariables(main.body());
    return !kept.containsAll(main.variables());
  }

  private static List<IndexVariable> order(
      LoopNest nest, PerfectNest main, Set<IndexVariable> kept) {
    List<IndexVariable> reductions =
        main.variables().stream().filter(v -> !kept.contains(v)).toList();
    List<IndexVariable> candidates = new ArrayList<>(main.variables());
    if (!reductions.isEmpty()) {
      candidates.removeAll(reductions.subList(0, reductions.size() - 1));
    }
    // A fold that the innermost loop does not change is hoisted out of it; inside, it would be
    // repeated in every iteration.
    Set<IndexVariable> unused = new LinkedHashSet<>(candidates);
    unused.removeAll(FoldDependence.of(main.body()));
    if (!unused.isEmpty()) {
      candidates.retainAll(unused);
    }
    IndexVariable innermost = candidates.getLast();
    if (main.dependence(innermost(main, innermost)).isPresent()) {
      innermost = main.variables().getLast();
    }
    for (IndexVariable candidate : candidates.reversed()) {
      if (main.dependence(innermost(main, candidate)).isEmpty()
          && cost(nest, main.body(), candidate, kept) < cost(nest, main.body(), innermost, kept)) {
        innermost = candidate;
      }
    }
    return innermost(main, innermost);
  }

  private static List<IndexVariable> innermost(PerfectNest main, IndexVariable variable) {
    List<IndexVariable> order = new ArrayList<>(main.variables());
    order.remove(variable);
    order.add(variable);
    return order;
  }

  private static boolean hasBorders(Stmt body) {
    boolean[] found = {false};
    LoopWalk.values(
        body,
        value ->
            found[0] |=
                value instanceof Expr.Load(Element element, _)
                    && element.positions().stream().anyMatch(Position.Bordered.class::isInstance));
    return found[0];
  }

  private static int cost(
      LoopNest nest, Stmt body, IndexVariable innermost, Set<IndexVariable> kept) {
    int[] cost = {kept.contains(innermost) ? 0 : SERIAL_CHAIN};
    LoopWalk.values(
        body,
        value -> {
          if (value instanceof Expr.Load(Element element, _)) {
            cost[0] += stride(nest, element, innermost);
          }
        });
    LoopWalk.statements(
        body,
        stmt -> {
          switch (stmt) {
            case Stmt.Store(Element target, _) -> cost[0] += stride(nest, target, innermost);
            case Stmt.Accumulate(Element target, _, _) ->
                cost[0] += 2 * stride(nest, target, innermost);
            case Stmt.Block _,
                Stmt.Loop _,
                Stmt.Declare _,
                Stmt.Assign _,
                Stmt.Update _,
                Stmt.Barrier _,
                Stmt.Outline _,
                Stmt.Guard _ -> {}
          }
        });
    return cost[0];
  }

  /** Whether the elements along an index lie side by side. */
  static boolean isSideBySide(LoopNest nest, Element element, IndexVariable variable) {
    return element.dependsOn(variable) && stride(nest, element, variable) == UNIT_STRIDE;
  }

  private static int stride(LoopNest nest, Element element, IndexVariable variable) {
    if (!element.dependsOn(variable)) {
      return 0;
    }
    int unitAxis = nest.tensor(element.tensor()).layout().unitAxis();
    for (int axis = 0; axis < element.positions().size(); axis++) {
      Position position = element.positions().get(axis);
      if (position.dependsOn(variable) && !(axis == unitAxis && isUnit(position, variable))) {
        return STRIDED;
      }
    }
    return unitAxis == Layout.NO_AXIS ? STRIDED : UNIT_STRIDE;
  }

  private static boolean isUnit(Position position, IndexVariable variable) {
    return switch (position) {
      case Position.Affine(Subscript.Affine form) -> isUnit(form, variable);
      case Position.Bordered(Subscript.Affine form, _) -> isUnit(form, variable);
      case Position.Gathered _, Position.Merged _ -> false;
    };
  }

  private static boolean isUnit(Subscript.Affine form, IndexVariable variable) {
    return form.terms().stream()
        .allMatch(term -> !term.variable().equals(variable) || Math.abs(term.coefficient()) == 1);
  }
}
