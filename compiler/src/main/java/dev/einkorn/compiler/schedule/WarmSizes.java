package dev.einkorn.compiler.schedule;

import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Small sizes at which a scheduled nest runs all of its loops: more than one tile along each tiled
 * index, an edge, and a few terms of each sum.
 */
public final class WarmSizes {
  private static final long ANY = 3;

  /** Terms of a sum. */
  private static final long SUM = 24;

  private WarmSizes() {}

  /** The sizes by name, for the nest as it was before the schedule was applied. */
  public static Map<String, Long> of(LoopNest canonical, Schedule schedule) {
    Map<IndexVariable, Long> wanted = new HashMap<>();
    Map<IndexVariable, Long> exact = new HashMap<>();
    List<Directive.Merge> merged = new ArrayList<>();
    for (Directive directive : schedule.directives()) {
      switch (directive) {
        case Directive.Tile tile ->
            tile.loops().forEach(loop -> want(wanted, loop.variable(), loop.width() + 1L));
        case Directive.Pack pack -> {
          spread(wanted, pack.rows().variables(), 2L * pack.rows().width() + 1);
          spread(wanted, pack.columns().variables(), 2L * pack.columns().width() + 1);
          spread(wanted, pack.depth().variables(), SUM);
          pack.batch().ifPresent(loop -> want(wanted, loop.variable(), loop.width() + 1L));
        }
        case Directive.Partial partial ->
            want(wanted, partial.variable(), 2L * partial.partials() + 1);
        case Directive.Block block ->
            block.loops().forEach(loop -> want(wanted, loop.variable(), loop.width() + 1L));
        case Directive.Stage stage ->
            stage.loops().forEach(loop -> want(wanted, loop.variable(), loop.width() + 1L));
        case Directive.Resume resume -> want(wanted, resume.variable(), resume.size() + 1L);
        case Directive.Unroll unroll -> {
          if (unroll.terms() > 0) {
            exact.put(unroll.variable(), (long) unroll.terms());
          }
        }
        case Directive.Distribute distribute -> {
          want(wanted, distribute.variable(), distribute.size() + 1L);
          // Longer rows do not wait.
          distribute.over().ifPresent(row -> exact.put(row.variable(), (long) row.width()));
        }
        case Directive.Search search -> want(wanted, search.variable(), search.size() + 1L);
        case Directive.Merge merge -> merged.add(merge);
        case Directive.Polynomial _,
            Directive.Reciprocal _,
            Directive.Rank _,
            Directive.Reorder _,
            Directive.Fuse _,
            Directive.Promote _,
            Directive.Hoist _,
            Directive.Contract _,
            Directive.Continue _,
            Directive.SplitReduction _,
            Directive.Mirror _,
            Directive.Parallel _,
            DeviceDirective _,
            Directive.SplitBorders _ -> {}
      }
    }
    for (Directive.Merge merge : merged) {
      spread(wanted, merge.parts(), wanted.getOrDefault(merge.merged(), ANY));
      Long terms = exact.get(merge.merged());
      if (terms != null) {
        merge.parts().forEach(part -> exact.put(part, 1L));
        exact.put(merge.parts().getLast(), terms);
      }
    }
    PerfectNest main = PerfectNest.split(canonical.body()).getLast();
    List<IndexVariable> summed = new ArrayList<>(main.variables());
    summed.removeAll(Scheduler.targetVariables(main.body()));
    if (!summed.isEmpty()) {
      want(wanted, summed.getLast(), SUM);
    }
    wanted.putAll(exact);
    Map<String, Long> sizes = new LinkedHashMap<>();
    LoopWalk.statements(
        canonical.body(),
        s -> {
          if (s instanceof Stmt.Loop loop) {
            IndexBinding binding = loop.binding();
            if (binding.extent() instanceof Extent.Symbolic(String name)) {
              sizes.merge(name, wanted.getOrDefault(binding.variable(), ANY), Math::max);
            }
          }
        });
    return sizes;
  }

  /**
   * Sizes like those of {@link #of}, one for each index that a call walks in several packed blocks:
   * large enough along it for a second block. C2 leaves out what it has never seen, and a block
   * after the first goes on with sums that it finds.
   *
   * @param call whose sizes tell which indices have several
   */
  public static List<Map<String, Long>> ofBlocks(
      LoopNest canonical, Schedule schedule, CallShape call) {
    Map<IndexVariable, Extent> extents = new HashMap<>();
    LoopWalk.statements(
        canonical.body(),
        s -> {
          if (s instanceof Stmt.Loop loop) {
            extents.put(loop.variable(), loop.binding().extent());
          }
        });
    Map<IndexVariable, List<IndexVariable>> merged = new HashMap<>();
    List<Map<String, Long>> all = new ArrayList<>();
    for (Directive directive : schedule.directives()) {
      if (directive instanceof Directive.Merge merge) {
        merged.put(merge.merged(), merge.parts());
      }
      if (directive instanceof Directive.Pack pack) {
        for (Directive.PackLoop loop : List.of(pack.rows(), pack.columns(), pack.depth())) {
          List<IndexVariable> walked =
              loop.variables().stream()
                  .flatMap(variable -> merged.getOrDefault(variable, List.of(variable)).stream())
                  .toList();
          Map<String, Long> sizes = ofSecondBlock(walked, loop.block(), extents, call);
          if (!sizes.isEmpty()) {
            Map<String, Long> least = of(canonical, schedule);
            sizes.forEach((name, size) -> least.merge(name, size, Math::max));
            all.add(least);
          }
        }
      }
    }
    return all;
  }

  /** Empty if the call has one block along these indices. */
  private static Map<String, Long> ofSecondBlock(
      List<IndexVariable> variables,
      int block,
      Map<IndexVariable, Extent> extents,
      CallShape call) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    long positions = 1;
    for (IndexVariable variable : variables.reversed()) {
      Extent extent = extents.getOrDefault(variable, new Extent.Fixed(1));
      if (extent instanceof Extent.Symbolic(String name) && !call.sizes().containsKey(name)) {
        return Map.of();
      }
      // The innermost ones whole, and of the one that makes a block full what that takes.
      long size = Math.min(call.value(extent), Math.ceilDiv(block + 1L, positions));
      positions *= size;
      if (extent instanceof Extent.Symbolic(String name)) {
        sizes.put(name, size);
      }
    }
    return positions > block ? sizes : Map.of();
  }

  private static void want(Map<IndexVariable, Long> wanted, IndexVariable variable, long size) {
    wanted.merge(variable, size, Math::max);
  }

  /** The last index is walked fastest and gets most of it. */
  private static void spread(
      Map<IndexVariable, Long> wanted, List<IndexVariable> variables, long size) {
    variables.forEach(variable -> want(wanted, variable, 2));
    want(wanted, variables.getLast(), size);
  }
}
