package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes the implicit sums of a statement explicit. The sum of {@code k} over a term
 *
 * <ul>
 *   <li>goes into each operand of {@code + -} and unary minus that contains {@code k};
 *   <li>goes into the one factor of a product that contains {@code k}; the factors are those of the
 *       chain as written, a product in parentheses on the right being one factor, and of a quotient
 *       the numerator;
 *   <li>stands around a product in which {@code k} is in several factors, or in a numerator and a
 *       denominator, around an access, an index used as a number, and a power whose base contains
 *       {@code k}, that being a product with itself;
 *   <li>is ambiguous where {@code k} is anywhere else.
 * </ul>
 *
 * {@snippet lang=text :
 * c[i] = A[i,k] * x[k] + 2 * B[i,k] - b[i]
 * c[i] = sum[k](A[i,k] * x[k]) + 2 * sum[k](B[i,k]) - b[i]
 * }
 *
 * Sums that end up at one place become one, in first-appearance order.
 *
 * <p>A condition of the statement's {@code where} over summed indices goes to the sums over them.
 * One over several indices counts as one more factor, so these are summed at one place:
 *
 * {@snippet lang=text :
 * s = x[k] * y[l] where k < l
 * s = sum[k,l](x[k] * y[l] where k < l)
 * }
 */
final class SumPlacement {
  private final SourceText source;
  private final Diagnostics diagnostics;
  private final IdentityHashMap<Term, Set<Variable>> free = new IdentityHashMap<>();
  private final Set<Term> placed = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean broken;

  SumPlacement(SourceText source, Diagnostics diagnostics) {
    this.source = source;
    this.diagnostics = diagnostics;
  }

  /** The statement with its sums written out. */
  ResolvedStatement place(ResolvedStatement statement) {
    broken = statement.broken();
    Set<Variable> summed = new LinkedHashSet<>(statement.places().keySet());
    summed.removeAll(statement.targetVariables());
    summed.removeIf(variable -> variable.scope() != 0);
    List<Condition> conditions = new ArrayList<>();
    List<Term> rest = new ArrayList<>();
    for (Term condition : statement.where()) {
      List<Variable> bounded = within(summed, condition);
      if (bounded.isEmpty()) {
        rest.add(condition);
      } else {
        conditions.add(new Condition(condition, Set.copyOf(bounded)));
      }
    }
    Term value = placeOperand(statement.value(), summed, conditions);
    for (Condition condition : conditions) {
      if (!broken && !placed.contains(condition.term())) {
        refuse(condition, "no sum is over " + names(condition.variables(), summed));
      }
    }
    return statement.with(value, rest, broken);
  }

  /** A condition and the summed variables in it. */
  private record Condition(Term term, Set<Variable> variables) {}

  /** Places those sums whose variables are in the term. */
  private Term placeOperand(Term term, Iterable<Variable> variables, List<Condition> conditions) {
    List<Variable> inside = within(variables, term);
    List<Condition> complete = new ArrayList<>();
    for (Condition condition : conditions) {
      if (inside.containsAll(condition.variables())) {
        complete.add(condition);
      } else if (inside.stream().anyMatch(condition.variables()::contains)) {
        refuse(
            condition,
            "%s does not contain %s, which the condition needs"
                .formatted(
                    Quote.of(source, term.span()),
                    names(without(condition.variables(), inside), variables)));
      }
    }
    return place(term, inside, complete);
  }

  private Term place(Term term, List<Variable> variables, List<Condition> conditions) {
    if (variables.isEmpty()) {
      return term;
    }
    return switch (term) {
      case Term.Infix(BinaryOperator operator, Term left, Term right, Span span)
          when operator == BinaryOperator.ADD || operator == BinaryOperator.SUBTRACT ->
          new Term.Infix(
              operator,
              placeOperand(left, variables, conditions),
              placeOperand(right, variables, conditions),
              span);
      case Term.Prefix(UnaryOperator operator, Term operand, Span span)
          when operator == UnaryOperator.NEGATE ->
          new Term.Prefix(operator, place(operand, variables, conditions), span);
      case Term.Infix infix when isProduct(infix) -> product(infix, variables, conditions);
      case Term.Infix(BinaryOperator operator, Term base, _, _)
          when operator == BinaryOperator.POWER ->
          within(variables, base).size() == variables.size()
              ? sum(variables, term, conditions)
              : ambiguous(term, without(variables, within(variables, base)), "in an exponent");
      case Term.Read _, Term.Position _ -> sum(variables, term, conditions);
      case Term.Infix(BinaryOperator operator, _, _, _) ->
          ambiguous(term, variables, "inside of a " + name(operator));
      case Term.Prefix _ -> ambiguous(term, variables, "inside of a condition");
      case Term.Apply(Callee callee, _, _) ->
          ambiguous(term, variables, "inside of " + callee.symbol() + "(...)");
      case Term.Reduce(ReductionKind kind, _, _, _, _) ->
          ambiguous(term, variables, "inside of " + kind.symbol() + "[...](...)");
      case Term.Broken _, Term.IntegerNumber _, Term.RealNumber _, Term.Truth _, Term.Size _ ->
          term;
    };
  }

  private static String name(BinaryOperator operator) {
    return switch (operator.kind()) {
      case COMPARISON -> "comparison";
      case LOGICAL -> "condition";
      case ARITHMETIC -> "rounding division";
    };
  }

