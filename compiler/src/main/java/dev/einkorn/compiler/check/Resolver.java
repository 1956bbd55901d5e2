package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.IndexBinding;
import dev.einkorn.compiler.ast.Statement;
import dev.einkorn.compiler.ast.Subscript;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Says what every name of one statement means. A bare name is an index if the left side or a
 * reduction around it binds it, or if it is a subscript outside of the reductions over it;
 * otherwise it is a scalar tensor.
 */
final class Resolver {
  private final Diagnostics diagnostics;
  private final Symbols symbols;
  private final Set<String> knownTensors;
  private final IndexNames indexNames;
  private final int number;
  private final Statement statement;
  private final Map<Variable, Span> places = new LinkedHashMap<>();

  /** The reductions around the current place, by the name that each binds. */
  private final Map<String, Variable> bound = new HashMap<>();

  private int scopes;
  private boolean broken;

  Resolver(
      Diagnostics diagnostics,
      Symbols symbols,
      Set<String> knownTensors,
      int number,
      Statement statement) {
    this.diagnostics = diagnostics;
    this.symbols = symbols;
    this.knownTensors = knownTensors;
    this.indexNames = IndexNames.of(statement);
    this.number = number;
    this.statement = statement;
  }

  /** Resolves the statement and enters its names into the symbols. */
  ResolvedStatement resolve() {
    List<Term.Index.Plain> indices = targetIndices();
    Term value = term(statement.value());
    for (Expression condition : statement.where()) {
      unsupported(condition.span(), "where");
    }
    var target = statement.target();
    AssignmentOperator operator = operator();
    boolean targetKnown = indices.size() == target.subscripts().size();
    use(
        target.name(),
        new Tensor.Use(
            number,
            true,
            operator.accumulates(),
            targetKnown ? OptionalInt.of(indices.size()) : rankOf(target.subscripts()),
            Term.accessText(target.name(), indices),
            target.span()));
    return new ResolvedStatement(
        number, target.name(), target.span(), indices, operator, value, places, broken);
  }

  private AssignmentOperator operator() {
    return switch (statement.operator()) {
      case ASSIGN -> AssignmentOperator.ASSIGN;
      case ADD -> AssignmentOperator.ADD;
      case MULTIPLY -> AssignmentOperator.MULTIPLY;
      case MAX -> AssignmentOperator.MAX;
      case MIN -> AssignmentOperator.MIN;
    };
  }

  private List<Term.Index.Plain> targetIndices() {
    List<Term.Index.Plain> indices = new ArrayList<>();
    for (Subscript subscript : statement.target().subscripts()) {
      if (subscript instanceof Subscript.Position(Expression.Name name, _)) {
        indices.add(new Term.Index.Plain(variable(name.name(), name.span()), name.span()));
        continue;
      }
      boolean number =
          subscript instanceof Subscript.Position(Expression.NumberLiteral literal, _)
              && literal.integer();
      boolean ellipsis = subscript instanceof Subscript.Ellipsis;
      if (number || ellipsis) {
        unsupported(
            subscript.span(), ellipsis ? "an ellipsis" : "a constant index on the left side");
      } else {
        error(
            ErrorCode.INVALID_TARGET,
            subscript.span(),
            "an index on the left side must be a name",
            "write the shift on the right side: O[i] = A[i+1], not O[i-1] = A[i]");
      }
    }
    return indices;
  }

  private Term term(Expression expression) {
    return switch (expression) {
      case Expression.NumberLiteral literal -> number(literal);
      case Expression.ConstantLiteral(var constant, Span span) ->
          switch (constant) {
            case INFINITY -> new Term.RealNumber(Double.POSITIVE_INFINITY, span);
            case NOT_A_NUMBER -> new Term.RealNumber(Double.NaN, span);
            case PI -> new Term.RealNumber(Math.PI, span);
            case TRUE -> new Term.Truth(true, span);
            case FALSE -> new Term.Truth(false, span);
          };
      case Expression.Name(String name, Span span) -> name(name, span);
      case Expression.Access access -> access(access);
      case Expression.Unary(var operator, Expression operand, Span span) ->
          switch (operator) {
            case PLUS -> term(operand);
            case NEGATE -> new Term.Prefix(UnaryOperator.NEGATE, term(operand), span);
            case NOT -> new Term.Prefix(UnaryOperator.NOT, term(operand), span);
          };
      case Expression.Binary(var operator, Expression left, Expression right, Span span) ->
          new Term.Infix(BinaryOperator.valueOf(operator.name()), term(left), term(right), span);
      case Expression.Call call -> call(call);
      case Expression.Reduction reduction -> reduction(reduction);
    };
  }

