package dev.einkorn.compiler.ast;

import dev.einkorn.compiler.source.Diagnostic;
import dev.einkorn.compiler.source.ErrorCode;
import dev.einkorn.compiler.source.Span;
import dev.einkorn.grammar.IndexNotationLexer;
import dev.einkorn.grammar.IndexNotationParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;

/**
 * Says what is wrong with the syntax of one header or statement: what was expected in the words of
 * the language, what was found, and a hint where the slip is a common one.
 */
final class SyntaxErrors {
  private final TokenSpans spans;
  private final List<Token> part;
  private final int index;
  private final IntervalSet expected;
  private final int rule;
  private final boolean first;

  private SyntaxErrors(TokenSpans spans, List<Token> part, RecognitionException e, boolean first) {
    this.spans = spans;
    this.part = part;
    this.index = Math.min(e.getOffendingToken().getTokenIndex(), part.size());
    this.expected = e.getExpectedTokens();
    this.rule = e.getCtx().getRuleIndex();
    this.first = first;
  }

  /**
   * The error that ended the parse of {@code part}.
   *
   * @param part the tokens of a header or statement
   * @param e where and why the parse ended; token indices count from the start of {@code part}
   * @param first whether {@code part} is the first of its program
   */
  static Diagnostic describe(
      TokenSpans spans, List<Token> part, RecognitionException e, boolean first) {
    SyntaxErrors errors = new SyntaxErrors(spans, part, e, first);
    return errors.foreignOperator().or(errors::unknownCharacter).orElseGet(errors::unexpected);
  }

  private static Diagnostic error(Span span, String message) {
    return Diagnostic.error(ErrorCode.SYNTAX_ERROR, span, message);
  }

  // --- Characters and operators of other notations ---