  private Term product(Term.Infix product, List<Variable> variables, List<Condition> conditions) {
    List<Factor> factors = new ArrayList<>();
    collect(product, factors);
    Set<Variable> together = new LinkedHashSet<>();
    List<List<Variable>> into = new ArrayList<>();
    factors.forEach(_ -> into.add(new ArrayList<>()));
    for (Variable variable : variables) {
      List<Integer> numerators = new ArrayList<>();
      boolean inDenominator = false;
      for (int n = 0; n < factors.size(); n++) {
        if (free(factors.get(n).term()).contains(variable)) {
          if (factors.get(n).denominator()) {
            inDenominator = true;
          } else {
            numerators.add(n);
          }
        }
      }
      if (numerators.isEmpty()) {
        return ambiguous(product, List.of(variable), "in a denominator");
      }
      if (numerators.size() > 1 || inDenominator) {
        together.add(variable);
      } else {
        into.get(numerators.getFirst()).add(variable);
      }
    }
    join(conditions, into, together);
    List<Term> operands = new ArrayList<>();
    for (int n = 0; n < factors.size(); n++) {
      List<Variable> own = into.get(n);
      List<Condition> inside =
          conditions.stream().filter(each -> own.containsAll(each.variables())).toList();
      operands.add(place(factors.get(n).term(), own, inside));
    }
    Term result = rebuild(product, operands.iterator());
    return together.isEmpty()
        ? result
        : sum(
            variables.stream().filter(together::contains).toList(),
            result,
            conditions.stream().filter(each -> together.containsAll(each.variables())).toList());
  }

  /** Takes the variables of conditions that are not in one factor to the sum around the product. */
  private static void join(
      List<Condition> conditions, List<List<Variable>> into, Set<Variable> together) {
    int before;
    do {
      before = together.size();
      for (Condition condition : conditions) {
        if (into.stream().noneMatch(each -> each.containsAll(condition.variables()))) {
          together.addAll(condition.variables());
          into.forEach(each -> each.removeAll(condition.variables()));
        }
      }
    } while (together.size() > before);
  }

  private record Factor(Term term, boolean denominator) {}

  private static boolean isProduct(Term term) {
    return term instanceof Term.Infix infix
        && (infix.operator() == BinaryOperator.MULTIPLY
            || infix.operator() == BinaryOperator.DIVIDE);
  }

  private static void collect(Term term, List<Factor> factors) {
    if (isProduct(term) && term instanceof Term.Infix infix) {
      collect(infix.left(), factors);
      factors.add(new Factor(infix.right(), infix.operator() == BinaryOperator.DIVIDE));
    } else {
      factors.add(new Factor(term, false));
    }
  }

  private static Term rebuild(Term term, Iterator<Term> factors) {
    if (isProduct(term) && term instanceof Term.Infix infix) {
      Term left = rebuild(infix.left(), factors);
      return new Term.Infix(infix.operator(), left, factors.next(), infix.span());
    }
    return factors.next();
  }

  private Term sum(List<Variable> variables, Term body, List<Condition> conditions) {
    for (Variable variable : variables) {
      reportShadowing(variable, body);
    }
    List<Term> terms = conditions.stream().map(Condition::term).toList();
    placed.addAll(terms);
    return new Term.Reduce(ReductionKind.SUM, variables, body, terms, body.span());
  }

  private void refuse(Condition condition, String why) {
    broken = true;
    diagnostics.error(
        ErrorCode.INVALID_WHERE,
        condition.term().span(),
        "the condition cannot be applied: " + why,
        "write the sum where it is meant, with its condition: sum[k](... where ...)");
  }

  private static String names(Collection<Variable> variables, Iterable<Variable> order) {
    List<String> names = new ArrayList<>();
    order.forEach(
        each -> {
          if (variables.contains(each)) {
            names.add(each.name());
          }
        });
    return String.join(", ", names);
  }

  private void reportShadowing(Variable variable, Term term) {
    if (term instanceof Term.Reduce reduce
        && reduce.variables().stream().anyMatch(each -> each.name().equals(variable.name()))) {
      broken = true;
      diagnostics.error(
          ErrorCode.INDEX_SHADOWED,
          reduce.span(),
          "index " + variable + " is bound here, but is also summed over around this reduction",
          "use another name in the reduction");
    }
    term.children().forEach(child -> reportShadowing(variable, child));
  }

  private Term ambiguous(Term term, List<Variable> variables, String where) {
    broken = true;
    String names = variables.stream().map(Variable::name).collect(Collectors.joining(","));
    diagnostics.add(
        Diagnostic.error(
                ErrorCode.AMBIGUOUS_SUM,
                term.span(),
                (variables.size() == 1
                        ? "index " + names + " stands"
                        : "indices " + names + " stand")
                    + " only "
                    + where
                    + ", so it is not clear what is summed")
            .withHint("write sum[%s](%s)".formatted(names, Quote.of(source, term.span()))));
    return new Term.Broken(List.of(term), term.span());
  }

  private List<Variable> within(Iterable<Variable> variables, Term term) {
    Set<Variable> contained = free(term);
    List<Variable> within = new ArrayList<>();
    variables.forEach(
        variable -> {
          if (contained.contains(variable)) {
            within.add(variable);
          }
        });
    return within;
  }

  private static List<Variable> without(
      Collection<Variable> variables, Collection<Variable> others) {
    return variables.stream().filter(each -> !others.contains(each)).toList();
  }

  /** The variables of the statement, not of reductions, in the term. */
  private Set<Variable> free(Term term) {
    Set<Variable> known = free.get(term);
    if (known != null) {
      return known;
    }
    Set<Variable> found = new LinkedHashSet<>();
    if (term instanceof Term.Position(Variable variable, _)) {
      found.add(variable);
    }
    if (term instanceof Term.Read read) {
      read.indices().forEach(index -> index.parts().forEach(part -> found.add(part.variable())));
    }
    term.children().forEach(child -> found.addAll(free(child)));
    free.put(term, found);
    return found;
  }
}
