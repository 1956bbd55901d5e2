package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Consecutive steps of a plan as a program of their own: all at once, or for one slab. The program
 * of a slab has a size of its own for the number of positions, the last of its size parameters; the
 * index that is cut ranges over it, and so do the axes of the operands that it walks.
 *
 * {@snippet lang=text :
 * z[r,c] = exp(X[r,c] - m[r])          X: f32[r_slab,c]   m: f32[r_slab]   z: f32[r_slab,c]
 * }
 *
 * @param plan the steps; its temporaries are those that no other stage needs, if it is of slabs
 * @param from the first step of the whole plan
 * @param operands what stands for what, by the names of the stage
 * @param slabs what is cut, if anything is
 */
public record PlanStage(
    ExecutionPlan plan, int from, Map<String, Operand> operands, Optional<Cut> slabs) {

  /**
   * A tensor of the whole plan, or slabs of it.
   *
   * @param axis that is cut, or {@link SlabGroup#WHOLE} or {@link SlabGroup#PARTS}
   * @param own whether it is a temporary that only this stage needs
   */
  public record Operand(String tensor, int axis, boolean own) {}

  /**
   * The index that is cut.
   *
   * @param size the name of the size parameter
   */
  public record Cut(SlabGroup group, String size) {
    /** How many slabs of a length there are. */
    public long slabs(long length) {
      return Math.ceilDiv(group.positions(), length);
    }
  }

  /** The names of the operands of which each slab stores a part. */
  public List<String> sums() {
    return operands.entrySet().stream()
        .filter(operand -> operand.getValue().axis() == SlabGroup.PARTS)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** After the last step. */
  public int to() {
    return from + plan.steps().size();
  }

  /** The stages of a plan with these groups, which follow each other in the order of the steps. */
  public static List<PlanStage> of(ExecutionPlan plan, List<SlabGroup> groups) {
    List<PlanStage> stages = new ArrayList<>();
    int next = 0;
    Set<String> names = new HashSet<>(Slabs.declarations(plan.optimized()).keySet());
    plan.optimized().sizes().forEach(size -> names.add(size.name()));
    plan.optimized().derived().forEach(size -> names.add(size.name()));
    for (SlabGroup group : groups) {
      if (next < group.from()) {
        stages.add(whole(plan, next, group.from()));
      }
      stages.add(new Slicing(plan.optimized(), group, names).stage());
      next = group.to();
    }
    if (next < plan.steps().size()) {
      stages.add(whole(plan, next, plan.steps().size()));
    }
    return stages;
  }

  /** Some steps, all at once. */
  public static PlanStage whole(ExecutionPlan plan, int from, int to) {
    IndexProgram program = plan.optimized();
    List<Assignment> steps = plan.steps().subList(from, to);
    Set<String> written = new LinkedHashSet<>();
    Set<String> used = new LinkedHashSet<>();
    for (Assignment step : steps) {
      written.add(step.target());
      reads(step.value(), used);
    }
    used.removeAll(written);
    Map<String, TensorDeclaration> declarations = Slabs.declarations(program);
    Map<String, Operand> operands = new LinkedHashMap<>();
    List<TensorDeclaration> inputs = new ArrayList<>();
    List<TensorDeclaration> targets = new ArrayList<>();
    declarations.forEach(
        (name, declaration) -> {
          if (used.contains(name) || written.contains(name)) {
            operands.put(name, new Operand(name, SlabGroup.WHOLE, false));
            (used.contains(name) ? inputs : targets).add(declaration);
          }
        });
    var part =
        new IndexProgram(
            inputs,
            targets,
            program.sizes(),
            program.derived(),
            steps,
            targets.stream().map(TensorDeclaration::name).toList());
    return new PlanStage(new ExecutionPlan(part, part), from, operands, Optional.empty());
  }

  /** Adds the tensors that a value reads. */
  static void reads(IndexExpr expr, Set<String> tensors) {
    if (expr instanceof IndexExpr.Access access) {
      tensors.add(access.tensor());
    }
    expr.children().forEach(child -> reads(child, tensors));
  }

  /** Writes the program of a slab. */
  private static final class Slicing {
    private final IndexProgram program;
    private final SlabGroup group;
    private final Extent slab;
    private final String size;
    private final Map<Operand, String> names = new LinkedHashMap<>();

    Slicing(IndexProgram program, SlabGroup group, Set<String> taken) {
      this.program = program;
      this.group = group;
      size = unused(group.variables().getFirst().name() + "_slab", taken);
      slab = new Extent.Symbolic(size);
      for (String tensor : Slabs.declarations(program).keySet()) {
        Set<Integer> axes = group.uses().getOrDefault(tensor, Set.of());
        boolean own = group.temporaries().contains(tensor);
        for (int axis : axes) {
          boolean renamed = axes.size() > 1 && axis != SlabGroup.WHOLE;
          names.put(
              new Operand(tensor, axis, own),
              renamed ? unused(tensor + "_slab" + axis, taken) : tensor);
        }
      }
    }

    private static String unused(String stem, Set<String> taken) {
      String name = stem;
      while (!taken.add(name)) {
        name += "_";
      }
      return name;
    }

    PlanStage stage() {
      List<Assignment> steps = new ArrayList<>();
      Set<String> written = new HashSet<>();
      for (int n = 0; n < group.variables().size(); n++) {
        Assignment step = program.assignments().get(group.from() + n);
        IndexVariable variable = group.variables().get(n);
        written.add(step.target());
        List<IndexBinding> bindings = cut(step.bindings(), variable);
        steps.add(
            new Assignment(
                step.target(),
                step.subscripts(),
                bindings,
                step.operator(),
                sliced(summed(step.value(), variable), variable)));
      }
      Map<String, TensorDeclaration> declarations = Slabs.declarations(program);
      Map<String, Operand> operands = new LinkedHashMap<>();
      List<TensorDeclaration> inputs = new ArrayList<>();
      List<TensorDeclaration> targets = new ArrayList<>();
      SizeParameter.Axis axis = null;
      for (Map.Entry<Operand, String> entry : names.entrySet()) {
        Operand operand = entry.getKey();
        operands.put(entry.getValue(), operand);
        TensorDeclaration whole = declarations.get(operand.tensor());
        if (whole == null) {
          throw new AssertionError("no tensor " + operand);
        }
        TensorType type = sliced(whole.type(), operand.axis());
        boolean isTarget = written.contains(operand.tensor());
        (isTarget ? targets : inputs).add(new TensorDeclaration(entry.getValue(), type));
        if (operand.axis() >= 0) {
          axis = new SizeParameter.Axis(entry.getValue(), operand.axis());
        }
      }
      if (axis == null) {
        throw new AssertionError("nothing is cut by " + group);
      }
      List<SizeParameter> sizes = new ArrayList<>(program.sizes());
      sizes.add(new SizeParameter(size, List.of(axis)));
      List<String> outputs =
          targets.stream()
              .map(TensorDeclaration::name)
              .filter(name -> !group.temporaries().contains(name))
              .toList();
      var part = new IndexProgram(inputs, targets, sizes, program.derived(), steps, outputs);
      return new PlanStage(
          new ExecutionPlan(part, part), group.from(), operands, Optional.of(new Cut(group, size)));
    }

    private TensorType sliced(TensorType type, int axis) {
      List<Extent> extents = new ArrayList<>(type.extents());
      if (axis >= 0) {
        extents.set(axis, slab);
      }
      return new TensorType(type.elementType(), extents);
    }

    /** A sum over the index, within a slab. */
    private IndexExpr summed(IndexExpr expr, IndexVariable variable) {
      return expr instanceof IndexExpr.Reduction sum
          ? new IndexExpr.Reduction(sum.operator(), cut(sum.bindings(), variable), sum.body())
          : expr;
    }

    private List<IndexBinding> cut(List<IndexBinding> bindings, IndexVariable variable) {
      return bindings.stream()
          .map(b -> b.variable().equals(variable) ? new IndexBinding(variable, slab) : b)
          .toList();
    }

    private IndexExpr sliced(IndexExpr expr, IndexVariable variable) {
      IndexExpr inside = expr.mapChildren(child -> sliced(child, variable));
      if (!(inside instanceof IndexExpr.Access access)) {
        return inside;
      }
      boolean own = group.temporaries().contains(access.tensor());
      var operand =
          new Operand(access.tensor(), SlabGrowth.axisOf(variable, access.subscripts()), own);
      String name = names.getOrDefault(operand, access.tensor());
      return name.equals(access.tensor())
          ? inside
          : new IndexExpr.Access(name, access.subscripts(), access.border(), access.elementType());
    }
  }
}
