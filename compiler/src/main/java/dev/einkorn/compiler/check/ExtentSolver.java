package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.DeclaredExtent;
import dev.einkorn.compiler.check.ExtentClasses.Node;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.SizeParameter.Axis;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds which axes and indices have one extent. A variable is in one class with every axis at which
 * it stands alone; so are the axes that a header gives one size name. A class takes its extent from
 * an integer in the header, from an axis of a tensor that the caller passes, from a {@code where},
 * or from what {@link AffineInference} finds.
 */
final class ExtentSolver {
  private final UndeterminedExtents reports;
  private final Symbols symbols;
  private final List<ResolvedStatement> statements;
  private final ExtentClasses classes = new ExtentClasses();
  private final AffineInference inference;
  private final Map<Node, Long> fixed = new LinkedHashMap<>();

  /** The conditions that say something about the extent of an index, by statement. */
  private final List<Bounds> bounds = new ArrayList<>();

  private final Set<Term> extentConditions = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The bounds that give extents, and those on indices whose extents are given by accesses. */
  private record Bounds(List<Bound> giving, List<Bound> others) {}

  ExtentSolver(
      SourceText source,
      Diagnostics diagnostics,
      Symbols symbols,
      List<ResolvedStatement> statements) {
    this.symbols = symbols;
    this.statements = statements;
    this.inference = new AffineInference(classes, symbols);
    this.reports = new UndeterminedExtents(source, diagnostics, symbols, classes, inference);
  }

  /** Solves, and reports the variables whose extent nothing gives. */
  Solution solve() {
    symbols.tensors().forEach(this::declare);
    for (ResolvedStatement statement : statements) {
      classes.joinAccess(
          statement.number(), statement.target(), statement.indices(), Set.of(), symbols);
      classes.joinAccesses(statement.number(), statement.value(), statement.limited(), symbols);
    }
    for (ResolvedStatement statement : statements) {
      Bounds found = bounds(statement);
      bounds.add(found);
      inference.add(statement, found.giving());
    }
    statements.forEach(this::takeSimpleBounds);
    List<SizeParameter> sizes = sizes();
    inference.solve();
    statements.forEach(this::checkConditions);
    reports.report(statements);
    return solution(sizes);
  }

  /**
   * What was found.
   *
   * @param statements the extents as each statement sees them
   * @param sizes the sizes that axes give
   * @param derived the sizes that follow from others
   * @param extentConditions the conditions that give extents and are no conditions beyond that,
   *     compared by identity
   * @param bounds for each statement the bounds that give extents
   */
  record Solution(
      List<Extents> statements,
      List<SizeParameter> sizes,
      List<DerivedSize> derived,
      Set<Term> extentConditions,
      List<List<Bound>> bounds) {}

  private Solution solution(List<SizeParameter> sizes) {
    List<Extents> extents = new ArrayList<>();
    Map<Axis, Extent> axes = new LinkedHashMap<>();
    for (Node node : classes.members()) {
      if (node instanceof Node.OfAxis(Axis axis)) {
        axes.put(axis, classes.extent(node));
      }
    }
    for (ResolvedStatement statement : statements) {
      Map<Variable, Extent> variables = new LinkedHashMap<>();
      for (Variable variable : statement.places().keySet()) {
        variables.put(variable, inference.extent(statement, variable));
      }
      extents.add(new Extents(variables, axes));
    }
    return new Solution(
        extents,
        sizes,
        classes.derived(),
        extentConditions,
        bounds.stream().map(Bounds::giving).toList());
  }

  private void declare(Tensor tensor) {
    int rank = tensor.rank().orElse(0);
    for (int position = 0; position < rank; position++) {
      classes.add(ExtentClasses.axis(tensor.name(), position));
    }
    for (int position : tensor.unitAxes()) {
      if (tensor.isPassed()) {
        fixed.put(ExtentClasses.axis(tensor.name(), position), 1L);
      }
    }
    tensor
        .declared()
        .ifPresent(
            declared -> {
              for (int position = 0; position < rank; position++) {
                declare(
                    ExtentClasses.axis(tensor.name(), position), declared.extents().get(position));
              }
            });
  }

  private void declare(Node axis, DeclaredExtent extent) {
    switch (extent) {
      case DeclaredExtent.Fixed(var value, _) -> {
        if (value.bitLength() < Long.SIZE) {
          fixed.putIfAbsent(axis, value.longValueExact());
        }
      }
      case DeclaredExtent.Named(String name, _) -> classes.join(axis, new Node.OfSize(name));
    }
  }

  /** Sorts the bounds of a statement. */
  private Bounds bounds(ResolvedStatement statement) {
    Set<Variable> alone = new LinkedHashSet<>();
    if (statement.operator().accumulates()) {
      alone.addAll(statement.targetVariables());
    }
    Set<Term> conditions = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Bound> found = new ArrayList<>();
    collect(statement.value(), alone, conditions, found);
    statement.where().forEach(condition -> Bound.of(condition).ifPresent(found::add));
    alone.removeAll(statement.limited());
    List<Bound> giving = new ArrayList<>();
    List<Bound> others = new ArrayList<>();
    for (Bound bound : found) {
      if (statement.places().containsKey(bound.variable())) {
        (alone.contains(bound.variable()) ? others : giving).add(bound);
      }
    }
    giving.forEach(bound -> extentConditions.add(bound.condition()));
    return new Bounds(giving, others);
  }

