package dev.einkorn.compiler.ast;

import dev.einkorn.grammar.IndexNotationLexer;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.Token;

/**
 * Splits the tokens of a program into its header and statements, and drops the newlines.
 *
 * <p>A newline ends a statement unless a bracket is open, the last token is an operator, {@code =},
 * {@code ,}, {@code :}, {@code ->} or {@code where}, or the next token is {@code where} or {@code
 * ->}. But a line that begins like an assignment ({@code C[i] =}) always begins a statement: no
 * legal statement goes on like that, so a bracket that was forgotten costs one statement only. For
 * the same reason {@code ;} ends a statement even in brackets.
 */
final class StatementSplitter {
  private final List<? extends Token> tokens;
  private final List<List<Token>> parts = new ArrayList<>();
  private List<Token> part = new ArrayList<>();
  private int open;

  private StatementSplitter(List<? extends Token> tokens) {
    this.tokens = tokens;
  }

  /** The parts of a program, none of them empty. */
  static List<List<Token>> split(List<? extends Token> tokens) {
    StatementSplitter splitter = new StatementSplitter(tokens);
    splitter.splitAll();
    return splitter.parts;
  }

  private void splitAll() {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      int type = token.getType();
      if (type == IndexNotationLexer.SEMICOLON
          || (type == IndexNotationLexer.NEWLINE && endsStatement(i))) {
        endPart();
      } else if (type != IndexNotationLexer.NEWLINE && type != Token.EOF) {
        part.add(token);
        open = Math.max(0, open + nesting(type));
      }
    }
    endPart();
  }

  private void endPart() {
    if (!part.isEmpty()) {
      parts.add(part);
      part = new ArrayList<>();
    }
    open = 0;
  }

  private boolean endsStatement(int newline) {
    if (part.isEmpty()) {
      return false;
    }
    int next = newline + 1;
    if (typeAt(next) == IndexNotationLexer.NEWLINE) {
      // The last of several newlines decides.
      return false;
    }
    if (beginsAssignment(next)) {
      return true;
    }
    boolean goesOn =
        typeAt(next) == IndexNotationLexer.WHERE || typeAt(next) == IndexNotationLexer.ARROW;
    return open == 0 && !goesOn && !continues(part.getLast().getType());
  }

  private boolean beginsAssignment(int start) {
    int next = start;
    if (typeAt(next++) != IndexNotationLexer.NAME) {
      return false;
    }
    if (typeAt(next) == IndexNotationLexer.LBRACKET) {
      int depth = 0;
      do {
        depth += nesting(typeAt(next++));
      } while (depth > 0 && typeAt(next) != IndexNotationLexer.NEWLINE && typeAt(next) > 0);
    }
    if (typeAt(next) == IndexNotationLexer.NAME) {
      next++;
    }
    int type = typeAt(next);
    return type == IndexNotationLexer.ASSIGN
        || type == IndexNotationLexer.ADD_ASSIGN
        || type == IndexNotationLexer.MULTIPLY_ASSIGN;
  }

  private int typeAt(int index) {
    return index < tokens.size() ? tokens.get(index).getType() : Token.EOF;
  }

  /** How many brackets more are open after a token of {@code type}. */
  static int nesting(int type) {
    return switch (type) {
      case IndexNotationLexer.LPAREN, IndexNotationLexer.LBRACKET -> 1;
      case IndexNotationLexer.RPAREN, IndexNotationLexer.RBRACKET -> -1;
      default -> 0;
    };
  }

  private static boolean continues(int type) {
    return switch (type) {
      case IndexNotationLexer.ASSIGN,
          IndexNotationLexer.ADD_ASSIGN,
          IndexNotationLexer.MULTIPLY_ASSIGN,
          IndexNotationLexer.ARROW,
          IndexNotationLexer.COLON,
          IndexNotationLexer.COMMA,
          IndexNotationLexer.NOT,
          IndexNotationLexer.WHERE ->
          true;
      default -> isInfix(type);
    };
  }

  /** Whether tokens of {@code type} are infix operators. */
  static boolean isInfix(int type) {
    return switch (type) {
      case IndexNotationLexer.OR,
          IndexNotationLexer.AND,
          IndexNotationLexer.PLUS,
          IndexNotationLexer.MINUS,
          IndexNotationLexer.TIMES,
          IndexNotationLexer.DIVIDE,
          IndexNotationLexer.FLOOR_DIVIDE,
          IndexNotationLexer.REMAINDER,
          IndexNotationLexer.POWER ->
          true;
      default -> isComparison(type);
    };
  }

  /** Whether tokens of {@code type} compare. */
  static boolean isComparison(int type) {
    return switch (type) {
      case IndexNotationLexer.LESS,
          IndexNotationLexer.LESS_OR_EQUAL,
          IndexNotationLexer.GREATER,
          IndexNotationLexer.GREATER_OR_EQUAL,
          IndexNotationLexer.EQUAL,
          IndexNotationLexer.NOT_EQUAL ->
          true;
      default -> false;
    };
  }
}
