package dev.einkorn.compiler.check;

import dev.einkorn.compiler.ast.AstPrinter;
import dev.einkorn.compiler.ast.Expression;
import dev.einkorn.compiler.ast.IndexBinding;
import dev.einkorn.compiler.ast.Statement;
import dev.einkorn.compiler.ast.Subscript;
import dev.einkorn.compiler.index.AssignmentOperator;
import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Border;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
  private final Ellipses ellipses;
  private final String ellipsisPrefix;
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
      Shapes shapes,
      String ellipsisPrefix,
      int number,
      Statement statement) {
    this.diagnostics = diagnostics;
    this.symbols = symbols;
    this.knownTensors = knownTensors;
    this.indexNames = IndexNames.of(statement);
    this.ellipses = Ellipses.of(diagnostics, shapes, statement);
    this.ellipsisPrefix = ellipsisPrefix;
    this.number = number;
    this.statement = statement;
    this.broken = ellipses.isWrong();
  }

  /** Resolves the statement and enters its names into the symbols. */
  ResolvedStatement resolve() {
    var target = statement.target();
    Optional<List<Term.Index.Plain>> indices = targetIndices();
    Term value = term(statement.value());
    List<Term> where = new ArrayList<>();
    statement.where().forEach(condition -> condition(condition, where));
    AssignmentOperator operator = operator();
    List<Term.Index.Plain> known = indices.orElse(List.of());
    use(
        target.name(),
        new Tensor.Use(
            number,
            true,
            operator.accumulates(),
            indices.isPresent() ? OptionalInt.of(known.size()) : rankOf(target.subscripts()),
            Term.accessText(target.name(), known),
            target.span()));
    return new ResolvedStatement(
        number, target.name(), target.span(), known, operator, value, where, places, broken);
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

  /** The indices of the left side; empty if some are not understood. */
  private Optional<List<Term.Index.Plain>> targetIndices() {
    List<Term.Index.Plain> indices = new ArrayList<>();
    boolean understood = true;
    List<Subscript> subscripts = statement.target().subscripts();
    for (Subscript subscript : subscripts) {
      switch (subscript) {
        case Subscript.Position(Expression.Name(String name, Span span), _) ->
            indices.add(new Term.Index.Plain(variable(name, span), span));
        case Subscript.Ellipsis(Span span) -> {
          var expansion = ellipses.expand(statement.target().name(), subscripts.size() - 1, true);
          understood &= expansion.isPresent();
          broken |= expansion.isEmpty();
          for (int n = 0; n < expansion.map(each -> each.units().size()).orElse(0); n++) {
            indices.add(ellipsisIndex(n, span));
          }
        }
        case Subscript.Position(Expression expression, Span span) -> {
          understood = false;
          report(Refusals.targetIndex(expression, span));
        }
      }
    }
    return understood ? Optional.of(indices) : Optional.empty();
  }

  private Term.Index.Plain ellipsisIndex(int position, Span span) {
    return new Term.Index.Plain(variable(ellipsisPrefix + position, span), span);
  }

  /** Resolves a condition at the end of the statement. */
  private void condition(Expression condition, List<Term> conditions) {
    List<Variable> reduced = reducedBy(condition);
    if (reduced.isEmpty()) {
      conditions.add(term(condition));
    }
    // An extent for the index of a written reduction, as printed programs have it.
    for (Variable variable : reduced) {
      bound.put(variable.name(), variable);
      conditions.add(term(condition));
      bound.remove(variable.name());
    }
  }

  /** The variables of written reductions that a condition {@code k < limit} may mean. */
  private List<Variable> reducedBy(Expression condition) {
    if (!(condition instanceof Expression.Binary(var operator, var left, var right, _))) {
      return List.of();
    }
    Expression index =
        switch (operator) {
          case LESS, LESS_OR_EQUAL -> left;
          case GREATER, GREATER_OR_EQUAL -> right;
          case ADD,
              SUBTRACT,
              MULTIPLY,
              DIVIDE,
              FLOOR_DIVIDE,
              REMAINDER,
              POWER,
              EQUAL,
              NOT_EQUAL,
              AND,
              OR ->
              condition;
        };
    return index instanceof Expression.Name(String name, _)
            && !indexNames.free().contains(name)
            && !knownTensors.contains(name)
        ? places.keySet().stream().filter(each -> each.name().equals(name)).toList()
        : List.of();
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
      case Expression.Access access -> access(access, Border.NONE, access.span());
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
    return new Term.Read(name, List.of(), Border.NONE, span);
  }

  private Term access(Expression.Access access, Border border, Span span) {
    List<Term.Index> indices = new ArrayList<>();
    boolean understood = true;
    for (Subscript subscript : access.subscripts()) {
      switch (subscript) {
        case Subscript.Ellipsis(Span dots) -> understood &= ellipsis(access, dots, indices);
        case Subscript.Position position -> {
          Optional<Term.Index> index =
              index(position, border, access.name() + ", " + indices.size());
          index.ifPresent(indices::add);
          understood &= index.isPresent();
        }
      }
    }
    OptionalInt rank = understood ? OptionalInt.of(indices.size()) : rankOf(access.subscripts());
    Term.Read read = new Term.Read(access.name(), indices, border, span);
    String text = understood ? read.text() : access.name() + "[...]";
    use(access.name(), new Tensor.Use(number, false, false, rank, text, access.span()));
    return understood ? read : new Term.Broken(read.children(), span);
  }

  /** Adds the indices of an ellipsis; false if they are not known. */
  private boolean ellipsis(Expression.Access access, Span span, List<Term.Index> indices) {
    var expansion = ellipses.expand(access.name(), access.subscripts().size() - 1, false);
    if (expansion.isEmpty()) {
      broken = true;
      return false;
    }
    List<Boolean> units = expansion.get().units();
    for (int axis = 0; axis < units.size(); axis++) {
      if (units.get(axis)) {
        indices.add(new Term.Index.Affine(List.of(), 0, span));
        symbols.broadcast(access.name(), axis, span);
      } else {
        indices.add(ellipsisIndex(expansion.get().first() + axis, span));
      }
    }
    return true;
  }

  /** Resolves a subscript; {@code axis} is the one it stands at, as {@code extent} takes it. */
  private Optional<Term.Index> index(Subscript.Position subscript, Border border, String axis) {
    Span span = subscript.span();
    Expression expression = subscript.expression();
    if (SubscriptForm.isGather(expression)) {
      if (border != Border.NONE) {
        report(Refusals.gatherInBorder(expression, border, axis, span));
      }
      Term value = term(expression);
      return border == Border.NONE
          ? Optional.of(new Term.Index.Gather(value, AstPrinter.print(expression), span))
          : Optional.empty();
    }
    if (border == Border.NONE && SubscriptForm.isNegativeInteger(expression)) {
      error(
          ErrorCode.INDEX_OUT_OF_RANGE,
          span,
          "a position cannot be negative",
          "positions count from 0; they do not count from the end of an axis");
      return Optional.empty();
    }
    Optional<SubscriptForm.Linear> linear = SubscriptForm.linear(expression);
    if (linear.isEmpty()) {
      report(Refusals.notAffine(border, span));
      return Optional.empty();
    }
    return linear.get().coefficients().isEmpty()
        ? constant(linear.get().constant(), span)
        : affine(expression, linear.get(), span);
  }

  private Optional<Term.Index> affine(
      Expression expression, SubscriptForm.Linear linear, Span span) {
    boolean small =
        linear.constant().bitLength() < Integer.SIZE
            && linear.coefficients().values().stream()
                .allMatch(each -> each.bitLength() < Integer.SIZE);
    if (!small) {
      error(
          ErrorCode.LIMIT_EXCEEDED,
          span,
          "a number in an index is too large, at most " + Integer.MAX_VALUE + " is possible");
      return Optional.empty();
    }
    Map<String, Span> spans = new LinkedHashMap<>();
    nameSpans(expression, spans);
    List<Term.Part> parts = new ArrayList<>();
    linear
        .coefficients()
        .forEach(
            (name, coefficient) ->
                parts.add(
                    new Term.Part(
                        variable(name, spans.getOrDefault(name, span)), coefficient.longValue())));
    boolean plain =
        parts.size() == 1 && parts.getFirst().coefficient() == 1 && linear.constant().signum() == 0;
    return Optional.of(
        plain
            ? new Term.Index.Plain(parts.getFirst().variable(), span)
            : new Term.Index.Affine(parts, linear.constant().longValue(), span));
  }

  private static void nameSpans(Expression expression, Map<String, Span> spans) {
    if (expression instanceof Expression.Name(String name, Span span)) {
      spans.putIfAbsent(name, span);
    }
    SubscriptForm.operands(expression).forEach(operand -> nameSpans(operand, spans));
  }

  private Optional<Term.Index> constant(BigInteger value, Span span) {
    if (value.bitLength() >= Long.SIZE) {
      error(ErrorCode.INDEX_OUT_OF_RANGE, span, "no axis has a position " + value);
      return Optional.empty();
    }
    return Optional.of(new Term.Index.Affine(List.of(), value.longValueExact(), span));
  }

  private Term call(Expression.Call call) {
    Optional<Border> border =
        Arrays.stream(Border.values())
            .filter(each -> each != Border.NONE && each.symbol().equals(call.name()))
            .findFirst();
    if (border.isPresent()) {
      return border(call, border.get());
    }
    if (call.name().equals("extent")) {
      return extent(call);
    }
    List<Term> arguments = call.arguments().stream().map(this::term).toList();
    Term brokenCall = new Term.Broken(arguments, call.span());
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

  private Term border(Expression.Call call, Border border) {
    if (call.arguments().size() == 1
        && call.arguments().getFirst() instanceof Expression.Access access
        && !access.subscripts().isEmpty()) {
      return access(access, border, call.span());
    }
    report(Refusals.notAnAccess(call));
    return new Term.Broken(call.arguments().stream().map(this::term).toList(), call.span());
  }

  private Term extent(Expression.Call call) {
    if (call.arguments().size() == 2
        && call.arguments().getFirst() instanceof Expression.Name(String name, Span span)
        && call.arguments().get(1) instanceof Expression.NumberLiteral literal
        && literal.integer()
        && literal.integerValue().bitLength() < Integer.SIZE) {
      int axis = literal.integerValue().intValue();
      symbols.use(name, new Tensor.SizeUse(number, axis, span));
      return new Term.Size(name, axis, call.span());
    }
    report(Refusals.notAnExtent(call));
    return new Term.Broken(List.of(), call.span());
  }

  private Term reduction(Expression.Reduction reduction) {
    List<Variable> variables = new ArrayList<>();
    Map<String, Optional<Variable>> outer = new LinkedHashMap<>();
    for (IndexBinding binding : reduction.indices()) {
      bind(binding, variables, outer);
    }
    Term body = term(reduction.body());
    List<Term> conditions = reduction.where().stream().map(this::term).toList();
    for (Term condition : conditions) {
      if (Collections.disjoint(condition.allVariables(), variables)
          && variables.size() == reduction.indices().size()) {
        report(Refusals.conditionOnNothing(reduction, condition.span()));
      }
    }
    outer.forEach(
        (name, before) ->
            before.ifPresentOrElse(
                variable -> bound.put(name, variable), () -> bound.remove(name)));
    Optional<ReductionKind> kind = ReductionKind.named(reduction.name());
    if (variables.size() < reduction.indices().size()) {
      return new Term.Broken(List.of(body), reduction.span());
    }
    if (kind.isPresent()) {
      return new Term.Reduce(kind.get(), variables, body, conditions, reduction.span());
    }
    report(Refusals.unknownReduction(reduction));
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

  private void error(ErrorCode code, Span span, String message, String... hints) {
    broken = true;
    diagnostics.error(code, span, message, hints);
  }

  private void report(Diagnostic diagnostic) {
    broken = true;
    diagnostics.add(diagnostic);
  }
}
