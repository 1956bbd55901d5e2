package dev.einkorn.compiler.check;

import dev.einkorn.compiler.check.ExtentClasses.Node;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.DerivedSize;
import dev.einkorn.compiler.index.Extent;
import dev.einkorn.compiler.index.SizeParameter.Axis;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds extents of indices that stand alone nowhere: the largest for which no access leaves its
 * tensor, {@code extent(I, 0) - extent(K, 0) + 1} for {@code x} in {@code O[x] = I[x+r] * K[r]}.
 *
 * <p>An index is solved once everything else in some access with it is known, those of earlier
 * statements first. Accesses with a border bound nothing, but where nothing else gives an extent an
 * index that stands alone in one has the extent of the axis.
 */
final class AffineInference {
  private final ExtentClasses classes;
  private final Symbols symbols;
  private final List<Statement> statements = new ArrayList<>();

  /** What a statement says about its indices. */
  private record Statement(
      ResolvedStatement statement,
      Map<Variable, List<Bound>> bounds,
      List<Form> forms,
      Map<Variable, Axis> bordered) {}

  /** An affine index at an axis. */
  record Form(Term.Read read, List<Term.Part> parts, long constant, Axis axis) {}

  AffineInference(ExtentClasses classes, Symbols symbols) {
    this.classes = classes;
    this.symbols = symbols;
  }

  /** Adds a statement with the bounds that give extents to some of its indices. */
  void add(ResolvedStatement statement, List<Bound> bounds) {
    Map<Variable, List<Bound>> byVariable = new LinkedHashMap<>();
    bounds.forEach(
        each -> byVariable.computeIfAbsent(each.variable(), _ -> new ArrayList<>()).add(each));
    Statement added =
        new Statement(statement, byVariable, new ArrayList<>(), new LinkedHashMap<>());
    visit(statement.value(), added);
    statements.add(added);
  }

  private void visit(Term term, Statement statement) {
    if (term instanceof Term.Read read
        && ExtentClasses.hasRank(symbols, read.tensor(), read.indices().size())) {
      for (int position = 0; position < read.indices().size(); position++) {
        Term.Index index = read.indices().get(position);
        Axis axis = new Axis(read.tensor(), position);
        if (index instanceof Term.Index.Plain(Variable variable, _)
            && read.border() != Border.NONE) {
          statement.bordered.putIfAbsent(variable, axis);
        }
        if (index instanceof Term.Index.Affine(List<Term.Part> parts, long constant, _)
            && read.border() == Border.NONE
            && !parts.isEmpty()) {
          statement.forms.add(new Form(read, parts, constant, axis));
        }
      }
    }
    term.children().forEach(child -> visit(child, statement));
  }

  /** Proposes the names of indices that stand alone in accesses with borders for their axes. */
  void nameBordered() {
    for (Statement statement : statements) {
      statement.bordered.forEach(
          (variable, axis) -> {
            if (forms(statement.statement, variable).isEmpty()
                && statement.statement.standsAlone(variable).isEmpty()) {
              classes.name(new Node.OfAxis(axis), variable.name());
            }
          });
    }
  }

  /** Solves what can be solved. */
  void solve() {
    while (solveOne(this::infer) || solveOne(this::takeBordered)) {}
  }

  /** The accesses without a border in which the index stands, but not alone. */
  List<Form> forms(ResolvedStatement statement, Variable variable) {
    return statements.get(statement.number()).forms.stream()
        .filter(form -> form.parts.stream().anyMatch(part -> part.variable().equals(variable)))
        .toList();
  }

