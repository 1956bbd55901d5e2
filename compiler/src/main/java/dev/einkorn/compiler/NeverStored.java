package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import dev.einkorn.compiler.optimize.ExecutionPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * A value that tools without fusion would hold in memory as a whole, and that this plan computes
 * element by element.
 *
 * @param text what the value is
 * @param type what it would be stored as
 */
record NeverStored(String text, TensorType type) {

  /**
   * Targets computed where they are read, and what reductions fold unless it is a tensor already.
   */
  static List<NeverStored> of(ExecutionPlan plan) {
    List<NeverStored> values = new ArrayList<>();
    for (TensorDeclaration target : plan.inlined()) {
      values.add(new NeverStored(target.name(), target.type()));
    }
    for (Assignment assignment : plan.optimized().assignments()) {
      collect(plan, assignment.value(), assignment.bindings(), values);
    }
    return values;
  }

  private static void collect(
      ExecutionPlan plan, IndexExpr expr, List<IndexBinding> around, List<NeverStored> values) {
    List<IndexBinding> inside = new ArrayList<>(around);
    if (expr instanceof IndexExpr.Reduction(_, List<IndexBinding> bindings, IndexExpr body)) {
      inside.addAll(bindings);
      if (!(body instanceof IndexExpr.Access)) {
        List<Extent> extents = inside.stream().map(IndexBinding::extent).toList();
        values.add(
            new NeverStored(
                IndexPrinter.print(plan.optimized(), body),
                new TensorType(body.elementType(), extents)));
      }
    }
    expr.children().forEach(child -> collect(plan, child, inside, values));
  }
}
