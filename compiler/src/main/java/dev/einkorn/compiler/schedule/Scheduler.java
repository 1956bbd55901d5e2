package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.loop.Element;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Position;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.source.ScheduleException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Applies a schedule to a nest, one directive after the other. */
public final class Scheduler {
  private Scheduler() {}

  /**
   * The rewritten nest, where roundings may change as the arithmetic allows.
   *
   * @throws ScheduleException if a directive is not legal here, with the reason
   */
  public static LoopNest apply(LoopNest nest, Schedule schedule, Arithmetic arithmetic) {
    for (Directive directive : schedule.directives()) {
      if (!arithmetic.allows(directive)) {
        throw refusal(directive, "it changes roundings, which this mode does not allow");
      }
    }
    return apply(nest, schedule);
  }

  /**
   * The rewritten nest, whatever that does to roundings.
   *
   * @throws ScheduleException if a directive is not legal here, with the reason
   */
  public static LoopNest apply(LoopNest nest, Schedule schedule) {
    LoopNest result = nest;
    boolean split = false;
    for (Directive directive : schedule.directives()) {
      if (split
          && !(directive instanceof Directive.Tile)
          && !(directive instanceof DeviceDirective)
          && !(directive instanceof Directive.Parallel)) {
        throw refusal(
            directive,
            "split_borders() copies loops, so only tile(..) and parallel(..) may follow");
      }
      split |= directive instanceof Directive.SplitBorders;
      Stmt body = result.body();
      result =
          switch (directive) {
            case Directive.Merge merge -> LoopMerging.apply(result, merge);
            case Directive.Reorder reorder -> result.withBody(reorder(body, reorder, nest.name()));
            case Directive.Fuse fuse -> result.withBody(fuse(body, fuse));
            case Directive.Promote promote ->
                result.withBody(AccumulatorPromotion.apply(result, promote));
            case Directive.SplitBorders _ -> result.withBody(BorderSplitting.apply(result));
            case Directive.Tile tile -> result.withBody(RegisterTiling.apply(result, tile));
            case Directive.Block block -> result.withBody(LoopBlocking.apply(result, block));
            case Directive.Resume resume -> result.withBody(SumBlocking.apply(result, resume));
            case Directive.Unroll unroll ->
                result.withBody(
                    unroll.terms() > 0
                        ? LoopUnrolling.apply(result, unroll)
                        : SumUnrolling.apply(result, unroll));
            case Directive.Stage stage -> Staging.apply(result, stage);
            case Directive.Distribute distribute -> LoopDistribution.apply(result, distribute);
            case Directive.Search search -> result.withBody(BlockSearch.apply(result, search));
            case Directive.Pack pack -> PackedContraction.apply(result, pack);
            case Directive.Polynomial _ -> result.withBody(PolynomialFunctions.apply(body));
            case Directive.Reciprocal(IndexVariable along) ->
                result.withBody(ReciprocalDivision.apply(body, along));
            case Directive.Hoist _ -> result.withBody(InvariantHoisting.apply(body));
            case Directive.Contract contract -> result.withBody(Contraction.apply(body, contract));
            case Directive.Continue continued -> SumContinuation.apply(result, continued);
            case Directive.Rank rank -> result.withBody(RankedFolds.apply(body, rank));
            case Directive.Partial partial -> PartialReduction.apply(result, partial);
            case Directive.SplitReduction chunks -> ReductionSplitting.apply(result, chunks);
            case Directive.Mirror mirror -> result.withBody(Mirroring.apply(result, mirror));
            case Directive.Parallel parallel -> LoopSharing.apply(result, parallel);
            case DeviceDirective directives -> DeviceSharing.check(result, directives);
          };
    }
    return result;
  }

  public static boolean isLegal(LoopNest nest, Directive directive) {
    return isLegal(nest, new Schedule(List.of(directive)));
  }

  public static boolean isLegal(LoopNest nest, Schedule schedule) {
    List<Directive> directives = schedule.directives();
    try {
      if (!directives.isEmpty() && directives.getLast() instanceof Directive.Pack pack) {
        Schedule before = new Schedule(directives.subList(0, directives.size() - 1));
        PackedContraction.check(apply(nest, before), pack);
      } else {
        apply(nest, schedule);
      }
      return true;
    } catch (ScheduleException e) {
      return false;
    }
  }

