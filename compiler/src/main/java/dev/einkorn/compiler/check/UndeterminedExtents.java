package dev.einkorn.compiler.check;

import dev.einkorn.compiler.check.ExtentClasses.Node;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reports indices without an extent, and conditions that contradict the extents or say nothing. */
final class UndeterminedExtents {
  private final SourceText source;
  private final Diagnostics diagnostics;
  private final Symbols symbols;
  private final ExtentClasses classes;
  private final AffineInference inference;

  UndeterminedExtents(
      SourceText source,
      Diagnostics diagnostics,
      Symbols symbols,
      ExtentClasses classes,
      AffineInference inference) {
    this.source = source;
    this.symbols = symbols;
    this.diagnostics = diagnostics;
    this.classes = classes;
    this.inference = inference;
  }

  /** Reports each open class once. */
  void report(List<ResolvedStatement> statements) {
    Set<Node> reported = new HashSet<>();
    for (ResolvedStatement statement : statements) {
      if (statement.broken()) {
        // What gives the extent may be in the part that was not understood, here or in what
        // follows.
        statement.places().keySet().forEach(each -> reported.add(representative(statement, each)));
        int rank = symbols.tensor(statement.target()).map(Tensor::axisCount).orElse(0);
        for (int axis = 0; axis < rank; axis++) {
          reported.add(classes.representative(ExtentClasses.axis(statement.target(), axis)));
        }
        continue;
      }
      statement
          .places()
          .forEach(
              (variable, span) -> {
                Node representative = representative(statement, variable);
                if (classes.isOpen(representative) && reported.add(representative)) {
                  report(statement, variable, span, reported);
                }
              });
    }
  }

  private Node representative(ResolvedStatement statement, Variable variable) {
    return classes.representative(new Node.OfVariable(statement.number(), variable));
  }

  private void report(
      ResolvedStatement statement, Variable variable, Span span, Set<Node> reported) {
    List<AffineInference.Form> forms = inference.forms(statement, variable);
    if (!forms.isEmpty()) {
      together(statement, variable, forms.getFirst(), reported);
      return;
    }
    Optional<Term.Read> bordered = bordered(statement.value(), variable);
    if (bordered.isPresent()) {
      String text = bordered.get().text();
      diagnostics.add(
          Diagnostic.error(
                  ErrorCode.UNDETERMINED_EXTENT,
                  bordered.get().span(),
                  "the extent of index %s is not determined: %s is legal for every %s"
                      .formatted(variable, text, variable))
              .withHint(
                  "give it an extent: where %s < extent(%s, %s)"
                      .formatted(
                          variable, bordered.get().tensor(), axis(bordered.get(), variable))));
      return;
    }
    Optional<Term.Read> gathered = gathered(statement.value(), variable);
    if (gathered.isPresent()) {
      diagnostics.error(
          ErrorCode.UNDETERMINED_EXTENT,
          gathered.get().span(),
          "the extent of index %s is not determined: a gathered position, as in %s, gives none"
              .formatted(variable, gathered.get().text()),
          "give it an extent: where %s < extent(%s, %s)"
              .formatted(
                  variable, gathered.get().tensor(), gatheredAxis(gathered.get(), variable)));
      return;
    }
    boolean left = statement.targetVariables().contains(variable);
    diagnostics.error(
        ErrorCode.UNDETERMINED_EXTENT,
        span,
        "the extent of index %s is not determined: it stands in no access%s"
            .formatted(variable, left ? " on the right side" : ""),
        left
            ? "leave %s out of %s, or give it an extent: where %s < 10"
                .formatted(variable, statement.targetText(), variable)
            : "leave %s out, or give it an extent: where %s < 10".formatted(variable, variable));
  }

  /** Indices that stand in one access and nowhere else by which one of them could be found. */
  private void together(
      ResolvedStatement statement,
      Variable variable,
      AffineInference.Form form,
      Set<Node> reported) {
    Set<String> names = new LinkedHashSet<>();
    Optional<Variable> other = Optional.empty();
    for (Term.Part part : form.parts()) {
      Node representative = representative(statement, part.variable());
      if (classes.isOpen(representative)) {
        names.add(part.variable().name());
        reported.add(representative);
        if (!part.variable().equals(variable)) {
          other = Optional.of(part.variable());
        }
      }
    }
    String access = form.read().text();
    Variable example = other.orElse(variable);
    if (reported.contains(classes.representative(new Node.OfAxis(form.axis())))) {
      return;
    }
    if (names.size() == 1) {
      diagnostics.error(
          ErrorCode.UNDETERMINED_EXTENT,
          form.read().span(),
          "the extent of index %s is not determined: the one of axis %s of %s is not known for %s"
              .formatted(variable, form.axis().position(), form.axis().tensor(), access),
          "give it an extent: where %s < 10".formatted(variable));
      return;
    }
    diagnostics.error(
        ErrorCode.UNDETERMINED_EXTENT,
        form.read().span(),
        "the extents of %s are not determined: %s bounds them only together"
            .formatted(names.stream().collect(Collectors.joining(" and ")), access),
        "give one of them an extent: where %s < 3".formatted(example));
  }

