package dev.einkorn.compiler.pass;

import dev.einkorn.compiler.emit.EmittedSource;
import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.loop.LoopNest;
import dev.einkorn.compiler.loop.OperationCount;
import dev.einkorn.compiler.loop.TensorParameter;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.schedule.CallShape;
import dev.einkorn.compiler.schedule.Schedule;
import dev.einkorn.compiler.schedule.Scheduler;
import dev.einkorn.compiler.schedule.WarmSizes;
import java.util.ArrayList;
import java.util.Comparator;
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
    /** The arithmetic of the nest, each element of the target counted once. */
    public OperationCount operations() {
      return Compilation.operations(canonical, schedule);
    }
  }

  /** The arithmetic of a canonical nest under its schedule, each element counted once. */
  static OperationCount operations(LoopNest canonical, Schedule schedule) {
    return OperationCount.of(Scheduler.apply(canonical, schedule.withoutBlocking()));
  }

  /** Whether several workers may share a call. */
  public boolean parallel() {
    return steps.stream().anyMatch(step -> step.scheduled().isParallel());
  }

  /** Whether several workers may share a run of the n-th kernel. */
  public boolean parallel(int kernel) {
    int from = kernel * Pipeline.STEPS_PER_KERNEL;
    return steps.subList(from, Math.min(from + Pipeline.STEPS_PER_KERNEL, steps.size())).stream()
        .anyMatch(step -> step.scheduled().isParallel());
  }

  /** Whether a step computes with vectors. */
  public boolean simd() {
    return steps.stream().anyMatch(step -> step.scheduled().hasVectors());
  }

  /**
   * Sizes at which a call reaches every loop of the source that is worth warming, by name: the
   * smallest ones that do. A size without an entry may be any.
   */
  public Map<String, Long> warmSizes() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (Step step : steps) {
      WarmSizes.of(step.canonical(), step.schedule())
          .forEach((name, size) -> sizes.merge(name, size, Math::max));
    }
    return sizes;
  }

  /** The {@link #warmSizes} of each step alone, those with most arithmetic in a call first. */
  public List<Map<String, Long>> warmSizesOfSteps(CallShape call) {
    return steps.stream()
        .sorted(
            Comparator.comparingLong(
                step ->
                    -step.operations()
                        .evaluate(
                            extent ->
                                extent instanceof Extent.Symbolic(String name)
                                        && !call.sizes().containsKey(name)
                                    ? 1
                                    : call.value(extent))))
        .map(step -> WarmSizes.of(step.canonical(), step.schedule()))
        .distinct()
        .toList();
  }

  /**
   * Sizes at which a call reaches a second block along one of its indices, small ones otherwise;
   * one for each index that such a call has several blocks of.
   */
  public List<Map<String, Long>> blockSizes(CallShape call) {
    Map<String, Long> least = warmSizes();
    List<Map<String, Long>> all = new ArrayList<>();
    for (Step step : steps) {
      for (Map<String, Long> blocks : WarmSizes.ofBlocks(step.canonical(), step.schedule(), call)) {
        Map<String, Long> sizes = new LinkedHashMap<>(blocks);
        // What other steps want would make many blocks too much work; they have runs of their own.
        least.forEach(sizes::putIfAbsent);
        all.add(sizes);
      }
    }
    return all.stream().distinct().toList();
  }

  /** The arithmetic of all steps. */
  public OperationCount operations() {
    return OperationCount.sum(steps.stream().map(Step::operations).toList());
  }
}
