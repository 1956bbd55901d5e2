package dev.einkorn.compiler;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexPrinter;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.Sizes;
import dev.einkorn.compiler.index.TensorDeclaration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One checked statement over unnamed operands, which prints with whatever names its tensors get.
 */
record LazyStatement(IndexProgram program, Assignment assignment) {

  static LazyStatement of(IndexProgram program) {
    return new LazyStatement(program, program.assignments().getFirst());
  }

  /** The statement in the language, with these names for its target and operands. */
  String text(String target, List<String> operands) {
    Map<String, String> names = new HashMap<>();
    for (int n = 0; n < operands.size(); n++) {
      names.put(program.inputs().get(n).name(), operands.get(n));
    }
    var renamed =
        new Assignment(
            target,
            assignment.subscripts(),
            assignment.bindings(),
            assignment.operator(),
            rename(assignment.value(), names));
    return IndexPrinter.print(renamed);
  }

  private static IndexExpr rename(IndexExpr expr, Map<String, String> names) {
    IndexExpr inside = expr.mapChildren(child -> rename(child, names));
    return inside instanceof IndexExpr.Access(String tensor, var subscripts, var border, var type)
        ? new IndexExpr.Access(names.getOrDefault(tensor, tensor), subscripts, border, type)
        : inside;
  }

  /** Whether the statement uses this name for an index. */
  boolean usesIndex(String name) {
    return program.sizes().stream().anyMatch(size -> size.name().equals(name))
        || assignment.bindings().stream().anyMatch(b -> b.variable().name().equals(name))
        || bindsIndex(assignment.value(), name);
  }

  private static boolean bindsIndex(IndexExpr expr, String name) {
    return (expr instanceof IndexExpr.Reduction reduction
            && reduction.bindings().stream().anyMatch(b -> b.variable().name().equals(name)))
        || expr.children().stream().anyMatch(child -> bindsIndex(child, name));
  }

  /** The shape of the result for operands of these shapes. */
  long[] shape(List<long[]> operands) {
    Map<String, Long> parameters = new HashMap<>();
    List<String> names = program.inputs().stream().map(TensorDeclaration::name).toList();
    for (SizeParameter size : program.sizes()) {
      SizeParameter.Axis axis = size.axes().getFirst();
      parameters.put(size.name(), operands.get(names.indexOf(axis.tensor()))[axis.position()]);
    }
    var sizes = new Sizes(program, parameters);
    return program.typeOf(assignment.target()).extents().stream().mapToLong(sizes::value).toArray();
  }
}
