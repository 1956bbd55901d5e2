package dev.einkorn.compiler;

import dev.einkorn.compiler.index.AccessBounds;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.PositionMagnitude;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.jit.KernelCache;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.PlanRequest;
import dev.einkorn.compiler.optimize.PlannedProgram;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.runtime.Strided;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program checked and planned for the element types and ranks of its inputs; it serves every size
 * and layout.
 */
final class Specialization {
  private static final int MOST_PLANS = 64;

  private final IndexProgram program;
  private final ExecutionPlan plan;
  private final KernelCache<PlanKey, PlannedProgram> plans = new KernelCache<>(MOST_PLANS);
  private final boolean needsBoundsCheck;

  /** What a plan depends on, beside the options of an instance. */
  private record PlanKey(List<Long> sizes, long intermediateBytes) {}

  Specialization(IndexProgram program) {
    this.program = program;
    this.plan = Planner.plan(program);
    this.needsBoundsCheck =
        program.assignments().stream()
            .anyMatch(a -> mayLeaveItsTensor(a.value(), extents(a.bindings(), Map.of())));
  }

  /**
   * Whether an access has a subscript that neither the kernel checks nor is a variable whose range
   * is the axis.
   */
  private boolean mayLeaveItsTensor(IndexExpr expr, Map<IndexVariable, Extent> ranges) {
    if (expr instanceof IndexExpr.Access access && access.border() == Border.NONE) {
      List<Extent> extents = program.typeOf(access.tensor()).extents();
      for (int axis = 0; axis < access.subscripts().size(); axis++) {
        if (access.subscripts().get(axis) instanceof Subscript.Affine form
            && !(form.isVariable() && extents.get(axis).equals(ranges.get(form.variable())))) {
          return true;
        }
      }
    }
    Map<IndexVariable, Extent> inside =
        switch (expr) {
          case IndexExpr.Reduction reduction -> extents(reduction.bindings(), ranges);
          case IndexExpr.ArgumentReduction reduction -> extents(reduction.bindings(), ranges);
          case IndexExpr.Access _,
              IndexExpr.Literal _,
              IndexExpr.IndexValue _,
              IndexExpr.ExtentValue _,
              IndexExpr.Unary _,
              IndexExpr.Binary _,
              IndexExpr.Call _,
              IndexExpr.Cast _,
              IndexExpr.Select _ ->
              ranges;
        };
    return expr.children().stream().anyMatch(child -> mayLeaveItsTensor(child, inside));
  }

  private static Map<IndexVariable, Extent> extents(
      List<IndexBinding> bindings, Map<IndexVariable, Extent> outside) {
    Map<IndexVariable, Extent> extents = new HashMap<>(outside);
    bindings.forEach(binding -> extents.put(binding.variable(), binding.extent()));
    return extents;
  }

  IndexProgram program() {
    return program;
  }

  /** The plan in the written order, for all sizes. */
  ExecutionPlan plan() {
    return plan;
  }

  /** Whether these tensors have extents that the program allows. */
  boolean accepts(Map<String, ? extends Strided> tensors) {
    for (SizeParameter size : program.sizes()) {
      long value = extent(tensors, size.axes().getFirst());
      for (SizeParameter.Axis axis : size.axes()) {
        if (extent(tensors, axis) != value) {
          return false;
        }
      }
    }
    for (TensorDeclaration input : program.inputs()) {
      if (!hasFixedExtents(input, tensors)) {
        return false;
      }
    }
    for (TensorDeclaration target : program.targets()) {
      if (tensors.containsKey(target.name()) && !hasFixedExtents(target, tensors)) {
        return false;
      }
    }
    return outOfRange(tensors).isEmpty();
  }

  /**
   * What is wrong with a subscript that leaves its tensor, such as {@code A[4,j]} where A has four
   * rows.
   */
  Optional<String> outOfRange(Map<String, ? extends Strided> tensors) {
    return needsBoundsCheck
        ? AccessBounds.violation(program, sizes(tensors)).map(AccessBounds.Violation::toString)
        : Optional.empty();
  }

  /** The sizes of a call. */
  Sizes sizes(Map<String, ? extends Strided> tensors) {
    Map<String, Long> values = new HashMap<>();
    for (SizeParameter size : program.sizes()) {
      values.put(size.name(), extent(tensors, size.axes().getFirst()));
    }
    return new Sizes(program, values);
  }

  /** The plan for a call. Recursive: for a {@link CompilerThread}. */
  PlannedProgram plan(Sizes sizes, PlanRequest request, PlanCache cache) {
    var key = new PlanKey(List.copyOf(sizes.byName().values()), request.intermediateBytes());
    return plans.get(key, () -> cache.plan(program, sizes.byName(), request));
  }

  /** Whether kernels need 64-bit positions for these sizes, whatever their operands are. */
  static boolean needsLongPositions(ExecutionPlan plan, Sizes sizes) {
    return PositionMagnitude.exceedsInt(plan.optimized(), sizes::value);
  }

  /** Whether kernels need 64-bit positions for all sizes. */
  static boolean needsLongPositions(ExecutionPlan plan) {
    return PositionMagnitude.exceedsInt(
        plan.optimized(), extent -> extent instanceof Extent.Fixed(long value) ? value : 1);
  }

  /** The shape of a target for these sizes. */
  long[] shape(String target, Sizes sizes) {
    return shape(program.typeOf(target), sizes);
  }

  /** The shape of a tensor of this type for these sizes. */
  long[] shape(TensorType type, Sizes sizes) {
    return type.extents().stream().mapToLong(sizes::value).toArray();
  }

  /** Bytes of everything that a call reads or writes, roughly. */
  static double operandBytes(ExecutionPlan plan, Sizes sizes) {
    double sum = 0;
    for (TensorDeclaration operand : Executable.operands(plan.optimized())) {
      double bytes = operand.type().elementType().byteSize();
      for (Extent extent : operand.type().extents()) {
        bytes *= sizes.value(extent);
      }
      sum += bytes;
    }
    return sum;
  }

  private static long extent(Map<String, ? extends Strided> tensors, SizeParameter.Axis axis) {
    Strided tensor = tensors.get(axis.tensor());
    if (tensor == null) {
      throw new AssertionError("size from " + axis.tensor() + ", which is not passed");
    }
    return tensor.extent(axis.position());
  }

  private static boolean hasFixedExtents(
      TensorDeclaration declared, Map<String, ? extends Strided> tensors) {
    Strided tensor = tensors.get(declared.name());
    for (int axis = 0; tensor != null && axis < declared.type().rank(); axis++) {
      if (declared.type().extents().get(axis) instanceof Extent.Fixed(long value)
          && tensor.extent(axis) != value) {
        return false;
      }
    }
    return true;
  }
}
