package dev.einkorn.compiler.check;

import dev.einkorn.compiler.index.BinaryOperator;
import dev.einkorn.compiler.index.Function;
import dev.einkorn.compiler.index.IndexExpr;
import dev.einkorn.compiler.index.IndexVariable;
import dev.einkorn.compiler.index.Subscript;
import dev.einkorn.compiler.index.UnaryOperator;
import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.runtime.ElementType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives one statement's terms their types and turns every promotion into a cast, with {@code f32 A}
 * and {@code i32 n}:
 *
 * {@snippet lang=text :
 * B[i] = 2 * A[i] / n
 * B[i] = f64(2.0 * A[i]) / f64(n)
 * }
 */
final class TypeChecker {
  private static final Typed UNKNOWN = new Typed.Unknown();

  private final SourceText source;
  private final Diagnostics diagnostics;
  private final Map<String, TensorKind> tensors;
  private final Conversion conversion;
  private final ReductionTypes reductions;
  private final Extents extents;
  private final Set<Term> extentConditions;

  /** What an access must know of a tensor. */
  record TensorKind(ElementType type, int rank) {}

  /**
   * A checker of one statement.
   *
   * @param tensors those that may be read; reading another one is an error reported already
   * @param extentConditions the conditions of reductions that only give extents
   */
  TypeChecker(
      SourceText source,
      Diagnostics diagnostics,
      Map<String, TensorKind> tensors,
      ResolvedStatement statement,
      Extents extents,
      Set<Term> extentConditions) {
    this.source = source;
    this.diagnostics = diagnostics;
    this.tensors = tensors;
    this.conversion = new Conversion(diagnostics);
    this.reductions = new ReductionTypes(source, diagnostics, conversion, statement, extents);
    this.extents = extents;
    this.extentConditions = extentConditions;
  }

  /** The typed form of {@code term}. */
  Typed type(Term term) {
    return switch (term) {
      case Term.IntegerNumber(BigInteger value, _) -> new Typed.IntegerLiteral(value);
      case Term.RealNumber(double value, _) ->
          Typed.of(IndexExpr.Literal.of(value, ElementType.F64), true);
      case Term.Truth(boolean value, _) -> Typed.strong(IndexExpr.Literal.of(value));
      case Term.Position(Variable variable, _) ->
          Typed.strong(new IndexExpr.IndexValue(new IndexVariable(variable.name())));
      case Term.Size(String tensor, int axis, _) ->
          Typed.strong(new IndexExpr.ExtentValue(extents.of(tensor, axis)));
      case Term.Read read -> read(read);
      case Term.Prefix(UnaryOperator operator, Term operand, _) ->
          switch (operator) {
            case NEGATE -> negate(operand);
            case NOT ->
                condition(operand, type(operand), "not")
                    .map(each -> Typed.strong(new IndexExpr.Unary(operator, each)))
                    .orElse(UNKNOWN);
          };
      case Term.Infix(BinaryOperator operator, Term left, Term right, Span span) ->
          switch (operator.kind()) {
            case ARITHMETIC -> arithmetic(operator, left, right, span);
            case COMPARISON -> comparison(operator, left, right);
            case LOGICAL -> logical(operator, left, right);
          };
      case Term.Apply(Callee callee, List<Term> arguments, Span span) ->
          switch (callee) {
            case Callee.Elementary(Function function) -> function(function, arguments);
            case Callee.Conversion(ElementType type) -> explicit(type, arguments.getFirst());
            case Callee.Special special ->
                switch (special) {
                  case POWER ->
                      arithmetic(
                          BinaryOperator.POWER, arguments.getFirst(), arguments.get(1), span);
                  case SELECT -> select(arguments);
                };
          };
      case Term.Reduce reduce -> reduce(reduce);
      case Term.Broken _ -> UNKNOWN;
    };
  }

  private Typed read(Term.Read read) {
    TensorKind tensor = tensors.get(read.tensor());
    if (tensor == null || tensor.rank() != read.indices().size()) {
      return UNKNOWN;
    }
    List<Subscript> subscripts = new ArrayList<>();
    for (Term.Index index : read.indices()) {
      subscript(index).ifPresent(subscripts::add);
    }
    return subscripts.size() < read.indices().size()
        ? UNKNOWN
        : Typed.strong(
            new IndexExpr.Access(read.tensor(), subscripts, read.border(), tensor.type()));
  }