  private Term number(Expression.NumberLiteral literal) {
    if (literal.integer()) {
      return new Term.IntegerNumber(literal.integerValue(), literal.span());
    }
    double value = literal.doubleValue();
    if (Double.isInfinite(value)) {
      error(
          ErrorCode.INVALID_LITERAL,
          literal.span(),
          literal.text() + " is too large for an f64",
          "write inf for infinity");
      return new Term.Broken(List.of(), literal.span());
    }
    return new Term.RealNumber(value, literal.span());
  }

  private Term name(String name, Span span) {
    if (bound.containsKey(name) || indexNames.free().contains(name)) {
      return new Term.Position(variable(name, span), span);
    }
    if (indexNames.all().contains(name) && !knownTensors.contains(name)) {
      error(
          ErrorCode.UNBOUND_INDEX,
          span,
          "index " + name + " is used outside of the reduction that binds it",
          "a reduction binds its index only between its parentheses");
      return new Term.Broken(List.of(), span);
    }
    use(name, new Tensor.Use(number, false, false, OptionalInt.of(0), name, span));
    return new Term.Read(name, List.of(), span);
  }

  private Term access(Expression.Access access) {
    List<Term.Index> indices = new ArrayList<>();
    for (Subscript subscript : access.subscripts()) {
      index(subscript).ifPresent(indices::add);
    }
    boolean understood = indices.size() == access.subscripts().size();
    OptionalInt rank = rankOf(access.subscripts());
    String text = understood ? Term.accessText(access.name(), indices) : access.name() + "[...]";
    use(access.name(), new Tensor.Use(number, false, false, rank, text, access.span()));
    return understood
        ? new Term.Read(access.name(), indices, access.span())
        : new Term.Broken(List.of(), access.span());
  }

  private Optional<Term.Index> index(Subscript subscript) {
    return switch (subscript) {
      case Subscript.Ellipsis(Span span) -> {
        unsupported(span, "an ellipsis");
        yield Optional.empty();
      }
      case Subscript.Position(Expression.Name(String name, Span span), _) ->
          Optional.of(new Term.Index.Plain(variable(name, span), span));
      case Subscript.Position(Expression.NumberLiteral literal, Span span) when literal.integer() ->
          constant(literal, span);
      case Subscript.Position(Expression expression, Span span) -> {
        refuse(expression, span);
        yield Optional.empty();
      }
    };
  }

  private Optional<Term.Index> constant(Expression.NumberLiteral literal, Span span) {
    if (literal.integerValue().bitLength() >= Long.SIZE) {
      error(ErrorCode.INDEX_OUT_OF_RANGE, span, "no axis has a position " + literal.text());
      return Optional.empty();
    }
    return Optional.of(new Term.Index.Fixed(literal.integerValue().longValueExact(), span));
  }

  /** Reports a subscript that is neither an index nor a constant. */
  private void refuse(Expression expression, Span span) {
    if (SubscriptForm.readsTensor(expression)) {
      unsupported(span, "indexing by a tensor");
    } else if (SubscriptForm.isNegativeInteger(expression)) {
      error(
          ErrorCode.INDEX_OUT_OF_RANGE,
          span,
          "a position cannot be negative",
          "positions count from 0; they do not count from the end of an axis");
    } else if (SubscriptForm.isAffine(expression)) {
      unsupported(span, "arithmetic on indices");
    } else {
      error(
          ErrorCode.NOT_AFFINE,
          span,
          "an index must be a sum of indices times integers, such as 2*x + r - 1");
    }
  }