  private static Stmt reorder(Stmt body, Directive.Reorder directive, String target) {
    List<PerfectNest> nests = PerfectNest.split(body);
    List<IndexVariable> order = directive.order();
    PerfectNest main = nests.getLast();
    if (order.size() != main.loops().size()
        || !Set.copyOf(order).equals(Set.copyOf(main.variables()))) {
      throw refusal(directive, "the loops of " + target + " are " + main.variables());
    }
    Set<IndexVariable> kept = targetVariables(main.body());
    List<IndexVariable> written = main.variables().stream().filter(v -> !kept.contains(v)).toList();
    List<IndexVariable> reordered = order.stream().filter(v -> !kept.contains(v)).toList();
    if (!written.equals(reordered)) {
      throw refusal(
          directive,
          "the reduction loops must stay in the order "
              + written
              + ", so that sums round the same");
    }
    main.dependence(order)
        .ifPresent(
            reason -> {
              throw refusal(directive, reason);
            });
    List<Stmt> result = new ArrayList<>();
    for (PerfectNest nest : nests) {
      List<Stmt.Loop> loops = new ArrayList<>();
      for (IndexVariable variable : order) {
        nest.loops().stream().filter(l -> l.variable().equals(variable)).forEach(loops::add);
      }
      boolean whole = loops.size() == nest.loops().size();
      result.add(whole ? new PerfectNest(loops, nest.body()).toStmt() : nest.toStmt());
    }
    return Stmt.sequence(result);
  }

  private static Stmt fuse(Stmt body, Directive.Fuse directive) {
    List<IndexVariable> outer = directive.loops();
    List<PerfectNest> nests = PerfectNest.split(body);
    int first = 0;
    while (first < nests.size() && !startsWith(nests.get(first), outer)) {
      first++;
    }
    List<PerfectNest> fused = nests.subList(first, nests.size());
    if (fused.size() < 2 || !fused.stream().allMatch(nest -> startsWith(nest, outer))) {
      throw refusal(directive, "there are no two nests that begin with these loops");
    }
    for (PerfectNest nest : fused) {
      if (!targetVariables(nest.body()).containsAll(outer)) {
        throw refusal(directive, "a reduction loop cannot be shared by two nests");
      }
    }
    Stmt inner = Stmt.sequence(fused.stream().map(nest -> nest.inside(outer.size())).toList());
    List<Stmt> result = new ArrayList<>();
    nests.subList(0, first).forEach(nest -> result.add(nest.toStmt()));
    result.add(new PerfectNest(fused.getFirst().loops().subList(0, outer.size()), inner).toStmt());
    return Stmt.sequence(result);
  }

  private static boolean startsWith(PerfectNest nest, List<IndexVariable> outer) {
    List<IndexVariable> variables = nest.variables();
    return !outer.isEmpty()
        && variables.size() >= outer.size()
        && variables.subList(0, outer.size()).equals(outer);
  }

  /** The variables that stand alone in every subscript list that the statement writes at. */
  public static Set<IndexVariable> targetVariables(Stmt stmt) {
    List<Element> written = new ArrayList<>();
    LoopWalk.statements(
        stmt,
        s -> {
          switch (s) {
            case Stmt.Store(Element target, _) -> written.add(target);
            case Stmt.Accumulate(Element target, _, _) -> written.add(target);
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
    Set<IndexVariable> common = new LinkedHashSet<>();
    for (int n = 0; n < written.size(); n++) {
      Set<IndexVariable> plain =
          written.get(n).positions().stream()
              .flatMap(position -> plainVariable(position).stream())
              .collect(Collectors.toCollection(HashSet::new));
      if (n == 0) {
        written.getFirst().positions().stream()
            .flatMap(position -> plainVariable(position).stream())
            .forEach(common::add);
      }
      common.retainAll(plain);
    }
    return common;
  }

  private static Optional<IndexVariable> plainVariable(Position position) {
    return position instanceof Position.Affine(Subscript.Affine form) && form.isVariable()
        ? Optional.of(form.variable())
        : Optional.empty();
  }

  static ScheduleException refusal(Directive directive, String reason) {
    return new ScheduleException(directive + " is not legal here: " + reason);
  }
}
