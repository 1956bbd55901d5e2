package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Diagnostics;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.SourceText;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.grammar.IndexNotationLexer;
import dev.einkorn.grammar.IndexNotationParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/**
 * Reads programs in index notation.
 *
 * <p>Header and statements are read one by one: each has at most one syntax error, and one that
 * cannot be read does not hide the errors of the next. The limits keep recursion over brackets and
 * over trees within the stack of any thread; whatever exceeds one is a {@link
 * ErrorCode#LIMIT_EXCEEDED}.
 */
public final class IndexNotationReader {
  /** The longest program, in UTF-16 characters. */
  public static final int MAXIMUM_TEXT = 1 << 20;

  /** The most statements of a program. */
  public static final int MAXIMUM_STATEMENTS = 4096;

  /** The longest name or number, in characters. */
  public static final int MAXIMUM_NAME = 255;

  /** The deepest nesting of brackets. */
  public static final int MAXIMUM_BRACKETS = 200;

  /** The longest run of prefix operators and the longest chain of {@code ^}. */
  public static final int MAXIMUM_CHAIN = 200;

  /** The deepest nesting of an expression's tree; {@code a + b + c} nests three deep. */
  public static final int MAXIMUM_DEPTH = 400;

  private final SourceText source;
  private final Diagnostics diagnostics;
  private final TokenSpans spans;
  private final AstBuilder builder;

  private IndexNotationReader(SourceText source, Diagnostics diagnostics) {
    this.source = source;
    this.diagnostics = diagnostics;
    this.spans = new TokenSpans(source.text());
    this.builder = new AstBuilder(spans, diagnostics);
  }

  /**
   * Reads a program. What cannot be read is reported and left out, so a caller that wants only
   * whole programs asks {@link Diagnostics#hasErrors()}.
   */
  public static Program parse(SourceText source, Diagnostics diagnostics) {
    Span whole = new Span(0, source.text().length());
    if (whole.length() > MAXIMUM_TEXT) {
      diagnostics.error(
          ErrorCode.LIMIT_EXCEEDED,
          Span.at(0),
          "the program is %s characters long; at most %s are supported"
              .formatted(whole.length(), MAXIMUM_TEXT),
          "split it into several programs");
      return new Program(Optional.empty(), List.of(), whole);
    }
    return new IndexNotationReader(source, diagnostics).program(whole);
  }

