package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import dev.einkorn.compiler.optimize.Planner;
import dev.einkorn.runtime.ElementType;
import dev.einkorn.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program checked and planned for the element types and ranks of its inputs; it serves every size
 * and layout.
 */
final class Specialization {
  /** A subscript that is the same position in every iteration, such as the 0 in {@code A[0,j]}. */
  private record FixedPosition(String tensor, int axis, long position) {}

  private final IndexProgram program;
  private final ExecutionPlan plan;
  private final List<FixedPosition> fixedPositions = new ArrayList<>();

  Specialization(IndexProgram program) {
    this.program = program;
    this.plan = Planner.plan(program);
    for (Assignment assignment : program.assignments()) {
      collectFixedPositions(assignment.value());
    }
  }

  IndexProgram program() {
    return program;
  }

  ExecutionPlan plan() {
    return plan;
  }

  /** Whether these tensors have extents that the program allows. */
  boolean accepts(Map<String, Tensor> tensors) {
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
   * What is wrong with a position that every call reads, such as {@code A[4,j]} where A, an input
   * or a target, has four rows.
   */
  Optional<String> outOfRange(Map<String, Tensor> tensors) {
    long[] sizes = sizes(tensors);
    for (FixedPosition fixed : fixedPositions) {
      long extent = value(program.typeOf(fixed.tensor).extents().get(fixed.axis), sizes);
      if (fixed.position < 0 || fixed.position >= extent) {
        return Optional.of(
            "position %d on axis %d of %s is outside of its extent %d"
                .formatted(fixed.position, fixed.axis, fixed.tensor, extent));
      }
    }
    return Optional.empty();
  }

  /** The values of the size parameters, in their order. */
  long[] sizes(Map<String, Tensor> tensors) {
    long[] values = new long[program.sizes().size()];
    for (int n = 0; n < values.length; n++) {
      values[n] = extent(tensors, program.sizes().get(n).axes().getFirst());
    }
    return values;
  }

  /** The shape of a target for these sizes. */
  long[] shape(String target, long[] sizes) {
    return program.typeOf(target).extents().stream().mapToLong(e -> value(e, sizes)).toArray();
  }

  /** An extent for these sizes. */
  long value(Extent extent, long[] sizes) {
    return switch (extent) {
      case Extent.Fixed(long fixed) -> fixed;
      case Extent.Symbolic(String name) -> {
        for (int n = 0; n < sizes.length; n++) {
          if (program.sizes().get(n).name().equals(name)) {
            yield sizes[n];
          }
        }
        throw new AssertionError("no size " + name);
      }
    };
  }

  /** Bytes of all stored temporaries for these sizes. All are alive until the call ends. */
  long temporaryBytes(long[] sizes) {
    long bytes = 0;
    for (TensorDeclaration temporary : plan.temporaries()) {
      long elements = 1;
      for (Extent extent : temporary.type().extents()) {
        elements = Math.multiplyExact(elements, value(extent, sizes));
      }
      ElementType type = temporary.type().elementType();
      bytes = Math.addExact(bytes, Math.multiplyExact(elements, (long) type.byteSize()));
    }
    return bytes;
  }

  private static long extent(Map<String, Tensor> tensors, SizeParameter.Axis axis) {
    Tensor tensor = tensors.get(axis.tensor());
    if (tensor == null) {
      throw new AssertionError("size from " + axis.tensor() + ", which is not passed");
    }
    return tensor.extent(axis.position());
  }

  private static boolean hasFixedExtents(TensorDeclaration declared, Map<String, Tensor> tensors) {
    Tensor tensor = tensors.get(declared.name());
    for (int axis = 0; tensor != null && axis < declared.type().rank(); axis++) {
      if (declared.type().extents().get(axis) instanceof Extent.Fixed(long value)
          && tensor.extent(axis) != value) {
        return false;
      }
    }
    return true;
  }

  private void collectFixedPositions(IndexExpr expr) {
    if (expr instanceof IndexExpr.Access(String tensor, List<Subscript> subscripts, _)) {
      for (int axis = 0; axis < subscripts.size(); axis++) {
        switch (subscripts.get(axis)) {
          case Subscript.Affine(List<Subscript.Term> terms, long constant) -> {
            if (terms.isEmpty()) {
              fixedPositions.add(new FixedPosition(tensor, axis, constant));
            }
          }
        }
      }
    }
    expr.children().forEach(this::collectFixedPositions);
  }
}
