package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Steps from a list of statements to a whole program. */
final class Programs {
  private Programs() {}

  /** The program with every extent replaced; its size parameters stay. */
  static IndexProgram mapExtents(IndexProgram program, UnaryOperator<Extent> f) {
    var assignments = new ArrayList<Assignment>();
    for (Assignment a : program.assignments()) {
      assignments.add(
          new Assignment(
              a.target(),
              a.subscripts(),
              mapBindings(a.bindings(), f),
              a.operator(),
              mapExtents(a.value(), f)));
    }
    return new IndexProgram(
        mapDeclarations(program.inputs(), f),
        mapDeclarations(program.targets(), f),
        program.sizes(),
        assignments,
        program.outputs());
  }

  private static IndexExpr mapExtents(IndexExpr expression, UnaryOperator<Extent> f) {
    IndexExpr mapped = expression.mapChildren(child -> mapExtents(child, f));
    if (mapped instanceof IndexExpr.ExtentValue(Extent extent)) {
      return new IndexExpr.ExtentValue(f.apply(extent));
    }
    if (mapped instanceof IndexExpr.Reduction(var operator, var bindings, var body)) {
      return new IndexExpr.Reduction(operator, mapBindings(bindings, f), body);
    }
    return mapped;
  }

  private static List<IndexBinding> mapBindings(
      List<IndexBinding> bindings, UnaryOperator<Extent> f) {
    return bindings.stream().map(b -> new IndexBinding(b.variable(), f.apply(b.extent()))).toList();
  }

  private static List<TensorDeclaration> mapDeclarations(
      List<TensorDeclaration> declarations, UnaryOperator<Extent> f) {
    return declarations.stream()
        .map(
            d ->
                new TensorDeclaration(
                    d.name(),
                    new TensorType(
                        d.type().elementType(), d.type().extents().stream().map(f).toList())))
        .toList();
  }

  /**
   * A whole program of the statements: inputs and targets that none of them uses go, each size
   * parameter lists the axes that give it, and an extent that no axis gives becomes fixed.
   */
  static IndexProgram complete(IndexProgram draft, Map<String, Long> sizes) {
    Set<String> used = new LinkedHashSet<>();
    Set<String> assigned = new LinkedHashSet<>();
    for (Assignment assignment : draft.assignments()) {
      assigned.add(assignment.target());
      collectReads(assignment.value(), used);
    }
    var inputs = draft.inputs().stream().filter(d -> used.contains(d.name())).toList();
    var targets = draft.targets().stream().filter(d -> assigned.contains(d.name())).toList();
    var outputs = draft.outputs().stream().filter(assigned::contains).toList();
    var pruned = new IndexProgram(inputs, targets, List.of(), draft.assignments(), outputs);
    var axes = new LinkedHashMap<String, List<SizeParameter.Axis>>();
    var passed = new ArrayList<>(inputs);
    targets.stream().filter(d -> pruned.isAccumulatedFromCaller(d.name())).forEach(passed::add);
    for (TensorDeclaration declaration : passed) {
      for (int axis = 0; axis < declaration.type().rank(); axis++) {
        if (declaration.type().extents().get(axis) instanceof Extent.Symbolic(String size)) {
          axes.computeIfAbsent(size, _ -> new ArrayList<>())
              .add(new SizeParameter.Axis(declaration.name(), axis));
        }
      }
    }
    var parameters = new ArrayList<SizeParameter>();
    axes.forEach((name, of) -> parameters.add(new SizeParameter(name, of)));
    IndexProgram fixed =
        mapExtents(
            pruned,
            extent ->
                extent instanceof Extent.Symbolic(String name) && !axes.containsKey(name)
                    ? new Extent.Fixed(sizes.getOrDefault(name, 0L))
                    : extent);
    return new IndexProgram(
        fixed.inputs(), fixed.targets(), parameters, fixed.assignments(), fixed.outputs());
  }

  /** Adds the names of the tensors that the expression reads. */
  static void collectReads(IndexExpr expression, Set<String> names) {
    if (expression instanceof IndexExpr.Access access) {
      names.add(access.tensor());
    }
    expression.children().forEach(child -> collectReads(child, names));
  }
}
