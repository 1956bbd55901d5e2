package dev.einkorn.compiler.ast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.einkorn.grammar.IndexNotationLexer;
import dev.einkorn.grammar.IndexNotationParser;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.ATNConfigSet;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.dfa.DFA;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for every program of {@code corpus.txt}. */
class CorpusTest {

  static List<String> corpus() {
    return Blocks.of("corpus.txt");
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void printingAndReadingAgainChangesNothing(String text) {
    String once = AstPrinter.print(Reading.program(text));
    String twice = AstPrinter.print(Reading.program(once));
    assertThat(twice).isEqualTo(once);
    assertThat(shapes(once)).isEqualTo(shapes(text));
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void theWholeProgramIsOneUnambiguousSentenceOfTheGrammar(String text) {
    IndexNotationLexer lexer = new IndexNotationLexer(CharStreams.fromString(text));
    List<Token> tokens = new ArrayList<>();
    for (List<Token> part : StatementSplitter.split(lexer.getAllTokens())) {
      tokens.addAll(part);
      tokens.addAll(new IndexNotationLexer(CharStreams.fromString("\n;")).getAllTokens());
    }
    IndexNotationParser parser =
        new IndexNotationParser(new CommonTokenStream(new ListTokenSource(tokens)));
    parser.getInterpreter().setPredictionMode(PredictionMode.LL_EXACT_AMBIG_DETECTION);
    parser.removeErrorListeners();
    parser.addErrorListener(new Picky());
    assertThat(parser.program().statement()).hasSameSizeAs(Reading.program(text).statements());
  }

  private static List<String> shapes(String text) {
    return Reading.program(text).statements().stream()
        .map(each -> Reading.shape(each.value()) + " where" + Reading.shapes(each.where()))
        .toList();
  }

  /** Fails on whatever ANTLR has to say. */
  private static final class Picky extends BaseErrorListener {
    @Override
    public void syntaxError(
        Recognizer<?, ?> recognizer,
        Object symbol,
        int line,
        int column,
        String message,
        RecognitionException e) {
      fail("syntax error at %s:%s: %s", line, column, message);
    }

    @Override
    public void reportAmbiguity(
        Parser parser,
        DFA dfa,
        int start,
        int stop,
        boolean exact,
        BitSet alternatives,
        ATNConfigSet configurations) {
      fail("ambiguity in rule %s: %s", dfa.atnStartState.ruleIndex, alternatives);
    }

    @Override
    public void reportContextSensitivity(
        Parser parser, DFA dfa, int start, int stop, int choice, ATNConfigSet configurations) {
      fail("context sensitivity in rule %s", dfa.atnStartState.ruleIndex);
    }
  }
}