  private static Optional<Term.Read> bordered(Term term, Variable variable) {
    if (term instanceof Term.Read read
        && read.border() != Border.NONE
        && axis(read, variable) >= 0) {
      return Optional.of(read);
    }
    return term.children().stream()
        .map(child -> bordered(child, variable))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Term.Read> gathered(Term term, Variable variable) {
    if (term instanceof Term.Read read && gatheredAxis(read, variable) >= 0) {
      return Optional.of(read);
    }
    return term.children().stream()
        .map(child -> gathered(child, variable))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static int gatheredAxis(Term.Read read, Variable variable) {
    for (int axis = 0; axis < read.indices().size(); axis++) {
      if (read.indices().get(axis) instanceof Term.Index.Gather(Term value, _, _)
          && value.allVariables().contains(variable)) {
        return axis;
      }
    }
    return -1;
  }

  private static int axis(Term.Read read, Variable variable) {
    for (int axis = 0; axis < read.indices().size(); axis++) {
      if (read.indices().get(axis).parts().stream()
          .anyMatch(part -> part.variable().equals(variable))) {
        return axis;
      }
    }
    return -1;
  }

  /** A condition gives another extent than there is already. */
  void contradiction(ResolvedStatement statement, Bound bound) {
    Variable variable = bound.variable();
    boolean left = statement.targetVariables().contains(variable);
    Optional<Term.Read> read =
        statement.limited().contains(variable) ? Optional.empty() : statement.standsAlone(variable);
    String giver =
        read.map(Term.Read::text)
            .orElse(
                statement.operator().accumulates()
                    ? "the tensor " + statement.target() + " of the caller gives"
                    : "another statement or the header gives");
    Diagnostic contradiction =
        Diagnostic.error(
                ErrorCode.INVALID_WHERE,
                bound.condition().span(),
                "the condition contradicts the extent of index %s, which %s"
                    .formatted(variable, read.isPresent() ? giver + " gives" : giver))
            .withHint(
                left
                    ? "to leave elements out write select(...)"
                    : "leave the condition out, or what gives the extent");
    diagnostics.add(read.map(each -> contradiction.withSpan(each.span())).orElse(contradiction));
  }

  /** The first written reduction over one of the variables. */
  private static Optional<Term.Reduce> reduction(Term term, Set<Variable> variables) {
    if (term instanceof Term.Reduce reduce
        && reduce.variables().stream()
            .anyMatch(each -> each.scope() != 0 && variables.contains(each))) {
      return Optional.of(reduce);
    }
    return term.children().stream()
        .flatMap(child -> reduction(child, variables).stream())
        .findFirst();
  }

  /** A condition that bounds nothing. */
  void useless(ResolvedStatement statement, Term condition) {
    Set<Variable> variables = condition.allVariables();
    Optional<Term.Reduce> inner = reduction(statement.value(), variables);
    if (inner.isPresent()) {
      Term.Reduce reduce = inner.get();
      String names =
          reduce.variables().stream().map(Variable::name).collect(Collectors.joining(","));
      String body =
          "%s[%s](%s"
              .formatted(reduce.kind().symbol(), names, Quote.of(source, reduce.body().span()));
      diagnostics.error(
          ErrorCode.INVALID_WHERE,
          condition.span(),
          "the condition is not an extent, and stands outside of the reduction over " + names,
          "move it into the reduction: %s where %s)"
              .formatted(body, Quote.of(source, condition.span())));
      return;
    }
    variables.retainAll(statement.targetVariables());
    if (variables.isEmpty()) {
      diagnostics.error(
          ErrorCode.INVALID_WHERE,
          condition.span(),
          "the condition bounds no index of the statement",
          "write select(condition, value, 0) on the right side");
    } else {
      diagnostics.error(
          ErrorCode.INVALID_WHERE,
          condition.span(),
          "the condition is not an extent, and %s %s not summed over"
              .formatted(
                  variables.stream().map(Variable::name).collect(Collectors.joining(" and ")),
                  variables.size() == 1 ? "is" : "are"),
          "write select(condition, value, 0) on the right side to choose elements");
    }
  }
}
