package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.source.Span;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A statement in which every name is resolved.
 *
 * @param number its place in the program, from 0
 * @param target the tensor that is assigned
 * @param targetSpan the left side
 * @param indices the left side's indices
 * @param operator how it is assigned
 * @param value the right side
 * @param where the conditions that bound indices of the left side, and those of implicit sums as
 *     long as the sums are not written out
 * @param places the variables with the place of each, in first-appearance order, the left side
 *     first
 * @param broken whether it has an error, so that what is missing may be in the part not understood
 */
record ResolvedStatement(
    int number,
    String target,
    Span targetSpan,
    List<Term.Index.Plain> indices,
    AssignmentOperator operator,
    Term value,
    List<Term> where,
    Map<Variable, Span> places,
    boolean broken) {
  ResolvedStatement {
    indices = List.copyOf(indices);
    where = List.copyOf(where);
    places = Collections.unmodifiableMap(new LinkedHashMap<>(places));
  }

  /** The variables of the left side, each once. */
  Set<Variable> targetVariables() {
    Set<Variable> variables = new LinkedHashSet<>();
    indices.forEach(index -> variables.add(index.variable()));
    return variables;
  }

  /**
   * The variables that have their extents from the {@code where} of the statement, although they
   * may stand alone in accesses. Not those of the left side of an accumulating statement, whose
   * tensor there is already; and if the index of one of several written reductions needs the
   * condition, not the indices of its name in others, which stand alone.
   */
  Set<Variable> limited() {
    Set<Variable> limited = new LinkedHashSet<>();
    Set<Span> needed = new HashSet<>();
    List<Bound> bounds =
        where.stream()
            .flatMap(condition -> Bound.of(condition).stream())
            .filter(bound -> places.containsKey(bound.variable()))
            .toList();
    for (Bound bound : bounds) {
      if (standsAlone(bound.variable()).isEmpty()) {
        needed.add(bound.condition().span());
      }
    }
    for (Bound bound : bounds) {
      boolean alone = standsAlone(bound.variable()).isPresent();
      if (!alone || !needed.contains(bound.condition().span())) {
        limited.add(bound.variable());
      }
    }
    if (operator.accumulates()) {
      limited.removeAll(targetVariables());
    }
    return limited;
  }

  /** The first access without a border in which the variable stands alone. */
  Optional<Term.Read> standsAlone(Variable variable) {
    return standsAlone(value, variable);
  }

  private static Optional<Term.Read> standsAlone(Term term, Variable variable) {
    if (term instanceof Term.Read read
        && read.border() == Border.NONE
        && read.indices().stream()
            .anyMatch(
                index ->
                    index instanceof Term.Index.Plain plain && plain.variable().equals(variable))) {
      return Optional.of(read);
    }
    return term.children().stream()
        .flatMap(child -> standsAlone(child, variable).stream())
        .findFirst();
  }

  /** The left side in canonical form. */
  String targetText() {
    return Term.accessText(target, indices);
  }

  /** This statement with another right side and the conditions that are left. */
  ResolvedStatement with(Term newValue, List<Term> newWhere, boolean nowBroken) {
    return new ResolvedStatement(
        number, target, targetSpan, indices, operator, newValue, newWhere, places, nowBroken);
  }
}