  private Program program(Span whole) {
    IndexNotationLexer lexer =
        new IndexNotationLexer(CharStreams.fromString(source.text(), source.name()));
    List<List<Token>> parts = StatementSplitter.split(lexer.getAllTokens());
    boolean hasHeader =
        !parts.isEmpty() && parts.getFirst().getFirst().getType() == IndexNotationLexer.LPAREN;
    int firstStatement = hasHeader ? 1 : 0;
    if (parts.size() - firstStatement > MAXIMUM_STATEMENTS) {
      List<Token> tooMany = parts.get(firstStatement + MAXIMUM_STATEMENTS);
      diagnostics.error(
          ErrorCode.LIMIT_EXCEEDED,
          spans.between(tooMany.getFirst(), tooMany.getLast()),
          "the program has %s statements; at most %s are supported"
              .formatted(parts.size() - firstStatement, MAXIMUM_STATEMENTS),
          "split it into several programs");
      return new Program(Optional.empty(), List.of(), whole);
    }
    Optional<Header> header = Optional.empty();
    List<Statement> statements = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      List<Token> part = parts.get(i);
      if (!isWithinLimits(part)) {
        continue;
      }
      if (i < firstStatement) {
        header = header(part);
      } else {
        statement(part, i == 0).ifPresent(statements::add);
      }
    }
    return new Program(header, statements, whole);
  }

  private Optional<Header> header(List<Token> part) {
    try {
      return Optional.of(builder.header(parser(part).singleHeader().header()));
    } catch (ParseCancellationException e) {
      diagnostics.add(SyntaxErrors.describe(spans, part, StopAtFirstError.cause(e), true));
      return Optional.empty();
    }
  }

  private Optional<Statement> statement(List<Token> part, boolean first) {
    try {
      int errors = diagnostics.errorCount();
      Statement statement = builder.statement(parser(part).singleStatement().statement());
      if (diagnostics.errorCount() == errors) {
        checkDepth(statement);
      }
      return diagnostics.errorCount() == errors ? Optional.of(statement) : Optional.empty();
    } catch (ParseCancellationException e) {
      diagnostics.add(SyntaxErrors.describe(spans, part, StopAtFirstError.cause(e), first));
      return Optional.empty();
    } catch (AstBuilder.TooDeepException e) {
      tooDeep(e.span(), "more than " + MAXIMUM_DEPTH);
      return Optional.empty();
    }
  }

  private void tooDeep(Span span, String found) {
    diagnostics.error(
        ErrorCode.LIMIT_EXCEEDED,
        span,
        "the expression nests %s deep; at most %s is supported".formatted(found, MAXIMUM_DEPTH),
        "split it into several statements");
  }

  private static IndexNotationParser parser(List<Token> part) {
    IndexNotationParser parser =
        new IndexNotationParser(new CommonTokenStream(new ListTokenSource(part)));
    parser.removeErrorListeners();
    parser.setErrorHandler(new StopAtFirstError());
    return parser;
  }

  /** Checks what must hold before the parser may recurse. */
  private boolean isWithinLimits(List<Token> part) {
    int depth = 0;
    int deepest = 0;
    Optional<Token> tooDeep = Optional.empty();
    for (Token token : part) {
      switch (token.getType()) {
        case IndexNotationLexer.LPAREN, IndexNotationLexer.LBRACKET -> {
          depth++;
          deepest = Math.max(deepest, depth);
          if (depth > MAXIMUM_BRACKETS && tooDeep.isEmpty()) {
            tooDeep = Optional.of(token);
          }
        }
        case IndexNotationLexer.RPAREN, IndexNotationLexer.RBRACKET -> depth--;
        case IndexNotationLexer.NAME, IndexNotationLexer.INTEGER, IndexNotationLexer.REAL -> {
          int length = token.getStopIndex() - token.getStartIndex() + 1;
          if (length > MAXIMUM_NAME) {
            boolean name = token.getType() == IndexNotationLexer.NAME;
            diagnostics.error(
                ErrorCode.LIMIT_EXCEEDED,
                spans.of(token),
                "the %s is %s characters long; at most %s are supported"
                    .formatted(name ? "name" : "number", length, MAXIMUM_NAME));
            return false;
          }
        }
        default -> {}
      }
    }
    int nesting = deepest;
    tooDeep.ifPresent(
        token ->
            diagnostics.error(
                ErrorCode.LIMIT_EXCEEDED,
                spans.of(token),
                "brackets nest %s deep; at most %s are supported"
                    .formatted(nesting, MAXIMUM_BRACKETS),
                "compute the inner part in a statement of its own"));
    return tooDeep.isEmpty();
  }

  private void checkDepth(Statement statement) {
    List<Expression> roots = new ArrayList<>(statement.where());
    roots.addFirst(statement.value());
    addPositions(statement.target().subscripts(), roots);
    for (Expression root : roots) {
      int depth = depth(root);
      if (depth > MAXIMUM_DEPTH) {
        tooDeep(root.span(), Integer.toString(depth));
        return;
      }
    }
  }

  /** The depth of a tree, found without recursion. */
  private static int depth(Expression root) {
    record Visit(Expression expression, int depth) {}
    Deque<Visit> open = new ArrayDeque<>(List.of(new Visit(root, 1)));
    int deepest = 0;
    while (!open.isEmpty()) {
      Visit visit = open.pop();
      deepest = Math.max(deepest, visit.depth());
      for (Expression child : children(visit.expression())) {
        open.push(new Visit(child, visit.depth() + 1));
      }
    }
    return deepest;
  }

  private static List<Expression> children(Expression expression) {
    return switch (expression) {
      case Expression.NumberLiteral _, Expression.ConstantLiteral _, Expression.Name _ -> List.of();
      case Expression.Access access -> {
        List<Expression> positions = new ArrayList<>();
        addPositions(access.subscripts(), positions);
        yield positions;
      }
      case Expression.Unary unary -> List.of(unary.operand());
      case Expression.Binary binary -> List.of(binary.left(), binary.right());
      case Expression.Call call -> call.arguments();
      case Expression.Reduction reduction -> {
        List<Expression> children = new ArrayList<>(reduction.where());
        children.add(reduction.body());
        yield children;
      }
    };
  }

  private static void addPositions(List<Subscript> subscripts, List<Expression> expressions) {
    for (Subscript subscript : subscripts) {
      if (subscript instanceof Subscript.Position(Expression position, _)) {
        expressions.add(position);
      }
    }
  }
}
