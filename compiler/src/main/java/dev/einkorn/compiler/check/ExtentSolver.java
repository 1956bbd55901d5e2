package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.DeclaredExtent;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.SizeParameter;
import dev.einkorn.compiler.index.SizeParameter.Axis;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds which axes and indices have one extent. A variable is in one class with every axis at which
 * it stands; so are the axes that a header gives one size name. A class takes its extent from an
 * integer in the header, or from an axis of a tensor that the caller passes.
 */
final class ExtentSolver {
  /** What an extent belongs to. */
  private sealed interface Node {
    record OfAxis(Axis axis) implements Node {}

    record OfVariable(int statement, Variable variable) implements Node {}

    record OfSize(String name) implements Node {}
  }

  private final Diagnostics diagnostics;
  private final Symbols symbols;
  private final List<ResolvedStatement> statements;
  private final Partition<Node> classes = new Partition<>();
  private final Map<Node, Long> fixed = new LinkedHashMap<>();
  private final Map<Node, Extent> solved = new LinkedHashMap<>();
  private final Map<Node, String> names = new LinkedHashMap<>();

  ExtentSolver(Diagnostics diagnostics, Symbols symbols, List<ResolvedStatement> statements) {
    this.diagnostics = diagnostics;
    this.symbols = symbols;
    this.statements = statements;
  }

  /** Solves, and reports the variables whose extent nothing gives. */
  Solution solve() {
    symbols.tensors().forEach(this::declare);
    for (ResolvedStatement statement : statements) {
      access(statement.number(), statement.target(), statement.indices());
      visit(statement.number(), statement.value());
    }
    List<SizeParameter> sizes = sizes();
    reportUndetermined();
    List<Extents> extents = new ArrayList<>();
    Map<Axis, Extent> axes = new LinkedHashMap<>();
    for (Node node : classes.members()) {
      if (node instanceof Node.OfAxis(Axis axis)) {
        axes.put(axis, extent(node));
      }
    }
    for (ResolvedStatement statement : statements) {
      Map<Variable, Extent> variables = new LinkedHashMap<>();
      for (Variable variable : statement.places().keySet()) {
        variables.put(variable, extent(new Node.OfVariable(statement.number(), variable)));
      }
      extents.add(new Extents(variables, axes, sizes));
    }
    return new Solution(extents, sizes);
  }

  /** The extents as each statement sees them, and the sizes. */
  record Solution(List<Extents> statements, List<SizeParameter> sizes) {}

  private void declare(Tensor tensor) {
    int rank = tensor.rank().orElse(0);
    for (int position = 0; position < rank; position++) {
      classes.add(axis(tensor.name(), position));
    }
    tensor
        .declared()
        .ifPresent(
            declared -> {
              for (int position = 0; position < rank; position++) {
                declare(axis(tensor.name(), position), declared.extents().get(position));
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

  private void visit(int statement, Term term) {
    if (term instanceof Term.Read read) {
      access(statement, read.tensor(), read.indices());
    }
    term.children().forEach(child -> visit(statement, child));
  }

  private void access(int statement, String tensor, List<? extends Term.Index> indices) {
    if (symbols.tensor(tensor).map(Tensor::rank).orElseThrow().orElse(-1) != indices.size()) {
      return;
    }
    for (int position = 0; position < indices.size(); position++) {
      if (indices.get(position) instanceof Term.Index.Plain(Variable variable, _)) {
        classes.join(axis(tensor, position), new Node.OfVariable(statement, variable));
      }
    }
  }

  private static Node axis(String tensor, int position) {
    return new Node.OfAxis(new Axis(tensor, position));
  }

  private Extent extent(Node node) {
    return solved.getOrDefault(classes.find(node), Extents.UNKNOWN);
  }

  private List<SizeParameter> sizes() {
    fixed.forEach((axis, value) -> solved.put(classes.find(axis), new Extent.Fixed(value)));
    nameClasses();
    Map<Node, List<Axis>> axes = new LinkedHashMap<>();
    for (boolean target : new boolean[] {false, true}) {
      for (Tensor tensor : symbols.tensors()) {
        if (tensor.isPassed() && tensor.isTarget() == target) {
          for (int position = 0; position < tensor.rank().orElse(0); position++) {
            Axis axis = new Axis(tensor.name(), position);
            axes.computeIfAbsent(classes.find(new Node.OfAxis(axis)), _ -> new ArrayList<>())
                .add(axis);
          }
        }
      }
    }
    List<SizeParameter> sizes = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    axes.forEach(
        (representative, members) -> {
          if (solved.containsKey(representative)) {
            return;
          }
          Axis first = members.getFirst();
          String wanted =
              names.getOrDefault(representative, first.tensor() + "_" + first.position());
          String name = unique(wanted, taken);
          solved.put(representative, new Extent.Symbolic(name));
          sizes.add(new SizeParameter(name, members));
        });
    return sizes;
  }

  private static String unique(String wanted, Set<String> taken) {
    String name = wanted;
    for (int n = 2; !taken.add(name); n++) {
      name = wanted + "_" + n;
    }
    return name;
  }

  /** Names each class after its first size name, else its first variable. */
  private void nameClasses() {
    for (Node node : classes.members()) {
      if (node instanceof Node.OfSize(String name)) {
        names.putIfAbsent(classes.find(node), name);
      }
    }
    for (ResolvedStatement statement : statements) {
      for (Variable variable : statement.places().keySet()) {
        names.putIfAbsent(
            classes.find(new Node.OfVariable(statement.number(), variable)), variable.name());
      }
    }
  }

  private void reportUndetermined() {
    Set<Node> reported = new HashSet<>();
    for (ResolvedStatement statement : statements) {
      if (statement.broken()) {
        // What gives the extent may be in the part that was not understood, here or in what
        // follows.
        statement.places().keySet().forEach(each -> reported.add(representative(statement, each)));
        continue;
      }
      statement
          .places()
          .forEach(
              (variable, span) -> {
                Node representative = representative(statement, variable);
                if (!solved.containsKey(representative) && reported.add(representative)) {
                  report(statement, variable, span);
                }
              });
    }
  }

  private Node representative(ResolvedStatement statement, Variable variable) {
    return classes.find(new Node.OfVariable(statement.number(), variable));
  }

  private void report(ResolvedStatement statement, Variable variable, Span span) {
    boolean left = statement.targetVariables().contains(variable);
    diagnostics.error(
        ErrorCode.UNDETERMINED_EXTENT,
        span,
        "the extent of index %s is not determined: it stands in no access%s"
            .formatted(variable, left ? " on the right side" : ""),
        left
            ? "leave %s out of %s, or give the extents of %s in a header"
                .formatted(variable, statement.targetText(), statement.target())
            : "leave %s out, or use it as an index".formatted(variable));
  }
}
