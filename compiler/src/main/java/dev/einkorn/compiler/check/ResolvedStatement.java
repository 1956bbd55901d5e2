package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.source.Span;
import java.util.Collections;
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