  private Optional<Diagnostic> foreignOperator() {
    for (int start = Math.max(0, index - 1); start <= index && start < part.size(); start++) {
      for (int length = ForeignNotation.LONGEST; length > index - start; length--) {
        Optional<String> text = adjacent(start, length);
        boolean target = expected.contains(IndexNotationLexer.ASSIGN);
        Optional<String> hint =
            text.flatMap(
                target && start == index ? ForeignNotation::assignment : ForeignNotation::operator);
        if (hint.isPresent()) {
          Span span = spans.between(part.get(start), part.get(start + length - 1));
          String what =
              target
                  ? "expected '=', found '" + text.orElseThrow() + "'"
                  : "'" + text.orElseThrow() + "' is not an operator";
          return Optional.of(error(span, what).withHint(hint.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** The text of {@code length} tokens from {@code start} on if nothing is between them. */
  private Optional<String> adjacent(int start, int length) {
    if (start + length > part.size()) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder(part.get(start).getText());
    for (int i = start + 1; i < start + length; i++) {
      if (part.get(i).getStartIndex() != part.get(i - 1).getStopIndex() + 1) {
        return Optional.empty();
      }
      text.append(part.get(i).getText());
    }
    return Optional.of(text.toString());
  }

  private Optional<Diagnostic> unknownCharacter() {
    if (typeAt(index) != IndexNotationLexer.UNKNOWN) {
      return Optional.empty();
    }
    String text = part.get(index).getText();
    int c = text.codePointAt(0);
    int type = Character.getType(c);
    boolean visible = type != Character.CONTROL && type != Character.FORMAT && c != 0xFFFD;
    Diagnostic diagnostic =
        error(
            spans.of(part.get(index)),
            "unknown character "
                + (visible ? "'%s' (U+%04X)" : "%2$sU+%3$04X")
                    .formatted(text, visible ? c : "", c));
    return Optional.of(
        type == Character.NON_SPACING_MARK
            ? diagnostic.withHint("write the letter and its mark as one composed character")
            : diagnostic);
  }

  // --- All others: expected one thing, found another ---

  private Diagnostic unexpected() {
    Span span = index < part.size() ? spans.of(part.get(index)) : afterLast();
    String found = index < part.size() ? "'" + part.get(index).getText() + "'" : theEnd();
    Diagnostic diagnostic = error(span, "expected " + expectation() + ", found " + found);
    Optional<Token> open = openBracket().filter(this::isUnclosed);
    if (open.isPresent()) {
      return diagnostic
          .withSpan(spans.of(open.get()))
          .withHint("the '" + open.get().getText() + "' is not closed");
    }
    return hint().map(diagnostic::withHint).orElse(diagnostic);
  }

  private Span afterLast() {
    return Span.at(spans.of(part.getLast()).end());
  }

  private String theEnd() {
    return isHeader() ? "the end of the header" : "the end of the statement";
  }

  private boolean isHeader() {
    return first && typeAt(0) == IndexNotationLexer.LPAREN;
  }

  /** The innermost bracket that is open at the error. */
  private Optional<Token> openBracket() {
    Deque<Token> open = new ArrayDeque<>();
    for (Token token : part.subList(0, index)) {
      switch (token.getType()) {
        case IndexNotationLexer.LPAREN, IndexNotationLexer.LBRACKET -> open.push(token);
        case IndexNotationLexer.RPAREN, IndexNotationLexer.RBRACKET -> open.poll();
        default -> {}
      }
    }
    return Optional.ofNullable(open.peek());
  }

  /** Whether the error is that {@code open} is not closed, rather than something inside of it. */
  private boolean isUnclosed(Token open) {
    return switch (typeAt(index)) {
      case Token.EOF -> true;
      case IndexNotationLexer.RPAREN -> open.getType() == IndexNotationLexer.LBRACKET;
      case IndexNotationLexer.RBRACKET -> open.getType() == IndexNotationLexer.LPAREN;
      case IndexNotationLexer.ASSIGN,
          IndexNotationLexer.ADD_ASSIGN,
          IndexNotationLexer.MULTIPLY_ASSIGN ->
          closesInExcess(part.subList(index, part.size())) <= 0;
      default -> false;
    };
  }

  /** How many more brackets are closed than opened. */
  private static int closesInExcess(List<Token> tokens) {
    int excess = 0;
    for (Token token : tokens) {
      excess -= StatementSplitter.nesting(token.getType());
    }
    return excess;
  }

  private String expectation() {
    List<String> words = new ArrayList<>();
    if (expected.contains(IndexNotationLexer.LPAREN)
        && expected.contains(IndexNotationLexer.REAL)) {
      words.add(
          expected.contains(IndexNotationLexer.ELLIPSIS)
              ? "a subscript"
              : rule == IndexNotationParser.RULE_arguments ? "an argument" : "an expression");
    } else {
      if (!isHeader() && endsOperand(index - 1) && !expected.contains(IndexNotationLexer.ASSIGN)) {
        words.add("an operator");
      }
      if (expected.contains(IndexNotationLexer.ASSIGN)) {
        words.add("'='");
      } else if (expected.contains(IndexNotationLexer.INTEGER)) {
        words.add("an integer or a size name");
      } else if (expected.contains(IndexNotationLexer.NAME)) {
        words.add(
            rule == IndexNotationParser.RULE_type
                ? "an element type"
                : isHeader() ? "the name of a tensor" : "an assignment");
      }
      addIfExpected(IndexNotationLexer.LPAREN, "'('", words);
    }
    addIfExpected(IndexNotationLexer.COLON, "':'", words);
    addIfExpected(IndexNotationLexer.COMMA, "','", words);
    addIfExpected(IndexNotationLexer.RPAREN, "')'", words);
    addIfExpected(IndexNotationLexer.RBRACKET, "']'", words);
    addIfExpected(IndexNotationLexer.ARROW, "'->'", words);
    addIfExpected(Token.EOF, theEnd(), words);
    if (words.size() == 1) {
      return words.getFirst();
    }
    String others = String.join(", ", words.subList(0, words.size() - 1));
    return others + " or " + words.getLast();
  }

  private void addIfExpected(int type, String word, List<String> words) {
    if (expected.contains(type)) {
      words.add(word);
    }
  }

  private Optional<String> hint() {
    int found = typeAt(index);
    int previous = typeAt(index - 1);
    if (isHeader()) {
      return headerHint(found, previous);
    }
    if (index == 0) {
      return beginningHint(found);
    }
    if (expected.contains(IndexNotationLexer.ASSIGN)) {
      return afterTargetHint(found);
    }
    if (!endsOperand(index - 1)) {
      return found == IndexNotationLexer.NOT
          ? Optional.of("not binds looser than what is around it: put it in parentheses")
          : Optional.empty();
    }
    if (found == IndexNotationLexer.LBRACKET) {
      return bracketHint(previous);
    }
    if (beginsOperand(found)) {
      return Optional.of(
          expected.contains(IndexNotationLexer.COMMA)
              ? "subscripts and arguments are separated by commas"
              : "a product is written *");
    }
    if (StatementSplitter.isComparison(found)) {
      return Optional.of("comparisons do not chain: write a < b and b < c");
    }
    return switch (found) {
      case IndexNotationLexer.ASSIGN ->
          Optional.of("equality is written ==; a statement has one assignment");
      case IndexNotationLexer.RPAREN, IndexNotationLexer.RBRACKET ->
          Optional.of("no bracket is open here");
      case IndexNotationLexer.COMMA -> commaHint(previous);
      case IndexNotationLexer.COLON ->
          Optional.of("there are no slices: an index ranges over the whole axis");
      case IndexNotationLexer.WHERE ->
          Optional.of("where stands at the end of a statement or of the body of a reduction");
      default -> Optional.empty();
    };
  }

  private Optional<String> headerHint(int found, int previous) {
    if (isReserved(found)) {
      return Optional.of("'" + part.get(index).getText() + "' is reserved; choose another name");
    }
    return found == IndexNotationLexer.NAME && previous == IndexNotationLexer.NAME
        ? Optional.of("a type follows a colon: " + part.get(index - 1).getText() + ": f32[n]")
        : Optional.empty();
  }

  private Optional<String> beginningHint(int found) {
    if (found == IndexNotationLexer.LPAREN) {
      return Optional.of("a header stands before the first statement");
    }
    if (isReserved(found)) {
      return Optional.of("'" + part.get(index).getText() + "' is reserved; choose another name");
    }
    return StatementSplitter.isInfix(found)
        ? Optional.of(
            "a statement goes on in the next line only inside brackets or after an operator")
        : Optional.empty();
  }

  private Optional<String> afterTargetHint(int found) {
    if (found == IndexNotationLexer.LPAREN) {
      return Optional.of("indices stand in square brackets: " + part.getFirst().getText() + "[i]");
    }
    return Optional.of("a statement assigns an expression: c[i] = a[i]");
  }

  private static Optional<String> bracketHint(int previous) {
    return previous == IndexNotationLexer.RBRACKET
        ? Optional.of("all subscripts stand in one pair of brackets: A[i,j]")
        : Optional.of("only a tensor that has a name takes subscripts");
  }

  private Optional<String> commaHint(int previous) {
    boolean digits =
        previous == IndexNotationLexer.INTEGER && typeAt(index + 1) == IndexNotationLexer.INTEGER;
    return digits && adjacent(index - 1, 3).isPresent()
        ? Optional.of(
            "a decimal point is written "
                + part.get(index - 1).getText()
                + "."
                + part.get(index + 1).getText())
        : Optional.empty();
  }

  // --- Tokens ---

  private int typeAt(int i) {
    return i >= 0 && i < part.size() ? part.get(i).getType() : Token.EOF;
  }

  private boolean endsOperand(int i) {
    return switch (typeAt(i)) {
      case IndexNotationLexer.RPAREN, IndexNotationLexer.RBRACKET -> true;
      default -> isAtom(typeAt(i));
    };
  }

  private static boolean beginsOperand(int type) {
    return type == IndexNotationLexer.LPAREN || isAtom(type);
  }

  private static boolean isAtom(int type) {
    return switch (type) {
      case IndexNotationLexer.NAME, IndexNotationLexer.INTEGER, IndexNotationLexer.REAL -> true;
      default -> isConstant(type);
    };
  }

  private static boolean isConstant(int type) {
    return switch (type) {
      case IndexNotationLexer.INF,
          IndexNotationLexer.NAN,
          IndexNotationLexer.PI,
          IndexNotationLexer.TRUE,
          IndexNotationLexer.FALSE ->
          true;
      default -> false;
    };
  }

  private static boolean isReserved(int type) {
    return switch (type) {
      case IndexNotationLexer.AND,
          IndexNotationLexer.NOT,
          IndexNotationLexer.OR,
          IndexNotationLexer.WHERE ->
          true;
      default -> isConstant(type);
    };
  }
}
