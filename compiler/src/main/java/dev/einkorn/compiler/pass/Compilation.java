package dev.einkorn.compiler.pass;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.LoopWalk;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.loop.Stmt;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.schedule.Directive;
import dev.einkorn.compiler.schedule.Schedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every stage of a program on its way to source.
 *
 * @param plan what is stored and what is not
 * @param operands what the kernels are called with: inputs, then targets
 * @param sizes names of the size parameters that the kernels are called with
 * @param steps one a statement of the plan
 * @param sources one a kernel; a kernel holds several steps
 */
public record Compilation(
    ExecutionPlan plan,
    List<TensorParameter> operands,
    List<String> sizes,
    List<Step> steps,
    List<EmittedSource> sources) {
  public Compilation {
    operands = List.copyOf(operands);
    sizes = List.copyOf(sizes);
    steps = List.copyOf(steps);
    sources = List.copyOf(sources);
  }

  /**
   * One loop nest.
   *
   * @param assignment the statement
   * @param canonical as lowered
   * @param schedule chosen or given
   * @param scheduled as emitted
   */
  public record Step(
      Assignment assignment, LoopNest canonical, Schedule schedule, LoopNest scheduled) {
    /** The arithmetic of the scheduled nest. */
    public OperationCount operations() {
      return OperationCount.of(scheduled);
    }
  }

  /** Whether several workers may share a call. */
  public boolean parallel() {
    return steps.stream().anyMatch(step -> step.scheduled().isParallel());
  }

  /** Whether there are vectors, which are in registers if the target has them. */
  public boolean simd() {
    return steps.stream().anyMatch(step -> step.scheduled().hasVectors());
  }

  /**
   * Sizes at which a call reaches every loop of the source that is worth warming, by name: those of
   * tiles twice over. A size without an entry may be any.
   */
  public Map<String, Long> warmSizes() {
    Map<String, Long> least = new LinkedHashMap<>();
    for (Step step : steps) {
      for (Directive directive : step.schedule().directives()) {
        switch (directive) {
          case Directive.Tile(List<Directive.TileLoop> loops) ->
              loops.forEach(loop -> warm(step, loop.variable(), loop.width(), least));
          case Directive.Pack pack -> {
            for (Directive.PackLoop loop : List.of(pack.rows(), pack.columns())) {
              warm(step, loop.variables().getLast(), loop.width(), least);
            }
            pack.batch().ifPresent(loop -> warm(step, loop.variable(), loop.width(), least));
          }
          case Directive.Reorder _,
              Directive.Fuse _,
              Directive.Promote _,
              Directive.Hoist _,
              Directive.SplitBorders _ -> {}
        }
      }
    }
    return least;
  }

  /** Wants two tiles and a bit along the variable, so that the last tile is none of them. */
  private static void warm(Step step, IndexVariable variable, int width, Map<String, Long> least) {
    LoopWalk.statements(
        step.canonical().body(),
        stmt -> {
          if (stmt instanceof Stmt.Loop loop
              && loop.binding().variable().equals(variable)
              && loop.binding().extent() instanceof Extent.Symbolic(String name)) {
            least.merge(name, 2L * width + 1, Math::max);
          }
        });
  }

  /** The arithmetic of all steps. */
  public OperationCount operations() {
    return OperationCount.sum(steps.stream().map(Step::operations).toList());
  }
}