  /** Collects the variables that stand alone in an access, and the bounds of reductions. */
  private void collect(Term term, Set<Variable> alone, Set<Term> conditions, List<Bound> found) {
    if (term instanceof Term.Read read && read.border() == Border.NONE) {
      for (Term.Index index : read.indices()) {
        if (index instanceof Term.Index.Plain(Variable variable, _)) {
          alone.add(variable);
        }
      }
    }
    if (term instanceof Term.Reduce reduce) {
      for (Term condition : reduce.conditions()) {
        // A condition on an implicit sum may stand at several sums.
        if (conditions.add(condition)) {
          Bound.of(condition).ifPresent(found::add);
        }
      }
    }
    term.children().forEach(child -> collect(child, alone, conditions, found));
  }

  /** A single bound that is a number or the extent of an axis makes two extents one. */
  private void takeSimpleBounds(ResolvedStatement statement) {
    List<Bound> giving = bounds.get(statement.number()).giving();
    for (Bound bound : giving) {
      Bound.Limit limit = bound.limit();
      Node variable = new Node.OfVariable(statement.number(), bound.variable());
      if (giving.stream().filter(each -> each.variable().equals(bound.variable())).count() > 1) {
        continue;
      }
      if (limit.summands().isEmpty()) {
        long value = Math.floorDiv(limit.constant(), limit.divisor()) + limit.offset();
        fixed.put(variable, Math.max(0, value));
      } else if (limit.summands().size() == 1
          && limit.summands().getFirst().coefficient() == 1
          && limit.constant() == 0
          && limit.divisor() == 1) {
        classes.join(new Node.OfAxis(limit.summands().getFirst().axis()), variable);
      }
    }
  }

  private List<SizeParameter> sizes() {
    fixed.forEach((node, value) -> classes.solve(node, new Extent.Fixed(value)));
    nameClasses();
    Map<Node, List<Axis>> axes = new LinkedHashMap<>();
    for (boolean target : new boolean[] {false, true}) {
      for (Tensor tensor : symbols.tensors()) {
        if (tensor.isPassed() && tensor.isTarget() == target) {
          for (int position = 0; position < tensor.axisCount(); position++) {
            Axis axis = new Axis(tensor.name(), position);
            axes.computeIfAbsent(
                    classes.representative(new Node.OfAxis(axis)), _ -> new ArrayList<>())
                .add(axis);
          }
        }
      }
    }
    List<SizeParameter> sizes = new ArrayList<>();
    axes.forEach(
        (representative, members) -> {
          if (classes.isOpen(representative)) {
            Axis first = members.getFirst();
            String name =
                classes.uniqueName(representative, first.tensor() + "_" + first.position());
            classes.solve(representative, new Extent.Symbolic(name));
            sizes.add(new SizeParameter(name, members));
          }
        });
    return sizes;
  }

  /** Names each class after its first size name, else its first variable. */
  private void nameClasses() {
    for (Node node : classes.members()) {
      if (node instanceof Node.OfSize(String name)) {
        classes.name(node, name);
      }
    }
    for (ResolvedStatement statement : statements) {
      for (Variable variable : statement.places().keySet()) {
        classes.name(new Node.OfVariable(statement.number(), variable), variable.name());
      }
    }
    inference.nameBordered();
  }

  /** Whether the condition gives an extent to an index of this name of another reduction. */
  private static boolean givesOther(Bounds bounds, Bound bound) {
    return bound.variable().scope() != 0
        && bounds.giving().stream()
            .anyMatch(each -> each.condition().span().equals(bound.condition().span()));
  }

  /** Checks that conditions agree with the extents found, and that none is without effect. */
  private void checkConditions(ResolvedStatement statement) {
    if (statement.broken()) {
      return;
    }
    Bounds found = bounds.get(statement.number());
    Map<Variable, List<Bound>> giving = new LinkedHashMap<>();
    found
        .giving()
        .forEach(each -> giving.computeIfAbsent(each.variable(), _ -> new ArrayList<>()).add(each));
    giving.forEach(
        (variable, all) -> {
          Optional<Extent> wanted = inference.candidates(all).flatMap(classes::known);
          Extent extent = inference.extent(statement, variable);
          if (extent != Extents.UNKNOWN && !wanted.equals(Optional.of(extent))) {
            reports.contradiction(statement, all.getFirst());
          }
        });
    for (Bound bound : found.others()) {
      Optional<Extent> wanted = inference.candidates(List.of(bound)).flatMap(classes::known);
      if (wanted.equals(Optional.of(inference.extent(statement, bound.variable())))) {
        extentConditions.add(bound.condition());
      } else if (statement.where().contains(bound.condition()) && !givesOther(found, bound)) {
        reports.contradiction(statement, bound);
      }
    }
    Set<Span> useless = new HashSet<>();
    for (Term condition : statement.where()) {
      // A condition on indices of several written reductions is there once for each.
      if (Bound.of(condition).filter(b -> statement.places().containsKey(b.variable())).isEmpty()
          && useless.add(condition.span())) {
        reports.useless(statement, condition);
      }
    }
  }
}
