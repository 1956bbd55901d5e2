package dev.einkorn.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.atn.DecisionState;
import org.antlr.v4.runtime.atn.LL1Analyzer;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.junit.jupiter.api.Test;

class GrammarTest {

  @Test
  void oneTokenDecidesEverywhereInIndexNotation() {
    assertThat(conflicts(new IndexNotationParser(null))).isEmpty();
  }

  @Test
  void oneTokenDecidesEverywhereInEinsumStrings() {
    assertThat(conflicts(new EinsumParser(null))).isEmpty();
  }

  @Test
  void theLexersTakeEveryCharacter() {
    String all =
        new StringBuilder()
            .append("aé𝔸_9 \t#$&!?\"'`~@|\\{}\u0000\u001b\u2028\u202e\u0301\ufffd\uD83C\uDF3E.")
            .append('\uD83C')
            .toString();
    for (var lexer :
        List.of(
            new IndexNotationLexer(CharStreams.fromString(all)),
            new EinsumLexer(CharStreams.fromString(all)))) {
      lexer.removeErrorListeners();
      var tokens = new CommonTokenStream(lexer);
      tokens.fill();
      assertThat(lexer.getCharIndex()).isEqualTo(all.codePointCount(0, all.length()));
    }
  }

  /** The decisions with two alternatives that may begin with the same token. */
  private static List<String> conflicts(Parser parser) {
    List<String> conflicts = new ArrayList<>();
    for (DecisionState decision : parser.getATN().decisionToState) {
      IntervalSet[] alternatives = new LL1Analyzer(parser.getATN()).getDecisionLookahead(decision);
      IntervalSet seen = new IntervalSet();
      for (IntervalSet alternative : alternatives) {
        String rule = parser.getRuleNames()[decision.ruleIndex];
        if (alternative == null) {
          conflicts.add(rule + ": an alternative that needs more than a token");
        } else if (!alternative.and(seen).isNil()) {
          conflicts.add(rule + ": " + alternative.and(seen).toString(parser.getVocabulary()));
        } else {
          seen.addAll(alternative);
        }
      }
    }
    return conflicts;
  }
}