  private Optional<Subscript> subscript(Term.Index index) {
    return switch (index) {
      case Term.Index.Plain(Variable variable, _) ->
          Optional.of(Subscript.of(new IndexVariable(variable.name())));
      case Term.Index.Affine(List<Term.Part> parts, long constant, _) ->
          Optional.of(
              new Subscript.Affine(
                  parts.stream()
                      .map(
                          each ->
                              new Subscript.Term(
                                  new IndexVariable(each.variable().name()), each.coefficient()))
                      .toList(),
                  constant));
      case Term.Index.Gather(Term value, String text, Span span) -> gather(value, text, span);
    };
  }

  private Optional<Subscript> gather(Term term, String text, Span span) {
    Typed value = type(term);
    if (value.isUnknown()) {
      return Optional.empty();
    }
    ElementType type = value.promotion().element();
    if (!type.isInteger()) {
      diagnostics.error(
          ErrorCode.TYPE_MISMATCH,
          span,
          "a position must be an integer, but %s is %s"
              .formatted(text, type.isNumeric() ? type.toString() : "a condition"),
          type.isNumeric()
              ? "write i64(...) around it to round toward zero"
              : "write i64(...) around it for 0 or 1");
      return Optional.empty();
    }
    return conversion.convert(value, type, span).map(Subscript.Gather::new);
  }

  private Typed reduce(Term.Reduce reduce) {
    Typed body = type(reduce.body());
    List<IndexExpr> conditions = new ArrayList<>();
    boolean understood = true;
    for (Term condition : reduce.conditions()) {
      if (!extentConditions.contains(condition)) {
        Optional<IndexExpr> typed = condition(condition, type(condition), "where");
        understood &= typed.isPresent();
        typed.ifPresent(conditions::add);
      }
    }
    return understood
        ? reductions.reduce(
            reduce,
            body,
            conditions.stream().reduce((a, b) -> new IndexExpr.Binary(BinaryOperator.AND, a, b)))
        : UNKNOWN;
  }

  private Typed negate(Term operand) {
    Typed value = type(operand);
    if (value instanceof Typed.IntegerLiteral(BigInteger literal)) {
      return new Typed.IntegerLiteral(literal.negate());
    }
    if (value instanceof Typed.Value(IndexExpr.Literal(Double literal, _), Promotion p)
        && p.weak()) {
      return Typed.of(IndexExpr.Literal.of(-literal, ElementType.F64), true);
    }
    Promotion result = value.promotion().arithmetic();
    return conversion
        .convert(value, result.element(), operand.span())
        .map(each -> Typed.of(new IndexExpr.Unary(UnaryOperator.NEGATE, each), result.weak()))
        .orElse(UNKNOWN);
  }

  private Typed arithmetic(BinaryOperator operator, Term left, Term right, Span span) {
    Typed l = type(left);
    Typed r = type(right);
    if (l.isUnknown() || r.isUnknown()) {
      return UNKNOWN;
    }
    Promotion common = l.promotion().with(r.promotion()).arithmetic();
    Promotion result = operator == BinaryOperator.DIVIDE ? common.floating() : common;
    if (operator == BinaryOperator.POWER
        && result.element().isInteger()
        && r instanceof Typed.IntegerLiteral(BigInteger exponent)
        && exponent.signum() < 0) {
      diagnostics.error(
          ErrorCode.TYPE_MISMATCH,
          span,
          "an integer has no integer power " + exponent,
          "write f64(...) around the base");
      return UNKNOWN;
    }
    return binary(operator, left, l, right, r, result)
        .map(each -> Typed.of(each, result.weak()))
        .orElse(UNKNOWN);
  }

  private Typed comparison(BinaryOperator operator, Term left, Term right) {
    Typed l = type(left);
    Typed r = type(right);
    if (l.isUnknown() || r.isUnknown()) {
      return UNKNOWN;
    }
    Promotion common = l.promotion().with(r.promotion());
    boolean equality = operator == BinaryOperator.EQUAL || operator == BinaryOperator.NOT_EQUAL;
    return binary(operator, left, l, right, r, equality ? common : common.arithmetic())
        .map(Typed::strong)
        .orElse(UNKNOWN);
  }

