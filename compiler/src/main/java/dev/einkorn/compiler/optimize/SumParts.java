package dev.einkorn.compiler.optimize;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BoundExtents;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.FreeVariables;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.ReductionOperator;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A step whose sum stores its part for each position of one index first, and adds the parts up.
 *
 * {@snippet lang=text :
 * s = sum[i,k](t[i,k] * C[k,i])     =>     p[i] = sum[k](t[i,k] * C[k,i])
 *                                          s = sum[i](p[i])
 * }
 *
 * @param parts the tensor of the parts
 * @param steps that compute them, and then the target
 */
record SumParts(TensorDeclaration parts, List<Assignment> steps) {
  SumParts {
    steps = List.copyOf(steps);
  }

  /**
   * The step with a sum in parts; empty if the extent of one of its indices is not known.
   *
   * @param sum a reduction in the value of the step
   * @param along one of its bindings
   * @param name of the tensor of the parts
   */
  static Optional<SumParts> of(
      Assignment step, IndexExpr.Reduction sum, IndexBinding along, String name) {
    Map<IndexVariable, Extent> extents = BoundExtents.of(step);
    List<IndexBinding> axes = new ArrayList<>(List.of(along));
    for (IndexVariable variable : FreeVariables.of(sum)) {
      Extent extent = extents.get(variable);
      if (extent == null) {
        return Optional.empty();
      }
      axes.add(new IndexBinding(variable, extent));
    }
    List<IndexBinding> rest = new ArrayList<>(sum.bindings());
    rest.remove(along);
    IndexExpr part =
        rest.isEmpty()
            ? sum.body()
            : new IndexExpr.Reduction(ReductionOperator.SUM, rest, sum.body());
    List<Subscript> subscripts = axes.stream().map(axis -> Subscript.of(axis.variable())).toList();
    IndexExpr whole =
        new IndexExpr.Reduction(
            ReductionOperator.SUM,
            List.of(along),
            new IndexExpr.Access(name, subscripts, sum.elementType()));
    var type = new TensorType(sum.elementType(), axes.stream().map(IndexBinding::extent).toList());
    return Optional.of(
        new SumParts(
            new TensorDeclaration(name, type),
            List.of(
                new Assignment(name, subscripts, axes, AssignmentOperator.ASSIGN, part),
                step.withValue(Regions.replace(step.value(), sum, whole)))));
  }
}