  /** The candidates for an extent that bounds give; empty if they mention open extents. */
  Optional<List<DerivedSize.Candidate>> candidates(List<Bound> bounds) {
    List<DerivedSize.Candidate> candidates = new ArrayList<>();
    for (Bound bound : bounds) {
      Bound.Limit limit = bound.limit();
      List<DerivedSize.Summand> summands = new ArrayList<>();
      for (Bound.Summand summand : limit.summands()) {
        Node axis = new Node.OfAxis(summand.axis());
        if (classes.isOpen(axis)) {
          return Optional.empty();
        }
        summands.add(new DerivedSize.Summand(summand.coefficient(), classes.extent(axis)));
      }
      candidates.add(
          new DerivedSize.Candidate(summands, limit.constant(), limit.divisor(), limit.offset()));
    }
    return Optional.of(candidates);
  }

  /** A way to solve one index. */
  private interface Method {
    boolean solve(Statement statement, Variable variable);
  }

  private boolean solveOne(Method method) {
    for (Statement statement : statements) {
      for (Variable variable : statement.statement.places().keySet()) {
        if (classes.isOpen(node(statement, variable)) && method.solve(statement, variable)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Node node(Statement statement, Variable variable) {
    return new Node.OfVariable(statement.statement.number(), variable);
  }

  private boolean takeBordered(Statement statement, Variable variable) {
    Axis axis = statement.bordered.get(variable);
    if (axis == null || classes.isOpen(new Node.OfAxis(axis))) {
      return false;
    }
    classes.solve(node(statement, variable), classes.extent(new Node.OfAxis(axis)));
    return true;
  }

  private boolean infer(Statement statement, Variable variable) {
    List<DerivedSize.Candidate> candidates = new ArrayList<>();
    List<Bound> bounds = statement.bounds.get(variable);
    if (bounds == null) {
      for (Form form : statement.forms) {
        candidate(statement, variable, form).ifPresent(candidates::add);
      }
    } else {
      candidates(bounds).ifPresent(candidates::addAll);
    }
    if (candidates.isEmpty()) {
      return false;
    }
    classes.derive(node(statement, variable), variable.name(), candidates);
    return true;
  }

  /**
   * The largest extent of {@code variable} that keeps the form in its axis, if everything else is
   * known. For {@code c*x + rest <= E-1} with {@code c > 0} that is {@code (E - 1 - max(rest)) // c
   * + 1}, for {@code c < 0} and {@code c*x + rest >= 0} it is {@code min(rest) // -c + 1}.
   */
  private Optional<DerivedSize.Candidate> candidate(
      Statement statement, Variable variable, Form form) {
    Node own = classes.representative(node(statement, variable));
    long coefficient = 0;
    boolean mixed = false;
    List<Term.Part> rest = new ArrayList<>();
    for (Term.Part part : form.parts) {
      Node node = node(statement, part.variable());
      if (classes.representative(node).equals(own)) {
        // Two indices of one extent that both grow act as one.
        mixed |= Long.signum(coefficient) * Long.signum(part.coefficient()) < 0;
        coefficient += part.coefficient();
      } else if (classes.isOpen(node)) {
        return Optional.empty();
      } else {
        rest.add(part);
      }
    }
    Node axis = new Node.OfAxis(form.axis);
    if (coefficient == 0 || mixed || (coefficient > 0 && classes.isOpen(axis))) {
      return Optional.empty();
    }
    List<DerivedSize.Summand> summands = new ArrayList<>();
    long sign = coefficient > 0 ? -1 : 1;
    long constant = sign * form.constant;
    if (coefficient > 0) {
      summands.add(new DerivedSize.Summand(1, classes.extent(axis)));
      constant -= 1;
    }
    for (Term.Part part : rest) {
      if (Long.signum(part.coefficient()) == Long.signum(coefficient)) {
        summands.add(
            new DerivedSize.Summand(
                sign * part.coefficient(), classes.extent(node(statement, part.variable()))));
        constant -= sign * part.coefficient();
      }
    }
    return Optional.of(new DerivedSize.Candidate(summands, constant, Math.abs(coefficient), 1));
  }

  /** The extent of an index of a statement. */
  Extent extent(ResolvedStatement statement, Variable variable) {
    return classes.extent(new Node.OfVariable(statement.number(), variable));
  }
}