  private Term call(Expression.Call call) {
    List<Term> arguments = call.arguments().stream().map(this::term).toList();
    Term brokenCall = new Term.Broken(arguments, call.span());
    if (Callee.UNSUPPORTED.contains(call.name())) {
      unsupported(call.nameSpan(), call.name());
      return brokenCall;
    }
    Optional<Callee> callee = Callee.named(call.name());
    if (callee.isEmpty()) {
      report(Refusals.unknownFunction(call));
      return brokenCall;
    }
    if (callee.get().arity() != arguments.size()) {
      report(Refusals.wrongArgumentCount(callee.get(), call));
      return brokenCall;
    }
    return new Term.Apply(callee.get(), arguments, call.span());
  }

  private Term reduction(Expression.Reduction reduction) {
    List<Variable> variables = new ArrayList<>();
    Map<String, Optional<Variable>> outer = new LinkedHashMap<>();
    for (IndexBinding binding : reduction.indices()) {
      bind(binding, variables, outer);
    }
    Term body = term(reduction.body());
    outer.forEach(
        (name, before) ->
            before.ifPresentOrElse(
                variable -> bound.put(name, variable), () -> bound.remove(name)));
    for (Expression condition : reduction.where()) {
      unsupported(condition.span(), "where");
    }
    Optional<ReductionKind> kind = ReductionKind.named(reduction.name());
    if (variables.size() < reduction.indices().size()) {
      return new Term.Broken(List.of(body), reduction.span());
    }
    if (kind.isPresent()) {
      return new Term.Reduce(kind.get(), variables, body, reduction.span());
    }
    if (ReductionKind.UNSUPPORTED.contains(reduction.name())) {
      unsupported(reduction.nameSpan(), reduction.name());
    } else {
      report(Refusals.unknownReduction(reduction));
    }
    return new Term.Broken(List.of(body), reduction.span());
  }

  private void bind(
      IndexBinding binding, List<Variable> variables, Map<String, Optional<Variable>> outer) {
    String name = binding.name();
    Variable statementVariable = new Variable(name, 0);
    Variable around =
        bound.getOrDefault(name, indexNames.target().contains(name) ? statementVariable : null);
    symbols.useIndex(name, binding.span());
    if (around != null) {
      boolean same = outer.containsKey(name);
      Diagnostic shadowed =
          Diagnostic.error(
              ErrorCode.INDEX_SHADOWED,
              binding.span(),
              same
                  ? "index " + name + " is bound twice by one reduction"
                  : "index "
                      + name
                      + (around.equals(statementVariable)
                          ? " is bound by the left side already"
                          : " is bound by the reduction around this one already"));
      Span place = places.get(around);
      report(
          (place == null ? shadowed : shadowed.withSpan(place))
              .withHint(same ? "leave one of them out" : "use another name in the reduction"));
      return;
    }
    Variable variable = new Variable(name, ++scopes);
    places.put(variable, binding.span());
    outer.put(name, Optional.ofNullable(bound.put(name, variable)));
    variables.add(variable);
  }

  private Variable variable(String name, Span span) {
    Variable variable = bound.getOrDefault(name, new Variable(name, 0));
    places.putIfAbsent(variable, span);
    symbols.useIndex(name, span);
    return variable;
  }

  private void use(String name, Tensor.Use use) {
    symbols.use(name, use);
  }

  private static OptionalInt rankOf(List<Subscript> subscripts) {
    return subscripts.stream().anyMatch(Subscript.Ellipsis.class::isInstance)
        ? OptionalInt.empty()
        : OptionalInt.of(subscripts.size());
  }

  private void unsupported(Span span, String what) {
    error(ErrorCode.NOT_SUPPORTED_YET, span, what + " is not supported yet");
  }

  private void error(ErrorCode code, Span span, String message, String... hints) {
    broken = true;
    diagnostics.error(code, span, message, hints);
  }

  private void report(Diagnostic diagnostic) {
    broken = true;
    diagnostics.add(diagnostic);
  }
}
