package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.grammar.IndexNotationLexer;
import dev.einkorn.grammar.IndexNotationParser.AdditiveContext;
import dev.einkorn.grammar.IndexNotationParser.AssignmentContext;
import dev.einkorn.grammar.IndexNotationParser.BracketsContext;
import dev.einkorn.grammar.IndexNotationParser.ComparisonContext;
import dev.einkorn.grammar.IndexNotationParser.ConjunctionContext;
import dev.einkorn.grammar.IndexNotationParser.ConstantContext;
import dev.einkorn.grammar.IndexNotationParser.DeclarationContext;
import dev.einkorn.grammar.IndexNotationParser.DeclarationsContext;
import dev.einkorn.grammar.IndexNotationParser.ExponentContext;
import dev.einkorn.grammar.IndexNotationParser.ExpressionContext;
import dev.einkorn.grammar.IndexNotationParser.ExtentContext;
import dev.einkorn.grammar.IndexNotationParser.HeaderContext;
import dev.einkorn.grammar.IndexNotationParser.MultiplicativeContext;
import dev.einkorn.grammar.IndexNotationParser.NumberContext;
import dev.einkorn.grammar.IndexNotationParser.PowerContext;
import dev.einkorn.grammar.IndexNotationParser.PrimaryContext;
import dev.einkorn.grammar.IndexNotationParser.StatementContext;
import dev.einkorn.grammar.IndexNotationParser.SubscriptContext;
import dev.einkorn.grammar.IndexNotationParser.TargetContext;
import dev.einkorn.grammar.IndexNotationParser.TypeContext;
import dev.einkorn.grammar.IndexNotationParser.WhereContext;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/**
 * Turns parse trees into syntax trees: {@code a-b-c} becomes {@code (a-b)-c}, {@code a^b^c} becomes
 * {@code a^(b^c)}, and parentheses disappear. Recursion is over brackets only, so that its depth is
 * bounded by what the reader lets pass; chains of operators are built in loops.
 */
final class AstBuilder {
  private final TokenSpans spans;
  private final Diagnostics diagnostics;
  private int depth;

  /** Thrown out of an expression that nests too deep to be built. */
  static final class TooDeepException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Span span;

    TooDeepException(Span span) {
      this.span = span;
    }

