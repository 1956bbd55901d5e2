package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import java.util.ArrayList;
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
 */
final class SumPlacement {
  private final SourceText source;
  private final Diagnostics diagnostics;
  private final IdentityHashMap<Term, Set<Variable>> free = new IdentityHashMap<>();
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
    Term value = place(statement.value(), within(summed, statement.value()));
    return statement.with(value, broken);
  }

  private Term place(Term term, List<Variable> variables) {
    if (variables.isEmpty()) {
      return term;
    }
    return switch (term) {
      case Term.Infix(BinaryOperator operator, Term left, Term right, Span span)
          when operator == BinaryOperator.ADD || operator == BinaryOperator.SUBTRACT ->
          new Term.Infix(
              operator,
              place(left, within(variables, left)),
              place(right, within(variables, right)),
              span);
      case Term.Prefix(UnaryOperator operator, Term operand, Span span)
          when operator == UnaryOperator.NEGATE ->
          new Term.Prefix(operator, place(operand, variables), span);
      case Term.Infix infix when isProduct(infix) -> product(infix, variables);
      case Term.Infix(BinaryOperator operator, Term base, _, _)
          when operator == BinaryOperator.POWER ->
          within(variables, base).size() == variables.size()
              ? sum(variables, term)
              : ambiguous(term, without(variables, within(variables, base)), "in an exponent");
      case Term.Read _, Term.Position _ -> sum(variables, term);
      case Term.Infix(BinaryOperator operator, _, _, _) ->
          ambiguous(term, variables, "inside of a " + name(operator));
      case Term.Prefix _ -> ambiguous(term, variables, "inside of a condition");
      case Term.Apply(Callee callee, _, _) ->
          ambiguous(term, variables, "inside of " + callee.symbol() + "(...)");
      case Term.Reduce(ReductionKind kind, _, _, _) ->
          ambiguous(term, variables, "inside of " + kind.symbol() + "[...](...)");
      case Term.Broken _, Term.IntegerNumber _, Term.RealNumber _, Term.Truth _ -> term;
    };
  }

  private static String name(BinaryOperator operator) {
    return switch (operator.kind()) {
      case COMPARISON -> "comparison";
      case LOGICAL -> "condition";
      case ARITHMETIC -> "rounding division";
    };
  }

  private Term product(Term.Infix product, List<Variable> variables) {
    List<Factor> factors = new ArrayList<>();
    collect(product, factors);
    List<Variable> around = new ArrayList<>();
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
        around.add(variable);
      } else {
        into.get(numerators.getFirst()).add(variable);
      }
    }
    List<Term> placed = new ArrayList<>();
    for (int n = 0; n < factors.size(); n++) {
      placed.add(place(factors.get(n).term(), into.get(n)));
    }
    Term result = rebuild(product, placed.iterator());
    return around.isEmpty() ? result : sum(around, result);
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

  private Term sum(List<Variable> variables, Term body) {
    for (Variable variable : variables) {
      reportShadowing(variable, body);
    }
    return new Term.Reduce(ReductionKind.SUM, variables, body, body.span());
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

  private static List<Variable> without(List<Variable> variables, List<Variable> others) {
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
    if (term instanceof Term.Read(_, List<Term.Index> indices, _)) {
      for (Term.Index index : indices) {
        if (index instanceof Term.Index.Plain(Variable variable, _)) {
          found.add(variable);
        }
      }
    }
    term.children().forEach(child -> found.addAll(free(child)));
    free.put(term, found);
    return found;
  }
}