  private Typed logical(BinaryOperator operator, Term left, Term right) {
    Optional<IndexExpr> l = condition(left, type(left), operator.symbol());
    Optional<IndexExpr> r = condition(right, type(right), operator.symbol());
    return l.isEmpty() || r.isEmpty()
        ? UNKNOWN
        : Typed.strong(new IndexExpr.Binary(operator, l.get(), r.get()));
  }

  private Optional<IndexExpr> binary(
      BinaryOperator operator, Term left, Typed l, Term right, Typed r, Promotion common) {
    Optional<IndexExpr> a = conversion.convert(l, common.element(), left.span());
    Optional<IndexExpr> b = conversion.convert(r, common.element(), right.span());
    return a.isEmpty() || b.isEmpty()
        ? Optional.empty()
        : Optional.of(new IndexExpr.Binary(operator, a.get(), b.get()));
  }

  private Optional<IndexExpr> condition(Term term, Typed value, String user) {
    return requireCondition(source, diagnostics, term, value, user);
  }

  /** The value if it is a condition; an error otherwise. */
  static Optional<IndexExpr> requireCondition(
      SourceText source, Diagnostics diagnostics, Term term, Typed value, String user) {
    if (value.isUnknown()) {
      return Optional.empty();
    }
    if (value instanceof Typed.Value(IndexExpr expression, _)
        && expression.elementType() == ElementType.BOOL) {
      return Optional.of(expression);
    }
    String found =
        value.promotion().weak() ? "a number" : "a number of type " + value.promotion().element();
    diagnostics.error(
        ErrorCode.TYPE_MISMATCH,
        term.span(),
        "%s needs a condition, found %s".formatted(user, found),
        "compare with 0: " + Quote.of(source, term.span()) + " != 0");
    return Optional.empty();
  }

  private Typed function(Function function, List<Term> arguments) {
    List<Typed> values = arguments.stream().map(this::type).toList();
    if (values.stream().anyMatch(Typed::isUnknown)) {
      return UNKNOWN;
    }
    Promotion common =
        values.stream().map(Typed::promotion).reduce(Promotion::with).orElseThrow().arithmetic();
    boolean rounds =
        function == Function.FLOOR || function == Function.CEIL || function == Function.ROUND;
    boolean rounded = rounds && common.element().isInteger();
    Promotion result = function.onIntegers() || rounded ? common : common.floating();
    List<IndexExpr> converted = new ArrayList<>();
    for (int n = 0; n < values.size(); n++) {
      conversion
          .convert(values.get(n), result.element(), arguments.get(n).span())
          .ifPresent(converted::add);
    }
    if (converted.size() < values.size()) {
      return UNKNOWN;
    }
    return Typed.of(
        rounded ? converted.getFirst() : new IndexExpr.Call(function, converted), result.weak());
  }

  private Typed explicit(ElementType type, Term argument) {
    Typed value = type(argument);
    // Not convert(): a written cast of a real literal to an integer truncates.
    return switch (value) {
      case Typed.Unknown _ -> UNKNOWN;
      case Typed.IntegerLiteral _ ->
          conversion.convert(value, type, argument.span()).map(Typed::strong).orElse(UNKNOWN);
      case Typed.Value(IndexExpr expression, Promotion promotion) ->
          promotion.weak() && type.isFloating()
              ? conversion.convert(value, type, argument.span()).map(Typed::strong).orElse(UNKNOWN)
              : Typed.strong(Conversion.cast(expression, type));
    };
  }

  private Typed select(List<Term> arguments) {
    Optional<IndexExpr> condition =
        condition(arguments.getFirst(), type(arguments.getFirst()), "select");
    Typed whenTrue = type(arguments.get(1));
    Typed whenFalse = type(arguments.get(2));
    if (condition.isEmpty() || whenTrue.isUnknown() || whenFalse.isUnknown()) {
      return UNKNOWN;
    }
    Promotion common = whenTrue.promotion().with(whenFalse.promotion());
    Optional<IndexExpr> t = conversion.convert(whenTrue, common.element(), arguments.get(1).span());
    Optional<IndexExpr> f =
        conversion.convert(whenFalse, common.element(), arguments.get(2).span());
    return t.isEmpty() || f.isEmpty()
        ? UNKNOWN
        : Typed.of(new IndexExpr.Select(condition.get(), t.get(), f.get()), common.weak());
  }
}
