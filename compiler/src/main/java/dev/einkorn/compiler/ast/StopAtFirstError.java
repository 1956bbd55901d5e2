package dev.einkorn.compiler.ast;

import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.InputMismatchException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.ATN;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/**
 * Ends a parse at its first error, with the {@link RecognitionException} as the cause. Nothing is
 * printed and no token is invented or skipped.
 */
final class StopAtFirstError extends DefaultErrorStrategy {

  /** What was expected where; the tokens that may follow come from the whole stack of rules. */
  static RecognitionException cause(ParseCancellationException stop) {
    if (stop.getCause() instanceof RecognitionException cause) {
      return cause;
    }
    throw new AssertionError("a parse ended for another reason than an error", stop);
  }

  @Override
  public void reportError(Parser parser, RecognitionException e) {}

  @Override
  public void recover(Parser parser, RecognitionException e) {
    throw new ParseCancellationException(e);
  }

  @Override
  public Token recoverInline(Parser parser) {
    throw new ParseCancellationException(new InputMismatchException(parser));
  }

  /** Finds an error at the start of a loop, where the set of expected tokens is widest. */
  @Override
  public void sync(Parser parser) {
    ATN atn = parser.getATN();
    IntervalSet next = atn.nextTokens(atn.states.get(parser.getState()));
    if (!next.contains(Token.EPSILON) && !next.contains(parser.getInputStream().LA(1))) {
      throw new ParseCancellationException(new InputMismatchException(parser));
    }
  }
}