    /** The part that is too deep. */
    Span span() {
      return span;
    }
  }

  AstBuilder(TokenSpans spans, Diagnostics diagnostics) {
    this.spans = spans;
    this.diagnostics = diagnostics;
  }

  Header header(HeaderContext header) {
    return new Header(
        declarations(header.inputs),
        Optional.ofNullable(header.outputs).map(this::declarations),
        spans.of(header));
  }

  private List<Declaration> declarations(@Nullable DeclarationsContext declarations) {
    return declarations == null
        ? List.of()
        : declarations.declaration().stream().map(this::declaration).toList();
  }

  private Declaration declaration(DeclarationContext declaration) {
    Token name = declaration.NAME().getSymbol();
    return new Declaration(
        name.getText(),
        spans.of(name),
        Optional.ofNullable(declaration.type()).map(this::type),
        spans.of(declaration));
  }

  private TypeAnnotation type(TypeContext type) {
    Token name = type.NAME().getSymbol();
    List<DeclaredExtent> extents = type.extent().stream().map(this::extent).toList();
    return new TypeAnnotation(name.getText(), spans.of(name), extents, spans.of(type));
  }

  private DeclaredExtent extent(ExtentContext extent) {
    return extent.INTEGER() == null
        ? new DeclaredExtent.Named(extent.getText(), spans.of(extent))
        : new DeclaredExtent.Fixed(new BigInteger(extent.getText()), spans.of(extent));
  }

  /**
   * Builds a statement.
   *
   * @throws TooDeepException if an expression nests deeper than is supported
   */
  Statement statement(StatementContext statement) {
    depth = 0;
    return new Statement(
        target(statement.target()),
        assignment(statement.assignment()),
        build(statement.expression()),
        conditions(statement.where()),
        spans.of(statement));
  }

  private Target target(TargetContext target) {
    Token name = target.NAME().getSymbol();
    BracketsContext brackets = target.brackets();
    return new Target(
        name.getText(),
        spans.of(name),
        brackets == null ? List.of() : subscripts(brackets),
        spans.of(target));
  }

  private AssignmentOperator assignment(AssignmentContext assignment) {
    if (assignment.NAME() == null) {
      return switch (assignment.getStart().getType()) {
        case IndexNotationLexer.ASSIGN -> AssignmentOperator.ASSIGN;
        case IndexNotationLexer.ADD_ASSIGN -> AssignmentOperator.ADD;
        case IndexNotationLexer.MULTIPLY_ASSIGN -> AssignmentOperator.MULTIPLY;
        default -> throw new AssertionError("no assignment: " + assignment.getText());
      };
    }
    Token name = assignment.NAME().getSymbol();
    return switch (name.getText()) {
      case "max" -> AssignmentOperator.MAX;
      case "min" -> AssignmentOperator.MIN;
      default -> {
        diagnostics.error(
            ErrorCode.SYNTAX_ERROR,
            spans.of(name),
            "expected '=', found '" + name.getText() + "'",
            "a target is assigned by =, or accumulated into by +=, *=, max= or min=");
        yield AssignmentOperator.ASSIGN;
      }
    };
  }

  /** The conditions of a where clause, those joined by {@code and} taken apart. */
  private List<Expression> conditions(@Nullable WhereContext where) {
    List<Expression> conditions = new ArrayList<>();
    if (where != null) {
      for (ExpressionContext condition : where.expression()) {
        Conditions.addConjuncts(build(condition), conditions);
      }
    }
    return conditions;
  }

  private List<Subscript> subscripts(BracketsContext brackets) {
    List<Subscript> subscripts = new ArrayList<>();
    for (SubscriptContext subscript : brackets.subscript()) {
      subscripts.add(subscript(subscript));
    }
    return subscripts;
  }

  private Subscript subscript(SubscriptContext subscript) {
    return subscript.ELLIPSIS() == null
        ? new Subscript.Position(build(subscript.expression()), spans.of(subscript))
        : new Subscript.Ellipsis(spans.of(subscript));
  }

  /**
   * Builds an expression. Each call within a call is for a child in the tree, so what recurses too
   * deep is too deep; the reader measures the chains, which do not recurse.
   */
  private Expression build(ParserRuleContext expression) {
    if (depth == IndexNotationReader.MAXIMUM_DEPTH) {
      throw new TooDeepException(spans.of(expression));
    }
    depth++;
    Expression built = buildOneLevel(operation(expression));
    depth--;
    return built;
  }

  /** What remains of {@code expression} without parentheses and levels that have no operator. */
  private static ParserRuleContext operation(ParserRuleContext expression) {
    ParserRuleContext context = expression;
    while (true) {
      if (context instanceof PrimaryContext primary && primary.expression() != null) {
        context = primary.expression();
      } else if (context.getChildCount() == 1
          && context.getChild(0) instanceof ParserRuleContext only) {
        context = only;
      } else {
        return context;
      }
    }
  }

  private Expression buildOneLevel(ParserRuleContext context) {
    return switch (context) {
      case ExpressionContext or -> leftSpine(or, or.conjunction(), or.operators);
      case ConjunctionContext and -> leftSpine(and, and.comparison(), and.operators);
      case ComparisonContext comparison -> comparison(comparison);
      case AdditiveContext sum -> leftSpine(sum, sum.multiplicative(), sum.operators);
      case MultiplicativeContext product -> leftSpine(product, product.power(), product.operators);
      case PowerContext power -> power(power);
      case PrimaryContext named -> named(named);
      case NumberContext number ->
          new Expression.NumberLiteral(
              number.getText(), number.INTEGER() != null, spans.of(number));
      case ConstantContext constant ->
          new Expression.ConstantLiteral(constant(constant), spans.of(constant));
      default -> throw new AssertionError("no expression: " + context.getClass());
    };
  }

  private Expression comparison(ComparisonContext comparison) {
    List<AdditiveContext> operands = comparison.additive();
    Expression compared =
        comparison.operator == null
            ? build(operands.getFirst())
            : leftSpine(operands.getFirst(), operands, List.of(comparison.operator));
    return prefixed(comparison.prefixes, compared, spans.of(comparison));
  }

  private Expression leftSpine(
      ParserRuleContext whole, List<? extends ParserRuleContext> operands, List<Token> operators) {
    Expression left = build(operands.getFirst());
    for (int i = 0; i < operators.size(); i++) {
      ParserRuleContext operand = operands.get(i + 1);
      // Not from the span of the left operand: the parentheses around it belong to this one.
      Span span = spans.between(whole.getStart(), operand.getStop());
      left = new Expression.Binary(infix(operators.get(i)), left, build(operand), span);
    }
    return left;
  }

  /** {@code -a ^ -b ^ c} from the right: {@code c}, {@code b^c}, {@code -(b^c)} and so on. */
  private Expression power(PowerContext power) {
    List<ExponentContext> exponents = power.exponent();
    limit(exponents.size(), "powers", spans.of(power));
    Token stop = power.getStop();
    PrimaryContext base = exponents.isEmpty() ? power.primary() : exponents.getLast().primary();
    Expression result = build(base);
    for (int i = exponents.size() - 1; i >= 0; i--) {
      ExponentContext exponent = exponents.get(i);
      result = prefixed(exponent.prefixes, result, spans.between(exponent.getStart(), stop));
      base = i == 0 ? power.primary() : exponents.get(i - 1).primary();
      Span span = spans.between(base.getStart(), stop);
      result = new Expression.Binary(BinaryOperator.POWER, build(base), result, span);
    }
    return prefixed(power.prefixes, result, spans.of(power));
  }

  private Expression prefixed(List<Token> prefixes, Expression operand, Span whole) {
    limit(prefixes.size(), "prefix operators", whole);
    Expression result = operand;
    for (Token prefix : prefixes.reversed()) {
      Span span = new Span(spans.of(prefix).start(), whole.end());
      result = new Expression.Unary(prefix(prefix), result, span);
    }
    return result;
  }

  private void limit(int found, String what, Span span) {
    if (found > IndexNotationReader.MAXIMUM_CHAIN) {
      diagnostics.error(
          ErrorCode.LIMIT_EXCEEDED,
          span,
          "a chain of %s %s; at most %s are supported"
              .formatted(found, what, IndexNotationReader.MAXIMUM_CHAIN),
          "compute a part of it in a statement of its own");
    }
  }

  private Expression named(PrimaryContext named) {
    Token token = named.NAME().getSymbol();
    String name = token.getText();
    Span nameSpan = spans.of(token);
    Span span = spans.of(named);
    BracketsContext brackets = named.brackets();
    if (named.arguments() != null) {
      List<Expression> arguments = new ArrayList<>();
      for (ExpressionContext argument : named.arguments().expression()) {
        arguments.add(build(argument));
      }
      return new Expression.Call(name, nameSpan, arguments, span);
    }
    if (brackets == null) {
      return new Expression.Name(name, span);
    }
    if (named.body() == null) {
      return new Expression.Access(name, nameSpan, subscripts(brackets), span);
    }
    List<IndexBinding> indices = indices(name, brackets);
    Expression body = build(named.body().expression());
    List<Expression> where = conditions(named.body().where());
    return indices.isEmpty()
        ? body
        : new Expression.Reduction(name, nameSpan, indices, body, where, span);
  }

  /** The indices that a reduction binds; empty, with an error reported, if there are none. */
  private List<IndexBinding> indices(String reduction, BracketsContext brackets) {
    List<IndexBinding> indices = new ArrayList<>();
    for (SubscriptContext subscript : brackets.subscript()) {
      if (subscript(subscript)
          instanceof Subscript.Position(Expression.Name(String name, Span span), _)) {
        indices.add(new IndexBinding(name, span));
      } else {
        noIndex(reduction, spans.of(subscript), "'" + subscript.getText() + "'");
      }
    }
    if (brackets.subscript().isEmpty()) {
      noIndex(reduction, spans.of(brackets), "empty brackets");
    }
    return indices;
  }

  private void noIndex(String reduction, Span span, String found) {
    diagnostics.error(
        ErrorCode.SYNTAX_ERROR,
        span,
        "expected an index to reduce over, found " + found,
        "a reduction lists its indices: " + reduction + "[k](...)");
  }

  private static Constant constant(ConstantContext constant) {
    return switch (constant.getStart().getType()) {
      case IndexNotationLexer.INF -> Constant.INFINITY;
      case IndexNotationLexer.NAN -> Constant.NOT_A_NUMBER;
      case IndexNotationLexer.PI -> Constant.PI;
      case IndexNotationLexer.TRUE -> Constant.TRUE;
      case IndexNotationLexer.FALSE -> Constant.FALSE;
      default -> throw new AssertionError("no constant: " + constant.getText());
    };
  }

  private static UnaryOperator prefix(Token token) {
    return switch (token.getType()) {
      case IndexNotationLexer.MINUS -> UnaryOperator.NEGATE;
      case IndexNotationLexer.PLUS -> UnaryOperator.PLUS;
      case IndexNotationLexer.NOT -> UnaryOperator.NOT;
      default -> throw new AssertionError("no prefix operator: " + token);
    };
  }

  private static BinaryOperator infix(Token token) {
    return switch (token.getType()) {
      case IndexNotationLexer.OR -> BinaryOperator.OR;
      case IndexNotationLexer.AND -> BinaryOperator.AND;
      case IndexNotationLexer.LESS -> BinaryOperator.LESS;
      case IndexNotationLexer.LESS_OR_EQUAL -> BinaryOperator.LESS_OR_EQUAL;
      case IndexNotationLexer.GREATER -> BinaryOperator.GREATER;
      case IndexNotationLexer.GREATER_OR_EQUAL -> BinaryOperator.GREATER_OR_EQUAL;
      case IndexNotationLexer.EQUAL -> BinaryOperator.EQUAL;
      case IndexNotationLexer.NOT_EQUAL -> BinaryOperator.NOT_EQUAL;
      case IndexNotationLexer.PLUS -> BinaryOperator.ADD;
      case IndexNotationLexer.MINUS -> BinaryOperator.SUBTRACT;
      case IndexNotationLexer.TIMES -> BinaryOperator.MULTIPLY;
      case IndexNotationLexer.DIVIDE -> BinaryOperator.DIVIDE;
      case IndexNotationLexer.FLOOR_DIVIDE -> BinaryOperator.FLOOR_DIVIDE;
      case IndexNotationLexer.REMAINDER -> BinaryOperator.REMAINDER;
      default -> throw new AssertionError("no infix operator: " + token);
    };
  }
}
