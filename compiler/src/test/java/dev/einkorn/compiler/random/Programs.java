package dev.einkorn.compiler.random;

import dev.einkorn.compiler.index.Assignment;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.IndexBinding;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexProgram;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.TensorDeclaration;
import dev.einkorn.compiler.index.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
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
        program.derived().stream().map(size -> mapExtents(size, f)).toList(),
        assignments,
        program.outputs());
  }

  private static DerivedSize mapExtents(DerivedSize size, UnaryOperator<Extent> f) {
    var candidates = new ArrayList<DerivedSize.Candidate>();
    for (DerivedSize.Candidate old : size.candidates()) {
      var summands =
          old.summands().stream()
              .map(s -> new DerivedSize.Summand(s.coefficient(), f.apply(s.extent())))
              .toList();
      candidates.add(
          new DerivedSize.Candidate(summands, old.constant(), old.divisor(), old.offset()));
    }
    return new DerivedSize(size.name(), candidates);
  }

  private static IndexExpr mapExtents(IndexExpr expression, UnaryOperator<Extent> f) {
    IndexExpr mapped = expression.mapChildren(child -> mapExtents(child, f));
    if (mapped instanceof IndexExpr.ExtentValue(Extent extent)) {
      return new IndexExpr.ExtentValue(f.apply(extent));
    }
    if (mapped instanceof IndexExpr.Reduction(var operator, var bindings, var body)) {
      return new IndexExpr.Reduction(operator, mapBindings(bindings, f), body);
    }
    if (mapped instanceof IndexExpr.ArgumentReduction(var operator, var bindings, var c, var b)) {
      return new IndexExpr.ArgumentReduction(operator, mapBindings(bindings, f), c, b);
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
   * A whole program of the statements: inputs, targets and derived sizes that none of them uses go,
   * each size parameter lists the axes that give it, a derived size that an axis of the caller's
   * gives is a parameter, and an extent that nothing gives becomes fixed.
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
    List<DerivedSize> derived = derived(pruned, draft.derived(), axes.keySet());
    Set<String> given = new HashSet<>(axes.keySet());
    derived.forEach(size -> given.add(size.name()));
    IndexProgram fixed =
        mapExtents(
            new IndexProgram(inputs, targets, parameters, derived, pruned.assignments(), outputs),
            extent ->
                extent instanceof Extent.Symbolic(String name) && !given.contains(name)
                    ? new Extent.Fixed(sizes.getOrDefault(name, 0L))
                    : extent);
    return fixed;
  }

  /** The derived sizes that the program needs, apart from those given otherwise. */
  private static List<DerivedSize> derived(
      IndexProgram program, List<DerivedSize> candidates, Set<String> given) {
    Set<Extent> needed = new HashSet<>();
    UnaryOperator<Extent> need =
        extent -> {
          needed.add(extent);
          return extent;
        };
    // the mapping visits every extent
    mapExtents(program, need);
    var derived = new ArrayList<DerivedSize>();
    for (DerivedSize size : candidates.reversed()) {
      if (!given.contains(size.name()) && needed.contains(new Extent.Symbolic(size.name()))) {
        derived.addFirst(mapExtents(size, need));
      }
    }
    return derived;
  }

  /** Adds the names of the tensors that the expression reads. */
  static void collectReads(IndexExpr expression, Set<String> names) {
    if (expression instanceof IndexExpr.Access access) {
      names.add(access.tensor());
    }
    expression.children().forEach(child -> collectReads(child, names));
  }
}
