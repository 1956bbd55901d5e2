package dev.einkorn.compiler.ahead;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Other names of a program's sizes: those of the indices that range over them, and those that
 * shapes give them. In {@code C[i,j] = A[i] * B[j]; t = C[k,k]} the size {@code i} is also called
 * {@code j} and {@code k}.
 */
final class SizeAliases {
  private final Map<String, String> names = new LinkedHashMap<>();

  private SizeAliases() {}

  /** The size that each name stands for; a name of a size stands for itself. */
  static Map<String, String> of(KernelMethod method, IndexProgram program) {
    var aliases = new SizeAliases();
    program.sizes().forEach(size -> aliases.names.put(size.name(), size.name()));
    for (KernelMethod.Parameter parameter : method.parameters()) {
      parameter.shape().ifPresent(shape -> aliases.add(parameter.name(), shape, program));
    }
    for (Assignment assignment : program.assignments()) {
      aliases.add(assignment.bindings());
      aliases.visit(assignment.value());
    }
    return aliases.names;
  }

  private void add(String tensor, List<String> shape, IndexProgram program) {
    boolean known =
        program.inputs().stream().anyMatch(each -> each.name().equals(tensor))
            || program.targets().stream().anyMatch(each -> each.name().equals(tensor));
    List<Extent> extents = known ? program.typeOf(tensor).extents() : List.of();
    for (int axis = 0; axis < Math.min(shape.size(), extents.size()); axis++) {
      add(shape.get(axis), extents.get(axis));
    }
  }

  private void add(List<IndexBinding> bindings) {
    bindings.forEach(binding -> add(binding.variable().name(), binding.extent()));
  }

  private void add(String name, Extent extent) {
    if (extent instanceof Extent.Symbolic(String size) && names.containsKey(size)) {
      names.putIfAbsent(name, size);
    }
  }

  private void visit(IndexExpr expr) {
    switch (expr) {
      case IndexExpr.Reduction reduction -> add(reduction.bindings());
      case IndexExpr.ArgumentReduction reduction -> add(reduction.bindings());
      case IndexExpr.Access _,
          IndexExpr.Literal _,
          IndexExpr.IndexValue _,
          IndexExpr.ExtentValue _,
          IndexExpr.Unary _,
          IndexExpr.Binary _,
          IndexExpr.Call _,
          IndexExpr.Cast _,
          IndexExpr.Select _ -> {}
    }
    expr.children().forEach(this::visit);
  }
}
