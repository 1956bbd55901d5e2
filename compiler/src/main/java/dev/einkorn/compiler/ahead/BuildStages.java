package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlanStage;
import dev.einkorn.compiler.optimize.SlabGroup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * How the steps of a plan run: all at once, or in stages, some of them slab by slab.
 *
 * @param stages in the order of the steps; none if all run at once
 */
record BuildStages(ExecutionPlan plan, List<Stage> stages) {
  /**
   * What is cut into slabs.
   *
   * @param extent that is cut, as the plan calls it
   * @param length the positions of a slab
   */
  record Slab(PlanStage.Cut cut, Extent extent, long length) {
    /** How the stage calls the positions of a slab. */
    Extent size() {
      return new Extent.Symbolic(cut.size());
    }
  }

  /**
   * One stage.
   *
   * @param slab empty if nothing is cut
   */
  record Stage(PlanStage stage, Optional<Slab> slab) {
    /** What calls of its kernels pass: inputs, then targets. */
    List<TensorDeclaration> operands() {
      return BuildStages.operands(stage.plan().optimized());
    }

    /** What an operand stands for. */
    PlanStage.Operand operand(String name) {
      PlanStage.Operand operand = stage.operands().get(name);
      if (operand == null) {
        throw new AssertionError("no operand " + name);
      }
      return operand;
    }

    /** The sizes of the stage where those of the plan have these values. */
    Sizes sizes(Sizes typical) {
      return sizes(typical, slab.map(Slab::length).orElse(0L));
    }

    /** The sizes of all slabs together. */
    Sizes wholeSizes(Sizes typical) {
      return sizes(typical, slab.map(each -> typical.value(each.extent())).orElse(0L));
    }

    private Sizes sizes(Sizes typical, long positions) {
      Map<String, Long> values = new LinkedHashMap<>(typical.byName());
      slab.ifPresent(each -> values.put(each.cut().size(), positions));
      return new Sizes(stage.plan().optimized(), values);
    }

    /** The name that the plan has for a size of the stage. */
    String sizeOfPlan(String name) {
      return slab.filter(each -> each.cut().size().equals(name))
          .map(each -> each.extent().toString())
          .orElse(name);
    }

    /** An extent with the positions of a slab written out. */
    Extent written(Extent extent) {
      return slab.filter(each -> extent.equals(each.size()))
          .<Extent>map(each -> new Extent.Fixed(each.length()))
          .orElse(extent);
    }
  }

  BuildStages {
    stages = List.copyOf(stages);
  }

  /** All steps at once. */
  static BuildStages whole(ExecutionPlan plan) {
    return new BuildStages(plan, List.of());
  }

  /** With these groups slab by slab. */
  static BuildStages of(
      ExecutionPlan plan, List<SlabGroup> groups, ToLongFunction<SlabGroup> lengths) {
    List<Stage> stages = new ArrayList<>();
    for (PlanStage stage : PlanStage.of(plan, groups)) {
      stages.add(
          new Stage(
              stage,
              stage
                  .slabs()
                  .map(
                      cut ->
                          new Slab(
                              cut,
                              extent(plan, cut.group(), cut.group().from()),
                              lengths.applyAsLong(cut.group())))));
    }
    return new BuildStages(plan, stages);
  }

  boolean isWhole() {
    return stages.isEmpty();
  }

  /**
   * Whether a group can be cut whatever the sizes are: its index ranges over one and the same
   * extent in all steps, not only over equally many positions for the typical sizes.
   */
  static boolean isCutForAllSizes(ExecutionPlan plan, SlabGroup group) {
    Set<Extent> ranges = new HashSet<>();
    for (int n = 0; n < group.variables().size(); n++) {
      Assignment step = plan.steps().get(group.from() + n);
      IndexVariable variable = group.variables().get(n);
      step.bindings().stream()
          .filter(binding -> binding.variable().equals(variable))
          .forEach(binding -> ranges.add(binding.extent()));
      ranges.add(extent(plan, group, group.from() + n));
    }
    return ranges.size() == 1;
  }

  /** The extent of the axis that is cut of a step's target: what steps write has one such axis. */
  private static Extent extent(ExecutionPlan plan, SlabGroup group, int step) {
    String target = plan.steps().get(step).target();
    int axis = group.uses().getOrDefault(target, Set.of()).iterator().next();
    return plan.optimized().typeOf(target).extents().get(axis);
  }

  /** The tensors of which there is never more than one slab a worker. */
  Set<String> own() {
    Set<String> own = new HashSet<>();
    for (Stage stage : stages) {
      stage.slab().ifPresent(slab -> own.addAll(slab.cut().group().temporaries()));
    }
    return own;
  }

  /** What a call passes: inputs, then targets, but for those of which there are slabs only. */
  List<TensorDeclaration> operands() {
    Set<String> own = own();
    return operands(plan.optimized()).stream().filter(each -> !own.contains(each.name())).toList();
  }

  /** What the kernels of a program are called with: inputs, then targets. */
  static List<TensorDeclaration> operands(IndexProgram program) {
    List<TensorDeclaration> operands = new ArrayList<>(program.inputs());
    operands.addAll(program.targets());
    return operands;
  }

  /** What is run slab by slab, for people. */
  List<String> slabs() {
    List<String> texts = new ArrayList<>();
    for (Stage each : stages) {
      each.slab()
          .ifPresent(
              slab ->
                  texts.add(
                      "slabs of %s along %s, steps %s to %s"
                          .formatted(
                              slab.length(),
                              slab.cut().group().variables().getFirst().name(),
                              each.stage().from() + 1,
                              each.stage().to())));
    }
    return texts;
  }
}
